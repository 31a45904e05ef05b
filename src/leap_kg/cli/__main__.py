"""`python -m leap_kg.cli`: the command `leap-kg`."""

from leap_kg.cli import main

main()
