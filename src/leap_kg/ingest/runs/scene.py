"""What is said of single nodes around a publication: in the graph as it is, by the records as they will be, elsewhere.

Other sources that are read in the same round count as they were read, all others as they were published. Nothing is
held in memory: each question is looked up in the store and in what is staged.
"""

from collections.abc import Callable, Iterator, Sequence

from pyoxigraph import NamedNode, Quad, Triple

from leap_kg.graph.names import source_graph
from leap_kg.ingest.runs.composition import Composer
from leap_kg.ingest.runs.publication import Quads
from leap_kg.ingest.state.staged import Staged
from leap_kg.ontology.namespaces import DCAT, DCT, FOAF, ONTOLOGY_PATH, RDF, Namespace

_TELLING = (FOAF("account"), RDF("type"), DCAT("distribution"), DCT("title"))
"""What must be known of other sources: who has which login, which nodes there are, and what is in which dataset."""


class Elsewhere:
    """What sources other than `source` say; `others` are those that are read in the same round.

    `store` is asked anew for each use and never kept: it closes with its last reference.
    """

    def __init__(
        self, source: str, others: Sequence[str], staged: Staged, store: Callable[[], Quads], base: str
    ) -> None:
        self._others = others
        self._staged = staged
        self._store = store
        self._read = {source_graph(base, name) for name in (source, *others)}

    def accounts(self) -> Iterator[tuple[str, str]]:
        """People and their accounts."""
        for other in self._others:
            yield from self._staged.accounts(other)
        for quad in self._published(None, FOAF("account"), None):
            if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode):
                yield quad.subject.value, quad.object.value

    def about(self, node: NamedNode) -> list[Triple]:
        """What is said with this node as the subject."""
        read = [
            triple
            for other in self._others
            for number in self._staged.mentioning(other, node.value)
            for triple in self._staged.triples(number)
            if triple.subject == node
        ]
        return read + [quad.triple for quad in self._published(node, None, None) if quad.predicate in _TELLING]

    def having(self, store: NamedNode) -> set[NamedNode]:
        """The datasets that are said to have the store."""
        read = {
            triple.subject
            for other in self._others
            for number in self._staged.mentioning(other, store.value)
            for triple in self._staged.triples(number)
            if _has(triple, store)
        }
        found = read | {quad.subject for quad in self._published(None, DCAT("distribution"), store)}
        return {node for node in found if isinstance(node, NamedNode)}

    def _published(
        self, subject: NamedNode | None, predicate: NamedNode | None, target: NamedNode | None
    ) -> Iterator[Quad]:
        for quad in self._store().quads_for_pattern(subject, predicate, target, None):
            if quad.graph_name not in self._read:
                yield quad


class Around:
    """The scene of one source's publication; see `departures.Scene`."""

    def __init__(
        self, source: str, composer: Composer, elsewhere: Elsewhere, store: Callable[[], Quads], base: str
    ) -> None:
        self._graph = source_graph(base, source)
        self._composer = composer
        self._elsewhere = elsewhere
        self._store = store
        self._tombstone = Namespace(base + ONTOLOGY_PATH)("Tombstone")
        self._successors = composer.successors()

    def before(self, node: NamedNode) -> list[Triple]:
        """What the source's graph says of the node."""
        return [quad.triple for quad in self._store().quads_for_pattern(node, None, None, self._graph)]

    def after(self, node: NamedNode) -> list[Triple]:
        """What the source's records say of it now."""
        return self._composer.about(node)

    def beside(self, node: NamedNode) -> list[Triple]:
        """What other sources say of it."""
        return self._elsewhere.about(node)

    def having(self, store: NamedNode) -> set[NamedNode]:
        """The datasets that have the store now."""
        own = (t for number in self._composer.speaking_of(store) for t in self._composer.said(number))
        mine = {t.subject for t in own if _has(t, store) and isinstance(t.subject, NamedNode)}
        return mine | self._elsewhere.having(store)

    def owners(self, login: str) -> set[NamedNode]:
        """The people with an ORCID who have the login now."""
        people = self._composer.people
        if login in people.orcid_of:
            return {people.orcid_of[login]}
        return {NamedNode(orcid) for orcid in people.conflicts.get(login, ())}

    def successor(self, node: NamedNode) -> NamedNode | None:
        """The node that the record is about now that was about this one."""
        return self._successors.get(node)

    def all_nodes(self) -> set[NamedNode]:
        """Every node that the source's graph says something about."""
        quads = self._store().quads_for_pattern(None, None, None, self._graph)
        return {quad.subject for quad in quads if isinstance(quad.subject, NamedNode)}

    def left_before(self) -> set[NamedNode]:
        """The nodes that the source's graph says to be gone or replaced."""
        patterns = ((RDF("type"), self._tombstone), (DCT("isReplacedBy"), None))
        return {
            quad.subject
            for predicate, target in patterns
            for quad in self._store().quads_for_pattern(None, predicate, target, self._graph)
            if isinstance(quad.subject, NamedNode)
        }


def _has(triple: Triple, store: NamedNode) -> bool:
    return triple.predicate == DCAT("distribution") and triple.object == store
