"""What the graph of runs says after a publication: the run, the graphs it changed, and the revision, which is in here.

The revision is what tells whether the store has a patch of the log, so these quads are written last and together.
"""

from collections.abc import Iterable

from pyoxigraph import Literal, NamedNode, Quad, Store

from leap_kg.graph.activity import Activity, activity_quads, commit_quads
from leap_kg.graph.engine import Engine
from leap_kg.graph.lookup import looked_up, stands
from leap_kg.graph.names import provenance_graph, source_graph, whole_graph
from leap_kg.graph.publication.canonical import batches, lines_of
from leap_kg.graph.publication.sorting import Batch
from leap_kg.ontology.namespaces import DCT, ONTOLOGY_PATH, PROV, Namespace

Parts = list[tuple[Batch, Batch]]
"""Lines that go and lines that come, as `leap_kg.graph.publication.change.Change` takes them."""


def stored_revision(store: Store, base: str) -> int:
    """The revision of the store, 0 for an empty one."""
    leap = Namespace(base + ONTOLOGY_PATH)
    quads = looked_up(store, whole_graph(base), leap("revision"), None, provenance_graph(base))
    return max((int(quad.object.value) for quad in quads if isinstance(quad.object, Literal)), default=0)


def graph_revision(store: Engine, graph: NamedNode, base: str) -> int:
    """The revision that changed this graph last, 0 for a graph that was never written."""
    leap, runs = Namespace(base + ONTOLOGY_PATH), provenance_graph(base)
    revisions = [
        int(quad.object.value)
        for made in looked_up(store, graph, PROV("wasGeneratedBy"), None, runs)
        if isinstance(made.object, NamedNode)
        for quad in looked_up(store, made.object, leap("revision"), None, runs)
        if isinstance(quad.object, Literal)
    ]
    return max(revisions, default=0)


def of_publication(store: Store, source: str, activity: Activity, revision: int, base: str) -> Parts:
    """What to change about runs when a source is published; raises `ValueError` for a run that published before."""
    _require_new(store, activity, base)
    wanted = activity_quads(activity, source, revision, base)
    return _replacing(store, (source_graph(base, source), whole_graph(base)), wanted, base)


def of_commit(store: Store, graphs: Iterable[NamedNode], activity: Activity, revision: int, base: str) -> Parts:
    """What to change about runs when any graphs are changed; raises `ValueError` for a run that published before."""
    _require_new(store, activity, base)
    titles = {graph: _title(store, graph, base) for graph in graphs}
    wanted = commit_quads(activity, titles, revision, base)
    kept = [
        quad
        for graph in titles
        for quad in looked_up(store, graph, None, None, provenance_graph(base))
        if quad.predicate not in (DCT("modified"), PROV("wasGeneratedBy"))
    ]
    return _replacing(store, (*titles, whole_graph(base)), [*kept, *wanted], base)


def _replacing(store: Store, nodes: Iterable[NamedNode], wanted: Iterable[Quad], base: str) -> Parts:
    """The change that makes these quads all that is said of the nodes, and adds those about others."""
    graph = provenance_graph(base)
    said = {line for node in nodes for line in _lines(store, node, graph)}
    lines = {line for batch in batches(wanted, graph) for line in batch}
    present = {line for node in {_subject(line) for line in lines} for line in _lines(store, NamedNode(node), graph)}
    return [(sorted(said - lines), sorted(lines - present - said))]


def _lines(store: Store, node: NamedNode, graph: NamedNode) -> Batch:
    return [line for batch in lines_of(looked_up(store, node, None, None, graph)) for line in batch]


def _subject(line: bytes) -> str:
    return line[1 : line.index(b">")].decode()


def _title(store: Store, graph: NamedNode, base: str) -> str:
    titles = looked_up(store, graph, DCT("title"), None, provenance_graph(base))
    known = [quad.object.value for quad in titles if isinstance(quad.object, Literal)]
    return min(known) if known else graph.value.removeprefix(f"{base}graph/").removeprefix("source/")


def _require_new(store: Store, activity: Activity, base: str) -> None:
    if stands(store, activity.iri(base), None, None, provenance_graph(base)):
        raise ValueError(f"the run {activity.run!r} has published before; give each publication a run of its own")
