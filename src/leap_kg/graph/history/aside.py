"""Brings the store of changes to where the log is in a process of its own, while the writer goes on: `Aside`.

After a large load that takes as long as the load itself, and needs nothing but the log. Whoever waits for it brings the
store there anyway, so a process that fails, or is killed, costs no more than its time.
"""

import subprocess
import sys
from pathlib import Path
from types import TracebackType

from pyoxigraph import Store

from leap_kg.graph.history.changestore import ChangeStore
from leap_kg.graph.history.followed import History
from leap_kg.graph.home import Home, HomeError
from leap_kg.graph.log.patch import PatchLog


class Aside:
    """Starts the process when `history` has left something; to be closed, which waits for it."""

    def __init__(self, home: Home, base: str, history: History) -> None:
        self._command = [sys.executable, "-P", "-m", __name__, str(home.path), base]
        self._history = history
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Aside":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is None:
            return
        if error is not None:
            self._process.terminate()
        self._process.wait()

    def follow(self, log: PatchLog, store: Store) -> None:
        """Have the store of changes take in what was left, unless a process is at it; raises `OSError`."""
        if (self._process is None or self._process.poll() is not None) and self._history.is_behind(log):
            nothing = subprocess.DEVNULL
            self._process = subprocess.Popen(self._command, stdin=nothing, stdout=nothing, stderr=nothing)


def main() -> None:
    """Bring the store of changes of the home that the arguments name to where its log is."""
    path, base = sys.argv[1:]
    home = Home(Path(path))
    try:
        ChangeStore(home, base).follow(PatchLog(home.log))
    except (HomeError, OSError, RuntimeError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
