"""What an output is linked to: its code, its data, its other versions, and what makes data and code the platform's.

Publications say themselves why they belong to the platform (`reading`). Data belong if the platform's catalogue has an
entry for them, and code if it makes such data, or if it is the code of a paper that belongs; what is only known from
catalogues and lists of others does not.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from pyoxigraph import NamedNode

from leap_kg.ontology.namespaces import CITO, CODEMETA, DCAT, DCT, FOAF, OWL, PROV, RDF, SCHEMA, Namespace
from leap_kg.outputs.kind import Kind, kind_of

IN_CATALOGUE = "is in the platform's catalogue"
_NAMES = (DCT("references"), CITO("cites"), CITO("citesAsDataSource"), DCT("hasPart"))
_MOST_STORES = 200
"""Stores of a dataset whose readers are looked for; catalogues of models have millions."""
_VERSIONS = (PROV("wasRevisionOf"), DCT("isVersionOf"), DCT("hasVersion"), OWL("sameAs"), SCHEMA("sameAs"))

Pattern = Callable[[NamedNode, NamedNode], Iterable[NamedNode]]


class Linked:
    """Looks up links: `nodes(node, property)` gives what it leads to, `subjects(property, node)` what has it."""

    def __init__(self, nodes: Pattern, subjects: Pattern, leap: Namespace) -> None:
        self._nodes = nodes
        self._subjects = subjects
        self._leap = leap
        self._kinds: dict[str, Kind | None] = {}

    def code(self, node: NamedNode) -> set[NamedNode]:
        """Repositories whose paper this is or that make it, software that is part of it, and what its record names
        that makes data that it names, too.
        """
        parts = {each for each in self._nodes(node, DCT("hasPart")) if self._is(each, Kind.SOFTWARE)}
        made_by = self._nodes(node, self._leap("feedstock"))
        named = self._named(node)
        makers = {maker for each in named for maker in self._nodes(each, self._leap("feedstock"))}
        return {*self._subjects(CODEMETA("referencePublication"), node), *made_by, *parts, *(named & makers)}

    def data(self, node: NamedNode) -> set[NamedNode]:
        """Datasets that its record names, and those that its code reads or writes."""
        found = self._named(node) | {*self._subjects(DCT("isReferencedBy"), node)}
        for code in self._subjects(CODEMETA("referencePublication"), node):
            for thing in (*self._nodes(code, PROV("used")), *self._nodes(code, PROV("generated"))):
                found |= {thing, *self._subjects(DCAT("distribution"), thing)}
        return {each for each in found if self._is(each, Kind.DATASET)}

    def papers(self, node: NamedNode) -> set[NamedNode]:
        """Publications that a dataset asks to cite, that name it, or whose code reads or writes it or a store of it."""
        found = {each for predicate in _NAMES for each in self._subjects(predicate, node)}
        found |= {*self._nodes(node, SCHEMA("citation")), *self._nodes(node, DCT("isReferencedBy"))}
        for thing in (node, *islice(self._nodes(node, DCAT("distribution")), _MOST_STORES)):
            for code in (*self._subjects(PROV("used"), thing), *self._subjects(PROV("generated"), thing)):
                found |= {*self._nodes(code, CODEMETA("referencePublication"))}
        return {each for each in found if self._is_publication(each)}

    def versions(self, node: NamedNode) -> tuple[str, ...]:
        """What is said to be a version of this or the same, either way."""
        found = {each for predicate in _VERSIONS for each in self._nodes(node, predicate)}
        found |= {each for predicate in _VERSIONS for each in self._subjects(predicate, node)}
        return tuple(sorted(each.value for each in found - {node}))

    def catalogued(self, node: NamedNode) -> bool:
        """Whether the platform's catalogue has an entry for this dataset."""
        entry = DCAT("CatalogRecord")
        return any(entry in self._nodes(one, RDF("type")) for one in self._subjects(FOAF("primaryTopic"), node))

    def makes(self, node: NamedNode) -> Iterator[NamedNode]:
        """The datasets of the catalogue that this repository makes."""
        for dataset in self._subjects(self._leap("feedstock"), node):
            if self.catalogued(dataset):
                yield dataset

    def _named(self, node: NamedNode) -> set[NamedNode]:
        return {each for predicate in _NAMES for each in self._nodes(node, predicate)}

    def _is(self, node: NamedNode, kind: Kind) -> bool:
        return self._kind(node) is kind

    def _is_publication(self, node: NamedNode) -> bool:
        kind = self._kind(node)
        return kind is not None and kind.is_publication

    def _kind(self, node: NamedNode) -> Kind | None:
        """What it is; papers name the same things again and again."""
        if node.value not in self._kinds:
            self._kinds[node.value] = kind_of(set(self._nodes(node, RDF("type"))))
        return self._kinds[node.value]
