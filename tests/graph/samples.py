"""Small graphs that the shapes accept, and ways to look at everything a home holds."""

import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad, Store

from leap_kg.graph.activity import Activity
from leap_kg.graph.engine import Engine
from leap_kg.graph.home import Home
from leap_kg.graph.log.patch import PatchLog
from leap_kg.graph.names import source_graph
from leap_kg.ontology.iri import mint
from leap_kg.ontology.namespaces import DCAT, DCT, FOAF, ONTOLOGY_PATH, RDF, Namespace
from tests.ontology.terms import BASE

LEAP = Namespace(BASE + ONTOLOGY_PATH)
MOMENT = datetime(2026, 3, 1, 12, 30, 15, 250_000, tzinfo=UTC)
_runs = count()


def activity(source: str = "one", **more: object) -> Activity:
    """A run that no other publication has."""
    fields = {"run": f"{source}/{next(_runs)}", "title": f"Source {source}", "started": MOMENT}
    return Activity(**{**fields, "ended": MOMENT + timedelta(seconds=3), **more})  # type: ignore[arg-type]


def dataset(name: str, title: str, source: str = "one", keywords: Iterable[str] = ()) -> set[Quad]:
    """A dataset with a maintainer, as a source would publish it."""
    graph, node, person = source_graph(BASE, source), mint(BASE, "dataset", name), mint(BASE, "person", "github", "ada")
    return {
        Quad(node, RDF("type"), DCAT("Dataset"), graph),
        Quad(node, DCT("title"), Literal(title), graph),
        Quad(node, DCT("source"), NamedNode(f"https://example.org/{name}.yaml"), graph),
        *(Quad(node, DCAT("keyword"), Literal(keyword), graph) for keyword in keywords),
        Quad(person, RDF("type"), FOAF("Person"), graph),
        Quad(person, FOAF("name"), Literal("Ada Ångström"), graph),
    }


def export(store: Iterable[Quad]) -> bytes:
    """The whole store as sorted N-Quads."""
    return "".join(sorted(f"{quad} .\n" for quad in store)).encode()


def graph_of(store: Engine, source: str) -> set[Quad]:
    """What the graph of a source holds."""
    return set(store.quads_for_pattern(None, None, None, source_graph(BASE, source)))


def replay(log: PatchLog, until: int | None = None) -> set[Quad]:
    """What the log says the store holds at a revision, by plain set arithmetic; every change must be a real one."""
    quads: set[Quad] = set()
    for patch in log.patches():
        if until is not None and patch.revision > until:
            break
        removed, added = set(patch.removed), set(patch.added)
        assert removed <= quads
        assert not added & (quads - removed)
        quads = (quads - removed) | added
    return quads


def index_rows(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """What the search index holds, without its row numbers."""
    database = sqlite3.connect(path)
    queries = {
        "revision": "SELECT revision FROM meta",
        "node": "SELECT iri, kind, label, summary FROM node",
        "facet": "SELECT node.iri, name, value, facet.label FROM has JOIN node ON node.id = node "
        "JOIN facet ON facet.id = facet",
        "facets": "SELECT name, value, label FROM facet",
        "owner": "SELECT p.iri, w.iri FROM owner JOIN node p ON p.id = part JOIN node w ON w.id = whole",
        "owners": "SELECT count(*) FROM owner",
        "words": "SELECT node.iri, w.label, keywords, body FROM words w JOIN node ON node.id = w.rowid",
        "letters": "SELECT node.iri, l.label FROM letters l JOIN node ON node.id = l.rowid",
        "counts": "SELECT (SELECT count(*) FROM has), (SELECT count(*) FROM words), (SELECT count(*) FROM letters)",
    }
    rows = {name: sorted(database.execute(query).fetchall()) for name, query in queries.items()}
    database.close()
    return rows


def everything(home: Home, store: Store) -> dict[str, object]:
    """All that a publication can change: store, log, snapshots and index."""
    return {
        "store": export(store),
        "log": {path.name: path.read_bytes() for path in home.log.iterdir()},
        "snapshots": sorted(path.name for path in home.snapshots.iterdir()),
        "index": index_rows(home.index),
    }
