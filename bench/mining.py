"""Mining: how fast code is read for links, beside only parsing it; in a process that is warm, and in one that starts.

The code that is read is the project's own: some hundreds of modules that import one another, with the example
platform's notebooks. `LEAP_KG_BENCH_CODE` names another folder, such as one with clones of repositories.
"""

import ast
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bench.measure import Comparison, compare
from leap_kg.links.readers import READERS

_CODE = Path(os.environ.get("LEAP_KG_BENCH_CODE", Path(__file__).parents[1]))
_FOLDERS = () if "LEAP_KG_BENCH_CODE" in os.environ else ("src", "tests", "examples")
_LARGEST = 2**20
_COLD = "from bench import mining; mining.{}(mining.bodies())"


def comparisons(folder: Path) -> Iterator[Comparison]:
    """The other way parses Python, and JSON of notebooks, and looks at nothing."""
    files = bodies()
    if not files:
        raise RuntimeError(f"{_CODE} has no code to read: name a folder that has by LEAP_KG_BENCH_CODE")
    began = time.process_time()
    read(files)
    print(f"mining: {len(files) / (time.process_time() - began):,.0f} files a second of one core, {len(files)} files")
    yield compare(f"read {len(files):,} files", lambda: read(files), "parse them only", lambda: parse(files), runs=3)
    yield compare(
        f"start, and read {len(files):,} files",
        lambda: _cold("read"),
        "start, and parse them",
        lambda: _cold("parse"),
        runs=3,
    )


def bodies() -> dict[str, bytes]:
    """The files that are searched, and those that help to read them, by path."""
    roots = [_CODE / each for each in _FOLDERS] or [_CODE]
    paths = (path for root in roots for path in sorted(root.rglob("*")) if path.is_file())
    told = ((path.relative_to(_CODE).as_posix(), path) for path in paths if path.stat().st_size <= _LARGEST)
    return {name: path.read_bytes() for name, path in told if READERS.reads(name) and "node_modules" not in name}


def read(files: dict[str, bytes]) -> int:
    """How many signals there are."""
    together = READERS.read_together(files)
    searched = ((path, data) for path, data in files.items() if READERS.searches(path))
    return sum(len(READERS.read(data, path, together.get(path)).signals) for path, data in searched)


def parse(files: dict[str, bytes]) -> None:
    """Parse what is Python or a notebook; code that does not parse is passed over."""
    for path, data in files.items():
        try:
            if path.endswith(".py"):
                ast.parse(data)
            elif path.endswith(".ipynb"):
                for cell in json.loads(data)["cells"]:
                    if cell["cell_type"] == "code":
                        ast.parse("".join(cell["source"]))
        except (SyntaxError, ValueError, KeyError, TypeError):
            continue


def _cold(what: str) -> None:
    subprocess.run([sys.executable, "-c", _COLD.format(what)], check=True, cwd=Path(__file__).parents[1])


if __name__ == "__main__":
    for found in comparisons(Path()):
        print(f"{found.what}: {found.ours:.2f} s, {found.other}: {found.theirs:.2f} s, ratio {found.ratio:.2f}")
