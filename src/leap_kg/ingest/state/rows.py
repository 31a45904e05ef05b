"""The rows of the state as values: runs, records with their parts, dead letters; and how they are written down."""

import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pyoxigraph import NamedNode, RdfFormat, Triple, parse, serialize

from leap_kg.ingest.mapping.finding import Place


@dataclass(frozen=True, slots=True)
class RunReport:
    """One run over one source. `seen` is the sum of the four counts after it; times are ISO 8601.

    `outcome` is `complete`, `held` (removals wait for approval), `partial` (the listing lacked some), `parked` (the
    other side asked for a pause until `until`), `replayed` (from stored bodies), `unrecorded` (a mirror has nothing of
    it) or `failed`; `busy` (another process harvests it) is told and never kept. `scope` is `full`, `changes` (what
    changed since a moment) or `some` (chosen records).
    """

    run: str
    source: str
    title: str
    started: str
    ended: str
    outcome: str
    seen: int
    published: int
    unchanged: int
    dead: int
    tombstoned: int
    revision: int
    message: str = ""
    scope: str = "full"
    until: str = ""

    @property
    def balanced(self) -> bool:
        """Whether every record that was seen is accounted for."""
        return self.seen == self.published + self.unchanged + self.dead + self.tombstoned

    @property
    def parked_until(self) -> datetime | None:
        """Before when the source must be left alone."""
        return datetime.fromisoformat(self.until) if self.until else None


@dataclass(frozen=True, slots=True)
class KeptPart:
    """Where a body of a record lies in the raw store: its role, address and hash.

    A small body that came with many others lies in the body `pack`, `length` bytes from `offset`.
    """

    role: str
    url: str
    sha256: str
    pack: str = ""
    offset: int = 0
    length: int = 0


@dataclass(frozen=True, slots=True)
class KeptRecord:
    """The last good version of a record: its subject and its triples as mapped, findings included.

    `digest` is that of what was published of it; `absences` counts complete runs in a row that did not list it;
    `version` is what its source called this version, `logins` the place of each login that it states.
    """

    key: str
    subject: NamedNode
    said: tuple[Triple, ...]
    parts: tuple[KeptPart, ...]
    digest: str
    absences: int
    version: str = ""
    logins: Mapping[str, Place] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A record that could not be taken: at which stage, why, and how often it was tried.

    `parts` are the bodies that were had of it, `version` what its source called that version.
    """

    source: str
    key: str
    url: str
    stage: str
    reason: str
    attempts: int = 1
    first: str = ""
    last: str = ""
    version: str = ""
    parts: tuple[KeptPart, ...] = ()


def parts_text(parts: Iterable[KeptPart]) -> str:
    """Parts as JSON, short for bodies that lie by themselves."""
    return json.dumps([
        (p.role, p.url, p.sha256, p.pack, p.offset, p.length) if p.pack else (p.role, p.url, p.sha256) for p in parts
    ])  # fmt: skip


def parts_of(text: str) -> tuple[KeptPart, ...]:
    """The parts that were written down; raises `ValueError` or `TypeError` for what is none."""
    return tuple(KeptPart(*part) for part in json.loads(text))


def logins_text(logins: Mapping[str, Place]) -> str:
    """Places of logins as JSON, `""` for none."""
    found = {login: (place.pointer, place.file) for login, place in sorted(logins.items())}
    return json.dumps(found) if found else ""


def logins_of(text: str) -> dict[str, Place]:
    """The places that were written down."""
    return {login: Place(*place) for login, place in json.loads(text).items()} if text else {}


def said_text(triples: Iterable[Triple]) -> bytes:
    """Triples as N-Triples, one a line, in their order."""
    return serialize(triples, format=RdfFormat.N_TRIPLES) or b""


def packed(text: bytes) -> bytes:
    """A text as it is kept."""
    return zlib.compress(text, 1)


def unpacked(said: bytes) -> bytes:
    """The text of what is kept; raises `zlib.error`."""
    return zlib.decompress(said)


def triples_of(text: bytes) -> list[Triple]:
    """The triples of a text; raises `SyntaxError`."""
    return [quad.triple for quad in parse(text, format=RdfFormat.N_TRIPLES)]
