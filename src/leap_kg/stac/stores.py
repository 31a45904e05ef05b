"""All stores of a dataset, each with a name that no other of them has.

Hazard: a table of files may make one dataset of hundreds of thousands of stores, far more than what is read of any
other property, and may name many of them alike. None may be lost on either account: all are listed here, and whoever
shows a part of them says so.
"""

from collections import Counter
from typing import NamedTuple

from pyoxigraph import NamedNode

from leap_kg.graph.lookup import looked_up
from leap_kg.graph.statements import Statements
from leap_kg.ontology.iri import path_of
from leap_kg.ontology.namespaces import DCAT, DCT


class Store(NamedTuple):
    """A store of a dataset, and what it is called among them."""

    name: str
    node: NamedNode


def stores_of(reading: Statements, node: NamedNode) -> list[Store]:
    """The stores of a dataset in order of their IRIs; the node itself, which is a store then, if it has none."""
    found = {quad.object for quad in looked_up(reading.store, node, DCAT("distribution"))}
    nodes = sorted((each for each in found if isinstance(each, NamedNode)), key=str) or [node]
    short = [_short(reading, each) for each in nodes]
    alike = Counter(short)
    return [
        Store(name if alike[name] == 1 else _long(reading, each), each) for name, each in zip(short, nodes, strict=True)
    ]


def _short(reading: Statements, store: NamedNode) -> str:
    return reading.text(store, DCT("identifier")) or store.value.rsplit("/", 1)[-1]


def _long(reading: Statements, store: NamedNode) -> str:
    """Where it lies: no two stores are in one place."""
    return path_of(reading.base, store.value).removeprefix("/store/").lstrip("/")
