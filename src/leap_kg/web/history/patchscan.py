"""Finds what a patch did to a few entities, in a patch of any size, without reading it into memory.

The lines of a patch are sorted, so those of an entity stand together, and a block whose first and last line lie on one
side of it is passed over. Hazard: even so a patch of millions of lines takes a second or two; a `Gate` lets only a
few such searches run at a time.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import BoundedSemaphore

from pyoxigraph import Quad, RdfFormat, parse

from leap_kg.graph.history.feed import entity_of, in_feed
from leap_kg.graph.log.patch import PatchLog
from leap_kg.web.history.refusal import Busy

_LARGE = 100_000
_AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class Changed:
    """What a patch did to one entity: the statements themselves, the first ones only if `more` were left out."""

    removed: tuple[Quad, ...] = ()
    added: tuple[Quad, ...] = ()
    more: int = 0


class Gate:
    """Lets a few long searches run at a time; who comes beyond them is told to come again."""

    def __init__(self, places: int = _AT_ONCE) -> None:
        self._places = BoundedSemaphore(places)

    @contextmanager
    def enter(self, size: int) -> Iterator[None]:
        """Hold a place if the work is of a size that needs one; raises `Busy` if there is none."""
        if size <= _LARGE:
            yield
            return
        if not self._places.acquire(blocking=False):
            raise Busy
        try:
            yield
        finally:
            self._places.release()


def changed(log: PatchLog, revision: int, iris: Iterable[str], base: str, most: int) -> dict[str, Changed]:
    """What a patch did to each of these entities, with its parts; at most `most` statements of each.

    Raises `LogError` if the patch is missing or damaged.
    """
    wanted = [_Wanted(iri, base, most) for iri in dict.fromkeys(iris)]
    found: dict[str, list[tuple[bool, bytes]]] = {one.iri: [] for one in wanted}
    more = dict.fromkeys(found, 0)
    last = max((end for one in wanted for _, end in one.ranges(b"A")), default=b"")
    for part in _sections(log.blocks(revision)):
        if part.startswith(b"A") and part > last:
            break
        for one in wanted:
            for line in one.lines(part):
                if len(found[one.iri]) < most:
                    found[one.iri].append((line.startswith(b"A"), line[2:]))
                else:
                    more[one.iri] += 1
    return {iri: _parsed(lines, base, more[iri]) for iri, lines in found.items()}


class _Wanted:
    """One entity, and where its lines stand: those of the node itself, and those of its parts."""

    def __init__(self, iri: str, base: str, most: int) -> None:
        self.iri = iri
        name = f" <{iri}".encode()
        whole = entity_of(f"{iri}#part", base) == iri
        self._starts = [name + b"#", name + b"> "] if whole else [name + b"> "]

    def ranges(self, code: bytes) -> list[tuple[bytes, bytes]]:
        """The first and the last thing that a line of the entity can begin with, for each of its two places."""
        return [(code + start, code + start + b"\xff") for start in self._starts]

    def lines(self, part: bytes) -> Iterator[bytes]:
        """The entity's lines among these sorted lines of one kind."""
        tail = part[part.rfind(b"\n", 0, len(part) - 1) + 1 :]
        for start, end in self.ranges(part[:1]):
            if part < end and tail >= start:
                yield from _standing(part, start)


def _sections(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The blocks, cut where the removals end and the additions begin."""
    for block in blocks:
        cut = block.find(b"\nA ") + 1 if block.startswith(b"D") else 0
        if cut:
            yield block[:cut]
        yield block[cut:]


def _standing(block: bytes, start: bytes) -> Iterator[bytes]:
    """The lines that begin with `start`; they stand together."""
    place = 0 if block.startswith(start) else block.find(b"\n" + start) + 1
    if not place and not block.startswith(start):
        return
    while block.startswith(start, place):
        end = block.index(b"\n", place) + 1
        yield block[place:end]
        place = end


def _parsed(lines: list[tuple[bool, bytes]], base: str, more: int) -> Changed:
    sides = []
    for side in (False, True):
        text = b"".join(line for is_added, line in lines if is_added == side)
        quads = parse(text, format=RdfFormat.N_QUADS)
        sides.append(tuple(quad for quad in quads if in_feed(_graph(quad), base)))
    return Changed(sides[0], sides[1], more)


def _graph(quad: Quad) -> str:
    return getattr(quad.graph_name, "value", "")
