"""Tests of `leap_kg.links.evaluation`."""
