"""Outputs as a table for a spreadsheet, and as plain JSON.

Hazard: a spreadsheet runs a cell that begins like a formula, and titles come from anywhere.
"""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from typing import Any

from leap_kg.outputs.output import Output, Thing
from leap_kg.outputs.selection import Access

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
COLUMNS = (
    "kind", "title", "authors", "orcids", "date", "published_in", "volume", "issue", "pages", "publisher", "doi", "url",
    "licence", "open_access", "keywords", "awards", "belongs_because", "status", "code", "data", "later_version",
)  # fmt: skip
"""The columns of the table."""


def csv_table(outputs: Sequence[Output]) -> str:
    """A header and a row for each output; several values in a cell are parted by `; `."""
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(COLUMNS)
    for each in outputs:
        rows.writerow([cell(value) for value in _row(each)])
    return out.getvalue()


def _row(output: Output) -> Iterable[str]:
    return (
        output.kind.value,
        output.title,
        "; ".join(maker.name for maker in output.makers),
        "; ".join(maker.orcid for maker in output.makers if maker.orcid),
        output.issued.partition("T")[0],
        output.container,
        output.volume,
        output.issue,
        output.pages,
        output.publisher,
        output.doi,
        output.href,
        output.licence,
        Access.of(output).value,
        "; ".join(output.keywords),
        _things(output.awards, name=True),
        "; ".join(output.reasons),
        "; ".join(output.status),
        _things(output.code),
        _things(output.data),
        _things(output.later),
    )


def _things(things: Iterable[Thing], *, name: bool = False) -> str:
    return "; ".join(thing.name if name else thing.iri for thing in things)


def cell(text: str) -> str:
    """The text, marked as one where a spreadsheet would take it for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def json_records(outputs: Sequence[Output]) -> str:
    """An array of objects; fields without a value are left out."""
    return json.dumps([record(each) for each in outputs], ensure_ascii=False, indent=1) + "\n"


def record(output: Output) -> dict[str, Any]:
    """One output as JSON has it."""
    fields: dict[str, Any] = {
        "iri": output.iri,
        "kind": output.kind.value,
        "title": output.title,
        "authors": [{"name": m.name, "iri": m.iri, **({"orcid": m.orcid} if m.orcid else {})} for m in output.makers],
        "date": output.issued,
        "published_in": output.container,
        "volume": output.volume,
        "issue": output.issue,
        "pages": output.pages,
        "publisher": output.publisher,
        "doi": output.doi,
        "url": output.href,
        "licence": output.licence,
        "open_access": Access.of(output).value,
        "keywords": list(output.keywords),
        "awards": _named(output.awards),
        "code": _named(output.code),
        "data": _named(output.data),
        "later_versions": _named(output.later),
        "belongs_because": list(output.reasons),
        "may_belong_because": list(output.doubtful),
        "status": list(output.status),
        "abstract": output.abstract,
    }
    return {name: value for name, value in fields.items() if value}


def _named(things: Iterable[Thing]) -> list[dict[str, str]]:
    return [{"iri": thing.iri, "name": thing.name} for thing in things]
