"""`python -m bench`: prints the table."""

import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import endpoint, history, publishing, remote, searching, serving


def main() -> None:
    table = Table(title="leap-kg, side by side (medians)", title_justify="left")
    for column in ("what", "against", "ours", "theirs", "ratio", "runs"):
        table.add_column(column, justify="left" if column in ("what", "against") else "right")
    for part in (publishing, searching, serving, endpoint, history, remote):
        with tempfile.TemporaryDirectory() as folder:
            for found in part.comparisons(Path(folder)):
                table.add_row(
                    found.what,
                    found.other,
                    f"{found.ours * 1000:.1f} ms",
                    f"{found.theirs * 1000:.1f} ms",
                    f"{found.ratio:.2f}",
                    str(found.runs),
                )
    Console(width=150).print(table)


main()
