"""The steps of a publication once it is known what it changes: shapes, log, store, index, snapshot, followers.

The log is the point of no return: before it nothing has changed, and after it the revision is published, whatever
happens then. What is left undone is done when the home is opened, or before the next publication.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, islice
from pathlib import Path

import structlog
from pyoxigraph import NamedNode, Quad, Store

from leap_kg.graph.home import Home, HomeError, unwritable
from leap_kg.graph.index.filling import Filling
from leap_kg.graph.index.indexing import SearchWriter
from leap_kg.graph.log.digest import digest_of, digest_text, digest_value
from leap_kg.graph.log.patch import FIRST, PatchLog
from leap_kg.graph.log.patchfile import Head, Header
from leap_kg.graph.names import is_judged, provenance_graph
from leap_kg.graph.publication.applying import apply, replay
from leap_kg.graph.publication.canonical import lines_of
from leap_kg.graph.publication.change import Change, patch_lines
from leap_kg.graph.publication.provenance import stored_revision
from leap_kg.graph.publication.sorting import Batch, Sorter, kept
from leap_kg.graph.publication.validity import breaches, breaches_in_order
from leap_kg.graph.snapshot import Snapshots
from leap_kg.ontology.shapes import Violation

log = structlog.get_logger(__name__)

Follower = Callable[[PatchLog, Store], None]
"""Follows the log to its last revision, which store, index and newest snapshot have by then."""

_LARGE = 200_000
"""Lines of a change above which a graph is judged and indexed as a whole rather than node by node."""


class Rejected(ValueError):
    """The quads breach the shapes; nothing was published."""

    def __init__(self, violations: list[Violation]) -> None:
        self.violations = violations
        more = f" (and {len(violations) - 1} more)" if len(violations) > 1 else ""
        super().__init__(f"{violations[0]}{more}")


@dataclass(frozen=True, slots=True)
class Whole:
    """All lines that one graph will have, in order and each once; `path` is a file of them, if there is one."""

    graph: NamedNode
    batches: Callable[[], Iterator[Batch]]
    path: Path | None = None


class Committer:
    """Makes revisions of one home whose parts are open for writing."""

    def __init__(self, home: Home, base: str, store: Store, index: SearchWriter, followers: Sequence[Follower]) -> None:
        self._home = home
        self._base = base
        self._store = store
        self._index = index
        self._followers = followers
        self._log = PatchLog(home.log)
        self._snapshots = Snapshots(home)
        self._runs = provenance_graph(base)

    @property
    def log(self) -> PatchLog:
        """The log that the revisions go to."""
        return self._log

    @property
    def revision(self) -> int:
        """The revision of the store."""
        return stored_revision(self._store, self._base)

    def commit(self, label: str, run: NamedNode, change: Change, provenance: Change, whole: Whole | None) -> Header:
        """Make the next revision: `change`, which leaves out the graph of runs, and `provenance`, which is all of it.

        Raises `Rejected` if a graph would breach the shapes, `OSError` and the like if the disk fails.
        """
        large = whole if change.count > _LARGE else None
        with ExitStack() as stack:
            filling = None
            if large and change.count > 2 * self._index.size:
                filling = stack.enter_context(self._filling(stack, provenance, large))
            self._require_valid(change, provenance, large)
            header = self._write(label, run, change, provenance)
            apply(self._store, change, provenance)
            if filling is not None:
                filling.finish()
            else:
                self._index.update(self._store, header.revision, _quads(change, provenance))
        self._snapshots.create(self._store, header.revision)
        self.follow()
        return header

    def recover(self) -> None:
        """Bring store, index and snapshots to where the log is, and those who follow it."""
        logged = self._log.last()
        if logged and not (header := self._log.header(logged)).is_of(self._base):
            raise HomeError(
                f"{self._home.path} was made with another base than {self._base}; "
                f"set LEAP_KG_BASE to what it was, {header.likely_base}, or LEAP_KG_HOME to a new folder"
            )
        stored = self.revision
        if stored > logged:
            raise HomeError(
                f"{self._home.path} has a store at revision {stored} but a log that ends at {logged}; "
                "restore the log folder from a backup, or export the store and start a new home"
            )
        self._log.require_chain(since=stored)
        if logged:
            self._log.require_whole(logged)  # what is written from now on stands on it
        for revision in range(stored + 1, logged + 1):
            replay(self._store, self._log, revision, self._runs, self._home.staging)
        self._index_to(logged)
        self._snapshots.forget(after=logged)
        if logged and self._snapshots.newest() != logged:
            self._snapshots.create(self._store, logged)
            self.follow()

    def _index_to(self, logged: int) -> None:
        """Bring the index to where the store is: by what changed since, if that is known and not too much."""
        indexed = self._index.revision
        if 0 < indexed < logged:
            missing = chain.from_iterable(self._log.changes(revision) for revision in range(indexed + 1, logged + 1))
            changed = [quad for _, quad in islice(missing, _LARGE)]
            if len(changed) < _LARGE:
                self._index.update(self._store, logged, changed)
                return
        if indexed != logged:
            self._index.rebuild(self._store, logged)

    def _require_valid(self, change: Change, provenance: Change, whole: Whole | None) -> None:
        violations = breaches(self._store, provenance, self._base)
        if whole is None:
            violations += breaches(self._store, change, self._base)
        elif is_judged(self._base, whole.graph.value):
            violations += breaches_in_order(whole.batches, self._base)
        if violations:
            raise Rejected(sorted(set(violations)))

    def _write(self, label: str, run: NamedNode, change: Change, provenance: Change) -> Header:
        """Append the patch to the log."""
        revision = self.revision + 1
        last = self._log.header(revision - 1) if revision > 1 else None
        now = datetime.now(UTC)
        head = Head(
            previous=last.id if last else FIRST,
            revision=revision,
            source=label,
            run=run.value,
            at=max(now, last.at) if last else now,
        )
        before = digest_value(last.digest if last and last.digest else digest_of(self._store))
        digest = digest_text(before + change.total + provenance.total)
        return self._log.write(head, patch_lines((change, provenance)), lambda: digest)

    def _filling(self, stack: ExitStack, provenance: Change, whole: Whole) -> Filling:
        """Begin to make the index of the next revision anew, from what is at hand rather than from the store."""
        rest = stack.enter_context(Sorter(self._home.staging))
        for batch in self._rest(whole.graph, provenance):
            rest.add(batch)
        said = whole.path or stack.enter_context(kept(self._home.staging, whole.batches()))
        files = [said, stack.enter_context(kept(self._home.staging, rest.batches()))]
        return Filling(self._home.index, self._base, self.revision + 1, files)

    def _rest(self, graph: NamedNode, provenance: Change) -> Iterator[Batch]:
        """The lines of all other graphs as they will be."""
        removed = {line for batch in provenance.removed.batches() for line in batch}
        for other in self._store.named_graphs():
            if other != graph:
                for batch in lines_of(self._store.quads_for_pattern(None, None, None, other)):
                    yield [line for line in batch if line not in removed]
        yield from provenance.added.batches()

    def follow(self) -> None:
        """Have those who follow the log take in what they lack; one that fails is tried again at the next occasion."""
        for follower in self._followers:
            try:
                follower(self._log, self._store)
            except (HomeError, OSError, RuntimeError, ValueError, sqlite3.Error) as error:
                log.warning("what follows the log failed and will be tried again", reason=str(error))


@contextmanager
def disk_of(home: Home) -> Iterator[None]:
    """Turn what the disk, the store and the index raise into one `HomeError` that says what to do."""
    try:
        yield
    except HomeError:
        raise
    except (OSError, RuntimeError, sqlite3.Error) as error:
        if isinstance(error, OSError) and error.errno:
            raise unwritable(home.path, error) from None
        raise HomeError(
            f"cannot use {home.path}: {error}; check the disk. Without its folder `store` and its file "
            f"`{home.index.name}` the home makes both again from its log"
        ) from None


def _quads(*changes: Change) -> Iterator[Quad]:
    for change in changes:
        yield from change.quads()
