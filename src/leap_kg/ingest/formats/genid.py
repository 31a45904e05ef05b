"""IRIs for the blank nodes of data that is written over HTTP, and blank nodes again for who reads a whole graph.

The store has no blank nodes. A blank node gets an IRI below `<base>.well-known/genid/` that depends on its graph and
on what its component says: the blank nodes that it is joined to, directly or through others, with all triples about
them. So the same body gives the same IRIs, and changing one part of a body leaves the IRIs of the others alone.
Several components that say the same stay several. https://www.w3.org/TR/rdf11-concepts/#section-skolemization

Hazard: telling apart what looks alike can take for ever; `skolem` estimates the work first and refuses.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

from pyoxigraph import BlankNode, NamedNode, Triple

from leap_kg.ingest.formats.skolem import canonical, renamed

_PATH = ".well-known/genid/"
_NAME = re.compile(r"[0-9a-f]{32}c[0-9]+")
_LABEL = re.compile(r"g([0-9a-f]{32}c[0-9]+)")


def genid(base: str, name: str) -> NamedNode:
    """The IRI with this name."""
    return NamedNode(f"{base}{_PATH}{name}")


def prefix(base: str) -> str:
    """What all these IRIs begin with."""
    return base + _PATH


def named(triples: Iterable[Triple], graph: str, base: str) -> list[Triple]:
    """The triples with an IRI in place of each blank node; raises `TooAlike`. No term may be a triple."""
    plain: list[Triple] = []
    parts = _Parts()
    for triple in triples:
        if isinstance(triple.subject, BlankNode) or isinstance(triple.object, BlankNode):
            parts.add(triple)
        else:
            plain.append(triple)
    seen: dict[str, int] = defaultdict(int)
    for component in parts.components():
        plain += _with_names(component, graph, base, seen)
    return plain


def blank(base: str) -> Callable[[Triple], Triple]:
    """The way back: a function that puts a blank node in place of each of these IRIs.

    A blank node's label holds the name of the IRI, so that `from_label` finds it again.
    """
    start = prefix(base)

    def term(node: NamedNode) -> NamedNode | BlankNode:
        name = node.value.removeprefix(start)
        return BlankNode(f"g{name}") if name != node.value and _NAME.fullmatch(name) else node

    def back(triple: Triple) -> Triple:
        subject, target = triple.subject, triple.object
        if isinstance(subject, NamedNode):
            subject = term(subject)
        if isinstance(target, NamedNode):
            target = term(target)
        return Triple(subject, triple.predicate, target)

    return back


def from_label(node: BlankNode, base: str) -> NamedNode | None:
    """The IRI that a blank node of ours stands for; `None` for one of somebody else's."""
    found = _LABEL.fullmatch(node.value)
    return genid(base, found[1]) if found else None


class _Parts:
    """Triples with blank nodes, sorted into components by a union of sets."""

    def __init__(self) -> None:
        self._parent: dict[BlankNode, BlankNode] = {}
        self._triples: list[tuple[BlankNode, Triple]] = []

    def add(self, triple: Triple) -> None:
        nodes = [term for term in (triple.subject, triple.object) if isinstance(term, BlankNode)]
        first, last = self._root(nodes[0]), self._root(nodes[-1])
        self._parent[last] = first
        self._triples.append((first, triple))

    def components(self) -> Iterator[list[Triple]]:
        found: dict[BlankNode, list[Triple]] = defaultdict(list)
        for node, triple in self._triples:
            found[self._root(node)].append(triple)
        yield from found.values()

    def _root(self, node: BlankNode) -> BlankNode:
        parent = self._parent.setdefault(node, node)
        while parent != node:
            above = self._parent[parent]
            self._parent[node] = above
            node, parent = parent, above
        return node


def _with_names(component: Sequence[Triple], graph: str, base: str, seen: dict[str, int]) -> list[Triple]:
    """The component with IRIs; `seen` counts the components that say the same."""
    labelled = canonical(component)
    text = hashlib.sha256("\n".join(sorted([graph, *map(str, labelled)])).encode()).hexdigest()
    # Which of two components that say the same comes first does not matter.
    number = seen[text]
    seen[text] += 1
    name = hashlib.sha256(f"{text} {number}".encode()).hexdigest()[:32]
    return renamed(labelled, lambda label: genid(base, f"{name}c{label.removeprefix('c14n')}"))
