"""Applies the shapes to nodes: to those that a change touches, or to a whole graph in one pass over its statements.

A shape looks at a node and at the nodes it points to, never further, and it applies to the instances of its class
and of that class's subclasses as the data state them (`rdfs:subClassOf`).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby, product
from operator import attrgetter

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from leap_kg.ontology.namespaces import RDF, RDFS
from leap_kg.ontology.shapes.compiled import Property, Shape, Shapes, declared_shapes
from leap_kg.ontology.shapes.values import Term
from leap_kg.ontology.shapes.violation import Violation

Node = NamedNode | BlankNode
Said = dict[NamedNode, set[Term]]
Describe = Callable[[Node], Iterable[Quad]]
Has = Callable[[Node, NamedNode], bool]

_TYPE = RDF("type")
_SUBCLASS = RDFS("subClassOf")


def validate(quads: Iterable[Quad], base: str) -> list[Violation]:
    """Check all nodes of these quads, graph names aside; an empty list means they conform."""
    described: dict[Node, list[Quad]] = defaultdict(list)
    for quad in quads:
        described[_subject(quad)].append(quad)
    return check(described, lambda node: described.get(node, ()), base)


def check(focus: Iterable[Node], describe: Describe, base: str) -> list[Violation]:
    """Check these nodes; `describe` gives the statements about a node, a class among them, as they are to be.

    Where the rest of a graph conforms, checking the nodes that changed, and those that point to one by a predicate
    of `pointing_predicates`, finds all there is to find. Raises `ValueError` for triples about triples.
    """
    shapes = declared_shapes(base)
    classes = _Classes(shapes, lambda cls: _said(describe(cls)).get(_SUBCLASS, ()))

    def has(node: Node, name: NamedNode) -> bool:
        return _conforms(node, _said(describe(node)), shapes.by_name[name])

    found: set[Violation] = set()
    for node in focus:
        said = _said(describe(node))
        for shape in classes.shapes_for(said.get(_TYPE, ())):
            found.update(_breaches(node, said, shape, has))
    return sorted(found)


def validate_changed(quads: Iterable[Quad], changed: Iterable[Quad], base: str) -> list[Violation]:
    """Check the nodes that `changed` quads are about, and those that point to one, within `quads`."""
    described: dict[Node, list[Quad]] = defaultdict(list)
    for quad in quads:
        described[_subject(quad)].append(quad)
    touched = {_subject(quad) for quad in changed}
    through = pointing_predicates(base)
    pointing = {
        node for node, said in described.items() if any(q.predicate in through and q.object in touched for q in said)
    }
    return check((touched | pointing) & described.keys(), lambda node: described.get(node, ()), base)


def pointing_predicates(base: str) -> frozenset[NamedNode]:
    """The predicates through which a change of a node can make the node that points to it break a shape."""
    shapes = declared_shapes(base).by_name.values()
    return frozenset(each.path for shape in shapes for each in shape.properties if each.nodes)


def check_sorted(quads: Iterable[Quad], base: str) -> list[Violation]:
    """Check a whole graph whose quads come with those of one subject together, without keeping it in memory.

    `quads` is read twice if it states a class hierarchy that matters to the shapes, so it must be something that
    can be read again, not an iterator, else `ValueError` is raised in that case.
    """
    shapes = declared_shapes(base)
    above: dict[Node, set[Term]] = defaultdict(set)
    found = _pass(quads, shapes, _Classes(shapes, lambda _: ()), above)
    if any(_reaches(cls, above, shapes) for cls in above):
        if iter(quads) is quads:
            raise ValueError("these quads state subclasses of what the shapes are for, and can be read only once")
        found = _pass(quads, shapes, _Classes(shapes, lambda cls: above.get(cls, ())), defaultdict(set))
    return sorted(found)


def _pass(quads: Iterable[Quad], shapes: Shapes, classes: "_Classes", above: dict[Node, set[Term]]) -> set[Violation]:
    """Check every node as it comes by; what depends on another node waits until all have been seen."""
    referenced = [shapes.by_name[name] for name in shapes.referenced]
    having: set[tuple[Node, NamedNode]] = set()
    waiting: dict[tuple[Node, NamedNode], list[Violation]] = defaultdict(list)
    found: set[Violation] = set()
    for subject, about in groupby(quads, key=attrgetter("subject")):
        said = _said(about)
        above_this = said.get(_SUBCLASS)
        if above_this:
            above[subject].update(above_this)
        for shape in referenced:
            if shape.needed <= said.keys() and _conforms(subject, said, shape):
                having.add((subject, shape.name))
        for shape in classes.shapes_for(said.get(_TYPE, ())):
            found.update(_breaches(subject, said, shape, None))
            for part in shape.following:
                for name, value in product(part.nodes, said.get(part.path, ())):
                    waiting[_wanted(value, name)].append(_violation(subject, part, value))
    for wanted, breaches in waiting.items():
        if wanted not in having:
            found.update(breaches)
    return found


def _wanted(value: Term, name: NamedNode) -> tuple[Node, NamedNode]:
    """What must be found; nothing is ever found for a literal."""
    return (value, name)  # type: ignore[return-value]


class _Classes:
    """Which shapes apply to a node by its types; asks `above` for the superclasses of each class once."""

    def __init__(self, shapes: Shapes, above: Callable[[NamedNode], Iterable[Term]]) -> None:
        self._shapes = shapes
        self._above = above
        self._known: dict[frozenset[Term], tuple[Shape, ...]] = {}

    def shapes_for(self, types: Iterable[Term]) -> tuple[Shape, ...]:
        key = frozenset(types)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = tuple(self._find(key))
        return known

    def _find(self, types: frozenset[Term]) -> Iterator[Shape]:
        reached: dict[NamedNode, None] = {}
        left = [cls for cls in types if isinstance(cls, NamedNode)]
        while left:
            cls = left.pop()
            if cls not in reached:
                reached[cls] = None
                left.extend(above for above in self._above(cls) if isinstance(above, NamedNode))
        yield from {shape.name: shape for cls in reached for shape in self._shapes.by_class.get(cls, ())}.values()


def _reaches(cls: Node, above: dict[Node, set[Term]], shapes: Shapes) -> bool:
    """Whether instances of this class get a shape through its superclasses."""
    classes = _Classes(shapes, lambda each: above.get(each, ()))
    return bool(classes.shapes_for(above[cls]))


def _breaches(node: Node, said: Said, shape: Shape, has: Has | None) -> Iterator[Violation]:
    """How the node breaks the shape; without `has` the demands on the nodes it points to are left out."""
    for demand in shape.demands:
        if not demand(node):
            yield Violation(node.value, shape.message, "", node.value)
    for part in shape.properties:
        values = said.get(part.path)
        if values is None:
            if part.least:
                yield Violation(node.value, part.message, part.path.value)
            continue
        if len(values) < part.least or (part.most is not None and len(values) > part.most):
            yield Violation(node.value, part.message, part.path.value)
        for value in values:
            for demand in part.demands:  # no generator: this is where a large graph takes its time
                if not demand(value):
                    yield _violation(node, part, value)
                    break
            else:
                if has and not all(_is_like(value, name, has) for name in part.nodes):
                    yield _violation(node, part, value)


def _conforms(node: Node, said: Said, shape: Shape) -> bool:
    return next(_breaches(node, said, shape, None), None) is None


def _is_like(value: Term, name: NamedNode, has: Has) -> bool:
    """Whether a value has a shape; a literal, of which nothing can be said, has none that demands a property."""
    return not isinstance(value, Literal) and has(value, name)


def _violation(node: Node, part: Property, value: Term) -> Violation:
    return Violation(node.value, part.message, part.path.value, value.value)


def _said(quads: Iterable[Quad]) -> Said:
    said: Said = {}
    for quad in quads:
        target = quad.object
        if isinstance(target, Triple):
            raise ValueError(f"shapes cannot be applied to a triple about a triple: {quad}")
        predicate = quad.predicate
        values = said.get(predicate)
        if values is None:
            said[predicate] = {target}
        else:
            values.add(target)
    return said


def _subject(quad: Quad) -> Node:
    if isinstance(quad.subject, Triple):
        raise ValueError(f"shapes cannot be applied to a triple about a triple: {quad}")
    return quad.subject
