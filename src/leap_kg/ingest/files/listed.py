"""Files that hold a list of entries: each item is a record of its own, so that a bad one spoils no other.

Hazard: an item that moves to another line, or to another place in the list, is still the same item. So it is known by
its id, or its title, where no other item of the file has that.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from leap_kg.ingest.files.terms import ID
from leap_kg.ingest.formats.rdftext import listed_objects
from leap_kg.ingest.formats.yamltext import Path, read_yaml
from leap_kg.ingest.source import Part, Ref

_NAMES = (ID, "@id", "title", "name")
_LONGEST_NAME = 200  # characters
_MOST_DUPLICATES = 100


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a list in YAML: its number, the first being 1, what it says, and the line of each value in it.

    `twins` are the numbers of items with the same id or title; `duplicates` are keys that stand twice, with lines.
    """

    number: int
    value: Any
    lines: dict[Path, int]
    twins: tuple[int, ...] = ()
    duplicates: tuple[tuple[Path, int], ...] = ()

    @property
    def name(self) -> str:
        """The id, or the title, as it is written; `""` for an item without."""
        return _name(self.value)

    @property
    def place(self) -> str:
        """Where it stands, for messages."""
        line = self.lines.get(())
        return f"item {self.number}" + (f" (line {line})" if line else "")

    def written(self) -> bytes:
        """As a body of its own."""
        lines = [[list(path), line] for path, line in self.lines.items()]
        duplicates = [[list(path), line] for path, line in self.duplicates]
        return json.dumps([self.number, self.value, lines, self.twins, duplicates]).encode()

    @classmethod
    def read(cls, data: bytes) -> "Item":
        """What `written` wrote."""
        number, value, lines, twins, duplicates = json.loads(data)
        return cls(
            number,
            value,
            {tuple(path): line for path, line in lines},
            tuple(twins),
            tuple((tuple(path), line) for path, line in duplicates),
        )


def listed_items(key: str, url: str, data: bytes, base: str) -> list[Ref] | None:
    """A record for each item of a YAML or JSON-LD file, `None` for a file that holds no list.

    Raises `Unreadable` for what cannot be read.
    """
    bodies: list[tuple[str, Part]] = []
    if key.endswith(".jsonld"):
        objects = listed_objects(data, base, url)
        if objects is None:
            return None
        bodies = [
            (_name(value), Part.cut("document", f"{url}#item={number}", json.dumps(value).encode()))
            for number, value in enumerate(objects, 1)
        ]
    else:
        items = list(_items(data, url))
        bodies = [(item.name, Part.cut("item", url, item.written())) for item in items]
    if not bodies:
        return None
    often = Counter(name for name, _ in bodies)
    refs = []
    for number, (name, body) in enumerate(bodies, 1):
        own = f"{key}#{name}" if name and often[name] == 1 else f"{key}#item={number}"
        refs.append(Ref(own, body.url, version=body.sha256, found=(body,)))
    return refs


def _items(data: bytes, url: str) -> Iterator[Item]:
    read = read_yaml(data, what=url)
    if not isinstance(read.value, list):
        return
    lines: dict[int, dict[Path, int]] = defaultdict(dict)
    for path, line in read.lines.items():
        if path and isinstance(path[0], int):
            lines[path[0]][path[1:]] = line
    duplicates: dict[int, list[tuple[Path, int]]] = defaultdict(list)
    for path, line in read.duplicate_keys[:_MOST_DUPLICATES]:
        if path and isinstance(path[0], int):
            duplicates[path[0]].append((path[1:], line))
    named: dict[str, list[int]] = defaultdict(list)
    for number, value in enumerate(read.value, 1):
        named[_name(value)].append(number)
    for number, value in enumerate(read.value, 1):
        twins = tuple(other for other in named[_name(value)] if _name(value) and other != number)
        yield Item(number, value, lines[number - 1], twins, tuple(duplicates[number - 1]))


def _name(value: object) -> str:
    if not isinstance(value, dict):
        return ""
    texts = (value.get(name) for name in _NAMES)
    return next((text.strip()[:_LONGEST_NAME] for text in texts if isinstance(text, str) and text.strip()), "")
