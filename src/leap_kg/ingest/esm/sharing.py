"""Stores that several rows name: of one table, and of a table of those that were retracted.

Hazard: a table has hundreds of thousands of rows, so of each no more is kept than a digest of its address. What the
rows of one address hold is read in a second pass over the table, and only where there are such.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from leap_kg.ingest.esm.facets import RENAMED
from leap_kg.ingest.esm.instances import instance_id
from leap_kg.ingest.mapping.finding import Finding, Severity
from leap_kg.ontology.identifiers import Refusal, storage
from leap_kg.ontology.iri import digest

_KIND = "duplicate-id"
_MOST_ROWS = 20  # of one store, that a finding names


class Addresses:
    """The addresses of a table, as its rows are read one after the other."""

    def __init__(self) -> None:
        self._times: dict[bytes, int] = {}
        self._repeated: set[bytes] = set()

    def key(self, address: str, number: int) -> str:
        """The address of a row's store; told apart from rows before it that name the same store."""
        name = address.strip() or f"row {number}"
        mark = _mark(name)
        times = self._times[mark] = self._times.get(mark, 0) + 1
        if times == 1:
            return name
        self._repeated.add(mark)
        return f"{name} ({times})"

    def shared(self, again: Iterable[dict[str, str] | str], asset: str) -> Iterator[tuple[str, list[list[Any]]]]:
        """Each address whose rows are of different instances, with the numbers and instances of these rows.

        `again` gives the same rows once more; it is not read if no address came twice.
        """
        if not self._repeated:
            return
        found: dict[bytes, tuple[str, list[list[Any]]]] = {}
        for number, row in enumerate(again, start=1):
            address = row.get(asset, "").strip() if isinstance(row, dict) else ""
            if not isinstance(row, dict) or not address or (mark := _mark(address)) not in self._repeated:
                continue
            instance = instance_id({RENAMED.get(column, column): value.strip() for column, value in row.items()})
            if instance:
                found.setdefault(mark, (address, []))[1].append([number, instance])
        for address, rows in found.values():
            if len({instance for _, instance in rows}) > 1 and store_name(address):
                yield address, rows


def shared_finding(rows: list[list[Any]], file: str | None) -> Finding:
    """The finding on a store that rows of different instances name."""
    shown = "; ".join(f"row {number}: {instance}" for number, instance in rows[:_MOST_ROWS])
    more = f"; and {len(rows) - _MOST_ROWS} more" if len(rows) > _MOST_ROWS else ""
    return Finding(
        _KIND,
        Severity.WARNING,
        f"{len(rows)} rows name this store as that of different instances (rows count from 1 below the header): "
        f"{shown}{more}",
        "Give each instance the address of its own store, and take out the rows that are wrong.",
        pointer=f"rows {', '.join(str(number) for number, _ in rows[:_MOST_ROWS])}",
        file=file,
    )


def retracted_finding(place: str, file: str | None) -> Finding:
    """The finding on a store of a table that the row at `place` says was retracted."""
    message = f"a row names this store as one to use, which is retracted by {place}; it counts as retracted"
    hint = "Take the row out of this table, or that of the retraction out of the other one."
    return Finding(_KIND, Severity.WARNING, message, hint, file=file)


def store_name(address: str) -> str:
    """What names the store of an address, however that is written; `""` if a row with it is of no use."""
    location = storage.parse(address)
    return "" if isinstance(location, Refusal) or location.provider == "file" else location.slug


def retracted_by(rows: Iterable[dict[str, str] | str], assets: Iterable[str], url: str) -> dict[str, str]:
    """The stores of a table of retractions by their names, each with the place of its row."""
    columns, found = tuple(assets), dict[str, str]()
    for number, row in enumerate(rows, start=1):
        if isinstance(row, dict):
            address = next((row[column] for column in columns if column in row), "")
            if name := store_name(address):
                found.setdefault(name, f"row {number} of {url}")
    return found


def _mark(address: str) -> bytes:
    """Addresses that differ in a slash at their end are one."""
    return digest(address.rstrip("/")).encode()
