"""The rows of a table, one after the other, from CSV (packed or not) or from the list in a collection's JSON.

Hazard: a packed table of a kilobyte unpacks into gigabytes, and a quote that is never closed makes the whole file one
field. What is unpacked is counted, and a field has a length.
"""

import csv
import io
import math
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

from leap_kg.ingest.formats.yamltext import Unreadable

MAX_BYTES = 2**30
"""The most that a table may unpack to."""
MAX_ROWS = 5_000_000
MAX_LINE = 2**20
MAX_FIELD = 2**16  # characters of a value from JSON; CSV's own limit is twice that
MAX_COLUMNS = 200

_NOTHING = frozenset({"NaN", "nan"})
_PIECE = 2**20
_GZIP = b"\x1f\x8b"


def read_table(data: bytes, what: str) -> Iterator[dict[str, str] | str]:
    """The rows of a CSV with a header, `NaN` as empty; of a row that cannot be one, the reason. Raises `Unreadable`."""
    if data[:512].lstrip().startswith(b"<"):
        raise Unreadable("is HTML or XML where CSV was due: check the address", what=what)
    lines = _lines(_pieces(data, what), what)
    reader = csv.reader(lines)
    try:
        header = [name.strip() for name in next(reader, [])]
    except csv.Error as error:
        raise Unreadable(f"its first line is no header: {error}", what=what) from None
    if not any(header) or len(header) > MAX_COLUMNS or len(set(header)) < len(header):
        raise Unreadable("its first line is no header: each column needs a name of its own", what=what)
    while True:
        if reader.line_num > MAX_ROWS:
            raise Unreadable(f"has more than {MAX_ROWS} lines: split the table", what=what)
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield f"line {reader.line_num} is no row: {error}"
            continue
        if len(cells) == len(header):
            yield dict(zip(header, map(_stated, cells), strict=True))
        elif cells:
            yield f"line {reader.line_num} has {len(cells)} fields where {len(header)} are due"


def read_rows(rows: Iterable[Any]) -> Iterator[dict[str, str] | str]:
    """The rows of a list of objects, their values as texts; `null` and `NaN` are empty."""
    for number, row in enumerate(rows):
        if isinstance(row, dict):
            yield {str(name): _cell(value) for name, value in row.items()}
        else:
            yield f"row {number + 1} is no object"


def _cell(value: object) -> str:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return _stated(value) if isinstance(value, str) else str(value)[:MAX_FIELD]


def _stated(cell: str) -> str:
    """The cell, `""` for one that says that there is nothing, as the programs that write such tables put it."""
    return "" if cell in _NOTHING else cell


def _pieces(data: bytes, what: str) -> Iterator[bytes]:
    if not data.startswith(_GZIP):
        yield data
        return
    total, unpacker, rest = 0, zlib.decompressobj(31), data
    while rest and not unpacker.eof:
        try:
            piece = unpacker.decompress(rest, _PIECE)
        except zlib.error as error:
            raise Unreadable(f"is a damaged gzip file ({error}): fetch it again", what=what) from None
        total += len(piece)
        if total > MAX_BYTES:
            raise Unreadable(f"unpacks to more than {MAX_BYTES} bytes: split the table", what=what)
        rest = unpacker.unconsumed_tail
        yield piece
        if not piece and not rest:
            break
    if not unpacker.eof:
        raise Unreadable("is a gzip file that ends too early: fetch it again", what=what)


def _lines(pieces: Iterator[bytes], what: str) -> Iterator[str]:
    """The lines as texts; a byte order mark is taken off, and NUL, which no CSV holds, is refused."""
    text = io.TextIOWrapper(io.BufferedReader(_Stream(pieces)), "utf-8-sig", errors="replace", newline="")
    while line := text.readline(MAX_LINE):
        if len(line) == MAX_LINE:
            raise Unreadable(f"has a line of more than {MAX_LINE} characters: check the address", what=what)
        if "\0" in line:
            raise Unreadable("holds NUL bytes, so it is no text: check the address", what=what)
        yield line


class _Stream(io.RawIOBase):
    """Pieces as a file."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - any writable buffer
        while not self._left:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._left = piece
        size = min(len(buffer), len(self._left))
        buffer[:size] = self._left[:size]
        self._left = self._left[size:]
        return size
