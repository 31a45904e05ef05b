"""Fills the search index in a process of its own while the graph is judged, logged and loaded: `Filling`.

Both are work for a whole core. Readers see nothing of it before `Filling.finish`; if that never comes, because the
publication was refused or its process has died, the other process takes everything back and ends.
"""

import gc
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from leap_kg.graph.index.indexing import SearchWriter
from leap_kg.graph.publication.sorting import lines_in, merged

_COMMIT, _DONE = "commit\n", "done\n"


class Filling:
    """A process that makes an index anew from files of sorted lines; to be closed."""

    def __init__(self, index: Path, base: str, revision: int, files: Sequence[Path]) -> None:
        command = [sys.executable, "-P", "-m", __name__, str(index), base, str(revision), *map(str, files)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> "Filling":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self._process.kill()
        self._process.communicate()

    def finish(self) -> None:
        """Wait until the index is filled, and let readers see it; raises `RuntimeError` if that failed."""
        try:
            told, _ = self._process.communicate(_COMMIT)
        except BrokenPipeError:
            told = ""
        if told != _DONE:
            raise RuntimeError(f"the search index was not filled: {told.strip() or 'its process died'}")


class _Permission:
    """The word of the process that started this one, which ends as soon as that one has."""

    def __init__(self) -> None:
        self._given = threading.Event()
        threading.Thread(target=self._listen, daemon=True).start()

    def wait(self) -> None:
        """Return when all may be made visible."""
        self._given.wait()

    def _listen(self) -> None:
        if sys.stdin.readline() != _COMMIT:
            os._exit(1)
        self._given.set()


def main() -> None:
    """Fill the index named by the arguments, and commit when told to."""
    gc.disable()  # millions of small objects and no cycles: looking for some takes a third of the time
    permission = _Permission()
    path, base, revision, *files = sys.argv[1:]
    try:
        with SearchWriter(Path(path), base) as index:
            index.fill(lambda: merged(lines_in(Path(file)) for file in files), int(revision), permission.wait)
    except Exception as error:  # noqa: BLE001 - whatever it was, the other process has to hear of it
        sys.stdout.write(f"{type(error).__name__}: {error}")
        return
    sys.stdout.write(_DONE)


if __name__ == "__main__":
    main()
