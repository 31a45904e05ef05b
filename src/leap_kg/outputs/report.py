"""The report of a period: what was produced, by kind, with who, by which award, on what, and what is missing.

Hazard: numbers in a report are quoted. A preprint whose article is in the same report is counted once, as the article,
and what cannot be dated to the period for certain is counted and said so.
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

_MOST_NAMED = 25

Item = TypeVar("Item")


@dataclass(frozen=True)
class Report:
    """The outputs of a selection; `outputs` are those that count, `earlier` the preprints of articles among them."""

    selection: Selection
    outputs: Sequence[Output]
    earlier: Sequence[Output]
    undated: int

    @classmethod
    def of(cls, outputs: Iterable[Output], selection: Selection) -> "Report":
        """The report on these outputs."""
        everything = list(outputs)
        chosen = selection.of(everything)
        named = {each.iri for each in chosen}
        replaced = [each for each in chosen if any(thing.iri in named for thing in each.later)]
        gone = {each.iri for each in replaced}
        ever = replace(selection, period=EVER)
        undated = 0 if selection.period == EVER else sum(each.span is None for each in ever.of(everything))
        return cls(selection, [each for each in chosen if each.iri not in gone], replaced, undated)

    @cached_property
    def groups(self) -> list[tuple[Kind, list[Output]]]:
        """The outputs of each kind that there are any of."""
        found = ((kind, [each for each in self.outputs if each.kind is kind]) for kind in Kind)
        return [(kind, those) for kind, those in found if those]

    @cached_property
    def publications(self) -> list[Output]:
        """The texts among the outputs."""
        return [each for each in self.outputs if each.kind.is_publication]

    @property
    def uncertain(self) -> int:
        """How many have a date that only may lie in the period, such as a year."""
        return sum(each.span is not None and not self.selection.period.covers(each.span) for each in self.outputs)

    @property
    def people(self) -> list[tuple[Maker, int]]:
        """Who made most of them; people of one name and no identifier are as many as records name them."""
        makers = Counter(maker for each in self.outputs for maker in dict.fromkeys(each.makers) if not maker.body)
        return _most(makers, key=lambda maker: (maker.name.casefold(), maker.iri))

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
    def missing(self) -> dict[str, list[Output]]:
        """What the programme still owes: by what is missing."""
        data = [each for each in self.outputs if each.kind is Kind.DATASET]
        used = {thing.iri for each in self.outputs for thing in each.data}
        return {
            "Publications without code": [each for each in self.publications if not each.code],
            "Publications without data": [each for each in self.publications if not each.data],
            "Publications without an open copy": [each for each in self.publications if each.free is False],
            "Publications where nobody has looked for an open copy": [
                each for each in self.publications if each.free is None
            ],
            "Datasets without a paper": [each for each in data if each.iri not in used],
            "Datasets without a licence": [each for each in data if not each.licence],
        }

    @property
    def without_orcid(self) -> list[Maker]:
        """People who made something and have no ORCID here."""
        people = {m for each in self.outputs for m in each.makers if not m.body and not m.orcid}
        return sorted(people, key=lambda maker: (maker.name.casefold(), maker.iri))

    def as_json(self) -> dict[str, Any]:
        """The whole report as JSON has it."""
        return {
            "period": {"from": str(self.selection.period.first), "to": str(self.selection.period.last)},
            "counts": {kind.value: len(those) for kind, those in self.groups},
            "date_uncertain": self.uncertain,
            "undated_left_out": self.undated,
            "open_access": {access.value: number for access, number in self.access.items()},
            "people": [{"name": maker.name, "iri": maker.iri, "outputs": number} for maker, number in self.people],
            "awards": [{"name": thing.name, "iri": thing.iri, "outputs": number} for thing, number in self.awards],
            "themes": [{"theme": word, "outputs": number} for word, number in self.themes],
            "missing": {words: [each.iri for each in those] for words, those in self.missing.items()},
            "people_without_orcid": [{"name": maker.name, "iri": maker.iri} for maker in self.without_orcid],
            "outputs": [record(each) for each in self.outputs],
            "preprints_of_these": [record(each) for each in self.earlier],
        }


def _most(found: "Counter[Item]", key: Callable[[Item], Any]) -> list[tuple[Item, int]]:
    return sorted(found.items(), key=lambda each: (-each[1], key(each[0])))[:_MOST_NAMED]
