"""A graph of datasets and stores of any size, made from a number alone."""

from collections.abc import Iterator
from datetime import UTC, datetime

from pyoxigraph import Literal, NamedNode, Quad

from leap_kg.graph.activity import Activity
from leap_kg.graph.names import source_graph
from leap_kg.ontology.iri import mint
from leap_kg.ontology.namespaces import DCAT, DCT, RDF
from leap_kg.settings import DEFAULT_BASE

BASE = DEFAULT_BASE
SOURCE = "bench"

_WORDS = [
    "ocean",
    "heat",
    "carbon",
    "sea",
    "surface",
    "temperature",
    "flux",
    "precipitation",
    "soil",
    "moisture",
    "wind",
    "wave",
    "ice",
    "cloud",
    "aerosol",
]


def datasets(number: int, version: int = 0, changed: float = 0.0) -> Iterator[Quad]:
    """Six quads a dataset; the first `changed` part of them says its `version` in the description."""
    for place in range(number):
        yield from dataset(place, version if place < changed * number else 0)


def dataset(place: int, version: int) -> Iterator[Quad]:
    """The six quads of one dataset."""
    graph = source_graph(BASE, SOURCE)
    node = mint(BASE, "dataset", "bench", f"d{place}")
    words = [_WORDS[(place * step) % len(_WORDS)] for step in (1, 3, 7)]
    yield Quad(node, RDF("type"), DCAT("Dataset"), graph)
    yield Quad(node, DCT("title"), Literal(f"{' '.join(words)} {place}"), graph)
    yield Quad(node, DCT("description"), Literal(f"Gridded {words[0]} of run {place}, version {version}"), graph)
    yield Quad(node, DCT("source"), NamedNode(f"https://example.org/{place}"), graph)
    yield Quad(node, DCAT("keyword"), Literal(words[1]), graph)
    yield Quad(node, DCAT("keyword"), Literal(words[2] + " data"), graph)


def activity(run: str) -> Activity:
    """A run that is over as soon as it began."""
    now = datetime.now(UTC)
    return Activity(run=f"bench/{run}", title="Benchmark", started=now, ended=now)
