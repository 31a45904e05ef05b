"""Publishing to a server that owns the store: what a run changes here is sent there as a patch of the source's graph.

This home keeps its own copy of what it publishes, so that only differences go over the network, and remembers with
which validator each graph was left there. When that is not known, or something in between went wrong, the graph is
read back and compared.

Hazard: a change that is too large for one request is sent in several, each a revision of its own.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NoReturn

import structlog
from pyoxigraph import NamedNode, Quad

from leap_kg.graph.activity import Activity
from leap_kg.graph.engine import Engine
from leap_kg.graph.home import Home, HomeError, unwritable
from leap_kg.graph.names import source_graph
from leap_kg.graph.publication.canonical import lines_of
from leap_kg.graph.publication.change import Change, Publication
from leap_kg.graph.publication.provenance import graph_revision
from leap_kg.graph.publication.records import Record
from leap_kg.graph.publication.sorting import Batch, Sorter, compared, cut
from leap_kg.graph.remote.protocol import Refusal, RemoteError, TooLong
from leap_kg.graph.remote.store import RemoteStore
from leap_kg.ingest.runs.graphserver import Conflict, GraphServer
from leap_kg.ingest.runs.publication import Opened, Quads, Sent, Target
from leap_kg.remote import Remote

_CHUNK_BYTES = 16 * 2**20

log = structlog.get_logger(__name__)


class ServerTarget:
    """A server beside the graph `here`, which is published into first."""

    writes = True

    def __init__(self, home: Home, base: str, here: Target, server: GraphServer) -> None:
        self._home = home
        self._base = base
        self._here = here
        self._server = server

    @contextmanager
    def opened(self) -> Iterator[Opened]:
        """The graph here, opened, with the server behind it."""
        with ExitStack() as stack:
            stack.callback(self._server.close)
            opened = stack.enter_context(self._here.opened())
            yield _Sending(self._home, self._base, opened, self._server)


class _Sending:
    def __init__(self, home: Home, base: str, here: Opened, server: GraphServer) -> None:
        self._notes = home.path / "harvesting" / "sent.json"
        self._staging = home.path
        self._base = base
        self._here = here
        self._server = server
        address = f"{server.address}/sparql"
        self._there = RemoteStore(Remote(query=address, update=address))
        self._sent: dict[str, Sent] = {}

    def store(self) -> Quads:
        return _Divided(self._here.store(), self._there)

    def graph(self) -> Engine:
        return self._here.graph()

    def everything(self) -> Engine:
        return self._there

    @property
    def revision(self) -> int:
        return self._here.revision

    def publish(self, source: str, records: Iterable[Record], activity: Activity) -> Publication:
        graph = source_graph(self._base, source)
        before = graph_revision(self.graph(), graph, self._base)
        publication = self._here.publish(source, records, activity)
        after = graph_revision(self.graph(), graph, self._base)
        known, tag = self._noted(source)
        standing = self._server.standing(graph.value)
        if known == after and tag and standing.tag == tag:
            self._sent[source] = Sent(self._server.address, 0, 0, standing.revision)
            return publication
        self._note(source, None)
        if not (tag and standing.tag):
            sent = self._compare(source, graph)
        elif known == after:
            self._conflict(source, Conflict(f"{graph.value} has changed on {self._server.address} since it was sent"))
        elif known == before:
            difference = publication.difference
            sent = self._send(source, graph, ((b"D", difference.removed), (b"A", difference.added)), tag)
        else:
            sent = self._compare(source, graph)
        standing = self._server.standing(graph.value)
        self._sent[source] = Sent(self._server.address, sent[b"A"], sent[b"D"], standing.revision)
        self._note(source, (after, standing.tag))
        return publication

    def sent(self, source: str) -> Sent | None:
        return self._sent.get(source)

    def _send(
        self, source: str, graph: NamedNode, change: Iterable[tuple[bytes, Iterable[Quad]]], tag: str
    ) -> Counter[bytes]:
        lines = ((code, str(quad.triple).encode()) for code, quads in change for quad in quads)
        return self._patch(source, graph, lines, tag)

    def _compare(self, source: str, graph: NamedNode) -> Counter[bytes]:
        """Make the graph there what it is here, whatever it says now."""
        tag = self._server.standing(graph.value).tag
        with TemporaryDirectory(dir=self._staging) as name:
            folder = Path(name)
            with Sorter(folder) as here, Sorter(folder) as there, Change(folder) as change:
                for batch in lines_of(self.graph().quads_for_pattern(None, None, None, graph)):
                    here.add(batch)
                for batch in cut(self._server.triples(graph.value)) if tag else ():
                    there.add([line.removesuffix(b" .") + f" {graph} .".encode() for line in batch if line])
                change.add(compared(there.batches(), here.batches()))
                ending = f" {graph} .".encode()
                spools = ((b"D", change.removed), (b"A", change.added))
                lines = (
                    (code, line.removesuffix(ending))
                    for code, spool in spools
                    for batch in spool.batches()
                    for line in batch
                )
                return self._patch(source, graph, lines, tag)

    def _patch(self, source: str, graph: NamedNode, lines: Iterable[tuple[bytes, bytes]], tag: str) -> Counter[bytes]:
        """Send the lines, each a triple with what is to be done with it; how many of each kind there were."""
        sent = Counter[bytes]()

        def written() -> Iterator[bytes]:
            for code, triple in lines:
                sent[code] += 1
                yield b"%s %s .\n" % (code, triple)

        try:
            for chunk in _chunks(written()):
                self._server.patch(graph.value, chunk, tag)
                tag = self._server.standing(graph.value).tag
        except Conflict as conflict:
            self._conflict(source, conflict)
        return sent

    def _conflict(self, source: str, conflict: Conflict) -> NoReturn:
        raise Conflict(
            f"{conflict}; if another process harvests {source} too, stop one of the two. The next harvest of "
            f"{source} from here compares the whole graph and makes it what is here"
        ) from None

    def _noted(self, source: str) -> tuple[int, str]:
        """The revision of the graph here that was last sent, and the validator that it got there."""
        with suppress(OSError, ValueError, TypeError, AttributeError):
            found = json.loads(self._notes.read_text()).get(self._server.address, {}).get(source)
            return (int(found[0]), str(found[1])) if found else (-1, "")
        return -1, ""

    def _note(self, source: str, sent: tuple[int, str] | None) -> None:
        notes: dict[str, dict[str, object]] = {}
        with suppress(OSError, ValueError):
            notes = json.loads(self._notes.read_text())
        notes.setdefault(self._server.address, {})[source] = sent
        try:
            partial = self._notes.with_suffix(".partial")
            partial.write_text(json.dumps(notes))
            partial.replace(self._notes)
        except OSError as error:
            raise unwritable(self._notes, error) from None


class _Divided:
    """One graph as it is here; what all graphs say, as it is there."""

    def __init__(self, here: Quads, there: RemoteStore) -> None:
        self._here = here
        self._there = there

    def quads_for_pattern(
        self,
        subject: NamedNode | None,
        predicate: NamedNode | None,
        target: NamedNode | None,
        graph: NamedNode | None,
        /,
    ) -> Iterator[Quad]:
        if graph is not None:
            return self._here.quads_for_pattern(subject, predicate, target, graph)
        return self._asked(subject, predicate, target)

    def _asked(
        self, subject: NamedNode | None, predicate: NamedNode | None, target: NamedNode | None
    ) -> Iterator[Quad]:
        try:
            yield from self._there.quads_for_pattern(subject, predicate, target, None)
        except (Refusal, TooLong):
            raise
        except RemoteError:
            # What the store says of itself names the settings of a server that this home reads from.
            raise HomeError(
                f"{self._there.remote.query} does not tell what other sources say; is --to the address of a leap-kg "
                "server that is running?"
            ) from None


def _chunks(lines: Iterable[bytes]) -> Iterator[Batch]:
    chunk: Batch = []
    size = 0
    for line in lines:
        chunk.append(line)
        size += len(line)
        if size > _CHUNK_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk
