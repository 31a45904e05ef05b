"""Processes that publish until they are killed; their parent is `python -m tests.graph.publishers`.

A child is given a home, a stage, a number of publications and a way; it publishes in a loop, and tells of each
publication that has returned. At a stage other than `never`, it kills itself there while it makes its last publication.
The way is `whole`, `records`, or `large`, for which memory is taken to hold next to nothing.
"""

import os
import signal
import time
from collections import defaultdict
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, NoReturn

from pyoxigraph import Quad, Store

from leap_kg.graph import snapshot
from leap_kg.graph.home import Home, HomeError
from leap_kg.graph.index.filling import Filling
from leap_kg.graph.index.indexing import SearchWriter
from leap_kg.graph.log.patch import PatchLog
from leap_kg.graph.log.seal import Seal
from leap_kg.graph.publication import applying, committing, sorting
from leap_kg.graph.publication.change import Change, update_text
from leap_kg.graph.publication.records import Record
from leap_kg.graph.publish import Writer
from leap_kg.graph.snapshot import Snapshots
from tests.children import serve, teller
from tests.graph.samples import activity, dataset
from tests.ontology.terms import BASE

_PATIENCE = 30


def wanted(revision: int) -> tuple[str, set[Quad]]:
    """What the publication that makes this revision publishes, and as which source."""
    source = "one" if revision % 3 else "two"
    quads = dataset("kept", "Always the same", source) | dataset("changed", f"Revision {revision}", source)
    for number in range(revision, revision + 20):
        quads |= dataset(f"moving-{number}", f"Number {number}", source, (f"tag {number}", "ocean"))
    return source, quads


def publish_next(writer: Writer, way: str, run: str) -> int:
    """Publish what makes the next revision; returns it."""
    source, quads = wanted(writer.revision + 1)
    if way != "records":
        return writer.publish(source, quads, activity(source, run=run)).revision
    return writer.publish_records(source, records(quads), activity(source, run=run)).revision


def records(quads: set[Quad]) -> list[Record]:
    """The quads as one record for each dataset; all of them also speak of the person."""
    about: dict[str, list[Quad]] = defaultdict(list)
    for quad in quads:
        about[str(quad.subject)].append(quad)
    people = [quad for name, said in about.items() if "/person/" in name for quad in said]
    return [_record(name, [*said, *people]) for name, said in about.items() if "/dataset/" in name]


def _record(name: str, said: list[Quad]) -> Record:
    return Record(name, sha256("".join(sorted(map(str, said))).encode()).hexdigest(), lambda: said)


def hold_little() -> None:
    """Take memory to hold next to nothing, so that everything goes the way of large graphs."""
    for module, name, number in (
        (sorting, "MOST_HELD", 30),
        (committing, "_LARGE", 20),
        (applying, "ONE_UPDATE", 10),
        (applying, "_PORTION", 999),
    ):
        setattr(module, name, number)


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
    original = Seal.member

    def member(self: Seal) -> bytes:
        setattr(Seal, "member", _die)  # noqa: B010 - an assignment to a method has no type
        return original(self)

    setattr(Seal, "member", member)  # noqa: B010 - as above


def _unflushed(store: Store, change: Change, runs: Change) -> None:
    made, told = change.difference(), runs.difference()
    store.update(update_text([*made.removed, *told.removed], [*made.added, *told.added]))
    _die()


STAGES: dict[str, Callable[[], None]] = {
    "before the log": lambda: _before(PatchLog, "write"),
    "half a patch file": _half_a_patch,
    "patch not yet named": lambda: _rename("log"),
    "after the log": lambda: _after(PatchLog, "write"),
    "after the update, before the flush": lambda: setattr(committing, "apply", _unflushed),
    "after the update": lambda: _after(committing, "apply"),
    "within the index": lambda: _before(SearchWriter, "_record"),
    "after the index": lambda: _after(SearchWriter, "update"),
    "snapshot not yet named": lambda: _rename("snapshots"),
    "after the snapshot": lambda: _after(Snapshots, "create"),
}
UNLOGGED = ("before the log", "half a patch file", "patch not yet named")


LARGE_STAGES: dict[str, Callable[[], None]] = {
    "within the load": lambda: _after(applying, "_load"),
    "while the index is filled": lambda: _before(Filling, "finish"),
    "after the index is filled": lambda: _after(Filling, "finish"),
}


def publish_until(folder: Path, stage: str, publications: str, way: str) -> None:
    """Publish the revisions that follow, and tell of each that returned."""
    if way == "large":
        hold_little()
    setattr(snapshot, "_KEEP", 2)  # noqa: B010 - they must also be removed while this process lives
    setattr(snapshot, "_KEEP_SECONDS", -1)  # noqa: B010 - as above
    home, last, tell = Home(folder), int(publications) - 1, teller(folder)
    try:
        with Writer(home, BASE) as writer:
            tell("open")
            for number in range(last + 1):
                if stage != "never" and number == last:
                    (STAGES | LARGE_STAGES)[stage]()
                revision = publish_next(writer, way, f"{os.getpid()}/{number}")
                tell(str(revision))
            time.sleep(_PATIENCE)  # holding the home until it is killed
    except HomeError as error:
        tell(f"error {error}")


if __name__ == "__main__":
    serve(publish_until)
