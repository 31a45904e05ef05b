"""The styles of citations that a server writes: its pages show the same."""

from leap_kg.client.errors import KgError

STYLES = {"bibtex": ".bib", "csl": ".csl.json", "text": ".cite.txt", "ris": ".ris"}
"""What follows the path of a page, by the name of the style."""


def suffix_of(style: str) -> str:
    """The suffix for a style; raises `KgError` for one that there is not."""
    if style not in STYLES:
        raise KgError(f"{style!r} is no style of citations", f"There are {', '.join(STYLES)}.")
    return STYLES[style]
