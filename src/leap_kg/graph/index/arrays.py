"""What the arrays of a node say for its facets: names, meanings, units, and along which dimensions they are cut.

Of a store that is known from a table only, its subject says which variable it holds, and that what the variable means.

Hazard: shapes are texts that anybody can write. What is not written as `leap_kg.ingest` writes it is left out.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from leap_kg.graph.index.said import Others, Said
from leap_kg.graph.index.unit import spelt
from leap_kg.ontology.namespaces import DCT, ONTOLOGY_PATH, SCHEMA, SKOS

_MEASURED, _MEANING, _CALLED = SCHEMA("variableMeasured").value, SCHEMA("propertyID").value, SCHEMA("name").value
_UNIT, _SUBJECT = SCHEMA("unitText").value, DCT("subject").value
_MOST = 200
_MOST_DIMENSIONS = 16
_LENGTH = re.compile(r"(\S{1,100})=([0-9]{1,18})")

BROADER = SKOS("broadMatch").value
"""The predicate from a variable of a table to the standard name of its quantity."""

_OF_TABLE = re.compile(r"[^#]*/facet/[^/]+/variable(?:-id)?/[^/]+")

WHOLE = "whole"
"""The facet value of data that are in one chunk."""


def facets_of(said: Said, others: Others, base: str) -> Iterator[tuple[str, str, str]]:
    """Facet, value and label for each thing that the arrays of a node say."""
    arrays = [others.said(variable) for variable in sorted(said.links.get(_MEASURED, ()))[:_MOST]]
    for array in arrays:
        yield from (("variable", called, called) for called in array.texts.get(_CALLED, ()))
        yield from (("meaning", concept, others.label(concept)) for concept in array.links.get(_MEANING, ()))
        yield from (("unit", unit, unit) for text in array.texts.get(_UNIT, ()) if (unit := spelt(text)))
    for subject in said.links.get(_SUBJECT, ()):
        if _OF_TABLE.fullmatch(subject):
            yield "variable", (called := others.label(subject)), called
            yield from (("meaning", name, others.label(name)) for name in others.said(subject).links.get(BROADER, ()))
    yield from (("chunking", value, label) for value, label in _chunkings(arrays, base))


def _chunkings(arrays: Sequence[Said], base: str) -> set[tuple[str, str]]:
    """How the arrays with the most dimensions are cut: their coordinates are no matter for it."""
    shape_of, chunks_of = _predicates(base)
    shapes = [
        (shape, _lengths(chunks))
        for array in arrays
        for text in array.texts.get(shape_of, ())
        for chunks in array.texts.get(chunks_of, ())
        if (shape := _lengths(text))
    ]
    most = max((len(shape) for shape, _ in shapes), default=0)
    found = set()
    for shape, chunks in shapes:
        if len(shape) == most and chunks.keys() == shape.keys():
            cut = [name for name, length in shape.items() if chunks[name] < length]
            found.add((" ".join(cut), f"along {', '.join(cut)}") if cut else (WHOLE, "in one piece"))
    return found


def _lengths(text: str) -> dict[str, int]:
    """`time=32 lat=101`; empty for any other text, and for one without a length."""
    found = [_LENGTH.fullmatch(part) for part in text.split()[: _MOST_DIMENSIONS + 1]]
    if len(found) > _MOST_DIMENSIONS or not all(found):
        return {}
    return {match[1]: int(match[2]) for match in found if match}


@lru_cache(maxsize=4)
def _predicates(base: str) -> tuple[str, str]:
    return f"{base}{ONTOLOGY_PATH}shape", f"{base}{ONTOLOGY_PATH}chunkShape"
