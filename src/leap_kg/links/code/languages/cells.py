"""Reads the code cells of notebooks in R and Julia, in order, as one program."""

import re
from collections.abc import Sequence

from leap_kg.ingest.mapping.finding import Finding
from leap_kg.links.code.evidence import Passage
from leap_kg.links.code.languages.grammar import Language
from leap_kg.links.code.languages.program import Program
from leap_kg.links.code.ledger import Ledger
from leap_kg.links.code.neighbours import Neighbours
from leap_kg.links.code.notebook import Cell

_COMMAND = re.compile(r"[;?\]]|%%?\w")
"""What a line of a cell begins with that goes to the shell, the help or the package manager."""


def read_r(cells: Sequence[Cell], path: str, ledger: Ledger, neighbours: Neighbours) -> list[Finding]:
    """The code cells of a notebook in R."""
    return _read("r", cells, path, ledger, neighbours)


def read_julia(cells: Sequence[Cell], path: str, ledger: Ledger, neighbours: Neighbours) -> list[Finding]:
    """The code cells of a notebook in Julia."""
    return _read("julia", cells, path, ledger, neighbours)


def _read(
    language: Language, cells: Sequence[Cell], path: str, ledger: Ledger, neighbours: Neighbours
) -> list[Finding]:
    program = Program(language, path, ledger, neighbours)
    for cell in cells:
        text = "\n".join("" if _COMMAND.match(line) else line for line in cell.passage.lines)
        passage = Passage(path, cell.passage.lines, cell.passage.cell, cell.passage.file_line)
        program.add(text.replace("\0", " "), passage)
    program.read()
    return program.findings
