"""The shapes of `ontology/shapes/`, read into what the check needs.

The part of SHACL that is known: class targets; properties with one predicate as path; counts, node kind, datatype,
list, length, pattern, `sh:node` one level deep; `sh:or` of demands on the node itself. Each shape that demands
something gives its message. Anything else is refused here, when the shapes are read, so that no constraint can be
stated and silently not hold.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from leap_kg.ontology.declared import declared_text
from leap_kg.ontology.namespaces import RDF, RDFS, SH
from leap_kg.ontology.shapes.values import Demand, Term, at_least, at_most, in_list, like, of_datatype, of_kind, one_of
from leap_kg.resources import declarations

Node = NamedNode | BlankNode

_SIMPLE = {
    SH("nodeKind"): of_kind,
    SH("datatype"): of_datatype,
}
_LENGTHS = {SH("minLength"): at_least, SH("maxLength"): at_most}
_SHAPE = frozenset((RDF("type"), RDFS("label"), SH("targetClass"), SH("property"), SH("message")))
_PROPERTY = frozenset((SH("path"), SH("message"), SH("minCount"), SH("maxCount"), SH("node")))


class ShapesError(ValueError):
    """The shapes state what cannot be checked; the text says which shape and what."""


@dataclass(frozen=True, slots=True)
class Property:
    """A property shape: how many values, what is demanded of each, and the shapes that each must have."""

    path: NamedNode
    message: str
    least: int
    most: int | None
    demands: tuple[Demand, ...]
    nodes: tuple[NamedNode, ...]


@dataclass(frozen=True)
class Shape:
    """A node shape: the classes it is for, what is demanded of the node itself, and its properties."""

    name: NamedNode
    classes: frozenset[NamedNode]
    message: str
    demands: tuple[Demand, ...]
    properties: tuple[Property, ...]

    @cached_property
    def needed(self) -> frozenset[NamedNode]:
        """The predicates without which no node has the shape."""
        return frozenset(each.path for each in self.properties if each.least)

    @cached_property
    def following(self) -> tuple[Property, ...]:
        """The properties that demand something of the nodes they lead to."""
        return tuple(each for each in self.properties if each.nodes)


@dataclass(frozen=True, slots=True)
class Shapes:
    """All shapes, by name, and by the class they are for."""

    by_name: dict[NamedNode, Shape]
    by_class: dict[NamedNode, tuple[Shape, ...]]

    @property
    def referenced(self) -> frozenset[NamedNode]:
        """The shapes that values of some property must have."""
        return frozenset(node for shape in self.by_name.values() for each in shape.properties for node in each.nodes)


@lru_cache(maxsize=4)
def declared_shapes(base: str) -> Shapes:
    """The shapes of the ontology under this base."""
    files = sorted((declarations() / "ontology" / "shapes").glob("*.ttl"))
    return compiled(declared_text(file, base) for file in files)


def compiled(texts: Iterable[str]) -> Shapes:
    """Read shapes from Turtle documents; raises `ShapesError` for what cannot be checked here."""
    reader = _Reader(texts)
    by_name = {name: reader.shape(name) for name in reader.named(SH("NodeShape"))}
    by_class: dict[NamedNode, tuple[Shape, ...]] = {}
    for shape in by_name.values():
        for cls in shape.classes:
            by_class[cls] = (*by_class.get(cls, ()), shape)
    shapes = Shapes(by_name, by_class)
    for name in shapes.referenced:
        if name not in by_name or any(each.nodes for each in by_name[name].properties):
            raise ShapesError(f"{name}, named by sh:node, must be a shape without sh:node of its own")
        if not any(each.least for each in by_name[name].properties):
            raise ShapesError(
                f"{name}, named by sh:node, must demand a property: else a node without statements has it"
            )
    return shapes


class _Reader:
    """The statements of all documents, blank nodes kept apart by document."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._said: dict[Node, dict[NamedNode, list[Term]]] = {}
        for text in texts:
            for statement in parse(text, format=RdfFormat.TURTLE, rename_blank_nodes=True):
                if isinstance(statement.subject, Triple) or isinstance(statement.object, Triple):
                    raise ShapesError(f"shapes are plain RDF: {statement}")
                self._said.setdefault(statement.subject, {}).setdefault(statement.predicate, []).append(
                    statement.object
                )

    def named(self, cls: NamedNode) -> Iterator[NamedNode]:
        for node, said in self._said.items():
            if cls in said.get(RDF("type"), ()):
                if not isinstance(node, NamedNode):
                    raise ShapesError("each node shape needs an IRI")
                yield node

    def shape(self, name: NamedNode) -> Shape:
        said = self._said[name]
        classes = frozenset(cls for cls in said.get(SH("targetClass"), ()) if isinstance(cls, NamedNode))
        demands = self._demands(name, _SHAPE)
        return Shape(
            name=name,
            classes=classes,
            message=self._message(name) if demands else "",
            demands=demands,
            properties=tuple(self._property(_node(part)) for part in said.get(SH("property"), ())),
        )

    def _property(self, part: Node) -> Property:
        path, most = self._one(part, SH("path")), self._number(part, SH("maxCount"))
        if not isinstance(path, NamedNode):
            raise ShapesError(f"a path must be one predicate: {part}")
        return Property(
            path=path,
            message=self._message(part),
            least=self._number(part, SH("minCount")) or 0,
            most=most,
            demands=self._demands(part, _PROPERTY),
            nodes=tuple(node for node in self._said[part].get(SH("node"), ()) if isinstance(node, NamedNode)),
        )

    def _demands(self, part: Node, known: frozenset[NamedNode]) -> tuple[Demand, ...]:
        return tuple(
            self._demand(part, parameter, value)
            for parameter, values in self._said[part].items()
            if parameter not in known
            for value in values
        )

    def _demand(self, part: Node, parameter: NamedNode, value: Term) -> Demand:
        try:
            if parameter in _SIMPLE:
                return _SIMPLE[parameter](value)
            if parameter in _LENGTHS:
                return _LENGTHS[parameter](int(value.value))
            if parameter == SH("pattern"):
                return like(value.value)
            if parameter == SH("in"):
                return in_list(*self._list(value))
            if parameter == SH("or"):
                return one_of(tuple(self._demands(_node(each), frozenset()) for each in self._list(value)))
        except ShapesError:
            raise
        except (KeyError, ValueError, re.error) as error:
            raise ShapesError(f"{parameter} of {part} cannot be {value}: {error}") from None
        raise ShapesError(f"{parameter} of {part} is not checked here; see leap_kg.ontology.shapes.compiled")

    def _list(self, node: Term) -> Iterator[Term]:
        while node != RDF("nil"):
            yield self._one(_node(node), RDF("first"))
            node = self._one(_node(node), RDF("rest"))

    def _message(self, part: Node) -> str:
        return self._one(part, SH("message")).value

    def _number(self, part: Node, parameter: NamedNode) -> int | None:
        values = self._said[part].get(parameter)
        return int(self._one(part, parameter).value) if values else None

    def _one(self, part: Node, parameter: NamedNode) -> Term:
        values = self._said.get(part, {}).get(parameter, [])
        if len(values) != 1:
            raise ShapesError(f"{part} needs one {parameter}, not {len(values)}")
        return values[0]


def _node(term: Term) -> Node:
    if isinstance(term, Literal):
        raise ShapesError(f"{term} is no shape")
    return term
