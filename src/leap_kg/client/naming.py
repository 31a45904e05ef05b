"""From what people call a dataset to its IRI, and the list of all."""

import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from leap_kg.client import lookups
from leap_kg.client.asking import Moment
from leap_kg.client.errors import Ambiguous, KgError, NotFound, printable
from leap_kg.client.text import is_iri

if TYPE_CHECKING:
    from leap_kg.client.dataset import Dataset
    from leap_kg.client.graph import Client

_CLASS = "http://www.w3.org/ns/dcat#Dataset"
_SHOWN = 10
_KEPT_SECONDS = 60.0
_LOOK = "Look for it with search(), or see the names in datasets."


def dataset_iri(client: "Client", name: str, at: Moment = None) -> str:
    """The IRI of the dataset that is meant; raises `Ambiguous` and `NotFound`."""
    text = name.strip()
    if not text:
        raise KgError("there is no name of a dataset", _LOOK)
    given = _given(client, text)
    if given and _is_dataset(client, given, at, must="://" in text):
        return given
    rows = client.rows(lookups.named_like(text), at)
    found = {row["dataset"]: row.get("title", "") for row in rows if "dataset" in row}
    exact = [iri for iri, title in found.items() if text.lower() in _names(client, iri, title)]
    meant = exact or list(found)
    if len(meant) == 1:
        return meant[0]
    if not meant:
        hits = client.search(text, kind="dataset", exact=True, limit=5) if at is None else ()
        alike = ", ".join(repr(client.slug(hit.iri)) for hit in hits)
        raise NotFound(f"no dataset is named {text!r}", f"Is it {alike}? Give one of these." if alike else _LOOK)
    candidates = tuple(client.slug(iri) for iri in sorted(meant))
    listed = "; ".join(f"{slug!r} ({found[iri]})" for slug, iri in zip(candidates, sorted(meant), strict=True))[:500]
    more = f" and {len(meant) - _SHOWN} more" if len(meant) > _SHOWN else ""
    raise Ambiguous(f"{text!r} may be one of {len(meant)} datasets", f"Give one of these: {listed}{more}.", candidates)


def _given(client: "Client", text: str) -> str:
    """The IRI that a text gives: itself, that of a page of this server, or one of its own names."""
    if text.startswith(f"{client.url}/"):
        parts = urlsplit(text.removeprefix(client.url))
        if parts.path == "/node":
            return unquote(parts.query.partition("iri=")[2].partition("&")[0])
        return client.base + parts.path.removeprefix("/")
    if "://" in text:
        return text
    path = text.removeprefix("/").removeprefix("dataset/")
    iri = f"{client.base}dataset/{path}"
    return iri if is_iri(iri) and "/" in path else ""


def _is_dataset(client: "Client", iri: str, at: Moment, must: bool) -> bool:
    """Whether this node is a dataset; raises `NotFound` for another node where it `must` be one."""
    rows = client.rows(lookups.types(iri), at)
    if any(row.get("type") == _CLASS for row in rows):
        return True
    if heir := next((row["heir"] for row in rows if "heir" in row), ""):
        raise NotFound(f"{printable(iri)} was replaced", f"Ask for {client.slug(heir)!r}.")
    if not must:
        return False
    if holder := next((row["holder"] for row in rows if "holder" in row), ""):
        call = f"dataset({client.slug(holder)!r}).to_xarray({iri!r})"
        raise NotFound(f"{printable(iri)} is a store and not a dataset", f"Open it with {call}.")
    known = "is something else than a dataset" if any("type" in row for row in rows) else "is not in the graph"
    raise NotFound(f"{printable(iri)} {known}", _LOOK)


def _names(client: "Client", iri: str, title: str) -> set[str]:
    """What a dataset is called in full: its title, its name, the end of its name."""
    slug = client.slug(iri).lower()
    tail = slug.rpartition("/")[2]
    return {title.lower(), slug, tail, tail.removesuffix("-feedstock")} - {""}


class Datasets(Mapping[str, "Dataset"]):
    """All datasets by name; the names come in one request and are kept for a minute."""

    def __init__(self, client: "Client") -> None:
        self._client = client
        self._known: tuple[float, dict[str, str]] | None = None

    def __getitem__(self, name: str) -> "Dataset":
        return self._client.dataset(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names())

    def __len__(self) -> int:
        return len(self._names())

    def __contains__(self, name: object) -> bool:
        return name in self._names()

    def __repr__(self) -> str:
        names = list(self._names())
        shown = [printable(name, 120) for name in names[:50]] + (["…"] if len(names) > 50 else [])
        return "\n  ".join([f"{len(names):,} datasets", *shown])

    def _ipython_key_completions_(self) -> list[str]:
        return list(self._names())

    def _names(self) -> dict[str, str]:
        now = time.monotonic()
        if self._known is None or now - self._known[0] > _KEPT_SECONDS:
            rows = self._client.rows(lookups.ALL)
            named = {self._client.slug(row["dataset"]): row.get("title", "") for row in rows if "dataset" in row}
            self._known = now, named
        return self._known[1]
