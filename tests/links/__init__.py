"""Tests of `leap_kg.links`."""
