"""Tests of `leap_kg.outputs`."""
