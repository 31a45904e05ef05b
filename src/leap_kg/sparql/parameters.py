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
_CORNERS = "west, south, east and north in degrees, with blanks between, such as -30 -10 20 10"
_TURN, _POLE = 720, 90
_NUMBER = "(-?[0-9]{1,3}(?:[.][0-9]{1,15})?)"
_FOUR = re.compile(rf"\s*{_NUMBER}\s+{_NUMBER}\s+{_NUMBER}\s+{_NUMBER}\s*", re.ASCII)

Value = str | int | date | NamedNode


class ParameterError(ValueError):
    """A value that is missing, unknown or not of its type; the message names the parameter."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A declared parameter: `type` is iri, string, integer, date or box; without a `default` it must be given.

    A box is west, south, east and north in degrees with blanks between. All of a string must match `pattern`, a regular
    expression, where there is one. With `lower` it is written in lower case, for names that indexes keep so. `among` is
    the name of the query that lists the values which the graph has. `not_before` is the name of a parameter with a day,
    or the beginning of one, that this one may not lie before. `titled` are kinds of nodes, by their names in addresses:
    the string should be a part of the title of one of them.
    """

    name: str
    type: str
    description: str = ""
    default: Value | None = None
    pattern: str | None = None
    lower: bool = False
    among: str | None = None
    not_before: str | None = None
    titled: tuple[str, ...] = ()

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
        except ParameterError as error:
            raise ParameterError(f"parameter {self.name!r} {error}") from None
        except (ValueError, TypeError):
            others = {"iri": "; the graph knows no thing, or several, of that name", "box": f"; give it: {_CORNERS}"}
            other = others.get(self.type, "")
            raise ParameterError(f"parameter {self.name!r} must be of type {self.type}, not {value!r}{other}") from None
        if self.pattern is not None and not re.fullmatch(self.pattern, str(value), re.ASCII):
            wanted = self.description or f"text that matches {self.pattern}"
            raise ParameterError(f"parameter {self.name!r} cannot be {str(value)[:_SHOWN]!r}; give it: {wanted}")
        return term

    def follows(self, first: Value | None, value: Value | None) -> None:
        """Raise `ParameterError` if `value` lies before `first`, which `not_before` names; of months and years all."""
        ends = [str(first or ""), str(value or "")]
        length = min(map(len, ends))
        if ends[1][:length] < ends[0][:length]:
            shown = [end[:_SHOWN] for end in ends]
            raise ParameterError(
                f"parameter {self.name!r} cannot be {shown[1]!r}, which is before {shown[0]!r}, the value of "
                f"{self.not_before!r}; exchange them"
            )


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


def _box(value: Value) -> str:
    if not isinstance(value, str) or not (numbers := _FOUR.fullmatch(value)):
        raise TypeError
    west, south, east, north = map(float, numbers.groups())
    if max(abs(west), abs(east)) > _TURN:
        raise ParameterError(f"needs longitudes between -{_TURN} and {_TURN}, not {value[:_SHOWN]!r}")
    if max(abs(south), abs(north)) > _POLE:
        raise ParameterError(f"needs latitudes between -{_POLE} and {_POLE}, not {value[:_SHOWN]!r}")
    if south > north:
        first, lower, last, upper = numbers.groups()
        raise ParameterError(f"needs its south below its north; write {first} {upper} {last} {lower}")
    return str(Literal(value))


TYPES: dict[str, Callable[[Value], str]] = {
    "iri": _iri,
    "string": _string,
    "integer": _integer,
    "date": _date,
    "box": _box,
}
# A value of each type.
SAMPLES: dict[str, Value] = {
    "iri": "urn:sample",
    "string": "",
    "integer": 1,
    "date": date(2000, 1, 1),
    "box": "0 0 0 0",
}
