"""Counts the rows of a written result, and cuts it after a whole one.

A result is cut only for a client that asked for it, and says so: see `leap_kg.sparql.writer`. Hazard: what separates
rows may stand inside a value too, where it separates nothing: in JSON and CSV between quotes; XML escapes its angle
brackets and TSV its line ends. Loaded by the worker: imports little.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

# The IRI of the link in the head of a result that was cut, before the number of its rows.
MARK = b"urn:leap-kg:truncated:"

_CLOSING = {"json": b"]}}", "xml": b"</results></sparql>"}
_JSON_ROWS = b'"bindings":['
_SEPARATORS = {"json": b"},{", "xml": b"</result>", "csv": b"\r\n", "tsv": b"\n"}
# The last string may be broken off.
_BRACE_OR_STRING = re.compile(rb'[{}]|"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)', re.DOTALL)


def has_more_rows(content: bytes, name: str, most: int) -> bool:
    """Whether a whole result in the format `name` (json, xml, csv, tsv) has more than `most` rows."""
    if content.count(_SEPARATORS[name]) < most:
        return False
    return any(number > most for number, _ in enumerate(_row_ends(content, name, _first(content, name)), start=1))


def cut(content: bytes, name: str, most_bytes: int, most_rows: int) -> tuple[bytes, int]:
    """The whole rows that fit, closed as the format has it, and their number.

    `content` may be broken off anywhere after its head. The limit in bytes does not count the closing.
    """
    end, rows = _first(content, name), 0
    for position in _row_ends(content, name, end):
        if position > most_bytes or rows == most_rows:
            break
        end, rows = position, rows + 1
    return _marked(content[:end], name, rows) + _CLOSING.get(name, b""), rows


def _first(content: bytes, name: str) -> int:
    """Where the rows begin."""
    mark = {"json": _JSON_ROWS, "xml": b"<results>"}.get(name) or _SEPARATORS[name]
    return content.index(mark) + len(mark)


def _row_ends(content: bytes, name: str, start: int) -> Iterator[int]:
    """The offset just after each whole row."""
    if name == "json":
        return _json_ends(content, start)
    if name == "csv":
        return _csv_ends(content, start)
    return _ends(content, _SEPARATORS[name], start)


def _ends(content: bytes, mark: bytes, start: int) -> Iterator[int]:
    while (found := content.find(mark, start)) >= 0:
        start = found + len(mark)
        yield start


def _json_ends(content: bytes, start: int) -> Iterator[int]:
    """A row is an object; its values are objects in it."""
    depth = 0
    for found in _BRACE_OR_STRING.finditer(content, start):
        if found[0] == b"{":
            depth += 1
        elif found[0] == b"}":
            depth -= 1
            if depth == 0:
                yield found.end()
            elif depth < 0:
                return


def _csv_ends(content: bytes, start: int) -> Iterator[int]:
    counted, quotes = start, 0
    for position in _ends(content, b"\r\n", start):
        quotes += content.count(b'"', counted, position)
        counted = position
        if quotes % 2 == 0:
            yield position


def _marked(content: bytes, name: str, rows: int) -> bytes:
    """The beginning with a link in its head that says that there is more; CSV and TSV have no place for one."""
    if name == "json":
        return content.replace(b"]}", b'],"link":["%s%d"]}' % (MARK, rows), 1)
    return content.replace(b"</head>", b'<link href="%s%d"/></head>' % (MARK, rows), 1) if name == "xml" else content
