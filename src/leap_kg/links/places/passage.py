"""Lines of a file, or of one cell of a notebook, and how a place in them becomes evidence.

Lines are parted where Git and the web pages of repositories part them, so that a line number opens the right line;
`str.splitlines` would count form feeds and Unicode separators too.

Hazard: a file may be a gigabyte, one line of a megabyte, or no text at all. What is too large is not read, and of an
overlong line only its beginning is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from leap_kg.ingest.mapping.finding import Finding, Severity
from leap_kg.links.signal import LONGEST_QUOTE, Place

LARGEST = 2 * 2**20
"""Bytes of a text that are read; the longest README of a thousand is a tenth of it."""

MOST_LINES = 20_000
"""Lines of a text that are read; those beyond are left out, and a finding says so."""

LONGEST_LINE = 10_000
"""Characters of a line that are searched."""

_WIDE = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


@dataclass(frozen=True, slots=True)
class Passage:
    """The lines, each cut at `LONGEST_LINE`; in a notebook `cell` counts from 1.

    `file_lines` has the line of the stored file for each line, where that is another than its number.
    """

    path: str
    lines: Sequence[str]
    cell: int | None = None
    file_lines: Sequence[int] | None = None

    def place(self, start: int, end: int = 0, at: int = 0) -> Place:
        """The lines `start` to `end` (or only `start`), from 1; the quote holds the character `at` of the first."""
        end = max(start, end)
        first = self.lines[start - 1]
        # The beginning of a long line says nothing of what stands at its end.
        cut = max(0, at - LONGEST_QUOTE // 4) if at > LONGEST_QUOTE // 2 else 0
        quote = "\n".join([first[cut:], *self.lines[start:end]])[:LONGEST_QUOTE]
        stored = start if self.cell is None else 0
        if self.file_lines is not None and start <= len(self.file_lines):
            stored = self.file_lines[start - 1]
        return Place(self.path, start, end, quote, self.cell, stored)


def unified(text: str) -> str:
    """The text with `\n` for whatever ends a line."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def split(text: str) -> list[str]:
    """The lines of a text, without what ends them, each cut at `LONGEST_LINE`."""
    return [line[:LONGEST_LINE] for line in unified(text).split("\n")]


def read_passage(data: bytes, path: str, findings: list[Finding]) -> Passage | None:
    """The lines of a text file; `None`, and a finding, if it is no text or too large.

    A text that is no UTF-8 is taken as Windows-1252, of which Latin-1 is a part, and a finding says so.
    """
    if len(data) > LARGEST:
        message = f"{path} has {len(data)} bytes, of which none was searched for links: {LARGEST} are the most"
        findings.append(unreadable(path, message, "Split the file, or move data out of it."))
        return None
    encoding = _WIDE.get(data[:2], "utf-8-sig")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        message = f"{path} is not UTF-8 on line {line}: it was read as Windows-1252"
        hint = "Save the file as UTF-8, so that names and links in it come through."
        pointer = f"{path} (line {line})"
        findings.append(Finding("bad-text", Severity.WARNING, message, hint, pointer))
        text = data.decode("cp1252", "replace")
    if "\0" in text:
        message = f"{path} holds a NUL, so it is no text"
        findings.append(unreadable(path, message, "Save the file as plain text, or give it the suffix of what it is."))
        return None
    lines = split(text)
    if len(lines) > MOST_LINES:
        message = f"{path} has {len(lines)} lines, of which the first {MOST_LINES} were searched for links"
        hint = "Nothing to mend; to have all of it searched, split the file."
        findings.append(Finding("list-cut", Severity.INFO, message, hint, path))
    return Passage(path, lines[:MOST_LINES])


def unreadable(path: str, message: str, hint: str) -> Finding:
    """The finding on a file that cannot be read at all."""
    return Finding("unreadable-file", Severity.WARNING, message, hint, path)
