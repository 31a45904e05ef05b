"""The outputs of one revision: read from the graph when a page first asks for them, within bounds, and kept.

Hazard: reading one takes about a millisecond and some kilobytes, and a graph may hold half a million datasets. Whoever
counts looks at `whole` first: a number that is not whole is not to be quoted. One request reads, the others wait, but
not for long: each of them holds a thread that every other page needs too.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from threading import Lock

from pyoxigraph import NamedNode

from leap_kg.outputs.kind import PUBLICATIONS
from leap_kg.outputs.output import Output
from leap_kg.outputs.reading import Reader
from leap_kg.web.outputs.gaps import Gap, gaps_of
from leap_kg.web.reading import Reading

MOST = 20_000
PATIENCE = 5.0


class StillReading(Exception):
    """Another request reads the outputs, and takes long."""

    retry_after = 10

    def __str__(self) -> str:
        return "the outputs of this revision are being read from the graph: come again in a few seconds"


@dataclass(frozen=True)
class Held:
    """Some outputs, and whether these are all there are."""

    outputs: tuple[Output, ...]
    whole: bool

    @cached_property
    def earlier(self) -> dict[str, list[Output]]:
        """By the IRI of a work, what it was before: the preprint of an article, say."""
        found: dict[str, list[Output]] = {}
        for each in self.outputs:
            for later in each.later:
                found.setdefault(later.iri, []).append(each)
        return found


class Kept:
    """The outputs of one revision, for all requests; who has waited for `PATIENCE` seconds gets `StillReading`."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._reads = Lock()
        self._publications: Held | None = None
        self._everything: Held | None = None
        self._gaps: list[Gap] | None = None

    @property
    def publications(self) -> Held:
        """The publications; where there are too many, first those that belong to the platform for a reason."""
        with self._alone():
            if self._publications is None:
                self._publications = self._texts(self._reader())
            return self._publications

    @property
    def everything(self) -> Held:
        """All outputs; the publications alone, and not whole, where there are too many."""
        publications = self.publications
        with self._alone():
            if self._everything is None:
                self._everything = self._with_others(self._reader(), publications)
            return self._everything

    @property
    def gaps(self) -> list[Gap]:
        """What the graph itself lacks."""
        with self._alone():
            if self._gaps is None:
                self._gaps = gaps_of(self._reading)
            return self._gaps

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if not self._reads.acquire(timeout=PATIENCE):
            raise StillReading
        try:
            yield
        finally:
            self._reads.release()

    def _reader(self) -> Reader:
        return Reader(self._reading.snapshot.store, self._reading.base)

    def _texts(self, reader: Reader) -> Held:
        nodes = reader.nodes(PUBLICATIONS)
        if len(nodes) > MOST:
            chosen = sorted(nodes, key=lambda iri: not reader.belongs(NamedNode(iri)))[:MOST]
            return Held(tuple(reader.outputs(chosen)), whole=False)
        return Held(tuple(reader.outputs(nodes)), whole=True)

    def _with_others(self, reader: Reader, publications: Held) -> Held:
        known = {each.iri for each in publications.outputs}
        others = [iri for iri in reader.nodes() if iri not in known]
        if not publications.whole or len(known) + len(others) > MOST:
            return Held(publications.outputs, whole=False)
        return Held((*publications.outputs, *_read(reader, others)), whole=True)


def _read(reader: Reader, nodes: Iterable[str]) -> Iterable[Output]:
    return (each for each in reader.outputs(nodes) if not each.kind.is_publication)
