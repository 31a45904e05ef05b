"""The command `leap-kg`: one module a group of commands; the work itself is done by the packages below.

Exit status: 0 done; 1 something failed (one line on standard error says what to do); 2 the command line is wrong;
3 nothing was found.
"""

import sys

_STOPPED = 130
"""The exit status after Ctrl-C, as shells have it."""


def main() -> None:
    """The entry point of the command `leap-kg`."""
    try:
        from leap_kg.cli.app import main as command
    except KeyboardInterrupt:  # what the commands need takes a second or two to import
        sys.stderr.write("stopped\n")
        raise SystemExit(_STOPPED) from None
    command()
