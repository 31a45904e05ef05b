"""What is missing, in lists that a page shows the beginning of and a table has in full."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from leap_kg.ontology.iri import slug
from leap_kg.outputs.formats.tables import cell
from leap_kg.outputs.output import Maker, Output
from leap_kg.outputs.report import Report
from leap_kg.web.cells import Node
from leap_kg.web.outputs.asked import Asked
from leap_kg.web.outputs.publications import node_of
from leap_kg.web.reading import Reading

PATH = "/missing"
SHOWN = 20
_PEOPLE = "People without an ORCID iD"
_COLUMNS = ("missing", "kind", "title", "authors", "date", "iri")


@dataclass(frozen=True, slots=True)
class Lack:
    """One thing that is missing: `name` in addresses, how many lack it, the first of them, and the table of all."""

    name: str
    title: str
    total: int
    shown: list[tuple[Node, str]]
    table: str


def missing_of(report: Report) -> dict[str, tuple[str, list[Output] | list[Maker]]]:
    """All that is missing by its name in addresses, with the words for it."""
    found: dict[str, tuple[str, list[Output] | list[Maker]]] = {
        slug(words): (words, outputs) for words, outputs in report.missing.items()
    }
    return {**found, slug(_PEOPLE): (_PEOPLE, report.without_orcid)}


def lacks(reading: Reading, report: Report, asked: Asked) -> list[Lack]:
    """The lists as the page shows them, also the empty ones: that nothing is missing is good news."""
    return [
        Lack(name, words, len(those), [_shown(reading, each) for each in those[:SHOWN]], _table(asked, name))
        for name, (words, those) in missing_of(report).items()
    ]


def as_table(report: Report, what: str) -> str:
    """One list, or with `""` all of them one below the other, as CSV."""
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(_COLUMNS)
    for name, (_, those) in missing_of(report).items():
        if what in ("", name):
            rows.writerows([cell(value) for value in (name, *_row(each))] for each in those)
    return out.getvalue()


def as_lists(report: Report, what: str) -> dict[str, list[dict[str, Any]]]:
    """The same as JSON has it."""
    columns = _COLUMNS[1:]
    return {
        name: [dict(zip(columns, _row(each), strict=True)) for each in those]
        for name, (_, those) in missing_of(report).items()
        if what in ("", name)
    }


def _row(each: Output | Maker) -> Iterable[str]:
    if isinstance(each, Maker):
        return "person", each.name, "", "", each.iri
    authors = "; ".join(maker.name for maker in each.makers)
    return each.kind.value, each.title, authors, each.issued.partition("T")[0], each.iri


def _shown(reading: Reading, each: Output | Maker) -> tuple[Node, str]:
    if isinstance(each, Maker):
        return node_of(reading, each), ""
    return node_of(reading, each), each.issued.partition("T")[0]


def _table(asked: Asked, name: str) -> str:
    return asked.href(f"{PATH}.csv", [("what", name)])
