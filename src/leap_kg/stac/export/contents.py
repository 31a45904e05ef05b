"""What is exported: collections in order of their ids, and their items page by page."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from leap_kg.graph.statements import Statements
from leap_kg.stac.asked import LARGEST_PAGE, Search
from leap_kg.stac.collection import collection
from leap_kg.stac.searching import Index, Row


class Collected(NamedTuple):
    """A collection: its row, and its document, whose links are only those that lead out of the catalogue."""

    row: Row
    document: dict[str, Any]


class Contents:
    """All of one catalogue; to be read while `Index.one_state` holds."""

    def __init__(self, index: Index, reading: Statements, name: str) -> None:
        self._index = index
        self.reading = reading
        self.name = name

    def collections(self) -> Iterator[Collected]:
        """Each collection, by what the API calls it."""
        pages = self.reading.base.rstrip("/")
        token = ""
        while True:
            page = self._index.collections(Search(limit=LARGEST_PAGE, token=token))
            for row in page.rows:
                yield Collected(row, collection(row, self.reading, self._index, pages))
            token = page.token
            if not token:
                return

    def items(self, name: str) -> Iterator[Row]:
        """The items of a collection, the newest first."""
        token = ""
        while True:
            page = self._index.items(Search(collections=(name,), limit=LARGEST_PAGE, token=token))
            yield from page.rows
            token = page.token
            if not token:
                return

    def loose(self) -> Iterator[Row]:
        """The items of no collection."""
        rows = self._index.loose()
        while rows:
            yield from rows
            rows = self._index.loose(rows[-1].node)
