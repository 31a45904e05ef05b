"""`python -m bench [PART]...`: prints the table of all parts or of those named, each row as soon as it is known."""

import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import (
    client,
    endpoint,
    harvesting,
    history,
    mining,
    publishing,
    recipes,
    remote,
    searching,
    serving,
    stac,
    tables,
)
from bench.measure import Comparison

_ALL = (publishing, harvesting, mining, searching, serving, endpoint, history, remote, tables, client, stac, recipes)
PARTS = {part.__name__.rpartition(".")[2]: part for part in _ALL}


def main(names: list[str]) -> None:
    unknown = set(names) - PARTS.keys()
    if unknown:
        sys.exit(f"there is no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    found: list[Comparison] = []
    for name in names or PARTS:
        with tempfile.TemporaryDirectory() as folder:
            for comparison in PARTS[name].comparisons(Path(folder)):
                print(f"{name}: {' | '.join(_cells(comparison))}", file=sys.stderr, flush=True)
                found.append(comparison)
    table = Table(title="leap-kg, side by side (medians)", title_justify="left")
    for column in ("what", "against", "ours", "theirs", "ratio", "runs"):
        table.add_column(column, justify="left" if column in ("what", "against") else "right")
    for comparison in found:
        table.add_row(*_cells(comparison))
    Console(width=150).print(table)


def _cells(found: Comparison) -> tuple[str, ...]:
    times = (f"{seconds * 1000:.1f} ms" for seconds in (found.ours, found.theirs))
    return found.what, found.other, *times, f"{found.ratio:.2f}", str(found.runs)


main(sys.argv[1:])
