"""The one door in: a `Writer` makes what it is given the truth, or changes nothing.

Order of a publication: difference to the graph as it is, SHACL, patch to the log (on disk before anything else), store,
flush, search index, snapshot, and then whatever follows the log. A process killed anywhere in between is made good
by `Writer` when it opens and before it publishes: patches that the store lacks are applied again, which is harmless
because they are plain DELETE DATA and INSERT DATA.

Sources of any size go the same way, as sorted lines in batches that go to disk when they are many; no step holds a
whole source in memory.
"""

import shutil
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType

from pyoxigraph import NamedNode, Quad, Store

from leap_kg.graph.activity import Activity
from leap_kg.graph.engine import Engine
from leap_kg.graph.home import Home, WriterLock
from leap_kg.graph.index.indexing import SearchWriter
from leap_kg.graph.log.patch import PatchLog
from leap_kg.graph.names import provenance_graph, source_graph
from leap_kg.graph.publication import provenance
from leap_kg.graph.publication.canonical import batch_of, batches, lines_of, quads_of
from leap_kg.graph.publication.canonical import publishable as publishable
from leap_kg.graph.publication.change import Change, Difference, Logged, Publication
from leap_kg.graph.publication.change import update_text as update_text
from leap_kg.graph.publication.committing import Committer, Follower, Whole, disk_of
from leap_kg.graph.publication.committing import Rejected as Rejected
from leap_kg.graph.publication.records import Ledger, Record, Rows, State
from leap_kg.graph.publication.sorting import Sorter, compared, unique

_TOLD = 100_000
"""Lines of a change up to which its quads are handed back in memory; above it they are read from the log."""


class Writer:
    """The only writer of a home; use it as a context manager.

    Waits up to `wait` seconds for another writer to finish. `followers` are told of every revision when all else has
    it; one that fails is logged and harms no publication. Raises `HomeError` when another process holds the home, the
    home was made with another base, it cannot be written, or its log is damaged or does not fit the store.
    """

    def __init__(self, home: Home, base: str, wait: float = 0, followers: Sequence[Follower] = ()) -> None:
        self._home = home
        self._base = base
        self._wait = wait
        self._followers = followers
        self._open = ExitStack()

    def __enter__(self) -> "Writer":
        self._home.create()
        with ExitStack() as opening:
            opening.enter_context(WriterLock(self._home, self._wait))
            with disk_of(self._home):
                shutil.rmtree(self._home.staging, ignore_errors=True)
                self._store = Store(str(self._home.store))
                opening.callback(self._close)
                index = opening.enter_context(SearchWriter(self._home.index, self._base))
                self._committer = Committer(self._home, self._base, self._store, index, self._followers)
                self._committer.recover()
                self._committer.follow()
            self._open = opening.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def _close(self) -> None:
        """Let go of the last references to the store, so that its own lock goes before ours does."""
        for name in ("_committer", "_store"):
            self.__dict__.pop(name, None)

    @property
    def store(self) -> Store:
        """The live store, for reading within this process while it writes."""
        return self._store

    @property
    def log(self) -> PatchLog:
        """The patch log."""
        return self._committer.log

    @property
    def revision(self) -> int:
        """The revision of the live store."""
        return self._committer.revision

    def publish(self, source: str, quads: Iterable[Quad], activity: Activity) -> Publication:
        """Make `quads`, all in the graph of `source`, everything that graph says.

        The same quads again make no revision. Raises `Rejected` if they breach the shapes and `ValueError` for
        quads that cannot be published or a run that already published; then nothing has changed. Raises
        `HomeError` when the disk fails; what was published before stays, and opening the home again mends it.
        """
        graph = source_graph(self._base, source)
        with Sorter(self._home.staging) as wanted:
            for batch in batches(quads, graph):
                with disk_of(self._home):
                    wanted.add(batch)
            whole = Whole(graph, lambda: unique(wanted.batches()))
            with disk_of(self._home):
                self._committer.recover()
                with Change(self._home.staging) as change:
                    whole = compare(self._store, whole, change, self._home.staging)
                    return self._published(source, change, activity, whole, graph)

    def publish_records(
        self,
        source: str,
        records: Iterable[Record],
        activity: Activity,
        complete: bool = True,
        gone: Iterable[str] = (),
    ) -> Publication:
        """Make these records what the graph of `source` says; those whose digest is known are not even asked.

        With `complete` they are all there are. Without it, records that were published before and are not among
        these stay, but for those with the keys `gone`. What the graph says beyond its records goes, what two records
        say stays until neither does. Raises as `publish` does, `ValueError` also if two records have one key.
        """
        graph = source_graph(self._base, source)
        with ExitStack() as stack:
            with disk_of(self._home):
                self._committer.recover()
                ledger = stack.enter_context(Ledger(self._home.records))
                rows = stack.enter_context(ledger.rows(source, self._state(graph)))
            for record in records:
                if rows.lacks(record.key, record.digest):
                    if record.lines is not None:
                        lines = set(batch_of(record.lines(), graph))
                    else:
                        lines = {line for batch in batches(record.quads(), graph) for line in batch}
                    with disk_of(self._home):
                        rows.put(record.key, record.digest, lines)
            with disk_of(self._home):
                rows.drop(gone)
                if complete:
                    rows.drop_unseen()
                publication = self._recorded(source, rows, activity)
                rows.fit(self._state(graph))
            return publication

    def _state(self, graph: NamedNode) -> State:
        revision = provenance.graph_revision(self._store, graph, self._base)
        return State(revision, self.log.header(revision).id if revision else "")

    def _recorded(self, source: str, rows: Rows, activity: Activity) -> Publication:
        graph = source_graph(self._base, source)
        with Change(self._home.staging) as change, Sorter(self._home.staging) as said:
            parts = rows.changes(self._store)
            if parts is not None:
                return self._published(source, change.add(parts), activity, None, graph)
            for lines in rows.all_lines():
                said.add(lines)
            rows.recount(said.batches())
            whole = Whole(graph, lambda: unique(said.batches()))
            whole = compare(self._store, whole, change, self._home.staging)
            return self._published(source, change, activity, whole, graph)

    def commit(self, name: str, removed: Iterable[Quad], added: Iterable[Quad], activity: Activity) -> Publication:
        """Take these quads from any graphs and add those; a quad in both is added.

        `name` is what the patch says as its source. What changes nothing is left out; if nothing is left, there is
        no revision. Raises as `publish` does, `ValueError` also for quads of the graph of runs.
        """
        source_graph(self._base, name)
        going, coming = (self._lines(quads) for quads in (removed, added))
        with disk_of(self._home):
            self._committer.recover()
            gone = {line for line, quad in _parsed(going - coming) if quad in self._store}
            come = {line for line, quad in _parsed(coming) if quad not in self._store}
            with Change(self._home.staging) as change:
                change.add([(sorted(gone), sorted(come))])
                return self._published(name, change, activity, None, None)

    def _lines(self, quads: Iterable[Quad]) -> set[bytes]:
        """The lines of quads of any graphs; raises `ValueError` for what cannot be published."""
        by_graph: dict[NamedNode, list[Quad]] = defaultdict(list)
        for quad in quads:
            if not isinstance(quad.graph_name, NamedNode) or quad.graph_name == provenance_graph(self._base):
                raise ValueError(f"{quad.graph_name} cannot be changed like this; name another graph: {quad}")
            by_graph[quad.graph_name].append(quad)
        return {line for graph, said in by_graph.items() for batch in batches(said, graph) for line in batch}

    def _published(
        self, label: str, change: Change, activity: Activity, whole: Whole | None, graph: NamedNode | None
    ) -> Publication:
        """Commit the change, with what is to be said of the run; `graph` is that of the source, if one is published."""
        if not change.count:
            return Publication(self.revision, Difference((), ()))
        revision = self.revision + 1
        with Change(self._home.staging) as runs:
            if graph is not None:
                runs.add(provenance.of_publication(self._store, label, activity, revision, self._base))
            else:
                graphs = {quad.graph_name for quad in change.quads() if isinstance(quad.graph_name, NamedNode)}
                runs.add(provenance.of_commit(self._store, graphs, activity, revision, self._base))
            self._committer.commit(label, activity.iri(self._base), change, runs, whole)
        return Publication(revision, self._difference(change, revision))

    def _difference(self, change: Change, revision: int) -> Difference:
        if change.count <= _TOLD:
            return change.difference()
        runs = provenance_graph(self._base)
        return Difference(
            Logged(self.log, revision, False, change.removed.count, runs),
            Logged(self.log, revision, True, change.added.count, runs),
        )


def difference(store: Engine, source: str, quads: Iterable[Quad], base: str) -> Difference:
    """What publishing these quads would change in the store; raises `ValueError` for quads that cannot be published."""
    graph = source_graph(base, source)
    with TemporaryDirectory() as folder, Sorter(Path(folder)) as wanted, Change(Path(folder)) as change:
        for batch in batches(quads, graph):
            wanted.add(batch)
        compare(store, Whole(graph, lambda: unique(wanted.batches())), change, Path(folder))
        return change.difference()


def compare(store: Engine, whole: Whole, change: Change, folder: Path) -> Whole:
    """Fill in the change that makes a graph of the store say exactly this; returns the same whole, quicker to read."""
    with Sorter(folder) as present:
        for batch in lines_of(store.quads_for_pattern(None, None, None, whole.graph)):
            present.add(batch)
        change.add(compared(present.batches(), whole.batches()))
    change.added.finish()
    return whole if present.count else Whole(whole.graph, change.added.batches, change.added.path)


def _parsed(lines: set[bytes]) -> Iterable[tuple[bytes, Quad]]:
    ordered = sorted(lines)
    return zip(ordered, quads_of(ordered), strict=True)
