"""The command `leap-kg`: one module a group of commands; the work itself is done by the packages below.

Exit status: 0 done; 1 something failed (one line on standard error says what to do); 2 the command line is wrong;
3 nothing was found.
"""

from leap_kg.cli.app import main

__all__ = ["main"]
