"""The catalogues one by one, from those that the sources file names to those that they lead to."""

import json
from collections import deque
from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import Field

from leap_kg.ingest.configuration import SourceConfig
from leap_kg.ingest.fetch import Fetcher, FetchFailed, Parked
from leap_kg.ingest.formats.jsonvalue import read_value
from leap_kg.ingest.formats.yamltext import Unreadable, read_yaml
from leap_kg.ingest.intake.catalogue import Catalogue, Entry, read_catalogue
from leap_kg.ingest.intake.mapping import map_catalogue, map_entry
from leap_kg.ingest.leap.naming import file_key
from leap_kg.ingest.source import Listing, Mapped, Part, RawRecord, RecordUnusable, Ref, Source

_MOST_CATALOGUES = 1000
_DEEPEST = 10


class Intake(Source):
    """The catalogue files and, of each, its data sources; keys are the file's address, and `address#name`."""

    def __init__(self, id: str, title: str, catalogs: tuple[str, ...], stale_after: timedelta, base: str) -> None:  # noqa: A002
        self.id = id
        self.title = title
        self.origin = catalogs[0]
        self.stale_after = stale_after
        self._catalogs = catalogs
        self._base = base

    def enumerate(self, listing: Listing) -> Iterator[Ref]:
        """Every catalogue and every data source; a nested catalogue that cannot be had makes the listing incomplete."""
        waiting = deque((url, 0) for url in self._catalogs)
        seen: set[str] = set()
        while waiting:
            url, depth = waiting.popleft()
            if file_key(url) in seen:
                continue
            seen.add(file_key(url))
            if depth > _DEEPEST or len(seen) > _MOST_CATALOGUES:
                yield Ref(file_key(url), url, f"lies deeper than {_DEEPEST} catalogues, or beyond {_MOST_CATALOGUES}")
                continue
            try:
                body = listing.fetcher.fetch(url)
                catalogue = _read(body.data, url)
            except (FetchFailed, Unreadable, RecordUnusable) as problem:
                if not depth or isinstance(problem, Parked):
                    raise
                yield Ref(file_key(url), url, str(problem))
                continue
            yield Ref(file_key(url), url, version=body.sha256, found=(Part.of("catalogue", body),))
            yield from _entries(catalogue, url)
            for entry in catalogue.entries:
                if entry.nested.startswith(("https://", "http://")):
                    waiting.append((entry.nested, depth + 1))

    def fetch(self, ref: Ref, fetcher: Fetcher) -> RawRecord:
        """The catalogue anew, for a record that is asked for by itself."""
        url, _, name = ref.url.partition("#")
        part = Part.of("catalogue", fetcher.fetch(url))
        if not name and "#" not in ref.key:
            return RawRecord(ref.key, (part,))
        for found in _entries(_read(part.data, url), url):
            if found.key == ref.key and found.found:
                return RawRecord(ref.key, found.found)
        raise RecordUnusable("the catalogue has no such data source any more; harvest it again", url)

    def map(self, record: RawRecord) -> Mapped:
        """The catalogue, or the data source as a dataset."""
        if (part := record.part("catalogue")) is not None:
            return map_catalogue(record.key, _read(part.data, part.url), part.url)
        part = record.part("entry")
        if part is None:
            raise RecordUnusable("the stored record has neither catalogue nor entry; harvest it again", record.key)
        said = read_value(part.data, what=part.url).value
        entry = Entry(**{**said, "addresses": tuple(said["addresses"])})
        return map_entry(record.key, entry, part.url.partition("#")[0], self._base)


class IntakeConfig(SourceConfig):
    """`catalogs`: the addresses of the catalogue files to begin with."""

    catalogs: Annotated[tuple[str, ...], Field(min_length=1)]

    def source(self, folder: Path, base: str) -> Source:
        """The source."""
        return Intake(self.id, self.title, self.catalogs, self.stale_after, base)


def _read(data: bytes, url: str) -> Catalogue:
    return read_catalogue(read_yaml(data, what=url), url)


def _entries(catalogue: Catalogue, url: str) -> Iterator[Ref]:
    """A record for each data source, cut from the file; what is none becomes a problem."""
    for entry in catalogue.entries:
        if entry.nested:
            continue
        data = json.dumps(asdict(entry), sort_keys=True, ensure_ascii=False).encode("utf-8", "replace")
        part = Part.cut("entry", f"{url}#{entry.name}", data)
        yield Ref(f"{file_key(url)}#{entry.name}", part.url, version=part.sha256, found=(part,))
    for name, reason in catalogue.faulty:
        yield Ref(f"{file_key(url)}#{name}", f"{url}#{name}", f"the data source {name!r} {reason}")
