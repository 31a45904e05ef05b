"""How a report was made: from which revision, on which day, and from which sources, each with when it was read.

A number without its date and its sources cannot be checked, so every report ends with this.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from pyoxigraph import Literal, NamedNode

from leap_kg.graph.engine import Engine
from leap_kg.graph.index.entry import label_in
from leap_kg.graph.lookup import looked_up
from leap_kg.ontology.namespaces import DCT, RDF
from leap_kg.outputs.output import Output

_SOURCES = "graph/source/"


@dataclass(frozen=True, slots=True)
class Origin:
    """A source of the report: its name, the day of its last reading that changed something (`""` if the graph does not
    say), and how many records of the report it describes.
    """

    name: str
    read: str
    records: int


@dataclass(frozen=True, slots=True)
class Method:
    """The day on which the report was made, the revision of the graph, and the sources that say most first."""

    made: str
    revision: int
    sources: tuple[Origin, ...]


def method_of(outputs: Iterable[Output], store: Engine, revision: int, base: str) -> Method:
    """How a report on these records was made from a snapshot."""
    graphs: Counter[NamedNode] = Counter()
    for each in outputs:
        quads = looked_up(store, NamedNode(each.iri), RDF("type"))
        graphs.update({quad.graph_name for quad in quads if isinstance(quad.graph_name, NamedNode)})
    sources = [
        Origin(label_in(store, graph), _day(store, graph), records)
        for graph, records in graphs.items()
        if graph.value.startswith(base + _SOURCES)
    ]
    sources.sort(key=lambda source: (-source.records, source.name.casefold()))
    return Method(datetime.now(UTC).date().isoformat(), revision, tuple(sources))


def _day(store: Engine, graph: NamedNode) -> str:
    quads = looked_up(store, graph, DCT("modified"))
    return max((quad.object.value[:10] for quad in quads if isinstance(quad.object, Literal)), default="")
