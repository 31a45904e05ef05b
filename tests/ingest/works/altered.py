"""Records in which any value at any place is something else: what a register must never be able to do to us."""

import copy
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from hypothesis import strategies as st
from pyoxigraph import NamedNode

from leap_kg.ingest.formats.yamltext import Unreadable
from leap_kg.ingest.runs.composition import compose
from leap_kg.ingest.source import Mapped, RecordUnusable
from leap_kg.ontology.jsonld import quads_in
from leap_kg.ontology.shapes import Violation, validate
from leap_kg.settings import DEFAULT_BASE

BASE = DEFAULT_BASE
AWKWARD = (
    "", " ", "\x00", "\ud800", "\n", "10.1/x", "https://doi.org/", "https://orcid.org/0000-0000-0000-0000", "..", "#",
    "javascript:alert(1)", "http://[::1", "<i>", "&amp;lt;", "<" * 50, "a" * 3000, "2020-13-45", "-0001", "9999999999",
    "\u202e", "%00", "urn:", "https://ror.org/", "1234-5678", "NaN", "{{", "@type", "CC-BY-4.0", "10.13039/1",
)  # fmt: skip

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(AWKWARD),
    st.text(max_size=20),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
)
"""Any JSON value."""

objects = st.dictionaries(st.text(max_size=10), values, max_size=5)


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place of a value, the keys of its objects and the numbers of its lists."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in children:
        yield (*path, step)
        yield from places(inner, (*path, step))


@st.composite
def altered(draw: st.DrawFn, record: dict[str, Any]) -> dict[str, Any]:
    """The record with another value at one to three of its places."""
    changed = copy.deepcopy(record)
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(list(places(changed))))
        holder: Any = changed
        for step in path[:-1]:
            holder = holder[step]
        holder[path[-1]] = draw(values)
    return changed


def read_or_refused(read: Callable[[], Mapped]) -> Mapped | None:
    """What was read, or `None` if the record was refused with a reason; any other exception is a defect."""
    with suppress(RecordUnusable, Unreadable):
        return read()
    return None


def violations(mapped: Mapped) -> list[Violation]:
    """How what was mapped breaks the shapes, its findings included."""
    graph = NamedNode(f"{BASE}graph/source/any")
    return validate(list(quads_in(compose([mapped], [], BASE).triples, graph)), BASE)
