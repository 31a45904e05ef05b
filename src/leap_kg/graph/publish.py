"""The one door in: `Writer.publish()` makes the quads of one source the truth, or changes nothing.

Order of a publication: SHACL, difference to the source's graph, patch to the log (on disk before
anything else), ONE `update()` string on the store, flush, search index, snapshot. A process killed anywhere in
between is made good by `Writer` when it opens: patches that the store lacks are applied again, which is
harmless because they are plain DELETE DATA and INSERT DATA.
"""

from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store

from leap_kg.graph.activity import Activity, activity_quads
from leap_kg.graph.home import Home, HomeError, WriterLock
from leap_kg.graph.names import provenance_graph, source_graph, whole_graph
from leap_kg.graph.patch import Patch, PatchLog
from leap_kg.graph.search import SearchWriter
from leap_kg.graph.snapshot import Snapshots
from leap_kg.ontology.namespaces import ONTOLOGY_PATH, Namespace
from leap_kg.ontology.shapes import Violation, validate


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

    Raises `HomeError` when another process holds the home or the log does not fit the store.
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
            self._store = Store(str(self._home.store))
            self._index = opening.enter_context(SearchWriter(self._home.index, self._base))
            self._recover()
            self._open = opening.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        del self._store  # closes it: RocksDB's own lock goes before ours does
        self._open.close()

    @property
    def revision(self) -> int:
        """The revision of the live store."""
        return _revision(self._store, self._base)

    def current(self, source: str) -> set[Quad]:
        """What the source's graph holds now."""
        return set(self._store.quads_for_pattern(None, None, None, source_graph(self._base, source)))

    def difference(self, source: str, quads: Iterable[Quad]) -> Difference:
        """What publishing these quads would change; raises `ValueError` for quads that cannot be published."""
        wanted = set(quads)
        graph = source_graph(self._base, source)
        for quad in wanted:
            _require_publishable(quad, graph)
        present = self.current(source)
        return Difference(_in_order(present - wanted), _in_order(wanted - present))

    def publish(self, source: str, quads: Iterable[Quad], activity: Activity) -> Publication:
        """Make `quads`, all in the graph of `source`, everything that graph says.

        The same quads again make no revision. Raises `Rejected` if they breach the shapes and `ValueError`
        for blank nodes or quads of another graph; then nothing has changed.
        """
        wanted = set(quads)
        difference = self.difference(source, wanted)
        if not difference:
            return Publication(self.revision, difference)
        revision = self.revision + 1
        provenance = self._provenance(source, activity, revision)
        violations = validate([*wanted, *provenance.added], self._base)
        if violations:
            raise Rejected(violations)
        patch = Patch(
            revision=revision,
            source=source,
            run=activity.iri(self._base).value,
            at=activity.ended,
            removed=difference.removed + provenance.removed,
            added=difference.added + provenance.added,
            **self._link(),
        )
        self._log.append(patch)
        self._apply(patch)
        self._finish(patch)
        return Publication(revision, difference)

    def _provenance(self, source: str, activity: Activity, revision: int) -> Difference:
        base, graph = self._base, provenance_graph(self._base)
        replaced: set[Quad] = set()
        for subject in (source_graph(base, source), whole_graph(base)):
            replaced.update(self._store.quads_for_pattern(subject, None, None, graph))
        wanted = set(activity_quads(activity, source, revision, base))
        present = wanted & set(self._store.quads_for_pattern(None, None, None, graph))
        return Difference(_in_order(replaced - wanted), _in_order(wanted - present))

    def _link(self) -> dict[str, str]:
        last = self._log.last()
        return {"previous": self._log.read(last).id} if last else {}

    def _apply(self, patch: Patch) -> None:
        self._store.update(update_text(patch.removed, patch.added))
        self._store.flush()

    def _finish(self, patch: Patch) -> None:
        self._index.update(self._store, patch)
        self._snapshots.create(self._store, patch.revision)

    def _recover(self) -> None:
        stored, logged = self.revision, self._log.last()
        if stored > logged:
            raise HomeError(
                f"{self._home.path} has a store at revision {stored} but a log that ends at {logged}; "
                "restore the log folder from a backup, or export the store and start a new home"
            )
        for patch in self._log.patches(since=stored):
            self._apply(patch)
        if self._index.revision != logged:
            self._index.rebuild(self._store, logged)
        if logged and self._snapshots.newest() != logged:
            self._snapshots.create(self._store, logged)


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
    if isinstance(quad.subject, BlankNode) or isinstance(quad.object, BlankNode):
        raise ValueError(f"blank nodes cannot be published; give the node an IRI: {quad}")


def _in_order(quads: set[Quad]) -> tuple[Quad, ...]:
    return tuple(sorted(quads, key=str))


def _revision(store: Store, base: str) -> int:
    leap = Namespace(base + ONTOLOGY_PATH)
    quads = store.quads_for_pattern(whole_graph(base), leap("revision"), None, provenance_graph(base))
    return max((int(quad.object.value) for quad in quads if isinstance(quad.object, Literal)), default=0)
