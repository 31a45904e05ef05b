"""Which of its stores a document about a dataset has, and where the others are.

Hazard: a table of files may make one dataset of thousands of stores. A document of all of them would be one of many
megabytes, so there are several, which lead to each other as the pages of a list do and all say how many there are.
"""

from dataclasses import dataclass

MOST_STORES = 200
FIRST = "stores-from"
"""The parameter of an address that asks for stores from one on, 1 for the first one."""


@dataclass(frozen=True, slots=True)
class Span:
    """At most so many of all its stores in order of their IRIs, from one on that is counted from 1."""

    total: int = 0
    first: int = 1
    most: int = MOST_STORES

    @property
    def last(self) -> int:
        """The last store that is there, one before the first if none is."""
        return max(min(self.total, self.first + self.most - 1), self.first - 1)

    @property
    def left_out(self) -> int:
        """How many stores are in other documents."""
        return self.total - (self.last - self.first + 1)

    @property
    def around(self) -> dict[str, int]:
        """The documents beside this one, by what they are to it (`prev`, `next`): with which store each begins."""
        found = {"prev": max(1, self.first - self.most)} if self.first > 1 else {}
        return {**found, "next": self.last + 1} if self.most and self.last < self.total else found

    @property
    def words(self) -> str:
        """`stores 201 to 400 of 3,502`."""
        return f"stores {self.first:,} to {self.last:,} of {self.total:,}"
