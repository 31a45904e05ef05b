"""The variables of a dataset or store as its page lists them.

Hazard: the texts come from stores that anybody can write. A shape that is not written as `leap_kg.ingest` writes it
is shown as it is, not guessed at, and a size that is no number is left out.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace

from pyoxigraph import NamedNode

from leap_kg.catalog.record import Measured, Record, web_address
from leap_kg.ontology.namespaces import DCAT, DCT, SCHEMA
from leap_kg.web.cells import Node
from leap_kg.web.nodes.codecs import packed
from leap_kg.web.nodes.fragments import fragment_of
from leap_kg.web.nodes.tree import Branch, branches
from leap_kg.web.reading import Reading

SHOWN_VARIABLES = 200
_LENGTH = re.compile(r"[0-9]{1,18}")
_STANDARD = re.compile(r"/standard_name/([A-Za-z0-9_]+)/?\Z")
_UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB", "EB")


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable; `anchor` is its fragment on the page, `""` if it is no part of the node the page is about.

    `standard_name` is the concept of the CF convention, `size` the unpacked size in words; what is not said is empty.
    Where the stores of a dataset differ, all that they say is there. `steps` are the dimensions with their lengths.
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
    steps: tuple[tuple[str, str], ...] = ()
    codecs: str = ""


@dataclass(frozen=True, slots=True)
class Variables:
    """The first variables by name, and how many there are beside them."""

    shown: list[Variable]
    more: int

    @property
    def anchors(self) -> set[str]:
        """The fragments of the variables shown."""
        return {variable.anchor for variable in self.shown}

    @property
    def told(self) -> set[str]:
        """The fields in which any variable has something, so that a column for them is worth its room."""
        names = [each.name for each in fields(Variable)]
        return {name for name in names if any(getattr(variable, name) for variable in self.shown)}

    @property
    def branches(self) -> list[Branch]:
        """Those shown as a tree, see `leap_kg.web.nodes.tree`."""
        return branches(self.shown)


def variables_of(reading: Reading, node: NamedNode) -> Variables:
    """The variables of a dataset or store, at most `SHOWN_VARIABLES` of them."""
    parts = reading.nodes(node, SCHEMA("variableMeasured"))
    named = sorted((reading.text(part, SCHEMA("name")), part.value, part) for part in parts)
    found = [_variable(reading, node, name, part) for name, _, part in named[:SHOWN_VARIABLES]]
    return Variables(found, len(named) - len(found))


def variables_in(reading: Reading, record: Record) -> Variables:
    """The variables of a dataset by its record, with what its stores say of them."""
    node = NamedNode(record.iri)
    return Variables([_measured(reading, node, each) for each in record.variables], record.more_variables)


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


def _standard_name(reading: Reading, concept: NamedNode) -> Node:
    """The concept by its name, which ends its address, where the graph has no table of CF's names."""
    found = reading.link(concept)
    name = _STANDARD.search(concept.value)
    return replace(found, label=name[1]) if name and "/" in found.label else found


def _variable(reading: Reading, node: NamedNode, name: str, part: NamedNode) -> Variable:
    standard, shape = reading.one(part, SCHEMA("propertyID")), reading.text(part, reading.leap("shape"))
    return Variable(
        anchor=fragment_of(node, part),
        name=name or reading.label(part),
        symbol=reading.text(part, SCHEMA("alternateName")),
        description=reading.text(part, DCT("description")),
        standard_name=_standard_name(reading, standard) if standard else None,
        units=reading.text(part, SCHEMA("unitText")),
        shape=dimensions(shape),
        chunks=chunked(reading.text(part, reading.leap("chunkShape")), shape),
        data_type=reading.text(part, reading.leap("dataType")),
        size=size(reading.text(part, DCAT("byteSize"))),
        steps=tuple(_read(shape)),
        codecs=packed(reading.text(part, reading.leap("codecs"))),
    )


def _measured(reading: Reading, node: NamedNode, measured: Measured) -> Variable:
    meaning = web_address(measured.meaning)
    forms = measured.held or (measured,)
    texts = [(_text(one.shape), _text(one.chunks)) for one in forms]
    return Variable(
        anchor=fragment_of(node, NamedNode(measured.iri)),
        name=measured.name,
        symbol=measured.symbol,
        description=measured.description,
        standard_name=_standard_name(reading, NamedNode(meaning)) if meaning else None,
        units=measured.units,
        shape=_either(dimensions(shape) for shape, _ in texts),
        chunks=_either(chunked(chunks, shape) for shape, chunks in texts),
        data_type=_either(one.data_type for one in forms),
        size=_either(size(str(one.size)) for one in forms),
        steps=tuple(dict.fromkeys(step for shape, _ in texts for step in _read(shape))),
        codecs=_either(packed(one.codecs) for one in forms),
    )


def _text(lengths: Iterable[tuple[str, int]]) -> str:
    return " ".join(f"{name}={length}" if length else name for name, length in lengths)


def _either(texts: Iterable[str]) -> str:
    """The texts that are some, each once."""
    return " or ".join(dict.fromkeys(text for text in texts if text))
