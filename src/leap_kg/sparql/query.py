"""A query that passed the guard, its answer, and the failures between them."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pyoxigraph import NamedNode

from leap_kg.sparql.formats import Format, negotiate, offered
from leap_kg.sparql.guard import DEFAULT, Limits, Refused, inspect


@dataclass(frozen=True, slots=True)
class Query:
    """What a worker needs to know. Make one with `prepare`: a worker trusts that the guard has read the text.

    `default_graphs` and `named_graphs` are the dataset the request names (absolute IRIs); without any, and without
    FROM (`own_dataset`), the default graph is the union of all graphs. `prefixes` shorten IRIs in Turtle. `seconds`
    shortens the pool's deadline and cannot extend it.
    """

    text: str
    format: Format
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    own_dataset: bool = False
    prefixes: Mapping[str, str] = field(default_factory=dict)
    seconds: float = math.inf


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole result: its bytes, the format they are in and the seconds the worker took."""

    body: bytes
    format: Format
    seconds: float


class QueryFailed(Exception):
    """A query without an answer.

    `status` is the HTTP status: 400 (the query is wrong), 413 (the result is too large) or 503 (time, memory, no
    worker free); `reason` is a sentence for the client; `retry_after` are seconds to wait before the same query
    can work, if it can.
    """

    def __init__(self, status: int, reason: str, retry_after: int | None = None) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.retry_after = retry_after


def prepare(
    text: str,
    *,
    accept: str | None = None,
    requested: str | None = None,
    default_graphs: Sequence[str] = (),
    named_graphs: Sequence[str] = (),
    prefixes: Mapping[str, str] | None = None,
    seconds: float = math.inf,
    limits: Limits = DEFAULT,
) -> Query:
    """The way from a request to a `Query`: guard, then format (`requested` by name, else by `accept`).

    Raises `Refused` with the guard's statuses, 400 for a graph that is no absolute IRI, 406 where no format suits.
    """
    for graph in (*default_graphs, *named_graphs):
        _check_iri(graph)
    verdict = inspect(text, limits)
    chosen = negotiate(accept, verdict.form, requested)
    if chosen is None:
        names = ", ".join(each.name for each in offered(verdict.form))
        raise Refused(406, f"a {verdict.form.value} query is answered as one of {names}; ask for one of these")
    return Query(
        text=text,
        format=chosen,
        default_graphs=tuple(default_graphs),
        named_graphs=tuple(named_graphs),
        own_dataset=verdict.own_dataset,
        prefixes=prefixes or {},
        seconds=seconds,
    )


def _check_iri(graph: str) -> None:
    try:
        NamedNode(graph)
    except ValueError:
        raise Refused(400, f"the graph {graph!r} is no absolute IRI") from None
