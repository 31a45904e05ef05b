"""Search over everything the graph has, in one request, or in two where there are very many hits.

The list of hits comes as JSON, which also says how many there are; more than it holds at a time come as CSV.
"""

import csv
import io
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from leap_kg.client.errors import BadAnswer, CutResult, KgError, OtherWords, printable
from leap_kg.client.records import Records
from leap_kg.client.transport import Transport

if TYPE_CHECKING:
    from leap_kg.client.dataset import Dataset
    from leap_kg.client.graph import Client

_FIX = "Is this the address of a leap-kg server, and of a version that this client knows?"


@dataclass(frozen=True, slots=True)
class Hit:
    """A node that was found; `summary` is the beginning of its description, `url` its page."""

    label: str
    kind: str
    summary: str
    iri: str
    url: str
    _client: "Client" = field(repr=False, compare=False)

    def dataset(self) -> "Dataset":
        """The hit as a dataset; raises `NotFound` if it is none."""
        return self._client.dataset(self.iri)


def search(client: "Client", transport: Transport, text: str, limit: int, facets: Mapping[str, object]) -> Records[Hit]:
    """The hits, at most `limit` of them; warns where there are more."""
    if limit < 1:
        raise KgError(f"limit is {limit}", "Give the number of hits you want at most, 1 or more.")
    given: dict[str, object] = {"q": text} if text else {}
    given |= {name: _values(value) for name, value in facets.items() if value not in ("", None)}
    found = transport.json("/search.json", {**given, "limit": limit, "facets": "none"})
    rows, total = _read(found)
    if isinstance(found, dict) and isinstance(other := found.get("shown_for"), str):
        said = printable(other)
        warnings.warn(f"nothing has {text!r}: these are hits for {said!r}", OtherWords, stacklevel=3)
    hints = found.get("hints") if isinstance(found, dict) else None
    if len(rows) < min(limit, total):
        rows = [
            dict(row) for row in csv.DictReader(io.StringIO(transport.get("/search.csv", given).text(), newline=""))
        ]
    hits = [
        Hit(
            label=str(row.get("label", "")),
            kind=str(row.get("kind", "")),
            summary=str(row.get("snippet", "")),
            iri=str(row.get("iri", "")),
            url=client.url + str(row.get("path", "")),
            _client=client,
        )
        for row in rows[:limit]
    ]
    if len(hits) < total and len(hits) < limit:
        warnings.warn(f"these are {len(hits):,} of {total:,} hits: narrow the search", CutResult, stacklevel=3)
    return Records(Hit, hits, "hit", total, map(str, hints) if isinstance(hints, list) else ())


def _read(found: object) -> tuple[list[dict[str, Any]], int]:
    """The rows and the number of all; raises `BadAnswer` for what is no list of hits."""
    rows = found.get("hits") if isinstance(found, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BadAnswer("the server's answer to a search is no list of hits", _FIX)
    total = found.get("total") if isinstance(found, dict) else None
    return rows, total if isinstance(total, int) and total >= 0 else len(rows)


def _values(value: object) -> object:
    """One value as it is, several as a list."""
    return [str(one) for one in value] if isinstance(value, list | tuple | set | frozenset) else value
