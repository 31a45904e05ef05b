"""`python -m leap_kg`: the command `leap-kg`, also where no script of that name was put on the path."""

from leap_kg.cli import main

main()
