"""The report of a period: what was produced, by kind, with who, by which award, on what, and what is missing.

Hazard: numbers in a report are quoted. Of the versions of a work that are in the same report one counts (`works`), and
what cannot be dated to the period for certain is counted and said so; what has no date at all is listed apart.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeVar

from leap_kg.outputs.formats.tables import record
from leap_kg.outputs.kind import Kind
from leap_kg.outputs.output import Maker, Output, Thing
from leap_kg.outputs.selection import EVER, Access, Selection
from leap_kg.outputs.works import Works

_MOST_NAMED = 25

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Share:
    """How many of what could have something have it."""

    words: str
    have: int
    all: int

    @property
    def percent(self) -> int:
        """The same of a hundred, rounded to the nearest; only all of them are 100, and only none are 0."""
        nearest = (self.have * 200 + self.all) // (2 * self.all)
        return nearest if self.have in (0, self.all) else min(max(nearest, 1), 99)


@dataclass(frozen=True)
class Report:
    """The outputs of a selection; `outputs` are those that count, `earlier` the other versions of these.

    `undated` would be in it if they had a date; `doubtful` counts what no sufficient reason makes the platform's.
    """

    selection: Selection
    outputs: Sequence[Output]
    earlier: Sequence[Output]
    undated: Sequence[Output]
    doubtful: int

    @classmethod
    def of(cls, outputs: Iterable[Output], selection: Selection) -> "Report":
        """The report on these outputs."""
        everything = list(outputs)
        works = Works(everything)
        count, earlier = works.counted(selection.of(everything))
        return cls(
            selection, count, earlier, _undated(everything, selection, works, count), _doubtful(everything, selection)
        )

    @cached_property
    def groups(self) -> list[tuple[Kind, list[Output]]]:
        """The outputs of each kind that there are any of."""
        return _by_kind(self.outputs)

    @cached_property
    def undated_groups(self) -> list[tuple[Kind, list[Output]]]:
        """What has no date, in the same way."""
        return _by_kind(self.undated)

    @cached_property
    def publications(self) -> list[Output]:
        """The texts among the outputs."""
        return [each for each in self.outputs if each.kind.is_publication]

    @property
    def datasets(self) -> list[Output]:
        """The data among the outputs."""
        return [each for each in self.outputs if each.kind is Kind.DATASET]

    @property
    def uncertain(self) -> int:
        """How many have a date that only may lie in the period, such as a year."""
        return sum(each.span is not None and not self.selection.period.covers(each.span) for each in self.outputs)

    @property
    def dateless(self) -> int:
        """How many have no date; none in the report of a period, which leaves them out."""
        return sum(each.span is None for each in self.outputs)

    @property
    def everybody(self) -> "Counter[Maker]":
        """Who made or looks after how many; people of one name and no identifier are as many as records name them."""
        return Counter(person for each in self.outputs for person in each.people)

    @property
    def people(self) -> list[tuple[Maker, int]]:
        """Those with most."""
        return _most(self.everybody, key=lambda maker: (maker.name.casefold(), maker.iri))

    @property
    def awards(self) -> list[tuple[Thing, int]]:
        """Which grants paid for most of them."""
        awards = Counter(thing for each in self.outputs for thing in dict.fromkeys(each.awards))
        return _most(awards, key=lambda thing: (thing.name.casefold(), thing.iri))

    @property
    def themes(self) -> list[tuple[str, int]]:
        """Their most frequent keywords, in any case."""
        words = Counter(word for each in self.outputs for word in {word.casefold() for word in each.keywords})
        return _most(words, key=str)

    @property
    def access(self) -> dict[Access, int]:
        """How many publications are free to read."""
        found = Counter(Access.of(each) for each in self.publications)
        return {access: found[access] for access in Access}

    @property
    def shares(self) -> list[Share]:
        """How much of it is open and linked, without what there is nothing of."""
        papers, data, code = self.publications, self.datasets, [o for o in self.outputs if o.kind is Kind.SOFTWARE]
        found = (
            Share("Publications that are free to read", sum(each.free is True for each in papers), len(papers)),
            Share("Publications with their code", sum(bool(each.code) for each in papers), len(papers)),
            Share("Publications with their data", sum(bool(each.data) for each in papers), len(papers)),
            Share("Datasets with a licence", sum(bool(each.licence) for each in data), len(data)),
            Share("Code with a licence", sum(bool(each.licence) for each in code), len(code)),
            Share("People with an ORCID iD", sum(bool(m.orcid) for m in self.everybody), len(self.everybody)),
        )
        return [share for share in found if share.all]

    @property
    def missing(self) -> dict[str, list[Output]]:
        """What the programme still owes: by what is missing."""
        return {
            "Publications without code": [each for each in self.publications if not each.code],
            "Publications without data": [each for each in self.publications if not each.data],
            "Publications without an open copy": [each for each in self.publications if each.free is False],
            "Publications where nobody has looked for an open copy": [
                each for each in self.publications if each.free is None
            ],
            "Datasets without a paper": [each for each in self.datasets if not each.papers],
            "Datasets without a licence": [each for each in self.datasets if not each.licence],
        }

    @property
    def without_orcid(self) -> list[Maker]:
        """People who made something and have no ORCID here."""
        people = {person for person in self.everybody if not person.orcid}
        return sorted(people, key=lambda maker: (maker.name.casefold(), maker.iri))

    def as_json(self) -> dict[str, Any]:
        """The whole report as JSON has it."""
        return {
            "period": {"from": str(self.selection.period.first), "to": str(self.selection.period.last)},
            "counts": {kind.value: len(those) for kind, those in self.groups},
            "date_uncertain": self.uncertain,
            "undated_left_out": len(self.undated),
            "doubtful_left_out": self.doubtful,
            "open_access": {access.value: number for access, number in self.access.items()},
            "shares": [{"what": each.words, "have": each.have, "of": each.all} for each in self.shares],
            "people": [{"name": maker.name, "iri": maker.iri, "outputs": number} for maker, number in self.people],
            "awards": [{"name": thing.name, "iri": thing.iri, "outputs": number} for thing, number in self.awards],
            "themes": [{"theme": word, "outputs": number} for word, number in self.themes],
            "missing": {words: [each.iri for each in those] for words, those in self.missing.items()},
            "people_without_orcid": [{"name": maker.name, "iri": maker.iri} for maker in self.without_orcid],
            "outputs": [record(each) for each in self.outputs],
            "other_versions_of_these": [record(each) for each in self.earlier],
            "undated": [record(each) for each in self.undated],
        }


def _undated(
    everything: Sequence[Output], selection: Selection, works: Works, counted: Sequence[Output]
) -> Sequence[Output]:
    """What a report of a period leaves out for want of a date; a work that another version of it dates is not."""
    if selection.period == EVER:
        return ()
    there = {works.of(each.iri) for each in counted}
    undated = [each for each in replace(selection, period=EVER).of(everything) if each.span is None]
    return [each for each in works.counted(undated)[0] if works.of(each.iri) not in there]


def _doubtful(everything: Sequence[Output], selection: Selection) -> int:
    if selection.others:
        return 0
    return sum(bool(each.doubtful) for each in replace(selection, others=True).of(everything))


def _by_kind(outputs: Sequence[Output]) -> list[tuple[Kind, list[Output]]]:
    found = ((kind, [each for each in outputs if each.kind is kind]) for kind in Kind)
    return [(kind, those) for kind, those in found if those]


def _most(found: "Counter[Item]", key: Callable[[Item], Any]) -> list[tuple[Item, int]]:
    return sorted(found.items(), key=lambda each: (-each[1], key(each[0])))[:_MOST_NAMED]
