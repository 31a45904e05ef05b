"""The one door in: `Writer.publish()` makes the quads of one source the truth, or changes nothing.

Order of a publication: SHACL, difference to the source's graph, patch to the log (on disk before
anything else), ONE `update()` string on the store, flush, search index, snapshot. A process killed anywhere in
between is made good by `Writer` when it opens and before it publishes: patches that the store lacks are
applied again, which is harmless because they are plain DELETE DATA and INSERT DATA.

The store keeps numbers and times by value ("01" comes back as "1"), so quads are brought into that form before
they are compared; else the same harvest would differ from itself for ever.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from types import TracebackType

from pyoxigraph import Literal, NamedNode, Quad, Store

from leap_kg.graph.activity import Activity, activity_quads
from leap_kg.graph.home import Home, HomeError, WriterLock, unwritable
from leap_kg.graph.names import provenance_graph, source_graph, whole_graph
from leap_kg.graph.patch import FIRST, Patch, PatchLog
from leap_kg.graph.search import SearchWriter
from leap_kg.graph.snapshot import Snapshots
from leap_kg.ontology.namespaces import ONTOLOGY_PATH, RDF, XSD, Namespace
from leap_kg.ontology.shapes import Violation, validate_changed

_PLAIN = frozenset((XSD("string"), RDF("langString")))


class Rejected(ValueError):
    """The quads breach the shapes; nothing was published."""

    def __init__(self, violations: list[Violation]) -> None:
        self.violations = violations
        more = f" (and {len(violations) - 1} more)" if len(violations) > 1 else ""
        super().__init__(f"{violations[0]}{more}")


@dataclass(frozen=True, slots=True)
class Difference:
    """What a publication takes from a source's graph and adds to it."""

    removed: tuple[Quad, ...]
    added: tuple[Quad, ...]

    def __bool__(self) -> bool:
        return bool(self.removed or self.added)


@dataclass(frozen=True, slots=True)
class Publication:
    """What `publish()` did: the revision the graph has now, and the difference that made it."""

    revision: int
    difference: Difference


class Writer:
    """The only writer of a home; use it as a context manager.

    Raises `HomeError` when another process holds the home, the home was made with another base, it cannot be
    written, or its log is damaged or does not fit the store.
    """

    def __init__(self, home: Home, base: str) -> None:
        self._home = home
        self._base = base
        self._log = PatchLog(home.log)
        self._snapshots = Snapshots(home)
        self._open = ExitStack()

    def __enter__(self) -> "Writer":
        self._home.create()
        with ExitStack() as opening:
            opening.enter_context(WriterLock(self._home))
            with _disk_of(self._home):
                self._store = Store(str(self._home.store))
                opening.callback(self._close_store)
                self._index = opening.enter_context(SearchWriter(self._home.index, self._base))
                self._recover()
            self._open = opening.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def _close_store(self) -> None:
        del self._store  # its last reference: RocksDB's own lock goes before ours does

    @property
    def store(self) -> Store:
        """The live store, for reading within this process while it writes."""
        return self._store

    @property
    def revision(self) -> int:
        """The revision of the live store."""
        return _revision(self._store, self._base)

    def publish(self, source: str, quads: Iterable[Quad], activity: Activity) -> Publication:
        """Make `quads`, all in the graph of `source`, everything that graph says.

        The same quads again make no revision. Raises `Rejected` if they breach the shapes and `ValueError` for
        quads that cannot be published or a run that already published; then nothing has changed. Raises
        `HomeError` when the disk fails; what was published before stays, and opening the home again mends it.
        """
        graph = source_graph(self._base, source)
        wanted = publishable(quads, graph)
        with _disk_of(self._home):
            self._recover()
            change = _difference(self._store, graph, wanted)
        if not change:
            return Publication(self.revision, change)
        patch = self._patch(source, wanted, change, activity)
        with _disk_of(self._home):
            self._log.append(patch)
            self._apply(patch)
            self._index.update(self._store, patch)
            self._snapshots.create(self._store, patch.revision)
        return Publication(patch.revision, change)

    def _patch(self, source: str, wanted: set[Quad], change: Difference, activity: Activity) -> Patch:
        """The patch that makes this change, if the shapes allow it."""
        revision = self.revision + 1
        provenance = self._provenance(source, activity, revision)
        said = [*wanted, *provenance.added]
        violations = validate_changed(said, [*change.removed, *change.added, *provenance.added], self._base)
        if violations:
            raise Rejected(violations)
        return Patch(
            revision=revision,
            source=source,
            run=activity.iri(self._base).value,
            at=activity.ended,
            removed=change.removed + provenance.removed,
            added=change.added + provenance.added,
            previous=self._log.header(revision - 1)["id"] if revision > 1 else FIRST,
        )

    def _provenance(self, source: str, activity: Activity, revision: int) -> Difference:
        base, graph, run = self._base, provenance_graph(self._base), activity.iri(self._base)
        if any(self._store.quads_for_pattern(run, None, None, graph)):
            raise ValueError(f"the run {activity.run!r} has published before; give each publication a run of its own")
        replaced: set[Quad] = set()
        for subject in (source_graph(base, source), whole_graph(base)):
            replaced.update(self._store.quads_for_pattern(subject, None, None, graph))
        wanted = publishable(activity_quads(activity, source, revision, base), graph)
        return Difference(_in_order(replaced - wanted), _in_order({q for q in wanted if q not in self._store}))

    def _apply(self, patch: Patch) -> None:
        self._store.update(update_text(patch.removed, patch.added))
        self._store.flush()

    def _recover(self) -> None:
        """Bring store, index and snapshots to where the log is."""
        logged = self._log.last()
        if logged and not self._log.header(logged)["run"].startswith(f"{self._base}run/"):
            raise HomeError(
                f"{self._home.path} was made with another base than {self._base}; "
                "set LEAP_KG_BASE to what it was, or LEAP_KG_HOME to a new folder"
            )
        stored = self.revision
        if stored > logged:
            raise HomeError(
                f"{self._home.path} has a store at revision {stored} but a log that ends at {logged}; "
                "restore the log folder from a backup, or export the store and start a new home"
            )
        for patch in self._log.patches(since=stored):
            self._apply(patch)
        if self._index.revision != logged:
            self._index.rebuild(self._store, logged)
        self._snapshots.forget(after=logged)
        if logged and self._snapshots.newest() != logged:
            self._snapshots.create(self._store, logged)


@contextmanager
def _disk_of(home: Home) -> Iterator[None]:
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


def difference(store: Store, source: str, quads: Iterable[Quad], base: str) -> Difference:
    """What publishing these quads would change in the store; raises `ValueError` for quads that cannot be published."""
    graph = source_graph(base, source)
    return _difference(store, graph, publishable(quads, graph))


def publishable(quads: Iterable[Quad], graph: NamedNode) -> set[Quad]:
    """The quads as the store will give them back.

    Raises `ValueError` for quads of another graph, for blank nodes, and for what RDF 1.2 added (triples as
    objects, directions of texts), which other tools cannot read yet.
    """
    kept, by_value = set(), []
    for quad in quads:
        _require_publishable(quad, graph)
        if isinstance(quad.object, Literal) and quad.object.datatype not in _PLAIN:
            by_value.append(quad)
        else:
            kept.add(quad)
    scratch = Store()
    scratch.extend(by_value)
    return kept.union(scratch)


def update_text(removed: Iterable[Quad], added: Iterable[Quad]) -> str:
    """One SPARQL Update that takes and adds these quads in a single transaction of the store."""
    return f"DELETE DATA {{\n{_block(removed)}}} ;\nINSERT DATA {{\n{_block(added)}}}"


def _block(quads: Iterable[Quad]) -> str:
    graphs: dict[str, list[str]] = {}
    for quad in quads:
        graphs.setdefault(str(quad.graph_name), []).append(f"{quad.subject} {quad.predicate} {quad.object} .\n")
    return "".join(f"GRAPH {graph} {{\n{''.join(lines)}}}\n" for graph, lines in graphs.items())


def _require_publishable(quad: Quad, graph: NamedNode) -> None:
    if quad.graph_name != graph:
        raise ValueError(f"a quad of {quad.graph_name} cannot be published to {graph}")
    if not isinstance(quad.subject, NamedNode) or not isinstance(quad.object, NamedNode | Literal):
        raise ValueError(f"only IRIs and texts can be published; give each node an IRI: {quad}")
    if isinstance(quad.object, Literal) and quad.object.direction is not None:
        raise ValueError(f"a text with a direction cannot be published: {quad}")


def _difference(store: Store, graph: NamedNode, wanted: set[Quad]) -> Difference:
    present = set(store.quads_for_pattern(None, None, None, graph))
    return Difference(_in_order(present - wanted), _in_order(wanted - present))


def _in_order(quads: set[Quad]) -> tuple[Quad, ...]:
    return tuple(sorted(quads, key=str))


def _revision(store: Store, base: str) -> int:
    leap = Namespace(base + ONTOLOGY_PATH)
    quads = store.quads_for_pattern(whole_graph(base), leap("revision"), None, provenance_graph(base))
    return max((int(quad.object.value) for quad in quads if isinstance(quad.object, Literal)), default=0)
