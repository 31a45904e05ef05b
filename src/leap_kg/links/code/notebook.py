"""The cells of a notebook, with the stored lines they come from; https://nbformat.readthedocs.io/, versions 3 and 4.

The JSON is taken apart cell by cell, so that each cell's place in the file is known and nothing is decoded twice.
Hazard: any bytes; size, depth and number of cells are bounded, and a cell that is no cell is passed over.
"""

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from leap_kg.links.code.bounds import MAX_CELL, MAX_CELLS, MAX_NOTEBOOK
from leap_kg.links.code.evidence import Passage, split_lines

_SPACE = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)


class NoNotebook(Exception):
    """Why the bytes are no notebook that is read, and what to do."""

    def __init__(self, reason: str, hint: str) -> None:
        super().__init__(reason)
        self.reason, self.hint = reason, hint


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: `kind` is `code`, `markdown`, `raw` …, `number` counts from 1."""

    number: int
    kind: str
    passage: Passage
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Notebook:
    """The cells, and the language of the code, in small letters; empty where the notebook does not say."""

    language: str
    cells: tuple[Cell, ...]
    cut: bool = False


def cells_of(data: bytes, path: str) -> Notebook:
    """The notebook; raises `NoNotebook`, nothing else."""
    if len(data) > MAX_NOTEBOOK:
        raise NoNotebook(f"it is larger than {MAX_NOTEBOOK} bytes", "Clear the outputs of the notebook.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NoNotebook("it is not UTF-8", "Save the notebook as UTF-8.") from None
    try:
        return _Reader(text, path).read()
    except (ValueError, RecursionError, MemoryError, IndexError) as problem:
        reason = "it is nested too deeply" if isinstance(problem, RecursionError) else "it is no JSON of a notebook"
        raise NoNotebook(reason, "Save it again with Jupyter.") from None


class _Reader:
    def __init__(self, text: str, path: str) -> None:
        self.text = text
        self.path = path
        self.cells: list[Cell] = []
        self.language = ""
        self.spoken = ""
        self.cut = False
        self._breaks: list[int] | None = None

    def read(self) -> Notebook:
        found = False
        for key, start in self._members(_skip(self.text, 0)):
            if key == "cells":
                found = True
                self._end = self._list(start)
            elif key == "worksheets":
                found = True
                self._end = self._worksheets(start)
            else:
                value, self._end = _DECODER.raw_decode(self.text, start)
                if key == "metadata":
                    self.language = _language(value)
        if not found:
            raise ValueError("no cells")
        return Notebook(self.language or self.spoken, tuple(self.cells), self.cut)

    def _members(self, at: int) -> Iterator[tuple[str, int]]:
        """The keys of an object, and where their values begin; whoever takes a value sets `_end` behind it."""
        text = self.text
        if text[at] != "{":
            raise ValueError("no object")
        at = _skip(text, at + 1)
        while text[at] != "}":
            key, at = _DECODER.raw_decode(text, at)
            at = _skip(text, at)
            if not isinstance(key, str) or text[at] != ":":
                raise ValueError("no key")
            yield key, _skip(text, at + 1)
            at = _skip(text, self._end)
            if text[at] == ",":
                at = _skip(text, at + 1)
            elif text[at] != "}":
                raise ValueError("no end")
        self._end = at + 1

    def _elements(self, at: int) -> Iterator[int]:
        text = self.text
        if text[at] != "[":
            raise ValueError("no list")
        at = _skip(text, at + 1)
        while text[at] != "]":
            yield at
            at = _skip(text, self._end)
            if text[at] == ",":
                at = _skip(text, at + 1)
            elif text[at] != "]":
                raise ValueError("no end")
        self._end = at + 1

    def _list(self, start: int) -> int:
        for at in self._elements(start):
            if self.text[at] == "{":
                self._cell(at)
            else:
                _, self._end = _DECODER.raw_decode(self.text, at)
        return self._end

    def _worksheets(self, start: int) -> int:
        for at in self._elements(start):
            for key, inner in self._members(at):
                if key == "cells":
                    self._end = self._list(inner)
                else:
                    _, self._end = _DECODER.raw_decode(self.text, inner)
        return self._end

    def _cell(self, start: int) -> None:
        kind, place, source = "", -1, None
        for key, at in self._members(start):
            value, self._end = _DECODER.raw_decode(self.text, at)
            if key == "cell_type" and isinstance(value, str):
                kind = value
            elif key == "language" and isinstance(value, str):
                self.spoken = self.spoken or value.lower()
            elif key in {"source", "input"} and (source is None or key == "source"):
                place, source = at, value
        if len(self.cells) >= MAX_CELLS:
            self.cut = True
            return
        number = len(self.cells) + 1
        every = source if isinstance(source, list) else [source]
        pieces = [piece for piece in every if isinstance(piece, str)]
        told = len(pieces) == len(every)
        text = "".join(pieces) if told else ""
        problem = "" if told or source is None else "its source is no text"
        if len(text) > MAX_CELL:
            text, problem = "", f"it is longer than {MAX_CELL} characters"
        passage = Passage(self.path, split_lines(text), number, lambda line: self._stored(place, line))
        self.cells.append(Cell(number, kind, passage, problem))

    def _stored(self, place: int, line: int) -> int:
        """The line of the file on which line `line` of the source at `place` begins."""
        if self._breaks is None:
            self._breaks = [match.start() for match in re.finditer("\n", self.text)]
        if place < 0:
            return 0
        at = place
        if self.text[place] == "[":
            begun = 1
            for element in self._elements(place):
                value, self._end = _DECODER.raw_decode(self.text, element)
                at = element
                begun += str(value).replace("\r\n", "\n").count("\n")
                # The line begins in this piece, unless the piece ends just before it.
                if begun > line or (begun == line and not str(value).endswith("\n")):
                    break
        return bisect_right(self._breaks, at - 1) + 1


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _language(metadata: object) -> str:
    if not isinstance(metadata, dict):
        return ""
    for key, name in (("language_info", "name"), ("kernelspec", "language"), ("kernelspec", "name")):
        table = metadata.get(key)
        if isinstance(table, dict) and isinstance(table.get(name), str) and table[name]:
            return str(table[name]).lower()
    return ""
