"""Keeps a server in step with the home: every patch of the log is sent there, in order, its revision last.

The home stays the truth. Servers change values on their way in, so a difference against a server would never settle;
it is made against the embedded store, and the server only ever takes what it is sent.

Atomicity: a patch goes out in as few requests as the server takes. One request is one transaction in Jena and
RDF4J; Virtuoso commits statement by statement. So the revision is written after all else, and a server that was left
in the middle of a patch gets the whole patch again, which does no harm: all is DELETE DATA and INSERT DATA.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, groupby

from pyoxigraph import Literal, NamedNode, Quad, Store

from leap_kg.graph.home import Home
from leap_kg.graph.log.patch import PatchLog
from leap_kg.graph.names import provenance_graph, whole_graph
from leap_kg.graph.remote.protocol import Connection, Refusal, RemoteError
from leap_kg.graph.remote.snapshot import RemoteSnapshots
from leap_kg.graph.remote.store import RemoteStore
from leap_kg.ontology.namespaces import ONTOLOGY_PATH, XSD, Namespace
from leap_kg.remote import Remote

# As much as fits goes out in one request, which is one transaction for most servers. Virtuoso's compiler ends at 4,990
# triples, so a server that refuses many lines gets fewer.
_LINES = 20_000
_FEWER_LINES = 2_000
_BYTES = 4 * 2**20
_SECONDS = 600.0

_Change = tuple[bool, Quad]


class RemoteFollower:
    """Sends to one server what one home publishes; used by the home's writer only."""

    def __init__(self, home: Home, base: str, remote: Remote) -> None:
        self._home = home
        self._base = base
        self._remote = remote
        self._lines = _LINES
        self._connection = Connection(remote, _SECONDS)
        self._read = RemoteStore(remote)
        self._graph = provenance_graph(base)
        self._node = whole_graph(base)
        self._says = Namespace(base + ONTOLOGY_PATH)("revision")
        self._snapshots = RemoteSnapshots(home, remote)

    def close(self) -> None:
        """Let the connection go."""
        self._connection.close()

    def revision(self) -> int:
        """The revision that the server has in full, 0 for none; raises `RemoteError`."""
        found = self._read.quads_for_pattern(self._node, self._says, None, self._graph)
        return max((int(quad.object.value) for quad in found if isinstance(quad.object, Literal)), default=0)

    def follow(self, log: PatchLog, store: Store) -> None:
        """Bring the server to the last revision of the log, which `store` holds.

        Raises `RemoteError` when the server fails (what is missing is sent the next time) or holds another graph.
        """
        last, present = log.last(), self.revision()
        self._snapshots.forget(after=present)
        if present:
            self._require_ours(log, present, last)
        if not present and last:
            self._fill(store, last)
        for revision in range(present + 1, last + 1) if present else ():
            self._send(_kept(log.changes(revision), store), revision)
        if last and self._snapshots.newest() != last:
            self._snapshots.record(last, (graph.value for graph in store.named_graphs()))

    def _require_ours(self, log: PatchLog, present: int, last: int) -> None:
        """A server is filled from one home, or its revisions mean nothing."""
        if present <= last:
            run = NamedNode(log.header(present).run)
            number = Literal(str(present), datatype=XSD("integer"))
            if any(self._read.quads_for_pattern(run, self._says, number, self._graph)):
                return
        raise RemoteError(
            f"{self._remote.query} holds revision {present} of another graph than {self._home.path}; "
            f"point LEAP_KG_STORE elsewhere, or empty its graphs below {self._base}graph first"
        )

    def _fill(self, store: Store, revision: int) -> None:
        """Send everything, to a server that has none of it or was left in the middle of being filled."""
        ours = {graph.value for graph in store.named_graphs()}
        for graph in self._read.named_graphs():
            if graph.value in ours or graph.value.startswith(f"{self._base}graph/"):
                self._connection.update(f"CLEAR SILENT GRAPH {graph}")
        self._send(((True, quad) for quad in store), revision)

    def _send(self, changes: Iterable[_Change], revision: int) -> None:
        """Send the changes, and after them the revision: the new one first, since the greatest one counts."""
        new = Quad(self._node, self._says, Literal(str(revision), datatype=XSD("integer")), self._graph)
        old = [quad for quad in self._read.quads_for_pattern(self._node, self._says, None, self._graph) if quad != new]
        others = (change for change in changes if not self._is_revision(change[1]))
        for chunk in self._chunks(chain(others, [(True, new)], ((False, quad) for quad in old))):
            self._apply(chunk)

    def _is_revision(self, quad: Quad) -> bool:
        return quad.subject == self._node and quad.predicate == self._says

    def _chunks(self, changes: Iterable[_Change]) -> Iterator[list[_Change]]:
        """Runs of changes that fit into one request."""
        chunk: list[_Change] = []
        size = 0
        for change in changes:
            length = len(str(change[1]))
            if chunk and (len(chunk) >= self._lines or size + length > _BYTES):
                yield chunk
                chunk, size = [], 0
            chunk.append(change)
            size += length
        if chunk:
            yield chunk

    def _apply(self, chunk: Sequence[_Change]) -> None:
        """Send a chunk; one that the server refuses is halved, down to the statement that it cannot take."""
        try:
            self._connection.update(update_text(chunk))
        except Refusal:
            if len(chunk) > 1:
                self._lines = min(self._lines, _FEWER_LINES)  # it may have been too long rather than wrong
                middle = len(chunk) // 2
                self._apply(chunk[:middle])
                self._apply(chunk[middle:])
                return
            ((added, quad),) = chunk
            plain = _plain(quad)
            if plain == quad:
                raise
            self._connection.update(update_text([(added, plain)]))


def _kept(changes: Iterable[_Change], store: Store) -> Iterator[_Change]:
    """The changes, and after those that take a text away the texts that stay beside it.

    What are two values for us may be one for the server; taking away the one must not take the other.
    """
    removed: set[tuple[NamedNode, NamedNode, NamedNode]] = set()
    for added, quad in changes:
        if (
            not added
            and isinstance(quad.object, Literal)
            and isinstance(quad.subject, NamedNode)
            and isinstance(quad.graph_name, NamedNode)
        ):
            removed.add((quad.subject, quad.predicate, quad.graph_name))
        yield added, quad
    for subject, predicate, graph in removed:
        for quad in store.quads_for_pattern(subject, predicate, None, graph):
            if isinstance(quad.object, Literal):
                yield True, quad


def update_text(changes: Iterable[_Change]) -> str:
    """One SPARQL Update with these changes, in their order.

    Each operation is about one graph: of several in one DELETE DATA, Virtuoso leaves typed and tagged texts behind.
    """
    parts = []
    for added, run in groupby(changes, key=lambda change: change[0]):
        graphs: dict[str, list[str]] = {}
        for _, quad in run:
            graphs.setdefault(str(quad.graph_name), []).append(f"{quad.subject} {quad.predicate} {quad.object} .\n")
        verb = "INSERT" if added else "DELETE"
        parts += [f"{verb} DATA {{ GRAPH {graph} {{\n{''.join(lines)}}} }}" for graph, lines in graphs.items()]
    return " ;\n".join(parts)


def _plain(quad: Quad) -> Quad:
    """The quad with its value as a plain text, which every server takes."""
    if not isinstance(quad.object, Literal) or quad.object.language is not None:
        return quad
    return Quad(quad.subject, quad.predicate, Literal(quad.object.value), quad.graph_name)
