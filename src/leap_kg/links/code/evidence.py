"""Where a signal stands: lines, and a quote cut from those very lines."""

import ast
from collections.abc import Callable
from dataclasses import dataclass, field

from leap_kg.links.signal import LONGEST_QUOTE, Place


def _same(line: int) -> int:
    return line


def split_lines(text: str) -> list[str]:
    r"""The lines as Python counts them: `\n`, `\r\n` and `\r` end a line, nothing else does."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


@dataclass(slots=True, eq=False)
class Passage:
    """A text that is read at once, such as a file or a cell; `file_line` gives the stored line of a line of it."""

    path: str
    lines: list[str]
    cell: int | None = None
    file_line: Callable[[int], int] = _same
    shell: dict[int, str] = field(default_factory=dict)
    """The lines that go to a shell: in the code that is parsed, `...` stands in their place."""

    def place(self, start: int, end: int, column: int = 0) -> Place:
        """Lines `start` to `end`, quoted from `column` (characters) of the first where they are too long to quote."""
        start = min(max(start, 1), len(self.lines))
        end = min(max(end, start), len(self.lines))
        text = "\n".join(self.lines[start - 1 : end])
        if len(text.strip()) > LONGEST_QUOTE:
            text = text[column:] if column < len(self.lines[start - 1]) else text
        return Place(self.path, start, end, text.strip()[:LONGEST_QUOTE].strip(), self.cell, self.file_line(start))

    def of(self, call: ast.expr, told: ast.expr | None = None) -> Place:
        """Where `call` stands: from the name that is called to `told`, the argument that matters."""
        start, column = call.lineno, call.col_offset
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
            # In a chain, the name stands on the last line of what is called.
            start, column = call.func.end_lineno or start, 0 if call.func.end_lineno != start else column
        end = (told.end_lineno if told is not None else call.end_lineno) or start
        if told is not None and end - start > 12:
            start, column = told.lineno, told.col_offset
        return self.place(start, max(start, end), self._characters(start, column))

    def _characters(self, line: int, column: int) -> int:
        """Columns of `ast` count bytes."""
        if not 0 < line <= len(self.lines) or self.lines[line - 1].isascii():
            return column
        return len(self.lines[line - 1].encode(errors="replace")[:column].decode(errors="ignore"))


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """A call by which code of another file is followed; what that code does shows at the call.

    An address that the call's own arguments have no part in (`texts`) is that other file's affair. `depth` is how many
    functions were being followed before.
    """

    passage: Passage
    call: ast.expr
    texts: frozenset[str]
    depth: int

    def concerns(self, address: str) -> bool:
        """Whether the address comes from what the call was given."""
        return any(text in address for text in self.texts)
