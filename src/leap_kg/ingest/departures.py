"""Nodes that a source no longer has: a tombstone for each, or a pointer to the node that took its place.

Worked out from the source's graph as it is and as it will be, so it needs no memory of its own: a
tombstone stays in the graph until its node comes back.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime

from pyoxigraph import Literal, NamedNode, Quad, Triple

from leap_kg.ontology.iri import readable
from leap_kg.ontology.kinds import kind_of
from leap_kg.ontology.namespaces import DCAT, DCT, ONTOLOGY_PATH, PROV, RDF, XSD, Namespace

_LASTING = ("dataset", "store", "file", "recipe", "notebook", "paper", "hub", "entry", "person")


def departures(present: Iterable[Quad], wanted: Iterable[Triple], moment: datetime, base: str) -> Iterator[Triple]:
    """What to say about nodes of the `present` graph that `wanted` no longer describes."""
    leap = Namespace(base + ONTOLOGY_PATH)
    before, after = _by_subject(present), _by_subject(wanted)
    heirs = _heirs(after, before)
    for node in sorted(before.keys() - after.keys(), key=lambda n: n.value):
        statements = before[node]
        types = {t.object.value for t in statements if t.predicate == RDF("type") and isinstance(t.object, NamedNode)}
        if leap("Tombstone").value in types or _is_pointer(statements):
            yield from statements
            continue
        kind = kind_of(types, base)
        if "#" in node.value or not node.value.startswith(base) or kind is None or kind.name not in _LASTING:
            continue
        heir = _heir(statements, heirs)
        if heir is not None:
            yield Triple(node, DCT("isReplacedBy"), heir)
        else:
            yield from _tombstone(node, statements, types, moment, leap)


def _tombstone(
    node: NamedNode, statements: list[Triple], types: set[str], moment: datetime, leap: Namespace
) -> Iterator[Triple]:
    titles = [t.object.value for t in statements if t.predicate == DCT("title") and isinstance(t.object, Literal)]
    yield Triple(node, RDF("type"), leap("Tombstone"))
    yield Triple(node, DCT("title"), Literal(min(titles, default=readable(node.value))))
    yield Triple(node, PROV("invalidatedAtTime"), Literal(moment.isoformat(), datatype=XSD("dateTime")))
    for former in sorted(types):
        yield Triple(node, DCT("type"), NamedNode(former))


def _by_subject(statements: Iterable[Quad] | Iterable[Triple]) -> dict[NamedNode, list[Triple]]:
    found: dict[NamedNode, list[Triple]] = defaultdict(list)
    for statement in statements:
        if isinstance(statement.subject, NamedNode):
            found[statement.subject].append(Triple(statement.subject, statement.predicate, statement.object))
    return found


def _is_pointer(statements: list[Triple]) -> bool:
    return all(triple.predicate == DCT("isReplacedBy") for triple in statements)


def _heirs(after: dict[NamedNode, list[Triple]], before: dict[NamedNode, list[Triple]]) -> dict[NamedNode, NamedNode]:
    """For each store of a dataset that is new: that dataset, which may be an old one under another name."""
    return {
        triple.object: node
        for node in sorted(after.keys() - before.keys(), key=lambda n: n.value)
        for triple in after[node]
        if triple.predicate == DCAT("distribution") and isinstance(triple.object, NamedNode)
    }


def _heir(statements: list[Triple], heirs: dict[NamedNode, NamedNode]) -> NamedNode | None:
    for triple in statements:
        if triple.predicate == DCAT("distribution") and triple.object in heirs:
            return heirs[triple.object]  # type: ignore[index]
    return None
