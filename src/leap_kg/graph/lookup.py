"""Quads looked up, with nothing of the engine left over.

Hazard: an iterator of the engine belongs to the thread that made it. Where another thread drops the last reference to
it, because an exception that went through its user is handled there, or because the collector of garbage runs there,
the engine cannot let go: the iterator, and the store behind it, stay open for as long as the process lives. So no
name, comprehension or generator may hold one while anything can fail. Here nothing does; a stream that is too long for
a list goes into the head of a `for` and nowhere else.
"""

from itertools import islice

from pyoxigraph import BlankNode, NamedNode, Quad, Triple

from leap_kg.graph.engine import Engine, Graph, Term

Subject = NamedNode | BlankNode | Triple


def looked_up(
    store: Engine,
    subject: Subject | None,
    predicate: NamedNode | None = None,
    target: Term | None = None,
    graph: Graph | None = None,
    most: int | None = None,
) -> list[Quad]:
    """The quads with these terms, `None` for any; no more than `most` are read."""
    return list(islice(store.quads_for_pattern(subject, predicate, target, graph), most))


def stands(
    store: Engine,
    subject: Subject | None,
    predicate: NamedNode | None = None,
    target: Term | None = None,
    graph: Graph | None = None,
) -> bool:
    """Whether there is a quad with these terms, `None` for any."""
    return bool(list(islice(store.quads_for_pattern(subject, predicate, target, graph), 1)))
