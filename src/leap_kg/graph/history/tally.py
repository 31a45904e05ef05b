"""What a patch says of each entity: how many statements came and went, of which kinds and names it speaks.

Reads the lines of the patch as they are, since making a quad of each would take several times as long, and first
loads have millions. The log's own writer made the lines, one quad of named graph each, so blanks part the terms up to
the object, and the last term is the graph.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pyoxigraph import Literal, RdfFormat, parse

from leap_kg.graph.history.feed import entity_of, in_feed
from leap_kg.ontology.kinds import LABELS, kinds
from leap_kg.ontology.namespaces import RDF

_LONGEST_NAME = 500
_AT_ONCE = 50_000
_TYPE = str(RDF("type")).encode()
_PLAIN = re.compile(rb'"([^"\\]*)"')


class Said:
    """What one patch, or a part of it, says of one entity; ranks are places in `kinds` and `LABELS`."""

    __slots__ = ("added", "names", "removed", "types")

    def __init__(self) -> None:
        self.removed = 0
        self.added = 0
        self.types: list[tuple[int, int]] = []
        """Ranks of kinds, each with 1 for a type that was added and -1 for one that was removed."""
        self.names: list[tuple[int, str, int]] = []
        """Ranks of labels, the labels, and 1 or -1."""


@dataclass(slots=True)
class Counts:
    """Statements that were removed and added: those of the feed, and all of them."""

    removed: int = 0
    added: int = 0
    all_removed: int = 0
    all_added: int = 0


class Tally:
    """Reads patches of graphs under one base."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._kinds = {str(cls).encode(): rank for rank, kind in enumerate(kinds(base)) for cls in kind.classes}
        self._labels = {str(predicate).encode(): rank for rank, predicate in enumerate(LABELS)}
        self._told: dict[bytes, bool] = {}

    def read(self, blocks: Iterable[bytes], hand_over: Callable[[dict[str, Said]], None]) -> Counts:
        """Go through the lines `D quad .` and `A quad .` of a patch.

        What was found is handed over in parts, so that a large patch never has to be in memory; an entity may be in
        several. Raises `ValueError` for a line that is none of these.
        """
        counts, met, last, said, own = Counts(), dict[str, Said](), b"", Said(), False
        for block in blocks:
            for line in block.removesuffix(b"\n").split(b"\n"):
                code, subject, predicate, rest = line.split(b" ", 3)
                added = code == b"A"
                if added:
                    counts.all_added += 1
                else:
                    counts.all_removed += 1
                target, graph, _ = rest.rsplit(b" ", 2)
                told = self._told.get(graph)
                if not (self._is_told(graph) if told is None else told):
                    continue
                if subject != last:
                    if len(met) >= _AT_ONCE:
                        hand_over(met)
                        met = {}
                    last, iri = subject, subject[1:-1].decode()
                    entity = entity_of(iri, self._base)
                    own = entity == iri
                    known = met.get(entity)
                    said = met[entity] = Said() if known is None else known
                if added:
                    counts.added += 1
                    said.added += 1
                else:
                    counts.removed += 1
                    said.removed += 1
                if own:
                    self._note(said, predicate, target, 1 if added else -1)
        hand_over(met)
        return counts

    def _is_told(self, graph: bytes) -> bool:
        told = self._told[graph] = in_feed(graph[1:-1].decode(), self._base)
        return told

    def _note(self, said: Said, predicate: bytes, target: bytes, times: int) -> None:
        """Keep what a line says of its subject's kind or name."""
        if predicate == _TYPE:
            rank = self._kinds.get(target)
            if rank is not None:
                said.types.append((rank, times))
        elif (rank := self._labels.get(predicate)) is not None and target.startswith(b'"'):
            said.names.append((rank, _text(target).replace("\0", " ")[:_LONGEST_NAME], times))


def _text(literal: bytes) -> str:
    """The text of a literal as N-Quads write it."""
    if plain := _PLAIN.match(literal):
        return plain[1].decode()
    (triple,) = parse(b"<urn:s> <urn:p> " + literal + b" .", format=RdfFormat.N_TRIPLES)
    return triple.object.value if isinstance(triple.object, Literal) else ""
