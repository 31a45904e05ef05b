"""What has to be true of every record that a source maps, whatever it was made of."""

from collections.abc import Iterable

from pyoxigraph import NamedNode, Quad, Store

from leap_kg.graph.publish import publishable
from leap_kg.ingest.source import Mapped
from leap_kg.ontology.jsonld import quads_in
from leap_kg.ontology.shapes import validate
from leap_kg.settings import DEFAULT_BASE as BASE

GRAPH = NamedNode(f"{BASE}graph/source/judged")


def quads_of(*records: Mapped) -> set[Quad]:
    """The quads of the records, findings included; those that cannot be published raise `ValueError`."""
    found = set()
    for record in records:
        said = [t for finding in record.findings for t in finding.triples(record.subject, BASE)]
        found.update(quads_in([*record.triples, *said], GRAPH))
    publishable(found, GRAPH)
    return found


def judge(*records: Mapped) -> Store:
    """A store with the records, which can be published, keep the shapes and come out of N-Quads as they went in."""
    quads = quads_of(*records)
    assert validate(quads, BASE) == []
    store = Store()
    store.extend(quads)
    return store


def values(store: Store, subject: NamedNode, predicate: NamedNode) -> set[str]:
    """The values of a property, as texts."""
    return {quad.object.value for quad in store.quads_for_pattern(subject, predicate, None, None)}  # type: ignore[union-attr]


def kinds(records: Iterable[Mapped]) -> list[str]:
    """The kinds of the findings, sorted."""
    return sorted(finding.kind for record in records for finding in record.findings)
