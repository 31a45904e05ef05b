"""Tests of `leap_kg.sparql`."""
