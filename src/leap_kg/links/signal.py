"""A signal: one place in one file that says that its repository, or the file, has to do with something else.

Readers of files give signals; whoever joins them to the graph decides what node an address stands for, and what a
signal is worth beside others. A signal always carries the place that shows it, so that every link can be checked.
"""

from dataclasses import dataclass
from enum import Enum

LONGEST_QUOTE = 200
"""Characters of a file that are quoted as evidence."""

UNKNOWN = "{*}"
"""Stands in an address for a piece that the file alone does not tell; such an address is a template."""


class Role(Enum):
    """What the place does with its target."""

    READS = "reads"
    WRITES = "writes"
    MENTIONS = "mentions"
    CITES = "cites"
    RUNS_IN = "runs-in"
    ARCHIVED_AT = "archived-at"


@dataclass(frozen=True, slots=True)
class Place:
    """Lines `start` to `end` of a file, and what they say.

    Lines count from 1. In a notebook `cell` is the cell, counted from 1, and lines count within its source; elsewhere
    it is `None`. `quote` is cut from those very lines, at most `LONGEST_QUOTE` characters. `file_line` is the line of
    the file as it is stored, for an address that opens there; 0 where that cannot be told.
    """

    path: str
    start: int
    end: int
    quote: str
    cell: int | None = None
    file_line: int = 0


@dataclass(frozen=True, slots=True)
class Signal:
    """One signal of `method` (such as `D1`), with the confidence that it starts with, 0 to 1.

    `target` is an address, a DOI, an arXiv id, a catalogue key or an image, as the file says it once its constants are
    put together; it may hold `UNKNOWN`. `via` names the call or heading that it was found in.
    """

    method: str
    role: Role
    target: str
    confidence: float
    place: Place
    via: str = ""

    @property
    def exact(self) -> bool:
        """Whether the target is known whole."""
        return UNKNOWN not in self.target
