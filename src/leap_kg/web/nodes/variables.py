"""The variables of a dataset or store as its page lists them.

Hazard: the texts come from stores that anybody can write. A shape that is not written as `leap_kg.ingest` writes it
is shown as it is, not guessed at, and a size that is no number is left out.
"""

import re
from dataclasses import dataclass

from pyoxigraph import NamedNode

from leap_kg.ontology.namespaces import DCAT, DCT, SCHEMA
from leap_kg.web.cells import Node
from leap_kg.web.nodes.fragments import fragment_of
from leap_kg.web.reading import Reading

SHOWN_VARIABLES = 200
_LENGTH = re.compile(r"[0-9]{1,18}")
_UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB", "EB")


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable; `anchor` is its fragment on the page, `""` if it is no part of the node the page is about.

    `standard_name` is the concept of the CF convention, `size` the unpacked size in words; what is not said is empty.
    """

    anchor: str
    name: str
    symbol: str
    description: str
    standard_name: Node | None
    units: str
    shape: str
    chunks: str
    data_type: str
    size: str


@dataclass(frozen=True, slots=True)
class Variables:
    """The first variables by name, and how many there are beside them."""

    shown: list[Variable]
    more: int

    @property
    def anchors(self) -> set[str]:
        """The fragments of the variables shown."""
        return {variable.anchor for variable in self.shown}

    def says(self, what: str) -> bool:
        """Whether any variable has something in this field, so that a column for it is worth its room."""
        return any(getattr(variable, what) for variable in self.shown)


def variables_of(reading: Reading, node: NamedNode) -> Variables:
    """The variables of a dataset or store, at most `SHOWN_VARIABLES` of them."""
    parts = reading.nodes(node, SCHEMA("variableMeasured"))
    named = sorted((reading.text(part, SCHEMA("name")), part.value, part) for part in parts)
    found = [_variable(reading, node, name, part) for name, _, part in named[:SHOWN_VARIABLES]]
    return Variables(found, len(named) - len(found))


def dimensions(text: str) -> str:
    """`time=1461 lat=101` as people read it: `time 1,461 × lat 101`."""
    return " × ".join(f"{name} {length}".strip() for name, length in _read(text))


def chunked(chunks: str, shape: str) -> str:
    """A chunk shape as people read it, without the names of the dimensions if it has those of the shape."""
    names, lengths = [name for name, _ in _read(chunks)], [length for _, length in _read(chunks)]
    if not all(lengths) or names != [name for name, _ in _read(shape)]:
        return dimensions(chunks)
    return " × ".join(lengths)


def size(text: str) -> str:
    """A number of bytes with a unit a thousand times the one before, `""` for any other text."""
    if not _LENGTH.fullmatch(text):
        return ""
    number = int(text)
    power = min((len(str(number)) - 1) // 3, len(_UNITS) - 1)
    # What rounds up to a thousand is one of the next unit.
    if power and round(number / 1000**power, 1) >= 1000 and power + 1 < len(_UNITS):
        power += 1
    return f"{number / 1000**power:.1f} {_UNITS[power]}" if power else f"{number} {_UNITS[0]}"


def _read(text: str) -> list[tuple[str, str]]:
    """Each dimension with its length in words; what is not written as a length stays in the name."""
    found = []
    for dimension in text.split():
        name, mark, length = dimension.rpartition("=")
        known = mark and name and _LENGTH.fullmatch(length)
        found.append((name, f"{int(length):,}") if known else (dimension, ""))
    return found


def _variable(reading: Reading, node: NamedNode, name: str, part: NamedNode) -> Variable:
    standard, shape = reading.one(part, SCHEMA("propertyID")), reading.text(part, reading.leap("shape"))
    return Variable(
        anchor=fragment_of(node, part),
        name=name or reading.label(part),
        symbol=reading.text(part, SCHEMA("alternateName")),
        description=reading.text(part, DCT("description")),
        standard_name=reading.link(standard) if standard else None,
        units=reading.text(part, SCHEMA("unitText")),
        shape=dimensions(shape),
        chunks=chunked(reading.text(part, reading.leap("chunkShape")), shape),
        data_type=reading.text(part, reading.leap("dataType")),
        size=size(reading.text(part, DCAT("byteSize"))),
    )
