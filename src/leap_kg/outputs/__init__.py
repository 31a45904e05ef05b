"""What the platform produced: papers, data, code and training as records that are filtered, exported and reported.

What belongs here: reading such records from a snapshot, choosing among them, the formats of reference managers, the
report of a period, and what is missing. Pages and commands that show them are in `leap_kg.web` and `leap_kg.cli`.
"""
