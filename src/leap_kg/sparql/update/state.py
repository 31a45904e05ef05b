"""What the graph says between two operations of an update, without writing it.

Quads taken and added lie over the store. Only where a WHERE has to read them is the store copied: on disk that
is hard links, next to it if `scratch` is on the same disk. Hazard: the process may be killed at any time, so a copy
is locked while it is in use and whoever makes the next one removes those that nobody holds.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from pyoxigraph import NamedNode, Quad, Store

from leap_kg.sparql.update.options import TooLarge

PREFIX = "update-"


class State:
    """A store, and what an update has changed so far; use it as a context manager."""

    def __init__(self, store: Store, scratch: str, most: int) -> None:
        self._store = store
        self._scratch = scratch
        self._most = most
        self._copy: Store | None = None
        self._folder: _Folder | None = None
        self.removed: set[Quad] = set()
        self.added: set[Quad] = set()

    def __enter__(self) -> "State":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._copy = None  # its last reference: the store closes before its files go
        if self._folder is not None:
            self._folder.remove()

    def change(self, removed: Iterable[Quad], added: Iterable[Quad]) -> None:
        """Take quads and then add quads; raises `TooLarge` where the whole change is."""
        for quad in removed:
            if quad in self.added:
                self.added.discard(quad)
            elif quad in self._store:
                self.removed.add(quad)
            else:
                continue
            if self._copy is not None:
                self._copy.remove(quad)
        fresh = []
        for quad in added:
            if quad in self.removed:
                self.removed.discard(quad)
            elif quad not in self._store:
                self.added.add(quad)
            else:
                continue
            fresh.append(quad)
        if self._copy is not None:
            self._copy.extend(fresh)
        if len(self.removed) + len(self.added) > self._most:
            raise TooLarge(self._most)

    def quads(self, graph: NamedNode) -> Iterator[Quad]:
        """What this graph says now."""
        for quad in self._store.quads_for_pattern(None, None, None, graph):
            if quad not in self.removed:
                yield quad
        for quad in list(self.added):
            if quad.graph_name == graph:
                yield quad

    def holds(self, graph: NamedNode) -> bool:
        """Whether this graph says anything: a graph without triples does not exist."""
        return any(True for _ in self.quads(graph))

    def graphs(self) -> set[NamedNode]:
        """The graphs that may say something."""
        named = {each for each in self._store.named_graphs() if isinstance(each, NamedNode)}
        return named | {quad.graph_name for quad in self.added if isinstance(quad.graph_name, NamedNode)}

    def readable(self) -> Store:
        """A store that says what the graph says now; it is only read."""
        if self._copy is None and (self.removed or self.added):
            self._copy = self._copied()
            for quad in self.removed:
                self._copy.remove(quad)
            self._copy.extend(self.added)
        return self._store if self._copy is None else self._copy  # an empty store is false

    def _copied(self) -> Store:
        self._folder = _Folder(Path(self._scratch or tempfile.gettempdir()))
        try:
            self._store.backup(str(self._folder.store))
        except RuntimeError as error:
            if "in-memory" not in str(error):
                raise
            copy = Store()
            copy.bulk_extend(self._store)
            return copy
        return Store(str(self._folder.store))


class _Folder:
    """A folder of our own in `parent`, locked until `remove`."""

    def __init__(self, parent: Path) -> None:
        sweep(parent)
        while True:
            self._path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
            self._lock = os.open(self._path, os.O_RDONLY)
            fcntl.flock(self._lock, fcntl.LOCK_EX)
            if self._path.exists():  # nobody swept it before it was locked
                return
            os.close(self._lock)

    @property
    def store(self) -> Path:
        """Where the copy goes; does not exist yet."""
        return self._path / "store"

    def remove(self) -> None:
        """Remove it with all that is in it."""
        shutil.rmtree(self._path, ignore_errors=True)
        os.close(self._lock)


def sweep(parent: Path) -> None:
    """Remove the copies in `parent` whose process is gone."""
    for path in parent.glob(f"{PREFIX}*"):
        with suppress(OSError):  # gone already, in use, or of somebody else
            lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path)
            finally:
                os.close(lock)
