"""Tests of the web server, most of them against the real one."""
