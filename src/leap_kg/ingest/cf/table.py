"""The XML of the standard name table: which names it has, and the bytes of each.

Hazard: XML expands entities, nests and grows. A document type is refused before anything is expanded, so are other
encodings than UTF-8, nesting and attributes beyond those of a table, and a table of more names than there can be.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias
from xml.parsers.expat import ParserCreate

from leap_kg.ingest.formats.yamltext import Unreadable
from leap_kg.ingest.source import RecordUnusable
from leap_kg.sparql.body import BodyLimits, BodyRefused, check_xml

MAX_NAMES = 100_000
MAX_TEXT = 64 * 2**10  # characters of one element; the longest description has about 3,000

_LIMITS = BodyLimits(depth=8, attributes=20, namespaces=10)
_ROOT = "standard_name_table"
_ITEMS = ("entry", "alias")

_Fields: TypeAlias = tuple[str, str, str, tuple[tuple[str, str], ...], int]  # those of an element, without its bytes


@dataclass(frozen=True, slots=True)
class Element:
    """An element below the root: its tag, its `id` (`""` without one), the texts of its children, its line and bytes.

    `text` is that of an element without children. Of children with one tag each counts.
    """

    tag: str
    id: str
    text: str
    children: tuple[tuple[str, str], ...]
    line: int
    data: bytes = field(repr=False)

    def child(self, tag: str) -> str:
        """The text of the first child with that tag, its runs of white space as single blanks."""
        return next((" ".join(text.split()) for name, text in self.children if name == tag), "")

    @property
    def is_name(self) -> bool:
        """Whether it is a standard name or an alias of one, rather than something about the table."""
        return self.tag in _ITEMS


def read_table(data: bytes, what: str) -> list[Element]:
    """The elements of a table; raises `Unreadable`, or `RecordUnusable` for XML that is no table."""
    elements = list(_elements(data, what))
    if sum(element.is_name for element in elements) > MAX_NAMES:
        raise RecordUnusable(f"has more than {MAX_NAMES} names: is it a standard name table?", what)
    return elements


def read_element(data: bytes, what: str) -> Element:
    """One element of a table, as `read_table` cut it out; raises `Unreadable` or `RecordUnusable`."""
    elements = list(_elements(b"<%s>%s</%s>" % (_ROOT.encode(), data, _ROOT.encode()), what))
    if len(elements) != 1:
        raise RecordUnusable("the stored record is not one element of a table; harvest it again", what)
    return elements[0]


def _elements(data: bytes, what: str) -> Iterator[Element]:
    try:
        check_xml(data, _LIMITS)
    except BodyRefused as refused:
        raise Unreadable(refused.detail, refused.line, refused.column, what) from None
    reader = _Reader(what)
    reader.parser.Parse(data, True)
    for element, start, end in reader.found:
        yield Element(*element, data[start:end])


class _Reader:
    """Collects what stands below the root; the guard has read the same bytes and found them well formed.

    The bytes of an element end where the next thing that the parser reports begins.
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self._depth = 0
        self._text: list[str] = []
        self._size = 0
        self._children: list[tuple[str, str]] = []
        self._opened = ("", "", 0, 0)  # tag, id, line, first byte
        self._closed: _Fields | None = None
        self.found: list[tuple[_Fields, int, int]] = []
        self.parser = ParserCreate("utf-8")
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._finish()
        self._depth += 1
        self._text, self._size = [], 0
        if self._depth == 1 and tag != _ROOT:
            reason = f"is XML of <{tag[:40]}>, not a <{_ROOT}>: give the address of the table itself"
            raise RecordUnusable(reason, self._what)
        if self._depth == 2:
            place = (self.parser.CurrentLineNumber, self.parser.CurrentByteIndex)
            self._opened, self._children = (tag, attributes.get("id", ""), *place), []

    def _end(self, tag: str) -> None:
        self._finish()
        text = "".join(self._text).strip()
        if self._depth == 3:
            self._children.append((tag, text))
        elif self._depth == 2:
            name, identity, line, _ = self._opened
            self._closed = (name, identity, "" if self._children else text, tuple(self._children), line)
        self._depth -= 1
        self._text, self._size = [], 0

    def _characters(self, text: str) -> None:
        self._finish()
        self._size += len(text)
        if self._size > MAX_TEXT:
            line = self.parser.CurrentLineNumber
            raise Unreadable(f"holds a text of more than {MAX_TEXT} characters: shorten it", line, what=self._what)
        self._text.append(text)

    def _finish(self) -> None:
        if self._closed is not None:
            self.found.append((self._closed, self._opened[3], self.parser.CurrentByteIndex))
            self._closed = None
