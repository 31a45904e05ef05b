"""The parameters of a named query: typed values that are written into its text as SPARQL terms.

Hazard: values come from URLs. Whatever the value, what is written is exactly one term: the engine's own writer
escapes it, and what is no value of the type is refused.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from pyoxigraph import Literal, NamedNode

from leap_kg.ontology.namespaces import XSD

_SHOWN = 100  # characters of a value in a message

Value = str | int | date | NamedNode


class ParameterError(ValueError):
    """A value that is missing, unknown or not of its type; the message names the parameter."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A declared parameter: `type` is iri, string, integer or date; without a `default` it must be given.

    All of a string must match `pattern`, a regular expression, where there is one. With `lower` it is written in lower
    case, for names that indexes keep so. `among` is the name of the query that lists the values which the graph has.
    """

    name: str
    type: str
    description: str = ""
    default: Value | None = None
    pattern: str | None = None
    lower: bool = False
    among: str | None = None

    @property
    def variable(self) -> str:
        """The variable that stands for it in the query."""
        return f"?_{self.name}"

    @property
    def sample(self) -> Value:
        """A value to see whether the query with it in place is still a query."""
        return SAMPLES[self.type] if self.pattern is None or self.default is None else self.default

    def taken(self, value: Value | None) -> Value | None:
        """The value that stands in the query for `value`: its lower case if it is to be so, for `None` the default."""
        value = self.default if value is None else value
        return value.lower() if self.lower and isinstance(value, str) else value

    def write(self, value: Value | None) -> str:
        """The term for `value` (or for the default) in SPARQL; text is read as its type says."""
        value = self.taken(value)
        if value is None:
            raise ParameterError(f"parameter {self.name!r} is missing; give it a value of type {self.type}")
        try:
            term = TYPES[self.type](value)
        except (ValueError, TypeError):
            other = "; the graph knows no thing, or several, of that name" if self.type == "iri" else ""
            raise ParameterError(f"parameter {self.name!r} must be of type {self.type}, not {value!r}{other}") from None
        if self.pattern is not None and not re.fullmatch(self.pattern, str(value), re.ASCII):
            wanted = self.description or f"text that matches {self.pattern}"
            raise ParameterError(f"parameter {self.name!r} cannot be {str(value)[:_SHOWN]!r}; give it: {wanted}")
        return term


def _iri(value: Value) -> str:
    if not isinstance(value, str | NamedNode):
        raise TypeError
    return str(value if isinstance(value, NamedNode) else NamedNode(value))


def _string(value: Value) -> str:
    if not isinstance(value, str):
        raise TypeError
    value.encode()  # a lone surrogate is no text
    return str(Literal(value))


def _integer(value: Value) -> str:
    """As a bare number, which is also what LIMIT and OFFSET take."""
    if isinstance(value, str) and re.fullmatch(r"[+-]?[0-9]{1,18}", value):
        return str(int(value))
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 10**18:
        raise TypeError
    return str(value)


def _date(value: Value) -> str:
    day = date.fromisoformat(value) if isinstance(value, str) else value
    if isinstance(day, datetime) or not isinstance(day, date):
        raise TypeError
    return str(Literal(day.isoformat(), datatype=XSD("date")))


TYPES: dict[str, Callable[[Value], str]] = {
    "iri": _iri,
    "string": _string,
    "integer": _integer,
    "date": _date,
}
# A value of each type.
SAMPLES: dict[str, Value] = {"iri": "urn:sample", "string": "", "integer": 1, "date": date(2000, 1, 1)}
