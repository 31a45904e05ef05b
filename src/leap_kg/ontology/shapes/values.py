"""What SHACL demands of one value: its kind, datatype, length, pattern, or that it is one of a list.

A demand is a function from a term to whether it holds. Patterns are Python's `re`, searched as SPARQL's REGEX is:
the shapes are ours, not the public's.
"""

import re
from collections.abc import Callable
from functools import lru_cache, partial

import rdflib
from pyoxigraph import BlankNode, Literal, NamedNode

from leap_kg.ontology.namespaces import SH, XSD

Term = NamedNode | BlankNode | Literal
Demand = Callable[[Term], bool]

_KINDS: dict[NamedNode, tuple[type, ...]] = {
    SH("IRI"): (NamedNode,),
    SH("Literal"): (Literal,),
    SH("BlankNode"): (BlankNode,),
    SH("BlankNodeOrIRI"): (BlankNode, NamedNode),
    SH("BlankNodeOrLiteral"): (BlankNode, Literal),
    SH("IRIOrLiteral"): (NamedNode, Literal),
}
_ANY_TEXT = frozenset((XSD("string"), XSD("anyURI")))


def of_kind(kind: Term) -> Demand:
    """`sh:nodeKind`; raises `KeyError` for what is no node kind."""
    return partial(_is_of_kind, _KINDS[kind])  # type: ignore[index]


def _is_of_kind(classes: tuple[type, ...], term: Term) -> bool:
    return isinstance(term, classes)


def of_datatype(datatype: Term) -> Demand:
    """`sh:datatype`: the datatype, and a text that it allows."""
    return partial(_is_of_datatype, datatype)


def _is_of_datatype(datatype: Term, term: Term) -> bool:
    if not isinstance(term, Literal) or term.datatype != datatype:
        return False
    return datatype in _ANY_TEXT or _well_typed(term.value, term.datatype.value)


@lru_cache(maxsize=65_536)
def _well_typed(text: str, datatype: str) -> bool:
    return not rdflib.Literal(text, datatype=rdflib.URIRef(datatype)).ill_typed


def in_list(*terms: Term) -> Demand:
    """`sh:in`."""
    return frozenset(terms).__contains__


def at_least(length: int) -> Demand:
    """`sh:minLength`, in characters of the text or IRI; no blank node is long enough."""
    return lambda term: length == 0 or (not isinstance(term, BlankNode) and len(term.value) >= length)


def at_most(length: int) -> Demand:
    """`sh:maxLength`."""
    return lambda term: not isinstance(term, BlankNode) and len(term.value) <= length


def like(pattern: str) -> Demand:
    """`sh:pattern` without flags."""
    compiled = re.compile(pattern)
    return lambda term: not isinstance(term, BlankNode) and compiled.search(term.value) is not None


def one_of(alternatives: tuple[tuple[Demand, ...], ...]) -> Demand:
    """`sh:or` over shapes that demand something of the value itself."""
    return lambda term: any(all(demand(term) for demand in demands) for demands in alternatives)
