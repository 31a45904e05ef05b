"""Items as stac-geoparquet: one file for each collection, with the collection itself in the file's metadata.

Hazard: a table has one type for a column, and items are whatever somebody published. A collection whose items fit no
table is left out with the reason, as is an item without a geometry, and of an item what STAC has no place for. The
items of one collection are in memory at once.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from leap_kg.stac.export.contents import Contents
from leap_kg.stac.export.names import Names
from leap_kg.stac.links import with_links
from leap_kg.stac.searching import Row

_LOOSE = "items"
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
        with asyncio.Runner() as runner:
            names = Names(_LOOSE)
            for each in self._contents.collections():
                items = self._read(self._contents.items(each.row.name), each.row.name)
                document = {**each.document, "id": each.row.name}
                if items:
                    self._write(runner, items, document, each.row.name, names.of(each.row.name))
            loose = self._read(self._contents.loose(), "")
            if loose:
                self._write(runner, loose, None, "items of no collection", _LOOSE)

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

    def _write(
        self,
        runner: asyncio.Runner,
        items: list[dict[str, Any]],
        collection: dict[str, Any] | None,
        title: str,
        name: str,
    ) -> None:
        path = self._into / f"{name}.parquet"
        try:
            from rustac import GeoparquetWriter
        except ImportError:
            raise NotInstalled("stac-geoparquet needs the package rustac: pip install 'leap-kg[export]'") from None

        async def write() -> None:
            writer = await GeoparquetWriter.open(items, str(path))
            if collection is not None:
                # It is declared to be done when it returns, and is not.
                adding: Callable[[dict[str, Any]], Any] = writer.add_collection
                await adding(collection)
            await writer.finish()

        try:
            runner.run(write())
        except OSError:
            raise
        except Exception as error:  # noqa: BLE001 - the writer raises what its parts raise, bare exceptions among them
            path.unlink(missing_ok=True)
            self.left_out += len(items)
            self.reasons[title] = " ".join(str(error).split())[:200]
        else:
            self.files += 1
            self.items += len(items)


def _filled(value: Any) -> Any:  # noqa: ANN401 - whatever JSON can hold
    """The value without empty objects, and objects of such, for which a table has no type."""
    if isinstance(value, dict):
        inner = {key: _filled(each) for key, each in value.items()}
        return {key: each for key, each in inner.items() if each != {}}
    return [each for each in map(_filled, value) if each != {}] if isinstance(value, list) else value
