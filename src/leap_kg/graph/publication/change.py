"""What a publication takes away and adds: sorted lines, on disk if there are many, as a patch, an update or quads."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from pyoxigraph import NamedNode, Quad

from leap_kg.graph.log.patch import PatchLog
from leap_kg.graph.publication.canonical import quads_of
from leap_kg.graph.publication.sorting import Batch, Spool, merged, text_of


@dataclass(frozen=True, slots=True)
class Difference:
    """What a publication takes from a source's graph and adds to it."""

    removed: Collection[Quad]
    added: Collection[Quad]

    def __bool__(self) -> bool:
        return bool(self.removed or self.added)


@dataclass(frozen=True, slots=True)
class Publication:
    """What a publication did: the revision the graph has now, and the difference that made it."""

    revision: int
    difference: Difference


class Change:
    """Lines that go and lines that come, without one that does both; to be closed."""

    def __init__(self, folder: Path) -> None:
        self._open = ExitStack()
        self.removed = self._open.enter_context(Spool(folder))
        self.added = self._open.enter_context(Spool(folder))

    def __enter__(self) -> "Change":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def add(self, parts: Iterable[tuple[Batch, Batch]]) -> "Change":
        """Take what is removed and what is added next, in order; returns itself."""
        for removed, added in parts:
            self.removed.add(removed)
            self.added.add(added)
        return self

    @property
    def count(self) -> int:
        """The number of lines."""
        return self.removed.count + self.added.count

    @property
    def total(self) -> int:
        """What it adds to the sum that the graph's digest is made of."""
        return self.added.total - self.removed.total

    @property
    def held(self) -> bool:
        """Whether all of it is in memory."""
        return self.removed.path is None and self.added.path is None

    def quads(self) -> Iterator[Quad]:
        """All quads, those that go first."""
        for spool in (self.removed, self.added):
            for batch in spool.batches():
                yield from quads_of(batch)

    def difference(self) -> Difference:
        """All of it as quads in memory."""
        removed, added = (
            tuple(quad for batch in spool.batches() for quad in quads_of(batch)) for spool in (self.removed, self.added)
        )
        return Difference(removed, added)


def patch_lines(changes: Iterable[Change]) -> Iterator[bytes]:
    """The lines of a patch that makes all these changes, as blocks."""
    made = list(changes)
    for code, spools in ((b"D ", [c.removed for c in made]), (b"A ", [c.added for c in made])):
        for batch in merged(spool.batches() for spool in spools):
            yield code + text_of(batch)[:-1].replace(b"\n", b"\n" + code) + b"\n"


def update_text(removed: Iterable[Quad], added: Iterable[Quad]) -> str:
    """One SPARQL Update that takes and adds these quads in a single transaction of the store."""
    return f"DELETE DATA {{\n{_block(removed)}}} ;\nINSERT DATA {{\n{_block(added)}}}"


def _block(quads: Iterable[Quad]) -> str:
    graphs: dict[str, list[str]] = {}
    for quad in quads:
        graphs.setdefault(str(quad.graph_name), []).append(f"{quad.subject} {quad.predicate} {quad.object} .\n")
    return "".join(f"GRAPH {graph} {{\n{''.join(lines)}}}\n" for graph, lines in graphs.items())


class Logged(Collection[Quad]):
    """The quads that a large revision removed, or added, outside a graph; read from the log at each look."""

    def __init__(self, log: PatchLog, revision: int, added: bool, count: int, without: NamedNode) -> None:
        self._log = log
        self._revision = revision
        self._added = added
        self._count = count
        self._without = without

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Quad]:
        for added, quad in self._log.changes(self._revision):
            if added == self._added and quad.graph_name != self._without:
                yield quad

    def __contains__(self, quad: object) -> bool:
        return any(each == quad for each in self)
