"""The command as a process of its own, without the second that Python takes to read the libraries.

`python -m tests.cli.forked` reads them once. For each line of its input, a request as JSON, it forks a child, which
then is the command as it is started by hand: it has its own arguments, environment, folder and output, imports
`leap_kg.cli`, runs it, and ends as an interpreter does. The answer is how it ended. The parent opens no store, so
forking is safe.
"""

import gc
import importlib
import json
import os
import pkgutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import leap_kg

ROOT = Path(__file__).parents[2]

_ELSEWHERE = "leap_kg.ingest.recipes.engine."
"""What only ever runs in the environment of a recipe."""


class Forked:
    """The process that starts them."""

    def __init__(self, process: subprocess.Popen[str], folder: Path) -> None:
        self._process = process
        self._folder = folder

    def run(
        self, arguments: Sequence[str], environment: Mapping[str, str], cwd: Path
    ) -> subprocess.CompletedProcess[str]:
        """`leap-kg ARGUMENTS`, once it has ended; standard input is empty."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        output = [self._folder / "stdout", self._folder / "stderr"]
        request = {"arguments": list(arguments), "environment": dict(environment), "cwd": str(cwd)}
        self._process.stdin.write(json.dumps({**request, "output": list(map(str, output))}) + "\n")
        self._process.stdin.flush()
        code = os.waitstatus_to_exitcode(int(self._process.stdout.readline()))
        said, complained = (path.read_text() for path in output)
        return subprocess.CompletedProcess(["leap-kg", *arguments], code, said, complained)


@contextmanager
def forked(folder: Path) -> Iterator[Forked]:
    """A process that starts commands; `folder` is for what they print."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.cli.forked"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield Forked(process, folder)
    finally:
        process.communicate(timeout=60)


def _become(request: dict[str, Any]) -> None:
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["cwd"])
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, path in enumerate(request["output"], 1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
    sys.argv = ["leap-kg", *request["arguments"]]


def main() -> None:
    """Serve until standard input ends."""
    for part in pkgutil.iter_modules(leap_kg.__path__, "leap_kg."):
        if part.name not in ("leap_kg.cli", "leap_kg.__main__"):
            importlib.import_module(part.name)
            folder = [str(Path(leap_kg.__path__[0], part.name.rpartition(".")[2]))]
            for module in pkgutil.walk_packages(folder, f"{part.name}."):
                if not module.name.startswith(_ELSEWHERE):
                    importlib.import_module(module.name)
    gc.freeze()  # else each child walks through all of it, and copies it
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _become(json.loads(line))
            break
        print(os.waitpid(child, 0)[1], flush=True)
    else:
        return
    from leap_kg.cli import main as leap_kg_main

    leap_kg_main()


if __name__ == "__main__":
    main()
