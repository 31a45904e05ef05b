"""Space and time as the graph has them: how an extent is asked for, read and held against another."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from pyoxigraph import Literal, NamedNode

from leap_kg.ingest.mapping.agreement import Period, holds_box, holds_period, is_far_larger, read_period
from leap_kg.ingest.mapping.extents import Box, read_box
from leap_kg.ontology.namespaces import DCAT, DCT
from leap_kg.sparql.run import Term

T = TypeVar("T", Box, Period)


@dataclass(frozen=True, slots=True)
class Measure(Generic[T]):
    """One of the two. `predicate` leads from a node to its extent, whose `pattern` binds what `read` makes one of.

    `holds` says whether the first of two extents holds the second, `exceeds` whether it is far larger.
    """

    predicate: NamedNode
    pattern: str
    read: Callable[[Mapping[str, Term]], T | None]
    holds: Callable[[T, T], bool]
    exceeds: Callable[[T, T], bool]


def _box(row: Mapping[str, Term]) -> Box | None:
    return read_box(_text(row, "box"))


def _period(row: Mapping[str, Term]) -> Period | None:
    return read_period(_text(row, "start"), _text(row, "end"))


def _text(row: Mapping[str, Term], name: str) -> str:
    term = row.get(name)
    return term.value if isinstance(term, Literal) else ""


SPACE = Measure(DCT("spatial"), f"?extent {DCAT('bbox')} ?box", _box, holds_box, is_far_larger)
TIME = Measure(
    DCT("temporal"),
    f"OPTIONAL {{ ?extent {DCAT('startDate')} ?start }} OPTIONAL {{ ?extent {DCAT('endDate')} ?end }}",
    _period,
    holds_period,
    # Data that end today are described before and after they are added to.
    lambda outer, inner: False,
)
