"""Reads one notebook: its cells in order, as one program; a cell that cannot be read does no harm to the others.

The language decides who reads the code: `READERS` is the one place where another language is added.
"""

import ast
from collections.abc import Callable, Sequence
from contextlib import suppress

from leap_kg.ingest.mapping.finding import Finding
from leap_kg.links.code import functions, magics, prose, reaching, statements, uncalled
from leap_kg.links.code.evidence import Passage
from leap_kg.links.code.findings import cut, unread
from leap_kg.links.code.folding import Folder
from leap_kg.links.code.languages.cells import read_julia, read_r
from leap_kg.links.code.languages.program import Program
from leap_kg.links.code.ledger import Ledger
from leap_kg.links.code.neighbours import Neighbours
from leap_kg.links.code.notebook import Cell, NoNotebook, cells_of
from leap_kg.links.code.parsing import Unparsed, parsed
from leap_kg.links.code.values import Values
from leap_kg.links.mined import Mined

CellsReader = Callable[[Sequence[Cell], str, Ledger, Neighbours], list[Finding]]
"""Takes the code cells of a notebook and its path, notes signals, and gives what could not be read."""


def read_notebook(data: bytes, path: str, neighbours: Neighbours | None = None) -> Mined:
    """The signals of a notebook; `path` is its path in the repository, `neighbours` the files beside it.

    Never raises for what the file says. Text cells are searched whatever the language of the code is.
    """
    try:
        notebook = cells_of(data, path)
    except NoNotebook as problem:
        return Mined(findings=(unread(path, problem.reason, problem.hint),))
    ledger = Ledger()
    findings = [
        unread(path, cell.problem, "Split the cell, or move data out of it.", f"cell {cell.number}")
        for cell in notebook.cells
        if cell.problem
    ]
    for cell in notebook.cells:
        if cell.kind != "code":
            prose.text(cell.passage, ledger)
    reader = READERS.get(_plain(notebook.language))
    if reader is not None:
        code = [cell for cell in notebook.cells if cell.kind == "code" and not cell.problem]
        findings += reader(code, path, ledger, neighbours or Neighbours())
    if notebook.cut or ledger.full:
        findings.append(cut(path, "it has more cells or addresses than are taken", "Split the notebook."))
    return Mined(ledger.signals(), tuple(findings))


def _plain(language: str) -> str:
    """`python3`, `ipython`, and kernels named after an environment, are Python; `julia-1.10` is Julia."""
    if not language or "python" in language or language in {"conda", "env", "xpython"}:
        return "python"
    return "julia" if language.startswith("julia") else "r" if language in {"ir", "xr"} else language


def _python(cells: Sequence[Cell], path: str, ledger: Ledger, neighbours: Neighbours) -> list[Finding]:
    findings: list[Finding] = []
    folder: Folder | None = None
    trees: list[ast.Module] = []
    matters = any(neighbours.matters("\n".join(cell.passage.lines)) for cell in cells)
    for cell in cells:
        if (script := magics.script(cell.passage.lines)) is not None:
            findings += _script(script, cell, path, ledger, neighbours)
            continue
        text, shell = magics.plain(cell.passage.lines)
        cell.passage.shell.update(shell)
        if folder is None:
            folder = Folder(cell.passage, ledger, neighbours)
            folder.path = path
        if magics.is_foreign(cell.passage.lines):
            continue
        try:
            tree = _tree(text)
        except Unparsed as problem:
            line = f", line {problem.line}" if problem.line else ""
            findings.append(unread(path, problem.reason, problem.hint, f"cell {cell.number}{line}"))
            prose.comments(None, cell.passage, ledger)
            continue
        if not matters:
            continue
        folder.passage = cell.passage
        trees.append(tree)
        statements.body(folder, tree.body)
        prose.comments(tree, cell.passage, ledger)
    if folder is not None:
        uncalled.remaining(folder)
        whole = folder
        reaching.note(ledger, folder.unresolved, trees, lambda node: functions.given_texts([whole.fold(node)]))
        if folder.spent:
            findings.append(cut(path, "it has more code than is followed", "Split the notebook."))
        folder.leave()
    return findings


def _script(text: str, cell: Cell, path: str, ledger: Ledger, neighbours: Neighbours) -> list[Finding]:
    """A cell that goes to a shell; it knows no names of the notebook."""
    program = Program("bash", path, ledger, neighbours)
    program.add(text.replace("\0", " "), Passage(path, cell.passage.lines, cell.number, cell.passage.file_line))
    program.read()
    return program.findings


def names_of(path: str, data: bytes, neighbours: Neighbours) -> dict[str, Values]:
    """What the names of a notebook stand for at its end, for those that run it."""
    try:
        cells = cells_of(data, path).cells
    except NoNotebook:
        return {}
    folder: Folder | None = None
    for cell in cells:
        if cell.kind != "code" or cell.problem or magics.is_foreign(cell.passage.lines):
            continue
        text, shell = magics.plain(cell.passage.lines)
        cell.passage.shell.update(shell)
        folder = folder or Folder(cell.passage, Ledger(), neighbours)
        folder.path, folder.passage = path, cell.passage
        with suppress(Unparsed):
            statements.body(folder, _tree(text).body)
    return folder.scope.names if folder is not None else {}


def _tree(text: str) -> ast.Module:
    try:
        return parsed(text)
    except Unparsed:
        shorter = magics.unmarked(text)
        if shorter == text:
            raise
    return parsed(shorter)


READERS: dict[str, CellsReader] = {"python": _python, "r": read_r, "julia": read_julia}
"""By the language of the notebook; code in any other language is not read."""
