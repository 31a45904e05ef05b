"""What is kept of the datasets of one revision: which there are, the records that were read last, and reports."""

from functools import cached_property

from pyoxigraph import NamedNode

from leap_kg.catalog.distribution import Distribution, distribution, is_distribution
from leap_kg.catalog.facts import Facts
from leap_kg.catalog.fair.report import Report
from leap_kg.catalog.reading import datasets, is_dataset, read
from leap_kg.catalog.record import Record
from leap_kg.ontology.namespaces import DCAT
from leap_kg.outputs.citing import Citation
from leap_kg.outputs.kind import PUBLICATIONS
from leap_kg.web.memory import Memory
from leap_kg.web.reading import Reading

_RECORDS = 64
_REPORTS = 4096
_COLLECTIONS = 4096


class Kept:
    """The datasets of one revision, for all requests."""

    def __init__(self, reading: Reading) -> None:
        self._store, self._base = reading.snapshot.store, reading.base
        self._records = Memory[tuple[NamedNode, int], Record](_RECORDS)
        self.reports = Memory[str, Report](_REPORTS)
        """By the address of the page that was tried."""
        self.collections = Memory[str, str](_COLLECTIONS)
        """What nodes are called as collections of STAC, by IRI; `""` for what is none."""

    @cached_property
    def datasets(self) -> list[str]:
        """The IRIs of all datasets, in order; a pass over all of them."""
        return datasets(self._facts())

    def is_dataset(self, node: NamedNode) -> bool:
        """Whether the node is a dataset."""
        return is_dataset(self._facts(), node)

    def record(self, node: NamedNode, first: int = 1) -> Record:
        """What is known of a dataset, with its stores from one on that is counted from 1."""
        return self._records.get((node, first), lambda wanted: read(self._facts(), wanted[0], first=wanted[1]))

    def stores(self, node: NamedNode) -> list[NamedNode]:
        """All stores of a dataset, in the order in which its documents have them; they are not kept."""
        return self._facts().every(node, DCAT("distribution"))

    def citation(self, node: NamedNode) -> Citation:
        """How to cite a node; it is not kept."""
        return self._facts().cited(node)

    def is_publication(self, node: NamedNode) -> bool:
        """Whether the node is a work that is cited by its own name, and no dataset."""
        return not self._facts().types(node).isdisjoint(PUBLICATIONS) and not self.is_dataset(node)

    def is_store(self, node: NamedNode) -> bool:
        """Whether the node is a store with twins of its own."""
        return is_distribution(self._facts(), node)

    def store(self, node: NamedNode) -> Distribution:
        """What is known of a store and of its datasets; it is not kept."""
        return distribution(self._facts(), node)

    def brief(self, node: NamedNode, stores: int) -> Record:
        """The same with no more than so many stores, for lists of datasets; it is not kept."""
        return read(self._facts(), node, stores)

    def _facts(self) -> Facts:
        # Names are looked up anew: an object of which one is kept for long would hold all of them.
        return Facts(self._store, self._base)
