"""The Markdown cells of a notebook, with the lines of the stored file that each of their lines stands on.

Hazard: outputs make a notebook a hundred times as long as what people wrote in it. Lines of the file are only looked
for where something was found.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from leap_kg.ingest.mapping.finding import Finding, Severity
from leap_kg.links.places import jsonplaces
from leap_kg.links.places.passage import MOST_LINES, Passage, split
from leap_kg.links.signal import Signal

MOST_CELLS = 5000
LONGEST_CELL = 100_000  # characters


def passages(notebook: dict[str, Any], path: str, findings: list[Finding]) -> Iterator[Passage]:
    """The Markdown cells; cells are counted with all others, from 1. Of too many lines the first are read."""
    cells, lines = notebook.get("cells"), 0
    for number, cell in enumerate(cells[:MOST_CELLS] if isinstance(cells, list) else [], start=1):
        if isinstance(cell, dict) and cell.get("cell_type") in ("markdown", "raw"):
            text = source_of(cell)
            if text.strip():
                passage = Passage(path, split(text), number)
                lines += len(passage.lines)
                if lines > MOST_LINES:
                    message = f"{path} has more than {MOST_LINES} lines of text: the rest was not searched"
                    hint = "Nothing to mend; to have all of it searched, split the notebook."
                    findings.append(Finding("list-cut", Severity.INFO, message, hint, f"{path} (cell {number})"))
                    return
                yield passage


def source_of(cell: dict[str, Any]) -> str:
    """The text of a cell, at most `LONGEST_CELL` characters."""
    source = cell.get("source")
    lines = source if isinstance(source, list) else [source]
    return "".join(line for line in lines if isinstance(line, str))[:LONGEST_CELL]


def located(signals: list[Signal], data: bytes, notebook: dict[str, Any]) -> list[Signal]:
    """The signals with the lines of the stored file that they stand on."""
    if not signals:
        return []
    wanted = {(signal.place.cell or 1) - 1 for signal in signals}
    text = data.decode("utf-8-sig")

    def is_source(at: jsonplaces.Path) -> bool:
        return len(at) > 2 and at[0] == "cells" and at[1] in wanted and at[2] == "source"

    lines = jsonplaces.places(text, is_source, deepest=4)
    return [_on_line(signal, _stored(signal, lines, notebook)) for signal in signals]


def _on_line(signal: Signal, line: int) -> Signal:
    return replace(signal, place=replace(signal.place, file_line=line))


def _stored(signal: Signal, lines: dict[jsonplaces.Path, int], notebook: dict[str, Any]) -> int:
    """The line of the file that holds the first line of the signal; a source may be one text, or one for each line."""
    cell = (signal.place.cell or 1) - 1
    source = notebook["cells"][cell].get("source")
    passed = 1
    for number, piece in enumerate(source if isinstance(source, list) else []):
        passed += len(split(piece)) - 1 if isinstance(piece, str) else 0
        if signal.place.start < passed or number == len(source) - 1:
            return lines.get(("cells", cell, "source", number), 0)
    return lines.get(("cells", cell, "source"), 0)
