"""Progress, a line at a time, marked so that whoever started the process can tell it from what a recipe prints."""

import sys


def tell(text: str) -> None:
    """One line of progress."""
    sys.stdout.write(f"leap-recipe: {text}\n")
    sys.stdout.flush()
