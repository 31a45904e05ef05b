"""What lies between two revisions: the patches from one to the other, added up.

A patch takes away only what is there and adds only what is not, so what one patch adds and a later one removes
cancels out, and a patch read backwards undoes itself.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby, islice

from pyoxigraph import Quad, Store

from leap_kg.graph.log.patch import PatchLog

_AT_ONCE = 100_000
_FEW = 1_000

Change = tuple[bool, Quad]
"""A quad that was added (`True`) or removed (`False`)."""


@dataclass(slots=True)
class Net:
    """What is left of a series of changes: no quad is both removed and added."""

    removed: set[Quad] = field(default_factory=set)
    added: set[Quad] = field(default_factory=set)

    def take(self, changes: Iterable[Change]) -> None:
        """Go on with these changes."""
        for is_added, quad in changes:
            done, undone = (self.added, self.removed) if is_added else (self.removed, self.added)
            if quad in undone:
                undone.discard(quad)
            else:
                done.add(quad)

    def changes(self) -> Iterator[Change]:
        """What is left, removals first."""
        yield from ((False, quad) for quad in self.removed)
        yield from ((True, quad) for quad in self.added)


def way(log: PatchLog, start: int, end: int) -> Iterator[Change]:
    """All changes that lead from revision `start` to `end`, forwards or backwards; raises `LogError`."""
    for revision in range(start + 1, end + 1):
        yield from log.changes(revision)
    for revision in range(start, end, -1):
        yield from ((not is_added, quad) for is_added, quad in log.changes(revision))


def net(log: PatchLog, start: int, end: int) -> Net:
    """The difference between two revisions, in memory; raises `LogError`."""
    found = Net()
    found.take(way(log, start, end))
    return found


def apply(store: Store, changes: Iterable[Change]) -> None:
    """Make the changes in their order, in many transactions: for a store that nobody else has open yet."""
    for is_added, group in groupby(changes, key=lambda change: change[0]):
        quads = (quad for _, quad in group)
        while batch := list(islice(quads, _AT_ONCE)):
            if not is_added:
                for quad in batch:
                    store.remove(quad)
            elif len(batch) < _FEW:
                store.extend(batch)
            else:
                store.bulk_extend(batch)
