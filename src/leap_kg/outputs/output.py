"""An output: one thing that the platform produced, with what a reference and a report need to say of it.

Hazard: an IRI can be `javascript:` something; only what begins with http is ever an address to follow.
"""

from dataclasses import dataclass, field

from leap_kg.outputs.kind import Kind
from leap_kg.outputs.period import Span, span_of

ORCID = "https://orcid.org/"
"""What the IRI of a person with an ORCID iD begins with."""


@dataclass(frozen=True, slots=True)
class Maker:
    """Who made it; `iri` is the node. `body` if the name is not to be taken apart: that of an organisation, or of
    somebody of whom nobody says that it is one person. `others` are the IRIs and names of what is published as the
    same.
    """

    name: str
    iri: str = ""
    body: bool = False
    others: tuple[str, ...] = field(default=(), compare=False)

    @property
    def orcid(self) -> str:
        """The ORCID iD, `""` without one."""
        return self.iri.rpartition("/")[2] if self.iri.startswith(ORCID) else ""

    @property
    def href(self) -> str:
        """Its address, `""` without one."""
        return _address(self.iri)


@dataclass(frozen=True, slots=True)
class Thing:
    """Something the output is linked to: its node and its name."""

    iri: str
    name: str

    @property
    def href(self) -> str:
        """Its address, `""` without one."""
        return _address(self.iri)


@dataclass(frozen=True, slots=True)
class Output:
    """One output; texts that are not known are empty.

    `issued` is a date as XML Schema writes it, to the year, month or day. `free` is whether a copy is free to read,
    `None` where nobody has looked. `reasons` are why it belongs to the platform, `doubtful` those that do not suffice
    before a curator has taken it in; `code` and `data` what is linked to
    it as its code and data, `papers` the publications of data, `status` what became of it (retracted, say),
    `reference` how its own record wants it cited. `keepers` look after data; `versions` are the
    IRIs of what it is said to be a version of, or the same as, either way.
    """

    iri: str
    kind: Kind
    title: str
    makers: tuple[Maker, ...] = ()
    issued: str = ""
    container: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    publisher: str = ""
    doi: str = ""
    abstract: str = ""
    language: str = ""
    version: str = ""
    reference: str = ""
    licence: str = ""
    free: bool | None = None
    keywords: tuple[str, ...] = ()
    awards: tuple[Thing, ...] = ()
    reasons: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    code: tuple[Thing, ...] = ()
    data: tuple[Thing, ...] = ()
    papers: tuple[Thing, ...] = ()
    later: tuple[Thing, ...] = ()
    keepers: tuple[Maker, ...] = ()
    versions: tuple[str, ...] = ()

    @property
    def href(self) -> str:
        """Its address, `""` without one."""
        return _address(self.iri)

    @property
    def people(self) -> tuple[Maker, ...]:
        """Everybody who made it or looks after it, each once; no organisations."""
        return tuple(dict.fromkeys(maker for maker in (*self.makers, *self.keepers) if not maker.body))

    @property
    def standing(self) -> str:
        """What became of it, in words for a reference: `Retracted`."""
        return ", ".join(self.status).capitalize()

    @property
    def remark(self) -> str:
        """How the record says it, for references that lack a part without it."""
        whole = self.makers and (self.container or self.kind is not Kind.ARTICLE) and self.kind is not Kind.DATASET
        return "" if whole else self.reference

    @property
    def year(self) -> str:
        """The year of publication, `""` if it is not known."""
        return self.issued[:4] if self.span is not None else ""

    @property
    def span(self) -> Span | None:
        """The days on which it may have been published."""
        return span_of(self.issued)


def _address(iri: str) -> str:
    return iri if iri.startswith(("https://", "http://")) else ""
