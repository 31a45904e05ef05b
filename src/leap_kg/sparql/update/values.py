"""Terms as the store keeps them: numbers and times by value, blank nodes as IRIs, nothing of RDF 1.2.

Hazard: the store gives "01" back as "1"; a delta in another spelling would take away what is not there.
"""

import secrets
from collections.abc import Iterable

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store, Triple

from leap_kg.ontology.namespaces import RDF, XSD
from leap_kg.sparql.measure import Refused

_PLAIN = frozenset((XSD("string"), RDF("langString")))


class Skolem:
    """IRIs for the blank nodes of one request: `<base>.well-known/genid/` and a name that is never given twice.

    A name is 32 hexadecimal digits, `c` and a number, as for the blank nodes of graphs that are written whole.
    """

    def __init__(self, base: str) -> None:
        self._prefix = f"{base}.well-known/genid/{secrets.token_hex(16)}c"
        self._number = 0
        self._names: dict[BlankNode, NamedNode] = {}

    def fresh(self) -> NamedNode:
        """A new IRI."""
        self._number += 1
        return NamedNode(f"{self._prefix}{self._number}")

    def name(self, node: BlankNode) -> NamedNode:
        """The IRI of this blank node."""
        if node not in self._names:
            self._names[node] = self.fresh()
        return self._names[node]


def canonical(quads: Iterable[Quad]) -> set[Quad]:
    """The quads as the store will give them back; raises `Refused` (400) for terms of RDF 1.2."""
    kept, by_value = set(), []
    for quad in quads:
        target = quad.object
        if isinstance(target, Literal):
            if target.direction is not None:
                raise Refused(400, f"a text with a direction is not kept; write it without: {target}")
            if target.datatype not in _PLAIN:
                by_value.append(quad)
                continue
        elif isinstance(target, Triple) or isinstance(quad.subject, Triple):
            raise Refused(400, f"a statement about a statement is not kept; write plain triples: {quad}")
        kept.add(quad)
    if by_value:
        scratch = Store()
        scratch.extend(by_value)
        kept.update(scratch)
    return kept
