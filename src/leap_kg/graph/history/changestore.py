"""The store of changes: what each revision added and removed, as graphs that SPARQL can ask.

For revision 12 there are the graphs `<base>change/12/added` and `<base>change/12/removed`; the graph `<base>change`
describes every revision, as an activity that generated the one and invalidated the other. It is a store of its own,
so that nothing of the past is ever in the graph as it is now, and is read through snapshots like the graph itself. It
follows the log by itself, needs no writer's lock and may be removed: it is made again from the log.

Graphs of runs and of counters are left out. A statement that moves from one source to another in one revision is
both added and removed; the description names the graphs in which something changed.
"""

import fcntl
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, Triple, parse

from leap_kg.graph.history.feed import in_feed
from leap_kg.graph.home import Home, HomeError, unwritable
from leap_kg.graph.log.patch import PatchLog, changed_lines
from leap_kg.graph.log.patchfile import Header, LogError
from leap_kg.graph.lookup import looked_up, stands
from leap_kg.graph.names import source_graph
from leap_kg.graph.snapshot import Snapshot, Snapshots
from leap_kg.ontology.namespaces import DCT, ONTOLOGY_PATH, PROV, RDF, XSD, Namespace

_FEW = 5_000
_AT_ONCE = 100_000


class ChangeStore:
    """The store of changes of one home. Any number of processes may read it, and follow the log; one at a time does."""

    def __init__(self, home: Home, base: str) -> None:
        self._parts = Home(home.path / "history")
        self._base = base
        self._leap = Namespace(base + ONTOLOGY_PATH)
        self._description = description_graph(base)
        self._snapshots = Snapshots(self._parts)

    def current(self) -> Snapshot | None:
        """The newest snapshot of the store, open for reading; `None` before the first."""
        return self._snapshots.current()

    def follow(self, log: PatchLog) -> None:
        """Take in the patches that the store lacks; waits for another process that is doing so.

        It starts again if it cannot be opened, or if the log is no longer the one it followed. Raises `LogError` at a
        patch that cannot be read, with those before it taken in, and `HomeError` if the disk cannot be written.
        """
        with self._alone():
            if self._snapshots.newest() and self._snapshots.newest() == log.last() and self._is_of(log):
                return
            store = self._opened(log)
            before = last = self._last(store)
            try:
                for revision in range(last + 1, log.last() + 1):
                    self._take(store, log, revision)
                    last = revision
            finally:
                if last and (last > before or self._snapshots.newest() != last):
                    store.flush()
                    self._snapshots.forget(after=last)
                    self._snapshots.create(store, last)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the store's own lock; turn what disk and engine raise into a `HomeError`."""
        folder = self._parts.path
        try:
            self._parts.snapshots.mkdir(parents=True, exist_ok=True)
            with (folder / "lock").open("a") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                yield
        except HomeError:
            raise
        except OSError as error:
            raise unwritable(folder, error) from None
        except RuntimeError as error:
            raise HomeError(
                f"cannot use {folder}: {error}; it may be removed, and is made again from the log"
            ) from None

    def _opened(self, log: PatchLog) -> Store:
        """The store; an empty one if there is none that can be opened and is of this log."""
        try:
            store = Store(str(self._parts.store))
            if self._fits(store, log):
                return store
            del store
        except (OSError, RuntimeError, ValueError):
            pass
        shutil.rmtree(self._parts.store, ignore_errors=True)
        self._snapshots.forget(after=-1)
        self._snapshots = Snapshots(self._parts)  # without the one of the same number that it has open
        return Store(str(self._parts.store))

    def _is_of(self, log: PatchLog) -> bool:
        found = self._snapshots.current()
        return found is not None and self._fits(Store.read_only(str(found.directory)), log)

    def _fits(self, store: Store, log: PatchLog) -> bool:
        """Whether the last patch taken in is the log's."""
        last = self._last(store)
        if last == 0:
            return not stands(store, None)
        said = Quad(change_node(self._base, last), DCT("identifier"), Literal(_id(log, last)), self._description)
        return said in store

    def _last(self, store: Store) -> int:
        """The revision up to which the store has all changes."""
        said = looked_up(store, self._description, self._leap("revision"), None, self._description)
        return max((int(quad.object.value) for quad in said if isinstance(quad.object, Literal)), default=0)

    def _take(self, store: Store, log: PatchLog, revision: int) -> None:
        """Add one revision: its changes, and in the end, at once, its description and that it is there."""
        header, node = log.header(revision), change_node(self._base, revision)
        sides = [NamedNode(f"{node.value}/{name}") for name in ("removed", "added")]
        for side in sides:  # what a process that was killed left, if the patch it read was another one
            if store.contains_named_graph(side):
                store.remove_graph(side)
        graphs: dict[str, NamedNode] = {}
        told = self._told(log.blocks(revision), sides, graphs)
        try:
            while batch := list(islice(told, _AT_ONCE)):
                text = b"\n".join(batch)
                if len(batch) < _FEW:
                    store.extend(parse(text, format=RdfFormat.N_QUADS))
                else:
                    store.bulk_load(text, format=RdfFormat.N_QUADS)
        except (ValueError, SyntaxError) as error:
            raise LogError(f"{log.files()[revision]} is damaged: {error}") from None
        said = self._describe(header, node, sides, graphs)
        store.update(
            f"DELETE WHERE {{ GRAPH {self._description} {{ {self._description} {self._leap('revision')} ?last }} }} ;\n"
            f"INSERT DATA {{ GRAPH {self._description} {{\n" + "".join(f"{triple} .\n" for triple in said) + "} }"
        )

    def _told(self, blocks: Iterable[bytes], sides: list[NamedNode], graphs: dict[str, NamedNode]) -> Iterator[bytes]:
        """The changes as lines of the revision's own graphs; collects in `graphs` those of the graph that they are of.

        Lines stay lines, since making quads of them takes twice as long as all the rest.
        """
        known: dict[bytes, bool] = {}
        for block in blocks:
            for side, lines in zip(sides, changed_lines(block), strict=True):
                ending = f" {side} .".encode()
                for line in lines:
                    statement, _, graph = line.removesuffix(b" .").rpartition(b" ")
                    is_told = known.get(graph)
                    if is_told is None:
                        is_told = known[graph] = self._is_told(graph, graphs)
                    if is_told:
                        yield statement + ending

    def _is_told(self, term: bytes, graphs: dict[str, NamedNode]) -> bool:
        iri = term.decode()[1:-1]
        if not in_feed(iri, self._base):
            return False
        graphs[iri] = NamedNode(iri)
        return True

    def _describe(
        self, header: Header, node: NamedNode, sides: list[NamedNode], graphs: dict[str, NamedNode]
    ) -> list[Triple]:
        removed, added = sides
        number = Literal(str(header.revision), datatype=XSD("integer"))
        return [
            Triple(node, RDF("type"), PROV("Activity")),
            Triple(node, self._leap("revision"), number),
            Triple(node, PROV("endedAtTime"), Literal(header.at.isoformat(), datatype=XSD("dateTime"))),
            Triple(node, PROV("wasInformedBy"), NamedNode(header.run)),
            Triple(node, DCT("source"), source_graph(self._base, header.source)),
            Triple(node, DCT("identifier"), Literal(header.id)),
            Triple(node, PROV("invalidated"), removed),
            Triple(node, PROV("generated"), added),
            *(Triple(node, PROV("influenced"), graph) for graph in graphs.values()),
            Triple(self._description, self._leap("revision"), number),
        ]


def description_graph(base: str) -> NamedNode:
    """The graph that describes the revisions; as a node, it carries the newest revision of the store of changes."""
    return NamedNode(f"{base}change")


def change_node(base: str, revision: int) -> NamedNode:
    """The node that stands for what a revision changed."""
    return NamedNode(f"{base}change/{revision}")


def _id(log: PatchLog, revision: int) -> str:
    return log.header(revision).id if revision in log.files() else ""
