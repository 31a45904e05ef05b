"""Items as stac-geoparquet: one file for each collection, with the collection itself in the file's metadata.

Hazard: a table has one type for a column, and items are whatever somebody published. Items that keep their collection
from being a table are left out with the reason, or all of it if none are to blame; so is an item without a geometry,
and of an item what STAC has no place for. The items of one collection are in memory at once.
"""

import asyncio
import json
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator
from pathlib import Path
from time import monotonic
from typing import Any, Self, TypeVar
from weakref import ref

from leap_kg.stac.export.contents import Contents
from leap_kg.stac.export.names import Names
from leap_kg.stac.links import with_links
from leap_kg.stac.searching import Row

Answer = TypeVar("Answer")

_LOOSE = "items"
_LETTING_GO, _MOMENT = 0.2, 0.001
# The writer tells of each attribute that it drops, since STAC has none of that name there.
logging.getLogger("stac").setLevel(logging.ERROR)


class NotInstalled(RuntimeError):
    """The package that writes the format is missing; the text says how to get it."""


class Geoparquet:
    """Writes files into a folder; `files` and `items` count what was written, `left_out` the items that were not.

    `reasons` has why, by collection.
    """

    def __init__(self, contents: Contents, into: Path) -> None:
        self._contents = contents
        self._into = into
        self.files = self.items = self.left_out = 0
        self.reasons: dict[str, str] = {}

    def write(self) -> None:
        """Write all; raises `OSError`, and `NotInstalled`."""
        with _Running() as running:
            names = Names(_LOOSE)
            for each in self._contents.collections():
                items = self._read(self._contents.items(each.row.name), each.row.name)
                document = {**each.document, "id": each.row.name}
                if items:
                    self._put(running, items, document, each.row.name, names.of(each.row.name))
            loose = self._read(self._contents.loose(), "")
            if loose:
                self._put(running, loose, None, "items of no collection", _LOOSE)

    def _read(self, rows: Iterable[Row], collection: str) -> list[dict[str, Any]]:
        found = []
        for row in rows:
            item = json.loads(with_links(row.document, [], row.links, collection))
            if isinstance(item.get("geometry"), dict):
                if not collection:
                    item.pop("collection", None)
                found.append({**item, "properties": _filled(item.get("properties"))})
            else:
                self.left_out += 1
        return found

    def _put(
        self,
        running: "_Running",
        items: list[dict[str, Any]],
        collection: dict[str, Any] | None,
        title: str,
        name: str,
    ) -> None:
        """Write the items, or, if they fit no table together, those whose fields are what they are in most of them."""
        path = self._into / f"{name}.parquet"
        if reason := _written(running, items, collection, path):
            self.reasons[title] = reason
            agreeing = _agreeing(items)
            fewer = 0 < len(agreeing) < len(items)
            written = agreeing if fewer and not _written(running, agreeing, collection, path) else []
        else:
            written = items
        self.left_out += len(items) - len(written)
        self.files += bool(written)
        self.items += len(written)


class _Running:
    """Runs what the writer's threads do.

    They hand over what they have before they let go of Python, and have to do so in its life: it is waited for until
    nobody holds any more what they were to fulfil, and not much longer than that takes, should somebody else hold it.
    """

    def __init__(self) -> None:
        self._runner = asyncio.Runner()
        self._promised: list[ref[Awaitable[Any]]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._runner as runner:
            runner.run(self._let_go())

    def run(self, doing: Coroutine[Any, Any, None]) -> None:
        """Run it to its end; raises what it raises."""
        self._runner.run(doing)

    def noted(self, promised: Awaitable[Answer]) -> Awaitable[Answer]:
        """What a thread is to fulfil, to be waited for in the end."""
        self._promised.append(ref(promised))
        return promised

    async def _let_go(self) -> None:
        until = monotonic() + _LETTING_GO
        while any(promised() is not None for promised in self._promised) and monotonic() < until:
            await asyncio.sleep(_MOMENT)


def _written(running: _Running, items: list[dict[str, Any]], collection: dict[str, Any] | None, path: Path) -> str:
    """Write a file; why they fit no table if they do not, and there is no file then."""
    try:
        from rustac import GeoparquetWriter
    except ImportError:
        raise NotInstalled("stac-geoparquet needs the package rustac: pip install 'leap-kg[export]'") from None

    async def write() -> None:
        writer = await running.noted(GeoparquetWriter.open(items, str(path)))
        if collection is not None:
            # It is declared to be done when it returns, and is not.
            adding: Callable[[dict[str, Any]], Any] = writer.add_collection
            await running.noted(adding(collection))
        await running.noted(writer.finish())

    try:
        running.run(write())
    except OSError:
        raise
    except Exception as error:  # noqa: BLE001 - the writer raises what its parts raise, bare exceptions among them
        path.unlink(missing_ok=True)
        return " ".join(str(error).split())[:200] or type(error).__name__
    return ""


def _agreeing(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The items without those that have something of another type where more than half of them have one type."""
    said = [set(_types(item, "")) for item in items]
    each = Counter(pair for pairs in said for pair in pairs)
    every = Counter(place for pairs in said for place, _ in pairs)
    rare = {(place, form) for (place, form), number in each.items() if 2 * number <= every[place]}
    return [item for item, pairs in zip(items, said, strict=True) if not pairs & rare]


def _types(value: object, place: str) -> Iterator[tuple[str, str]]:
    """The type of each field, by its place; geometries have a type of their own whatever they are."""
    if isinstance(value, dict):
        yield place, "object"
        for key, each in value.items():
            if place or key not in ("geometry", "bbox"):
                yield from _types(each, f"{place}/{key}")
    elif isinstance(value, list):
        yield place, "list"
        for each in value:
            yield from _types(each, f"{place}/")
    elif value is not None:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        yield place, "number" if number else type(value).__name__


def _filled(value: Any) -> Any:  # noqa: ANN401 - whatever JSON can hold
    """The value without empty objects, and objects of such, for which a table has no type."""
    if isinstance(value, dict):
        inner = {key: _filled(each) for key, each in value.items()}
        return {key: each for key, each in inner.items() if each != {}}
    return [each for each in map(_filled, value) if each != {}] if isinstance(value, list) else value
