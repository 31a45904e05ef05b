"""A query that passed the guard, its answer, and the failures between them."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pyoxigraph import NamedNode

from leap_kg.sparql.formats import Format, negotiate, offered
from leap_kg.sparql.guard import DEFAULT, Limits, Refused
from leap_kg.sparql.normal import verdict
from leap_kg.sparql.search import Search, find


@dataclass(frozen=True, slots=True)
class Searching:
    """Where full-text search is done: the IRI of the predicate that asks for it, and the file of the index."""

    predicate: str
    index: Path


@dataclass(frozen=True, slots=True)
class Query:
    """What a worker needs to know. Make one with `prepare`: a worker trusts that the guard has read the text.

    `default_graphs` and `named_graphs` are the dataset the request names (absolute IRIs); without any, and without
    FROM (`own_dataset`), the default graph is the union of all graphs. `prefixes` shorten IRIs in Turtle. `seconds`
    shortens the pool's deadline and cannot extend it. `truncate` asks for the beginning of a result that is too
    large. `searches` are the full-text searches in the text, done in the file `index`. `base` resolves relative IRIs.
    """

    text: str
    format: Format
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    own_dataset: bool = False
    prefixes: Mapping[str, str] = field(default_factory=dict)
    seconds: float = math.inf
    truncate: bool = False
    searches: tuple[Search, ...] = ()
    index: str = ""
    base: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """A result: its bytes, the format they are in and the seconds the worker took.

    `rows` is `None` for a whole result, else the number of rows (or triples) after which it was cut.
    """

    body: bytes
    format: Format
    seconds: float
    rows: int | None = None


class QueryFailed(Exception):
    """A query without an answer.

    `status` is the HTTP status: 400 (the query is wrong), 413 (the result is too large), 429 (the client has used up
    its budget) or 503 (time, memory, no worker free); `reason` is a sentence for the client; `retry_after` are seconds
    to wait before the same query can work, if it can; `by_query` whether the query itself is at fault.
    """

    def __init__(self, status: int, reason: str, retry_after: int | None = None, *, by_query: bool = False) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.retry_after = retry_after
        self.by_query = by_query


def prepare(
    text: str,
    *,
    accept: str | None = None,
    requested: str | None = None,
    default_graphs: Sequence[str] = (),
    named_graphs: Sequence[str] = (),
    prefixes: Mapping[str, str] | None = None,
    seconds: float = math.inf,
    truncate: bool = False,
    searching: Searching | None = None,
    base: str = "",
    limits: Limits = DEFAULT,
) -> Query:
    """The way from a request to a `Query`: guard, then format (`requested` by name, else by `accept`).

    Raises `Refused` with the guard's statuses, 400 for a graph that is no absolute IRI, 406 where no format suits.
    Without `searching`, `leap:search` is a predicate like any other.
    """
    for graph in (*default_graphs, *named_graphs):
        _check_iri(graph)
    read = verdict(text, limits)
    chosen = negotiate(accept, read.form, requested)
    if chosen is None:
        names = ", ".join(each.name for each in offered(read.form))
        raise Refused(406, f"a {read.form.value} query is answered as one of {names}; ask for one of these")
    return Query(
        text=text,
        format=chosen,
        default_graphs=tuple(default_graphs),
        named_graphs=tuple(named_graphs),
        own_dataset=read.own_dataset,
        prefixes=prefixes or {},
        seconds=seconds,
        truncate=truncate,
        searches=find(text, searching.predicate) if searching else (),
        index=str(searching.index) if searching else "",
        base=base,
    )


def _check_iri(graph: str) -> None:
    try:
        NamedNode(graph)
    except ValueError:
        raise Refused(400, f"the graph {graph!r} is no absolute IRI") from None
