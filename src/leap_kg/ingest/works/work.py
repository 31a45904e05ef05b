"""A work as its register describes it, in the terms that all registers share; every field may be empty."""

from dataclasses import dataclass, field
from enum import Enum

from pyoxigraph import NamedNode

from leap_kg.ingest.formats.reading import Path
from leap_kg.ingest.mapping.dates import Dated
from leap_kg.ingest.works.kinds import Kind


class Role(Enum):
    """What somebody did for a work: the code of the Library of Congress's relators, and the word for it."""

    AUTHOR = ("aut", "author")
    EDITOR = ("edt", "editor")
    TRANSLATOR = ("trl", "translator")
    REVIEWER = ("rev", "reviewer")
    DIRECTOR = ("pdr", "project director")
    COLLECTOR = ("dtc", "data contributor")
    CURATOR = ("cur", "curator")
    MANAGER = ("dtm", "data manager")
    RESEARCHER = ("res", "researcher")
    LEADER = ("rth", "research team head")
    MEMBER = ("rtm", "research team member")
    SUPERVISOR = ("dgs", "degree supervisor")
    PRODUCER = ("pro", "producer")
    HOST = ("his", "host institution")
    DISTRIBUTOR = ("dst", "distributor")
    RIGHTS_HOLDER = ("cph", "copyright holder")
    SPONSOR = ("spn", "sponsor")
    CONTRIBUTOR = ("ctb", "contributor")

    @property
    def iri(self) -> str:
        """The relator's IRI."""
        return f"http://id.loc.gov/vocabulary/relators/{self.value[0]}"

    @property
    def word(self) -> str:
        """The relator in a word or two."""
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Agency:
    """An organisation: its name as stated, and its ROR or Crossref funder IRI, `""` if it has none."""

    name: str
    iri: str = ""


@dataclass(frozen=True, slots=True)
class Contributor:
    """A person or an organisation in the list of contributors; `orcid` is an IRI or `""`."""

    name: str
    role: Role
    path: Path
    orcid: str = ""
    agency: Agency | None = None
    affiliations: tuple[Agency, ...] = ()


@dataclass(frozen=True, slots=True)
class Container:
    """What a work appeared in: a journal by its ISSNs, or a book by its ISBN."""

    title: str
    kind: Kind
    iri: str = ""
    issns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Funding:
    """Money from a funder; `number` is the award's, `""` where only the funder is named."""

    funder: Agency
    path: Path
    number: str = ""
    title: str = ""
    page: str = ""
    iri: str = ""


@dataclass(frozen=True, slots=True)
class Related:
    """Another work and how this one is related to it, in the register's word."""

    relation: str
    iri: str


class Status(Enum):
    """What became of a work after it was published; the value names a concept below `work-status/`."""

    RETRACTED = "retracted"
    PARTLY_RETRACTED = "partly-retracted"
    WITHDRAWN = "withdrawn"
    REMOVED = "removed"
    CONCERN = "expression-of-concern"
    CORRECTED = "corrected"


@dataclass(frozen=True, slots=True)
class Update:
    """A notice that changes the standing of a work: the work with IRI `of` is `status` by the notice `by`.

    `day` is when the notice appeared, if the record of the other work says it.
    """

    status: Status
    of: str
    by: str
    day: Dated | None = None


@dataclass(slots=True)
class Work:
    """One work. `dates` are properties with their values; `licences` texts or addresses, in order of preference."""

    node: NamedNode
    kind: Kind
    doi: str = ""
    title: str = ""
    alternatives: list[str] = field(default_factory=list)
    abstract: str = ""
    language: str = ""
    version: str = ""
    issued: Dated | None = None
    dates: list[tuple[NamedNode, Dated]] = field(default_factory=list)
    contributors: list[Contributor] = field(default_factory=list)
    publisher: Agency | None = None
    container: Container | None = None
    volume: str = ""
    issue: str = ""
    pages: str = ""
    keywords: list[str] = field(default_factory=list)
    licences: list[str] = field(default_factory=list)
    free: bool | None = None
    cited: list[str] = field(default_factory=list)
    related: list[Related] = field(default_factory=list)
    funding: list[Funding] = field(default_factory=list)
    updates: list[Update] = field(default_factory=list)
    status: Status | None = None
    pages_at: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
