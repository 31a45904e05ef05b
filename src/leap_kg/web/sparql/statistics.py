"""How much a revision says: triples, classes, properties and graphs, counted by query processes when somebody asks.

Each count is made once for a revision and kept while that is the newest. A count that takes a query process too long
is left out, as a wrong one would be worse than none.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import structlog

from leap_kg.graph.snapshot import Snapshot
from leap_kg.sparql.query import QueryFailed, prepare
from leap_kg.web.sparql.asking import Asking

log = structlog.get_logger(__name__)

CLIENT = "statistics"
_EXAMPLES = 3
_QUERIES = {
    "graphs": "SELECT ?x (COUNT(*) AS ?n) WHERE { GRAPH ?x { ?s ?p ?o } } GROUP BY ?x ORDER BY ?x",
    "classes": "SELECT ?x (COUNT(DISTINCT ?s) AS ?n) WHERE { ?s a ?x } GROUP BY ?x ORDER BY ?x",
    "properties": "SELECT ?x (COUNT(*) AS ?n) WHERE { ?s ?x ?o } GROUP BY ?x ORDER BY ?x",
    "entities": "SELECT (COUNT(DISTINCT ?s) AS ?n) WHERE { ?s a ?class }",
    "examples": "PREFIX dcat: <http://www.w3.org/ns/dcat#> "
    f"SELECT DISTINCT ?x WHERE {{ ?x a dcat:Dataset }} ORDER BY ?x LIMIT {_EXAMPLES}",
}

Counts = dict[str, int]
Run = Callable[[str], Awaitable[list[dict[str, Any]] | None]]


@dataclass(frozen=True, slots=True)
class Statistics:
    """Triples of each graph, entities of each class, triples of each property; `None` for what was not counted.

    A triple that two graphs say counts twice in `triples` and `properties`. `examples` are IRIs of datasets.
    """

    revision: int
    graphs: Counts | None
    classes: Counts | None
    properties: Counts | None
    entities: int | None
    examples: tuple[str, ...]

    @property
    def triples(self) -> int | None:
        """Of all graphs."""
        return None if self.graphs is None else sum(self.graphs.values())


class Counting:
    """The statistics of the newest revision, made once however many ask."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking
        self._revision = 0
        self._task: asyncio.Task[Statistics] | None = None

    async def of(self, snapshot: Snapshot) -> Statistics:
        """The statistics of a snapshot, the newest that the caller knows of."""
        if self._task is None or self._revision != snapshot.revision:
            self._revision = snapshot.revision
            self._task = asyncio.create_task(self._count(snapshot))
        return await asyncio.shield(self._task)

    async def _count(self, snapshot: Snapshot) -> Statistics:
        async def run(name: str) -> list[dict[str, Any]] | None:
            try:
                answer = await self._asking.pool.run(
                    snapshot.directory, prepare(_QUERIES[name], requested="json"), CLIENT
                )
            except QueryFailed as failure:
                log.warning("not counted", what=name, revision=snapshot.revision, reason=failure.reason)
                return None
            rows: list[dict[str, Any]] = json.loads(answer.body)["results"]["bindings"]
            return rows

        # One after the other: whoever asks for statistics must not take every query process.
        return Statistics(
            revision=snapshot.revision,
            graphs=_by_iri(await run("graphs")),
            classes=_by_iri(await run("classes")),
            properties=_by_iri(await run("properties")),
            entities=_number(await run("entities")),
            examples=tuple(row["x"]["value"] for row in await run("examples") or ()),
        )


def _by_iri(rows: list[dict[str, Any]] | None) -> Counts | None:
    if rows is None:
        return None
    return {row["x"]["value"]: int(row["n"]["value"]) for row in rows if row.get("x", {}).get("type") == "uri"}


def _number(rows: list[dict[str, Any]] | None) -> int | None:
    return int(rows[0]["n"]["value"]) if rows else None
