"""Queries to one server: rows, truth values and graphs, each told apart by what the server says it sends.

A result that the server would refuse as too large is asked for as far as it goes, and `CutResult` says so.
"""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from leap_kg.client.columns import frame
from leap_kg.client.errors import BadAnswer, CutResult, printable
from leap_kg.client.packages import need
from leap_kg.client.results import Table, read
from leap_kg.client.transport import Answer, Transport

SPARQL = "/sparql"
ROWS = "text/tab-separated-values"
GRAPH = "application/n-triples"
_ACCEPT = f"{ROWS}, {GRAPH}"
_FIX = "Is this the address of a leap-kg server?"

Moment = int | str | date | datetime | None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a query brought: one of `table`, `truth` and `triples` (N-Triples), from a revision of the graph."""

    revision: int | None
    table: Table | None = None
    truth: bool | None = None
    triples: str | None = None


def moment_of(at: Moment) -> str:
    """A moment as the server reads it; `""` for now."""
    if at is None:
        return ""
    return at.isoformat() if isinstance(at, date) else str(at)


def ask(transport: Transport, query: str, at: Moment = None, endpoint: str = SPARQL, level: int = 2) -> Asked:
    """The answer to a query; `level` is how far up the stack a warning points."""
    form = {"query": query, "truncate": "yes"}
    if moment := moment_of(at):
        form["at"] = moment
    answer = transport.post(endpoint, form, _ACCEPT)
    asked = _understood(answer)
    if (cut := answer.headers.get("leap-truncated")) is not None:
        number = cut.removeprefix("rows=")
        count = f"{int(number):,}" if number.isascii() and number.isdecimal() else "some"
        warnings.warn(
            f"the result is cut: these are the first {count} rows of more. Add LIMIT and OFFSET with ORDER BY, or "
            "select less",
            CutResult,
            stacklevel=level + 1,
        )
    return asked


def as_python(asked: Asked, about: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a DataFrame, a bool or an rdflib.Graph
    """The answer as people use it; `about` becomes the `attrs` of a DataFrame."""
    if asked.truth is not None:
        return asked.truth
    if asked.table is not None:
        found = frame(asked.table)
        found.attrs.update(about, revision=asked.revision)
        return found
    rdflib = need("rdflib", "a graph")
    graph = rdflib.Graph()
    try:
        graph.parse(data=asked.triples, format="nt")
    except Exception as error:  # noqa: BLE001 - the parser raises what it likes
        raise BadAnswer(f"the server's graph is no N-Triples ({printable(str(error), 120)})", _FIX) from None
    return graph


def _understood(answer: Answer) -> Asked:
    number = answer.headers.get("leap-revision", "")
    revision = int(number) if number.isascii() and number.isdecimal() and len(number) < 19 else None
    if answer.kind == ROWS:
        text = answer.text()
        if text.strip() in ("true", "false"):
            return Asked(revision, truth=text.strip() == "true")
        return Asked(revision, table=read(text))
    if answer.kind == GRAPH:
        return Asked(revision, triples=answer.text())
    kind = printable(answer.kind, 80) or "an unnamed type"
    raise BadAnswer(f"the server answers a query with {kind} and not with data", _FIX)
