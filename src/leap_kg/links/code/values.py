"""What an expression may be, as far as a file tells: values, each under the choices that lead to it.

A loop over three literals, a branch with two arms: the name has several values, and what is put together of two names
must take both from the same turn of the loop and the same arm. So each alternative carries its choices, and
alternatives whose choices contradict each other are never combined.
"""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from leap_kg.links.code.bounds import LONGEST_TEXT, MOST_VALUES
from leap_kg.links.signal import UNKNOWN, Place

if TYPE_CHECKING:
    from leap_kg.links.code.evidence import Passage
    from leap_kg.links.code.scope import Scope

Choices: TypeAlias = tuple[tuple[str, int], ...]
"""Which turn of each loop and which arm of each branch."""

FREE = "default"
"""The choice of a value that anybody who calls may replace; it decides no branch."""

Ways: TypeAlias = tuple[Choices, ...]
"""The choices that lead to one place, each of them enough."""


class Nothing(Enum):
    """The one value of an expression of which nothing is known."""

    KNOWN = "unknown"


class Alternative(NamedTuple):
    """One value, and the choices that lead to it."""

    value: "Value"
    choices: Choices = ()


Values: TypeAlias = tuple[Alternative, ...]


@dataclass(frozen=True, slots=True)
class Items:
    """A list, tuple or set."""

    each: tuple[Values, ...]


@dataclass(frozen=True, slots=True)
class Entries:
    """A dictionary or a namespace, as far as its keys are literals."""

    each: dict[str | int, Values]


@dataclass(frozen=True, slots=True)
class External:
    """Something of a library: `xarray.open_zarr`."""

    name: str


@dataclass(frozen=True, slots=True)
class PathText:
    """A `pathlib.Path`, `UPath` or the like."""

    text: str


@dataclass(frozen=True, slots=True)
class FileSystem:
    """An fsspec file system: its scheme, the endpoint if it is another than the scheme's, the root if it has one."""

    scheme: str
    endpoint: str = ""
    root: str = ""


@dataclass(frozen=True, slots=True)
class Handle:
    """Something opened or mapped that a reader or writer takes in place of an address.

    `origin` is the signal that stands unless a known call takes the handle.
    """

    target: str
    origin: int


@dataclass(frozen=True, slots=True)
class Reply:
    """What a web server answers to a request at `place`: data, once somebody keeps it or reads it as such."""

    address: str
    place: Place
    via: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """An intake or ESM catalogue, a group or an entry in it, or a search of it."""

    address: str
    keys: tuple[str, ...] = ()
    facets: tuple[tuple[str, str], ...] = ()
    origin: int = -1


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a catalogue, or anything taken out of them: a column, a row, the address of one store.

    `entry` names the part that is told: a collection of a service; with `""` the address alone stands for the data.
    """

    address: str
    entry: str = UNKNOWN

    @property
    def target(self) -> str:
        """What stands for the data."""
        return f"{self.address}#{self.entry}" if self.entry else self.address


@dataclass(frozen=True, slots=True)
class Registry:
    """Files below an address that are fetched by their names; `urls` has those that lie elsewhere."""

    base: "Values"
    files: "Values"
    urls: "Values"


@dataclass(frozen=True, slots=True)
class Moment:
    """A date or time."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Span:
    """What is added to a moment."""

    by: timedelta


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file of the repository that the code opens."""

    path: str


@dataclass(frozen=True, slots=True)
class Partial:
    """A function with some of its arguments: `functools.partial(open_zarr, chunks={})`."""

    of: "Value"
    given: tuple[Values, ...]
    named: tuple[tuple[str, Values], ...]


@dataclass(frozen=True, slots=True)
class Bound:
    """A method of a file system that is handed on: `map(fs.open, files)`."""

    of: FileSystem
    name: str


@dataclass(slots=True, eq=False)
class Function:
    """A function or lambda of the repository, with where its names come from."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    scope: "Scope"
    passage: "Passage"
    defaults: dict[str, Values]
    owner: "Class | None" = None
    followed: bool = False


@dataclass(slots=True, eq=False)
class Class:
    """A class of the repository; `plain` is the object that its methods see where nobody makes one."""

    name: str
    attributes: dict[str, Values]
    bases: "tuple[Class, ...]" = ()
    plain: "Instance | None" = None

    def find(self, name: str, depth: int = 0) -> "Values | None":
        """The attribute of the class or of those it is derived from."""
        if name in self.attributes or depth > 8:
            return self.attributes.get(name)
        return next((found for base in self.bases if (found := base.find(name, depth + 1))), None)


@dataclass(slots=True, eq=False)
class Instance:
    """An object of a class of the repository; `actual` is the object where this is what `super()` makes of it."""

    of: Class
    attributes: dict[str, Values] = field(default_factory=dict)
    actual: "Instance | None" = None


@dataclass(slots=True, eq=False)
class Module:
    """A module of the same repository."""

    names: dict[str, Values]


Value: TypeAlias = (
    str
    | int
    | float
    | bool
    | Nothing
    | Items
    | Entries
    | External
    | PathText
    | FileSystem
    | Handle
    | Reply
    | Catalogue
    | Table
    | Registry
    | Moment
    | Span
    | LocalFile
    | Partial
    | Bound
    | Function
    | Class
    | Instance
    | Module
    | None
)

UNKNOWN_VALUE = Nothing.KNOWN
_NUMBERS = (bool, int, float)
NOTHING: Values = (Alternative(UNKNOWN_VALUE),)


def one(value: Value) -> Values:
    """A value that is certain."""
    return (Alternative(value),)


def only(values: Values | None) -> Value:
    """The value if there is one alternative; else unknown."""
    return values[0].value if values and len(values) == 1 else UNKNOWN_VALUE


def is_free(values: Values) -> bool:
    """Whether whoever calls may replace the value."""
    return any(name == FREE for each in values for name, _ in each.choices)


def merged(a: Choices, b: Choices) -> Choices | None:
    """Both choices, or `None` where they contradict each other."""
    if not a or a == b:
        return b
    if not b:
        return a
    known = dict(a)
    for name, arm in b:
        if known.setdefault(name, arm) != arm:
            return None
    return tuple(known.items())


def pairs(a: Values, b: Values) -> Iterator[tuple[Value, Value, Choices]]:
    """Each of `a` with each of `b` that may come together."""
    for left, when in a:
        for right, also in b:
            both = merged(when, also)
            if both is not None:
                yield left, right, both


def bounded(alternatives: Iterable[Alternative], most: int = MOST_VALUES) -> Values:
    """The different alternatives; one unknown where there are none or too many."""
    kept: list[Alternative] = []
    texts: set[tuple[object, Choices]] = set()
    for each in alternatives:
        if isinstance(each.value, str):
            if (each.value, each.choices) in texts:
                continue
            texts.add((each.value, each.choices))
        kept.append(each)
        if len(kept) > most:
            return NOTHING
    return tuple(kept) or NOTHING


def chosen(values: Values, name: str, arm: int) -> Values:
    """The values under one more choice."""
    return tuple(
        Alternative(each.value, both) for each in values if (both := merged(each.choices, ((name, arm),))) is not None
    )


def led(values: Values, ways: Ways) -> Values:
    """The values under each of the ways that lead to them; none where they contradict all."""
    return tuple(
        Alternative(value, both) for way in ways for value, also in values if (both := merged(also, way)) is not None
    )


def as_text(value: Value) -> str:
    """The value as a piece of a text."""
    if isinstance(value, str):
        return value
    if value is UNKNOWN_VALUE:
        return UNKNOWN
    if isinstance(value, _NUMBERS):
        return str(value)
    if isinstance(value, PathText):
        return value.text
    return value.target if isinstance(value, Handle) else str(value.at) if isinstance(value, Moment) else UNKNOWN


def joined(pieces: Iterable[Values]) -> Values:
    """The pieces one after another, as texts."""
    whole: list[tuple[str, Choices]] = [("", ())]
    for piece in pieces:
        if len(piece) == 1 and not piece[0].choices:
            more = as_text(piece[0].value)
            whole = [(begun + more, when) for begun, when in whole]
        else:
            whole = _longer(whole, [(as_text(value), also) for value, also in piece])
        if any(len(text) > LONGEST_TEXT for text, _ in whole):
            return NOTHING
    return bounded(Alternative(tidy(text), when) for text, when in whole)


def _longer(whole: list[tuple[str, Choices]], piece: list[tuple[str, Choices]]) -> list[tuple[str, Choices]]:
    """What was begun, with each alternative of the next piece that may come there; unknown where these are too many."""
    longer: list[tuple[str, Choices]] = []
    for begun, when in whole:
        longer += [(begun + more, both) for more, also in piece if (both := merged(when, also)) is not None]
        if len(longer) > MOST_VALUES:
            return [(begun + UNKNOWN, when) for begun, when in whole]
    return longer


def tidy(text: str) -> str:
    """Unknown pieces side by side are one."""
    while UNKNOWN + UNKNOWN in text:
        text = text.replace(UNKNOWN + UNKNOWN, UNKNOWN)
    return text


def elements(values: Values, name: str) -> Values:
    """What a loop called `name` takes from `values`, turn by turn; unknown where they are not told."""
    found: list[Alternative] = []
    for value, when in values:
        if isinstance(value, Items):
            if len(value.each) > MOST_VALUES:
                return NOTHING
            for turn, item in enumerate(value.each):
                for inner in item:
                    both = merged(merged(when, inner.choices) or (), ((name, turn),))
                    if both is not None:
                        found.append(Alternative(inner.value, both))
        elif isinstance(value, Entries):
            found += [Alternative(key, merged(when, ((name, turn),)) or ()) for turn, key in enumerate(value.each)]
        else:
            found.append(Alternative(value if isinstance(value, Table | Reply) else UNKNOWN_VALUE, when))
    return bounded(found)


def unpacked(values: Values, place: int) -> Values:
    """What stands at `place` of each list among the values; what else they are goes there whole, if it is a table."""
    found: list[Alternative] = []
    for value, when in values:
        if isinstance(value, Items) and place < len(value.each):
            for inner, also in value.each[place]:
                both = merged(when, also)
                if both is not None:
                    found.append(Alternative(inner, both))
        else:
            found.append(Alternative(value if isinstance(value, Table) else UNKNOWN_VALUE, when))
    return bounded(found)
