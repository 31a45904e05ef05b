"""A random past state of a graph with a long history, asked by a query worker, against replaying the log up to it.

A million triples are published at once, then five hundred revisions change two hundred statements each. Cold means that
the state is not on disk yet; warm that it is, and the query worker is a new one all the same.
"""

import asyncio
import random
import shutil
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad, Store

from bench.graph import BASE, SOURCE, activity, datasets
from bench.measure import Comparison
from leap_kg.graph.history.folding import apply, way
from leap_kg.graph.history.followed import History
from leap_kg.graph.history.past import States
from leap_kg.graph.home import Home
from leap_kg.graph.log.patch import PatchLog
from leap_kg.graph.names import source_graph
from leap_kg.graph.publish import Writer
from leap_kg.ontology.iri import mint
from leap_kg.ontology.namespaces import DCT, prefixes
from leap_kg.settings import Settings
from leap_kg.sparql.pool import Pool
from leap_kg.sparql.query import prepare

_DATASETS = 166_667
_REVISIONS = 500
_CHANGED = 100
_STATES = 15
_REPLAYS = 2
_QUERY = "SELECT ?p ?o WHERE {{ {} ?p ?o }}"


def comparisons(folder: Path) -> Iterator[Comparison]:
    """Cold and warm states against the replay; then what the timeline answers against reading the patches."""
    home = Home(folder / "home")
    live(home, _DATASETS, _REVISIONS)
    log = PatchLog(home.log)
    wanted = random.Random(1).sample(range(1, log.last() + 1), _STATES)  # noqa: S311 - no secret
    replayed = [_timed(_replay, log, revision) for revision in wanted[:_REPLAYS]]
    cold, warm = [], []
    for revision in wanted:
        shutil.rmtree(home.path / "states", ignore_errors=True)
        cold.append(_timed(_ask, home, revision))
        warm.append(_timed(_ask, home, revision))
    size = f"{6 * _DATASETS:,} triples, {_REVISIONS} revisions"
    theirs = statistics.median(replayed)
    for name, times in (("cold", cold), ("warm", warm)):
        yield Comparison(f"past state, {name}: {size}", "replay of the log", statistics.median(times), theirs, _STATES)
        yield Comparison(f"past state, {name}, slowest of {_STATES}", "replay of the log", max(times), theirs, 1)


def live(home: Home, number: int, revisions: int) -> None:
    """Publish the datasets, then change the descriptions of some, chosen at random, once a revision."""
    chance = random.Random(0)  # noqa: S311 - no secret
    graph = source_graph(BASE, SOURCE)
    with Writer(home, BASE, followers=[History(home, BASE).follow]) as writer:
        writer.publish(SOURCE, datasets(number), activity("first"))
        for revision in range(revisions):
            nodes = [mint(BASE, "dataset", "bench", f"d{i}") for i in chance.sample(range(number), _CHANGED)]
            removed = [q for n in nodes for q in writer.store.quads_for_pattern(n, DCT("description"), None, graph)]
            added = [Quad(n, DCT("description"), Literal(f"As of {revision}"), graph) for n in nodes]
            writer.commit(SOURCE, removed, added, activity(f"change-{revision}"))


def _ask(home: Home, revision: int) -> None:
    """One query about one dataset, put to the state at a revision through a worker of its own."""
    settings = Settings(home=home.path)
    states = States(home, BASE)

    async def ask() -> bytes:
        pool = Pool(1, 60, settings.query_memory, settings.query_bytes)
        try:
            text = _QUERY.format(mint(BASE, "dataset", "bench", f"d{revision}"))
            query = prepare(text, accept="text/csv", requested=None, prefixes=prefixes(BASE))
            return (await pool.run(states.directory(revision), query)).body
        finally:
            await pool.close()

    assert asyncio.run(ask()).count(b"\n") >= 6
    states.close()


def _replay(log: PatchLog, revision: int) -> None:
    """The same question put to a store in memory into which the log was played."""
    store = Store()
    apply(store, way(log, 0, revision))
    node = NamedNode(f"{BASE}dataset/bench/d{revision}")
    assert sum(1 for _ in store.quads_for_pattern(node, None, None, None)) >= 6


def _timed(work: Callable[..., None], *arguments: object) -> float:
    began = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - began
