"""Refuses to make two people one: whoever had two ORCID iDs in the end would be two (`owl:sameAs` is transitive).

Hazard: each step may look harmless. A says B is C, B has an ORCID iD, and long before somebody said that C is D, who
has another; so the whole of what hangs together is looked at.
"""

from pyoxigraph import NamedNode

from leap_kg.graph.engine import Engine
from leap_kg.graph.lookup import looked_up
from leap_kg.ontology.namespaces import OWL

ORCID = "https://orcid.org/"
_MOST = 1000
"""Nodes that are looked at; nobody is so many."""


class TwoPeople(ValueError):
    """A verdict would make one person of two; the text names them."""


def require_one_person(store: Engine, subject: NamedNode, predicate: NamedNode, target: NamedNode) -> None:
    """Raise `TwoPeople` if this triple would tie two ORCID iDs together."""
    if predicate != OWL("sameAs"):
        return
    known = sorted(iri for iri in _together(store, subject, target) if iri.startswith(ORCID))
    if len(known) > 1:
        raise TwoPeople(
            f"this would make {known[0]} and {known[1]} one person, and two ORCID iDs are two people; "
            "disagree, or take back first what ties the other one to it"
        )


def _together(store: Engine, *nodes: NamedNode) -> set[str]:
    """Everything that is said to be the same as one of these."""
    same, found, left = OWL("sameAs"), {node.value for node in nodes}, list(nodes)
    while left and len(found) < _MOST:
        node = left.pop()
        near = [quad.object for quad in looked_up(store, node, same, None, None)]
        near += [quad.subject for quad in looked_up(store, None, same, node, None)]
        for other in near:
            if isinstance(other, NamedNode) and other.value not in found:
                found.add(other.value)
                left.append(other)
    return found
