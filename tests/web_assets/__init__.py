"""Tests of `web/`: the lock, the build, the templates' building blocks and the islands in a browser."""
