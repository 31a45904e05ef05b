"""What a repository is called, and was called before, by the number that GitHub gives it for ever.

The graph knows it from the sources that ask GitHub: they say the number, and that an old name leads to a new one.

Hazard: pointers may form a ring, and a name that was given up may belong to another repository by now; who asks may
look at one repository too many, but at none too few.
"""

from collections.abc import Iterator

from pyoxigraph import NamedNode

from leap_kg.graph.engine import Engine
from leap_kg.graph.lookup import looked_up
from leap_kg.ontology.identifiers import Refusal, Repository, github
from leap_kg.ontology.namespaces import DCT, OWL

NUMBERED = "https://api.github.com/repositories/"
"""How GitHub itself names a repository whatever it is called; redirects of renamed ones lead there."""

_MOST = 100


def called(store: Engine, number: int) -> Iterator[Repository]:
    """The repositories of that number in a graph, each with those that lead to it; at most a hundred names."""
    named = looked_up(store, None, OWL("sameAs"), NamedNode(f"{NUMBERED}{number}"))
    waiting = [quad.subject for quad in named]
    seen = set(waiting)
    while waiting and len(seen) <= _MOST:
        current = waiting.pop()
        if not isinstance(current, NamedNode):
            continue
        repository = github.parse_repository(current.value)
        if not isinstance(repository, Refusal):
            yield repository
        before = {quad.subject for quad in looked_up(store, None, DCT("isReplacedBy"), current)} - seen
        seen |= before
        waiting += before
