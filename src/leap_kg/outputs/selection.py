"""Which outputs: by period, kind, person, award, theme and open access."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import Enum

from leap_kg.ontology.identifiers import Refusal, orcid
from leap_kg.outputs.kind import Kind
from leap_kg.outputs.output import ORCID, Maker, Output, Thing
from leap_kg.outputs.period import Span

EVER = Span(date.min, date.max)
# Known only because somebody of the platform describes them, so they need no other reason.
_OWN = (Kind.MODEL, Kind.TRAINING)
_LIKE_ORCID = re.compile(r"(https?://)?(www\.)?orcid\.org/.*|([0-9]{4}[- ]?){3}[0-9]{3}[0-9x]", re.IGNORECASE)


class Access(Enum):
    """Whether a copy is free to read: known to be, known not to be, or nobody has looked."""

    OPEN = "open"
    CLOSED = "closed"
    UNKNOWN = "unknown"

    @classmethod
    def of(cls, output: Output) -> "Access":
        """The access to this output."""
        return cls.UNKNOWN if output.free is None else cls.OPEN if output.free else cls.CLOSED


@dataclass(frozen=True, slots=True)
class Selection:
    """What is wanted; an empty field wants everything.

    An output of which only the year is known is in every period that has a day of that year; one without a date is in
    no period but the endless one. `person` is an IRI, an ORCID iD, or words of a name; `award` is an IRI or words of a
    grant's number or name; `theme` is words of a keyword, title or abstract. Without `others`, only what belongs to the
    platform for a reason that is stated.
    """

    period: Span = EVER
    kinds: frozenset[Kind] = frozenset()
    person: str = ""
    award: str = ""
    theme: str = ""
    access: Access | None = None
    others: bool = False

    def takes(self, output: Output) -> bool:
        """Whether this output is wanted."""
        return (
            (self.others or bool(output.reasons) or output.kind in _OWN)
            and (not self.kinds or output.kind in self.kinds)
            and self._in_period(output)
            and (not self.person or self._by_person(output))
            and (not self.award or any(self._by(each) for each in output.awards))
            and (not self.theme or _has(self.theme, (*output.keywords, output.title, output.abstract)))
            and (self.access is None or Access.of(output) is self.access)
        )

    def of(self, outputs: Iterable[Output]) -> list[Output]:
        """The wanted ones, the newest first, then by title; those without a date last."""
        wanted = [each for each in outputs if self.takes(each)]
        wanted.sort(key=lambda each: (each.title.casefold(), each.iri))
        wanted.sort(key=lambda each: each.span.last if each.span else date.min, reverse=True)
        return wanted

    def _in_period(self, output: Output) -> bool:
        return self.period == EVER or (output.span is not None and self.period.overlaps(output.span))

    def _by(self, award: Thing) -> bool:
        """Whether this grant is the one that is wanted; one IRI may be the beginning of another."""
        return self.award == award.iri or ("://" not in self.award and _has(self.award, (award.iri, award.name)))

    def _by_person(self, output: Output) -> bool:
        return any(self._is(maker) for maker in (*output.makers, *output.keepers))

    def _is(self, maker: Maker) -> bool:
        iris = (maker.iri, *maker.others)
        names = (maker.name, *(text for text in maker.others if "://" not in text))
        return self.person in iris or f"{ORCID}{self.person}" in iris or _has(self.person, names)


def person_wanted(text: str) -> str:
    """What `Selection.person` takes: an ORCID iD in any spelling as its IRI, anything else as it is.

    Raises `ValueError` for what nobody writes who means a name: an ORCID iD that is none, which would choose nothing.
    """
    if not _LIKE_ORCID.fullmatch(text.strip()):
        return text.strip()
    known = orcid.parse(text)
    if isinstance(known, Refusal):
        raise ValueError(f"{text[:60]!r} is {known.reason}: {known.hint}")
    return known.iri


def _has(words: str, texts: Iterable[str]) -> bool:
    """Whether one of the texts holds all the words, in any case and order."""
    wanted = words.casefold().split()
    return any(all(word in text.casefold() for word in wanted) for text in texts)
