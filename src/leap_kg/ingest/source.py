"""What a source is: it lists its records, fetches each, and maps what was fetched to triples.

`map()` is pure: it sees only the bodies that `fetch()` brought, so stored bodies map to the same triples
at any later time, without a network.
"""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pyoxigraph import NamedNode, Triple

from leap_kg.ingest.fetch import Body, Fetcher
from leap_kg.ingest.mapping.finding import Finding, Place


@dataclass(frozen=True, slots=True)
class Part:
    """One body of a record: what it is to the record (`role`), where it came from, and its bytes.

    Where a listing brought the record as JSON that was read already, `value` is what was read, and the bytes are its
    canonical text. Who maps the record need not read it again, and must not change it.
    """

    role: str
    url: str
    sha256: str
    data: bytes = field(repr=False)
    value: object = field(default=None, repr=False, compare=False)

    @classmethod
    def of(cls, role: str, body: Body) -> "Part":
        """A fetched body as a part of a record."""
        return cls(role, body.url, body.sha256, body.data)

    @classmethod
    def cut(cls, role: str, url: str, data: bytes, value: object = None) -> "Part":
        """A piece of a body, an item of a page of a listing say, as a part of a record of its own."""
        return cls(role, url, hashlib.sha256(data).hexdigest(), data, value)


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

    `found` is the record itself where the listing brings it: then `Source.fetch` is not asked. `version` changes
    whenever the record does (a hash, an ETag, a commit); a record whose version is that of its last good reading is
    unchanged, and neither fetched nor mapped. `""` says that only fetching can tell.
    """

    key: str
    url: str
    problem: str = ""
    version: str = ""
    found: tuple[Part, ...] = ()


@dataclass(slots=True)
class Listing:
    """How a source is listed in one run: what it is given, and what it says about the listing as a whole.

    `since` is the moment after which changes are wanted, overlap taken off, or `None` for everything; only a source
    that is `incremental` is given one. `expected` is how many records the other side says there are; `shortfall` why
    the listing is known to lack some. Either of them wrong makes a run partial: nothing is taken for gone.
    """

    fetcher: Fetcher
    since: datetime | None = None
    expected: int | None = None
    shortfall: str = ""


class Source(ABC):
    """One place that records come from.

    `id` names its graph, `title` is for people, `origin` the IRI of the whole, `stale_after` how long a reading
    counts as fresh. `incremental` sources can list what changed since a moment.
    """

    id: str
    title: str
    origin: str | None
    stale_after: timedelta
    incremental: bool = False

    @abstractmethod
    def enumerate(self, listing: Listing) -> Iterable[Ref]:
        """All records there are now, or those changed since `listing.since`; may be a generator.

        Raises `FetchFailed`, `Unreadable` or `RecordUnusable` if the listing cannot be had: then nothing of
        the source changes.
        """

    @abstractmethod
    def fetch(self, ref: Ref, fetcher: Fetcher) -> RawRecord:
        """The bodies of one record; raises `FetchFailed`, `Unreadable` or `RecordUnusable`."""

    @abstractmethod
    def map(self, record: RawRecord) -> Mapped:
        """The record as triples; raises `Unreadable` or `RecordUnusable`. Pure."""
