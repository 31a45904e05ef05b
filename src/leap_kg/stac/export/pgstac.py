"""Collections and items as pypgstac loads them: `collections.ndjson` and `items.ndjson`, one object a line.

pgstac keeps no item without a collection, a geometry or a moment, and no two with one id in a collection, so those are
left out and counted.
"""

import json
from pathlib import Path
from typing import Any

from leap_kg.stac.export.contents import Contents
from leap_kg.stac.links import with_links
from leap_kg.stac.searching import Row

COLLECTIONS, ITEMS = "collections.ndjson", "items.ndjson"


class Pgstac:
    """Writes two files into a folder; `collections` and `items` count what was written, `left_out` the other items."""

    def __init__(self, contents: Contents, into: Path) -> None:
        self._contents = contents
        self._into = into
        self.collections = self.items = self.left_out = 0

    def write(self) -> None:
        """Write both; raises `OSError`."""
        with (
            (self._into / COLLECTIONS).open("w", encoding="utf-8") as collections,
            (self._into / ITEMS).open("w", encoding="utf-8") as items,
        ):
            for each in self._contents.collections():
                document = {**each.document, "id": each.row.name}
                collections.write(json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n")
                self.collections += 1
                known: set[str] = set()
                for row in self._contents.items(each.row.name):
                    if row.name not in known and _is_loadable(row):
                        known.add(row.name)
                        items.write(with_links(row.document, [], row.links, each.row.name) + "\n")
                        self.items += 1
                    else:
                        self.left_out += 1
        self.left_out += sum(1 for _ in self._contents.loose())


def _is_loadable(row: Row) -> bool:
    document: dict[str, Any] = json.loads(row.document)
    properties = document.get("properties")
    if not isinstance(properties, dict) or not isinstance(document.get("geometry"), dict):
        return False
    ends = all(isinstance(properties.get(name), str) for name in ("start_datetime", "end_datetime"))
    return ends or isinstance(properties.get("datetime"), str)
