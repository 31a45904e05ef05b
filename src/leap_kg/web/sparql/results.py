"""The answer to a visitor's query as a table: IRIs linked to pages, numbers plain, at most `SHOWN` rows.

Hazard: an answer may have tens of megabytes. It is read by the engine's streaming parsers, and no further than
what is shown.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from pyoxigraph import (
    Literal,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    parse,
    parse_query_results,
)

from leap_kg.sparql.formats import GRAPHS, ROWS, Format
from leap_kg.sparql.guard import QueryForm
from leap_kg.sparql.query import Answer
from leap_kg.web.cells import Cell, Column, Text
from leap_kg.web.links import url
from leap_kg.web.reading import Reading

SHOWN = 500


@dataclass(frozen=True, slots=True)
class Download:
    """The same answer in another form."""

    label: str
    path: str
    type: str


@dataclass(frozen=True, slots=True)
class Table:
    """An answer as the page shows it; `truth` for a query that asks yes or no."""

    columns: list[Column]
    rows: list[dict[str, Cell]]
    total: int
    seconds: float
    truth: bool | None
    downloads: list[Download]


def asked_for(form: QueryForm) -> str:
    """The name of the format in which the page takes the answer from a worker."""
    if form is QueryForm.ASK:
        return "json"
    return "nt" if form.is_graph else "tsv"


def table(
    answer: Answer,
    form: QueryForm,
    query: str,
    reading: Reading,
    address: str = "/sparql",
    labels: Mapping[str, str] | None = None,
) -> Table:
    """The answer, in the format `asked_for(form)`, as a table; `address` is that of the endpoint.

    `labels` are the headings of columns that are not to be called as their variables are.
    """
    downloads = [_download(each, query, address) for each in (GRAPHS if form.is_graph else ROWS)]
    if form is QueryForm.ASK:
        truth = parse_query_results(answer.body, QueryResultsFormat.JSON)
        return Table([], [], 0, answer.seconds, isinstance(truth, QueryBoolean) and bool(truth), downloads)
    lines = answer.body.count(b"\n")
    if form.is_graph:
        names = ["subject", "predicate", "object"]
        triples = islice(parse(answer.body, format=RdfFormat.N_TRIPLES), SHOWN)
        rows = [_row(reading, names, (t.subject, t.predicate, t.object)) for t in triples]
        return Table(_columns(names, rows, {}), rows, lines, answer.seconds, None, downloads)
    found = parse_query_results(answer.body, QueryResultsFormat.TSV)
    if not isinstance(found, QuerySolutions):
        raise TypeError("rows were due")
    names = [variable.value for variable in found.variables]
    rows = [_row(reading, names, solution) for solution in islice(found, SHOWN)]
    return Table(_columns(names, rows, labels or {}), rows, max(0, lines - 1), answer.seconds, None, downloads)


def _row(reading: Reading, names: Sequence[str], terms: Iterable[Any]) -> dict[str, Cell]:
    return {name: _cell(reading, term) for name, term in zip(names, terms, strict=False)}


def _cell(reading: Reading, term: object) -> Cell:
    if isinstance(term, NamedNode | Literal):
        return reading.cell(term)
    return None if term is None else Text(str(term))


def _columns(names: Sequence[str], rows: Sequence[dict[str, Cell]], labels: Mapping[str, str]) -> list[Column]:
    """The columns; one that holds nothing but numbers is set as such."""
    numbers = {name for name in names if rows and all(type(row.get(name)) is int for row in rows)}
    return [Column(name, labels.get(name, name), number=name in numbers) for name in names]


def _download(form: Format, query: str, address: str) -> Download:
    return Download(form.label, url(address, query=query, format=form.name), form.media_type)
