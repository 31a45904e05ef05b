"""What a source is: it lists its records, fetches each, and maps what was fetched to triples.

`map()` is pure: it sees only the bodies that `fetch()` brought, so stored bodies map to the same triples
at any later time, without a network.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from pyoxigraph import NamedNode, Triple

from leap_kg.ingest.fetch import Fetcher
from leap_kg.ingest.finding import Finding, Place


@dataclass(frozen=True, slots=True)
class Part:
    """One body of a record: what it is to the record (`role`), where it came from, and its bytes."""

    role: str
    url: str
    sha256: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class RawRecord:
    """A record as fetched. `key` names it within its source for as long as it exists."""

    key: str
    parts: tuple[Part, ...]

    def part(self, role: str) -> Part | None:
        """The body with that role."""
        return next((part for part in self.parts if part.role == role), None)


@dataclass(frozen=True, slots=True)
class Mapped:
    """A record as triples; findings become nodes of `subject`.

    `logins` gives the place of each GitHub login that the record states, for findings that need other records.
    """

    key: str
    subject: NamedNode
    triples: list[Triple]
    findings: list[Finding]
    logins: Mapping[str, Place] = field(default_factory=dict)


class RecordUnusable(Exception):
    """A record cannot be mapped; `reason` says why and what to do."""

    def __init__(self, reason: str, url: str) -> None:
        self.reason = reason
        self.url = url
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Ref:
    """A record that the source lists: its key and the address it is listed at.

    `problem` says why an item of the listing names no record. Such an item is a dead letter, and the listing
    counts as incomplete, so that no other record is taken for gone.
    """

    key: str
    url: str
    problem: str = ""


class Source(ABC):
    """One place that records come from.

    `id` names its graph, `title` is for people, `origin` the IRI of the whole, `stale_after` how long a reading
    counts as fresh.
    """

    id: str
    title: str
    origin: str | None
    stale_after: timedelta

    @abstractmethod
    def enumerate(self, fetcher: Fetcher) -> Sequence[Ref]:
        """All records there are now.

        Raises `FetchFailed`, `Unreadable` or `RecordUnusable` if the listing cannot be had: then nothing of
        the source changes.
        """

    @abstractmethod
    def fetch(self, ref: Ref, fetcher: Fetcher) -> RawRecord:
        """The bodies of one record; raises `FetchFailed`, `Unreadable` or `RecordUnusable`."""

    @abstractmethod
    def map(self, record: RawRecord) -> Mapped:
        """The record as triples; raises `Unreadable` or `RecordUnusable`. Pure."""
