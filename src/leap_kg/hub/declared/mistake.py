"""One thing that is wrong with what is declared, and where."""

from typing import NamedTuple

from leap_kg.ingest.formats.yamltext import Path


class Mistake(NamedTuple):
    """What is wrong at a path of the value, and how to mend it; `line` is that of the text there, 0 for all of it."""

    at: Path
    what: str
    line: int = 0
