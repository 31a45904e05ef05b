"""Addresses that stand for many: globs, which open all that fit, and templates with a piece that nobody knows.

A glob (`*`, `**`, `?`, `[12]`) names what it opens: a store whose whole address fits is read for sure. A template
(`{*}`) opens one of those that fit, and nobody knows which: each is a candidate.

Hazard: patterns come out of files of strangers. They are matched against addresses of the graph only, each piece
becomes an expression of bounded cost, and one that fits everything in a bucket says nothing.
"""

import re
from dataclasses import dataclass
from typing import Self
from urllib.parse import quote

from leap_kg.links.known import Known
from leap_kg.links.signal import UNKNOWN
from leap_kg.ontology.identifiers import Location, Refusal, storage

MOST_CANDIDATES = 20
"""Stores that a pattern may stand for; one that fits more says nothing."""
_MOST_NAMESAKES = 3
"""Stores of one name in different buckets: a copy of a copy, but not every store that is called `data.zarr`."""
_MOST_PIECES = 12
_QUERY = re.compile(r"#|\?(?=[\w.%-]+=)")
_PIECE = re.compile(r"\{\*\}|\*\*+|\*|\?|\[!?[^\]/\s]{1,100}\]")
_MARK = re.compile(r"-piece([0-9]+)-")


def is_glob(text: str) -> bool:
    """Whether an address that is known whole opens all that fit it. At web servers `?` begins a query."""
    place = _QUERY.split(text, maxsplit=1)[0]
    if re.match(r"(?:[a-z]+::)*https?://", place, re.IGNORECASE):
        return "*" in place.partition("?")[0]
    return "://" in place and any(piece[0] != UNKNOWN for piece in _PIECE.finditer(place))


@dataclass(frozen=True, slots=True)
class Pattern:
    """The place of a pattern, with marks in its key for `pieces`, which are as the file has them."""

    location: Location
    pieces: tuple[str, ...]

    @classmethod
    def read(cls, text: str) -> Self | None:
        """The pattern that an address is; `None` where it names no place, or not even a bucket or a host."""
        pieces: list[str] = []

        def mark(piece: re.Match[str]) -> str:
            pieces.append(piece[0])
            return f"-piece{len(pieces) - 1}-"

        location = storage.parse(_PIECE.sub(mark, _QUERY.split(text, maxsplit=1)[0]))
        if isinstance(location, Refusal) or len(pieces) > _MOST_PIECES:
            return None
        unsure = _MARK.search(f"{location.endpoint or ''} {location.bucket}")
        return None if unsure else cls(location, tuple(pieces))

    @property
    def whole(self) -> bool:
        """Whether there is nothing to be filled in after all."""
        return not _MARK.search(self.location.key)

    @property
    def telling(self) -> bool:
        """Whether any of the key is known."""
        return _telling(self.location.key)

    @property
    def iri(self) -> str:
        """The address as an IRI; what nobody knows is `*` in it."""
        return _MARK.sub(lambda mark: quote(self._piece(mark).replace(UNKNOWN, "*"), safe="*"), self.location.iri)

    def stores(self, known: Known) -> list[tuple[str, bool]]:
        """The stores that fit, by IRI, each with whether it is more than a candidate; none if too many fit.

        What lies in a store that fits leads to the store; what fits must have a piece of its key in common. A bucket of
        the same name elsewhere, whose addresses look alike, gives candidates.
        """
        if not self.telling:
            return []
        folders = self.location.key.split("/")
        starts = ["/".join(folders[: number + 1]) for number in range(len(folders))]
        sure = [start for start in starts if not _MARK.search(start)]
        if UNKNOWN not in self.pieces:
            sure.append(self.location.key)
        surely = re.compile("|".join(map(self._expression, sure)) or r"(?!)", re.DOTALL)
        inside = f"{self._expression(self.location.key)}/.*"
        maybe = re.compile("|".join([*map(self._expression, filter(_telling, starts)), inside]), re.DOTALL)
        found: dict[str, bool] = {}
        at = self.location
        here = f"/store/{Location(at.provider, at.endpoint, at.bucket, 'key').slug.removesuffix('key')}"
        for uri, node in known.addresses():
            if here in node and surely.fullmatch(uri):
                found[node] = True
            elif maybe.fullmatch(uri):
                found.setdefault(node, False)
        return sorted(found.items()) if len(found) <= MOST_CANDIDATES else []

    def _piece(self, mark: re.Match[str]) -> str:
        number = int(mark[1])
        return self.pieces[number] if number < len(self.pieces) else mark[0]

    def _expression(self, key: str) -> str:
        """The expression that canonical addresses of the same bucket match, whose keys are like this one."""
        uri = Location(self.location.provider, self.location.endpoint, self.location.bucket, key).uri
        told, at = "", 0
        for mark in _MARK.finditer(uri):
            told += re.escape(uri[at : mark.start()]) + _fitting(self._piece(mark))
            at = mark.end()
        return f"(?:{told}{re.escape(uri[at:])})"


def namesakes(text: str, known: Known) -> list[str]:
    """The stores that are told by their name alone, if they are no more than a few."""
    if not text.startswith(f"{UNKNOWN}/") or UNKNOWN in (name := text.removeprefix(f"{UNKNOWN}/")):
        return []
    called = sorted({node for uri, node in known.addresses() if uri.endswith(f"/{name}")})
    return called if len(called) <= _MOST_NAMESAKES else []


def _telling(key: str) -> bool:
    return bool(re.sub(r"[\W_]", "", _MARK.sub("", key)))


def _fitting(piece: str) -> str:
    """The expression for one piece of a pattern."""
    if piece == UNKNOWN:
        return "[^/]+"
    if piece.startswith("**"):
        return ".*"
    if piece == "*":
        return "[^/]*"
    if piece == "?":
        return "[^/]"
    if piece.startswith("["):
        negated = piece[1] == "!"
        # Characters and ranges only: whatever else means something to an expression stands for itself.
        inside = re.sub(r"([\\\]\[^&~|])", r"\\\1", piece[1 + negated : -1])
        try:
            re.compile(f"[{inside}]")
        except re.error:  # a range that runs backwards fits nothing
            return "(?!)"
        return f"(?!/)[{'^' * negated}{inside}]"
    return re.escape(piece)
