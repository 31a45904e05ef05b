"""Names for blank nodes: the same statements give the same names, whatever a file calls its blank nodes.

RDFC-1.0 (https://www.w3.org/TR/rdf-canon/) puts blank nodes in one order.

Hazard: where many blank nodes look alike and point at one another, that order takes for ever to find: two
blank nodes with a dozen equal children each would take days. The work is estimated first; too much is refused.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from math import exp, lgamma

from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, NamedNode, Quad, Triple

_MOST_WORK = 1e7  # a list of 200 equal values is just below, and takes half a second


class TooAlike(ValueError):
    """Blank nodes that cannot be told apart with reasonable effort."""


def canonical(triples: Sequence[Triple]) -> list[Triple]:
    """The triples with their blank nodes labelled `c14n0`, `c14n1`, … whatever they were called.

    No term may be a triple. Raises `TooAlike`.
    """
    _check_work(triples)
    dataset = Dataset(Quad(t.subject, t.predicate, t.object) for t in triples)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return [Triple(quad.subject, quad.predicate, quad.object) for quad in dataset]


def renamed(triples: Iterable[Triple], name: Callable[[str], NamedNode]) -> list[Triple]:
    """The triples, sorted, with each blank node replaced by `name(label)`."""
    named = []
    for triple in triples:
        subject, target = triple.subject, triple.object
        subject = name(subject.value) if isinstance(subject, BlankNode) else subject
        target = name(target.value) if isinstance(target, BlankNode) else target
        named.append(Triple(subject, triple.predicate, target))
    return sorted(named, key=str)


def skolemise(triples: Sequence[Triple], name: Callable[[str], NamedNode]) -> list[Triple]:
    """The triples, sorted, with each blank node replaced by `name(label)`; labels are `c14n0`, `c14n1`, …

    No term may be a triple. Raises `TooAlike`.
    """
    return renamed(canonical(triples), name)


def _check_work(triples: Sequence[Triple]) -> None:
    """Refuse what has too many blank nodes that look alike, point at one another and can be swapped."""
    looks = _looks(triples)
    numbers = Counter(looks.values())
    choices: dict[tuple[BlankNode, str, NamedNode, str], set[BlankNode]] = defaultdict(set)
    for subject, predicate, target in _between_blanks(triples):
        if subject != target and numbers[looks[subject]] > 1 and numbers[looks[target]] > 1:
            choices[subject, "to", predicate, looks[target]].add(target)
            choices[target, "from", predicate, looks[subject]].add(subject)
    tangled = len({node for node, *_ in choices})
    orders = sum(lgamma(len(nodes) + 1) for nodes in choices.values())
    if exp(min(orders, 100)) * tangled**3 > _MOST_WORK:
        raise TooAlike(f"{tangled} blank nodes look alike and point at one another: give them ids")


def _between_blanks(triples: Sequence[Triple]) -> Iterator[tuple[BlankNode, NamedNode, BlankNode]]:
    for triple in triples:
        if isinstance(triple.subject, BlankNode) and isinstance(triple.object, BlankNode):
            yield triple.subject, triple.predicate, triple.object


def _looks(triples: Sequence[Triple]) -> dict[BlankNode, str]:
    """What is said of each blank node, with all others left nameless."""
    said: dict[BlankNode, list[str]] = defaultdict(list)
    for triple in triples:
        for node in {triple.subject, triple.object}:
            if isinstance(node, BlankNode):
                said[node].append(" ".join(_seen(term, node) for term in triple))
    return {node: "\n".join(sorted(statements)) for node, statements in said.items()}


def _seen(term: object, node: BlankNode) -> str:
    if isinstance(term, BlankNode):
        return "_:this" if term == node else "_:other"
    return str(term)
