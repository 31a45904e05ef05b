"""Measurements, side by side in one run: `make bench` prints a table of medians and ratios.

Machines are noisy, so each measurement alternates between the two ways and reports the ratio of medians.
"""
