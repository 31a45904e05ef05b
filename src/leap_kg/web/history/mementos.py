"""The mementos of a node: the revisions that changed it; of the graph as a whole, all.

A node between two of its mementos is as the earlier one left it. Of a node that no source describes, such as a run,
the timeline knows nothing: it has its state of now.
"""

from dataclasses import dataclass
from datetime import datetime

from leap_kg.web.history.past import Past


@dataclass(frozen=True, slots=True)
class Memento:
    """A state that has an address: the revision that made it, and when."""

    revision: int
    at: datetime


class Mementos:
    """The mementos of one node (`iri`), or of the whole graph (`""`), up to the revision `newest`."""

    def __init__(self, past: Past, iri: str, newest: int) -> None:
        self._past = past
        self._timeline = past.timeline
        self._newest = newest
        self._count = self._timeline.count(entity=iri) if iri else newest
        self.iri = iri if self._count else ""
        self._unknown = bool(iri) and not self._count

    @property
    def total(self) -> int:
        """How many there are."""
        return max(self._count, 1)

    def oldest_first(self, limit: int, offset: int) -> list[Memento]:
        """A stretch of them in the order of time; `offset` counts from the oldest."""
        if self._unknown:
            return [self._of(self._newest)] if not offset else []
        if not self.iri:
            return [self._of(number) for number in range(offset + 1, min(offset + limit, self._newest) + 1)]
        left = self.total - offset
        count = min(limit, left)
        if count <= 0:
            return []
        found = self._timeline.of_entity(self.iri, count, left - count)
        return [Memento(one.revision, one.at) for one in reversed(found)]

    def first(self) -> Memento | None:
        """The oldest."""
        return next(iter(self.oldest_first(1, 0)), None)

    def last(self) -> Memento | None:
        """The newest."""
        return next(iter(self.oldest_first(1, self.total - 1)), None)

    def in_force(self, revision: int) -> Memento | None:
        """The memento that holds at a revision, `None` before the first."""
        if not self.iri:
            return self._of(revision)
        return self._before(revision + 1)

    def previous(self, revision: int) -> Memento | None:
        """The one before the memento that holds at a revision."""
        held = self.in_force(revision)
        if held is None or held.revision == 1 or self._unknown:
            return None
        return self._before(held.revision) if self.iri else self._of(revision - 1)

    def next(self, revision: int) -> Memento | None:
        """The first one after a revision."""
        if not self.iri:
            return self._of(revision + 1) if revision < self._newest and not self._unknown else None
        later = self._timeline.count(entity=self.iri, since=revision)
        return next(iter(self.oldest_first(1, self.total - later)), None) if later else None

    def _before(self, revision: int) -> Memento | None:
        found = self._timeline.revisions(entity=self.iri, before=revision, limit=1)
        return Memento(found[0].revision, found[0].at) if found else None

    def _of(self, revision: int) -> Memento:
        return Memento(revision, self._past.committed(revision))
