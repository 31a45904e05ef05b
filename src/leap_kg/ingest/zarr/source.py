"""The source itself. A store makes two records: what it holds, and whether it answers today.

The first is a dead letter while the store is silent, so that what was last known of it stays; the second always says
how things are. Where a mirror answers and has nothing of a store, nobody asked it: both are dead letters.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pyoxigraph import NamedNode

from leap_kg.ingest.configuration import SourceConfig
from leap_kg.ingest.fetch import Fetcher
from leap_kg.ingest.formats.reading import File, Reading
from leap_kg.ingest.mapping.statements import Statements
from leap_kg.ingest.source import Listing, Mapped, Part, RawRecord, RecordUnusable, Ref, Source
from leap_kg.ingest.zarr.coordinates import wanted_keys
from leap_kg.ingest.zarr.keeping import keeping
from leap_kg.ingest.zarr.mapping import map_answer, map_store
from leap_kg.ingest.zarr.probing import probe, read_bodies
from leap_kg.ingest.zarr.silence import Silence
from leap_kg.ingest.zarr.targets import Refused, Target, catalogued, target
from leap_kg.ingest.zarr.thumbnail import PICTURE, TOLD, pictured, say_picture
from leap_kg.ontology.identifiers import Location, Refusal, storage

_ANSWER = "answer of "
_CHUNK = "chunk "


class ZarrStores(Source):
    """The stores `targets` and those that the catalogue at `catalog` lists; a record's key is the store's address.

    With `pictures` a few chunks of data are read of each store, and drawn.
    """

    def __init__(
        self,
        id: str,  # noqa: A002
        title: str,
        targets: tuple[Target | Refused, ...],
        catalog: str | None,
        stale_after: timedelta,
        base: str,
        pictures: bool = True,
    ) -> None:
        self.id = id
        self.title = title
        self.origin = catalog
        self.stale_after = stale_after
        self._given = targets
        self._base = base
        self._pictures = pictures
        self._targets: dict[str, Target] = {}
        self._last: dict[str, tuple[Part, ...] | Silence] = {}

    def enumerate(self, listing: Listing) -> Iterator[Ref]:
        """Each store once, with its two records one after the other."""
        listed = catalogued(self.origin, listing.fetcher) if self.origin else iter(())
        self._targets = {}
        refused: set[str] = set()
        for found in (*self._given, *listed):
            if isinstance(found, Refused):
                if found.text not in refused:
                    refused.add(found.text)
                    data = json.dumps({"reason": found.reason}).encode()
                    yield Ref(f"refused {found.text}", found.text, found=(Part.cut("refused", found.text, data),))
                continue
            key = found.location.iri
            if key not in self._targets:
                self._targets[key] = found
                yield Ref(key, found.root)
                yield Ref(f"{_ANSWER}{key}", found.root)

    def fetch(self, ref: Ref, fetcher: Fetcher) -> RawRecord:
        """The metadata and the coordinates' chunks, or the answer alone; raises `RecordUnusable` for a silent store."""
        if ref.found:
            return RawRecord(ref.key, ref.found)
        key = ref.key.removeprefix(_ANSWER)
        if key not in self._last:
            self._last = {key: self._ask(self._targets[key], fetcher)}
        outcome = self._last[key]
        if isinstance(outcome, Silence) and not outcome.answer:
            raise RecordUnusable(outcome.reason, ref.url)
        if ref.key != key:
            self._last = {}
            return RawRecord(ref.key, (_answer(outcome, ref.url),))
        if isinstance(outcome, Silence):
            raise RecordUnusable(outcome.reason, ref.url)
        return RawRecord(ref.key, outcome)

    def map(self, record: RawRecord) -> Mapped:
        """What the store holds, or whether it answers."""
        if (refused := record.part("refused")) is not None:
            raise RecordUnusable(json.loads(refused.data)["reason"], refused.url)
        location = storage.parse(record.key.removeprefix(_ANSWER))
        if isinstance(location, Refusal):
            raise RecordUnusable(f"the address cannot be used ({location.reason}): {location.hint}", record.key)
        reading, say = Reading({}, File(location.https or location.iri)), Statements()
        if (part := record.part("answer")) is not None:
            told = json.loads(part.data)
            node = map_answer(location, told["answer"], told["reason"], told["day"], reading, say, self._base)
        else:
            node = self._map_store(location, record, reading, say)
        return Mapped(record.key, node, say.triples(), list(reading.findings))

    def _ask(self, found: Target, fetcher: Fetcher) -> tuple[Part, ...] | Silence:
        """The bodies as parts: metadata by their keys, chunks of coordinates by theirs."""
        try:
            answer = probe(found, fetcher)
        except Silence as silence:
            return silence
        parts = [Part.of(key, body) for key, body in sorted(answer.bodies.items())]
        if (asking := keeping(found, answer.hierarchy, fetcher)) is not None:
            asking.all(wanted_keys(answer.hierarchy))
            parts += [Part.of(f"{_CHUNK}{key}", body) for key, body in sorted(asking.bodies.items())]
            if self._pictures:
                parts += pictured(asking, answer.hierarchy)
        return tuple(parts)

    def _map_store(self, location: Location, record: RawRecord, reading: Reading, say: Statements) -> NamedNode:
        drawn = {part.role: part for part in record.parts if part.role in (PICTURE, TOLD)}
        bodies = {
            part.role: part.data for part in record.parts if part.role not in drawn and not part.role.startswith(_CHUNK)
        }
        chunks = {part.role.removeprefix(_CHUNK): part.data for part in record.parts if part.role.startswith(_CHUNK)}
        hierarchy = read_bodies(bodies, record.key)
        if hierarchy is None:
            raise RecordUnusable("the stored bodies are of no store; harvest it again", record.key)
        store = map_store(location, hierarchy, chunks, reading, say, self._base)
        say_picture(store, drawn, hierarchy, reading, say, self._base)
        return store


class StoreEntry(BaseModel):
    """One store to ask: `endpoint` of an `s3://` address elsewhere, `arrays` to try where nothing lists them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: Annotated[str, Field(min_length=1)]
    endpoint: str | None = None
    arrays: Annotated[tuple[str, ...], Field(max_length=2000)] = ()


class ZarrConfig(SourceConfig):
    """`stores`: addresses to ask, texts or `StoreEntry`; `catalog`: the published JSON whose stores are asked.

    `pictures`: whether a small picture is drawn of each store; it is public wherever the graph is.
    """

    stores: tuple[StoreEntry | str, ...] = ()
    catalog: str | None = None
    pictures: bool = True

    @model_validator(mode="after")
    def _some(self) -> Self:
        if not self.stores and self.catalog is None:
            raise ValueError("give `stores`, `catalog` or both")
        return self

    @property
    def local_files(self) -> tuple[str, ...]:
        """Stores that are folders beside the sources file."""
        urls = (store if isinstance(store, str) else store.url for store in self.stores)
        return tuple(url for url in urls if "://" not in url)

    def source(self, folder: Path, base: str) -> Source:
        """The source."""
        entries = [StoreEntry(url=store) if isinstance(store, str) else store for store in self.stores]
        targets = tuple(
            target(_placed(entry.url, folder), entry.endpoint, entry.arrays, local=True) for entry in entries
        )
        return ZarrStores(self.id, self.title, targets, self.catalog, self.stale_after, base, self.pictures)


def _placed(text: str, folder: Path) -> str:
    """The address; a path is relative to the sources file."""
    return text if "://" in text or text.startswith("/") else str((folder / text).resolve())


def _answer(outcome: tuple[Part, ...] | Silence, url: str) -> Part:
    """Whether the store answered; of one that did not also the day, so that a lasting silence changes once a day."""
    if isinstance(outcome, Silence):
        day = f"{datetime.now(UTC):%Y-%m-%d}"
        told = {"answer": outcome.answer, "reason": outcome.reason, "day": day}
    else:
        told = {"answer": "answers", "reason": "", "day": ""}
    return Part.cut("answer", url, json.dumps(told, sort_keys=True).encode())
