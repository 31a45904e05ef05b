"""Which agents are one: what published equivalences (`owl:sameAs`) tie together, and which of them stands for all.

Only the plain triples count, so an accepted link joins two from the next revision on, and one that is taken back parts
them again.

Hazard: anybody may say that everything is the same. More than `MOST` nodes are nobody, and each stays by itself.
"""

from collections.abc import Callable, Iterable

from pyoxigraph import NamedNode

from leap_kg.ontology.namespaces import OWL
from leap_kg.outputs.output import ORCID

MOST = 100
"""Nodes that can be one."""
_SAME = OWL("sameAs")
_ROR = "https://ror.org/"

Pattern = Callable[[NamedNode, NamedNode], Iterable[NamedNode]]


class Same:
    """Looks up equivalences: `nodes(node, property)` gives what it leads to, `subjects(property, node)` what has it."""

    def __init__(self, nodes: Pattern, subjects: Pattern) -> None:
        self._nodes = nodes
        self._subjects = subjects
        self._known: dict[str, tuple[NamedNode, ...]] = {}

    def of(self, node: NamedNode) -> tuple[NamedNode, ...]:
        """The node and what is the same, first the one that stands for all: an ORCID iD that was not given up."""
        known = self._known.get(node.value)
        if known is None:
            found = self._together(node)
            known = tuple(sorted(found, key=self._rank)) if len(found) > 1 else (node,)
            self._known.update((each.value, known) for each in known)
        return known

    def _together(self, node: NamedNode) -> set[NamedNode]:
        found, left = {node}, [node]
        while left:
            each = left.pop()
            for other in (*self._nodes(each, _SAME), *self._subjects(_SAME, each)):
                if other not in found:
                    found.add(other)
                    left.append(other)
            if len(found) > MOST:
                return {node}
        return found

    def _rank(self, node: NamedNode) -> tuple[bool, bool, str]:
        iri = node.value
        # ORCID says of an iD that was given up which one took its place.
        left = any(other.value.startswith(ORCID) for other in self._nodes(node, _SAME))
        return not iri.startswith((ORCID, _ROR)), iri.startswith(ORCID) and left, iri
