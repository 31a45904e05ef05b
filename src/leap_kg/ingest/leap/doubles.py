"""Stores of one feedstock that cannot be told apart: two with one id, one name or one address."""

from collections.abc import Sequence

from leap_kg.ingest.formats.reading import Path, Reading, dotted
from leap_kg.ingest.leap.feedstock import StoreEntry
from leap_kg.ingest.mapping.finding import Severity
from leap_kg.ontology.identifiers import Refusal, storage

_HINTS = {
    "id": "Give each store an id of its own: recipes and links go by it.",
    "name": "Name each store after what it holds, so that people can tell them apart.",
    "url": "Give each store its own address, or leave one of the two entries out.",
}
_LONGEST = 200  # characters of a value that are told


def report_doubles(stores: Sequence[StoreEntry], reading: Reading) -> None:
    """Report each store that has the id, the name or the address of one before it; both places are told."""
    first: dict[tuple[str, str], Path] = {}
    for entry in stores:
        for key, value, shown in (
            ("id", entry.id, entry.id),
            ("name", entry.name, entry.name),
            ("url", _same(entry.address), entry.address),
        ):
            path = (*entry.path, key)
            if not value or (before := first.setdefault((key, value), path)) == path:
                continue
            message = f"{dotted(path)} is {shown[:_LONGEST]!r}, as is {reading.place(before).pointer}"
            reading.report("duplicate-id", Severity.WARNING, message, _HINTS[key], path, shown)


def _same(address: str) -> str:
    """The same text for every spelling of one place, `""` for none."""
    location = storage.parse(address) if address else None
    return "" if location is None or isinstance(location, Refusal) else location.slug
