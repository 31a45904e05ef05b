"""RDF Patch as it is sent: lines of triples to take (`D`) and to add (`A`), for one graph.

https://afs.github.io/rdf-patch/ A line may name the graph it is meant for. Blank nodes are told apart across requests
by their labels only, so the labels that a whole graph goes out with are taken and all others refused.
"""

from dataclasses import dataclass

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, RdfFormat, Triple, parse

from leap_kg.ingest.formats.genid import from_label
from leap_kg.sparql.guard import Refused

MEDIA_TYPES = frozenset({"application/rdf-patch", "text/rdf-patch"})
MAX_QUOTED = 5_000
_PASSED_OVER = frozenset({"H", "TX", "TC"})
_BEGIN, _COMMIT = "TX", "TC"


@dataclass(frozen=True, slots=True)
class GraphPatch:
    """What a patch takes from a graph and then adds to it; no quad is in both."""

    removed: frozenset[Quad]
    added: frozenset[Quad]


def read_patch(data: bytes, graph: NamedNode, base: str) -> GraphPatch:
    """The patch in `data`; raises `Refused` (400) with the line that is at fault, or for one that was cut off."""
    try:
        lines = data.decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        place = data.count(b"\n", 0, error.start) + 1
        raise Refused(400, f"line {place}: this is not UTF-8") from None
    removed: set[Quad] = set()
    added: set[Quad] = set()
    begun = 0
    for number, line in enumerate(lines, 1):
        code, _, rest = line.strip().partition(" ")
        if not code or code.startswith("#") or code in _PASSED_OVER:
            begun = number if code == _BEGIN else 0 if code == _COMMIT else begun
            continue
        if code not in ("A", "D"):
            raise Refused(400, f"line {number}: expected H, TX, A, D or TC, not {code[:40]!r}; write IRIs in full")
        quad = _quad(rest, number, graph, base)
        first, last = (removed, added) if code == "A" else (added, removed)
        first.discard(quad)
        last.add(quad)
    if begun:
        raise Refused(400, f"line {begun}: what begins here with TX never ends with TC; was the patch cut off?")
    return GraphPatch(frozenset(removed), frozenset(added))


def _quad(text: str, number: int, graph: NamedNode, base: str) -> Quad:
    """The triple or quad of one line, in the graph."""
    if text.count("<<") > MAX_QUOTED:
        raise Refused(400, f"line {number}: write plain triples")
    try:
        found = list(parse(text, format=RdfFormat.N_QUADS))
    except SyntaxError as error:
        raise Refused(400, f"line {number}: {error.msg}") from None
    if len(found) != 1:
        raise Refused(400, f"line {number}: expected one triple with a '.' at its end")
    quad = found[0]
    if not isinstance(quad.graph_name, DefaultGraph) and quad.graph_name != graph:
        raise Refused(400, f"line {number}: names the graph {quad.graph_name}, not the one that is written")
    subject, target = quad.subject, quad.object
    if isinstance(subject, Triple) or isinstance(target, Triple):
        raise Refused(400, f"line {number}: a triple about a triple is not kept here")
    subject = _ours(subject, number, base) if isinstance(subject, BlankNode) else subject
    target = _ours(target, number, base) if isinstance(target, BlankNode) else target
    return Quad(subject, quad.predicate, target, graph)


def _ours(node: BlankNode, number: int, base: str) -> NamedNode:
    found = from_label(node, base)
    if found is None:
        raise Refused(400, f"line {number}: {node} is no blank node of this graph; take the label it is read with")
    return found
