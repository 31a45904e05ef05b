"""A process that starts processes which publish until they are killed: `python -m tests.graph.publishers`.

Reads `HOME STAGE PUBLICATIONS` a line from standard input, separated by tabs; forks a child that publishes in a
loop and writes a line to `HOME.progress` after each publication that has returned; answers with the child's pid, and
with how it ended once it has. At a STAGE other than `never`, the child kills itself there while it makes its last
publication.

The parent imports everything once and opens no store, so a child is ready in milliseconds and forking is safe.
"""

import gzip
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from pyoxigraph import Quad

from leap_kg.graph import publish
from leap_kg.graph.home import Home, HomeError
from leap_kg.graph.patch import PatchLog
from leap_kg.graph.publish import Writer
from leap_kg.graph.search import SearchWriter
from leap_kg.graph.snapshot import Snapshots
from tests.graph.samples import activity, dataset
from tests.ontology.terms import BASE


def wanted(revision: int) -> tuple[str, set[Quad]]:
    """What the publication that makes this revision publishes, and as which source."""
    source = "one" if revision % 3 else "two"
    quads = dataset("kept", "Always the same", source) | dataset("changed", f"Revision {revision}", source)
    for number in range(revision, revision + 20):
        quads |= dataset(f"moving-{number}", f"Number {number}", source, (f"tag {number}", "ocean"))
    return source, quads


def _die(*_: object) -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("a killed process goes on")


def _after(place: Any, name: str) -> None:
    original = getattr(place, name)

    def and_die(*args: object, **more: object) -> NoReturn:
        original(*args, **more)
        _die()

    setattr(place, name, and_die)


def _before(place: Any, name: str) -> None:
    setattr(place, name, _die)


def _rename(folder: str) -> None:
    original = Path.rename

    def rename(self: Path, target: Path) -> Path:
        if self.parent.name == folder:
            _die()
        return original(self, target)

    setattr(Path, "rename", rename)  # noqa: B010 - an assignment to a method has no type


def _half_a_patch() -> None:
    def compress(data: bytes, **_: object) -> bytes:
        _before(os, "fsync")
        return data[: len(data) // 2]

    setattr(gzip, "compress", compress)  # noqa: B010 - as above


def _unflushed(self: Writer, patch: Any) -> None:
    self.store.update(publish.update_text(patch.removed, patch.added))
    _die()


STAGES: dict[str, Callable[[], None]] = {
    "before the log": lambda: _before(PatchLog, "append"),
    "half a patch file": _half_a_patch,
    "patch not yet named": lambda: _rename("log"),
    "after the log": lambda: _after(PatchLog, "append"),
    "after the update, before the flush": lambda: setattr(Writer, "_apply", _unflushed),
    "after the update": lambda: _after(Writer, "_apply"),
    "within the index": lambda: _before(SearchWriter, "_record"),
    "after the index": lambda: _after(SearchWriter, "update"),
    "snapshot not yet named": lambda: _rename("snapshots"),
    "after the snapshot": lambda: _after(Snapshots, "create"),
}
UNLOGGED = ("before the log", "half a patch file", "patch not yet named")


def publish_until(home: Home, stage: str, publications: int) -> None:
    """Publish the revisions that follow, and tell of each that returned."""
    progress = os.open(f"{home.path}.progress", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    try:
        with Writer(home, BASE) as writer:
            os.write(progress, b"open\n")
            for number in range(publications):
                if stage in STAGES and number == publications - 1:
                    STAGES[stage]()
                source, quads = wanted(writer.revision + 1)
                revision = writer.publish(source, quads, activity(source, run=f"{os.getpid()}/{number}")).revision
                os.write(progress, f"{revision}\n".encode())
            signal.pause()
    except HomeError as error:
        os.write(progress, f"error {error}\n".encode())


def main() -> None:
    """Serve lines until standard input ends."""
    for line in sys.stdin:
        path, stage, publications = line.rstrip("\n").split("\t")
        child = os.fork()
        if child == 0:
            try:
                publish_until(Home(Path(path)), stage, int(publications))
            finally:
                os._exit(0)
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print(status, flush=True)


if __name__ == "__main__":
    main()
