"""Source `ror`: the organisations of a dump, all of them or those that the configuration wants.

The registry's API lets strangers ask little; the dump holds everything and is published every month or so. It is a
file of this machine, read where it lies, or an address. Either way it is unpacked organisation by organisation.
"""

import io
import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import IO, Annotated

from pydantic import Field, field_validator

from leap_kg.ingest.configuration import SourceConfig
from leap_kg.ingest.fetch import Ask, Fetcher
from leap_kg.ingest.formats.jsonlist import list_items
from leap_kg.ingest.formats.jsonvalue import read_value
from leap_kg.ingest.formats.reading import File, Reading
from leap_kg.ingest.mapping.keeping import kept
from leap_kg.ingest.mapping.statements import Statements
from leap_kg.ingest.ror.dump import read_dump
from leap_kg.ingest.ror.mapping import map_organisation
from leap_kg.ingest.source import Listing, Mapped, Part, RawRecord, RecordUnusable, Ref, Source
from leap_kg.ontology.identifiers import Refusal, ror
from leap_kg.ontology.iri import mint

SITE = "https://ror.org/"
MAX_PACKED = 512 * 2**20
"""The largest dump that is fetched, in bytes as it is sent; that of 2026 has about 60 MiB."""

_ADDRESS = re.compile(r"https?://", re.IGNORECASE)


class Organisations(Source):
    """The organisations in `dump`, a file or an address; of them only the `wanted` ids, unless there are none.

    A record's key is the nine characters of the identifier, its address the organisation's page.
    """

    def __init__(
        self,
        id: str,  # noqa: A002
        title: str,
        dump: Path | str,
        wanted: Sequence[str],
        stale_after: timedelta,
        base: str,
    ) -> None:
        self.id = id
        self.title = title
        # Where a file lies on this machine is nobody's business.
        self.origin = None if isinstance(dump, Path) else dump
        self._address = self.origin or mint(base, "file", id).value
        self.stale_after = stale_after
        self._dump = dump
        self._wanted = frozenset(wanted)
        self._base = base

    def enumerate(self, listing: Listing) -> Iterator[Ref]:
        """One organisation after the other; a wanted one that is not there is a dead letter.

        Raises `RecordUnusable` or `Unreadable` where the dump cannot be read on.
        """
        missing, url = set(self._wanted), self._address
        with self._open(listing.fetcher) as file:
            for number, data in enumerate(list_items(read_dump(file, url), what=url), start=1):
                if self._wanted and not any(identifier.encode() in data for identifier in self._wanted):
                    continue
                known = _identifier(data, url)
                if isinstance(known, Refusal):
                    yield Ref(f"item {number}", url, f"its id cannot be used ({known.reason}): {known.hint}")
                elif not self._wanted or known.value in self._wanted:
                    missing.discard(known.value)
                    part = Part.cut("organisation", known.iri, data)
                    yield Ref(known.value, known.iri, version=part.sha256, found=(part,))
        for identifier in sorted(missing):
            problem = "is not in the dump: correct the id, or take a newer dump"
            yield Ref(identifier, SITE + identifier, problem)

    def fetch(self, ref: Ref, fetcher: Fetcher) -> RawRecord:
        """What the listing brought; the network is not used."""
        return RawRecord(ref.key, ref.found)

    def _open(self, fetcher: Fetcher) -> IO[bytes]:
        if not isinstance(self._dump, Path):
            return io.BytesIO(fetcher.fetch(Ask(self._dump, body_bytes=MAX_PACKED)).data)
        try:
            return self._dump.open("rb")
        except OSError as error:
            reason = f"{self._dump} cannot be read ({error.strerror}): download a dump from https://doi.org/10.5281/zenodo.6347574"
            raise RecordUnusable(reason, self._address) from None

    def map(self, record: RawRecord) -> Mapped:
        """The organisation."""
        part = record.part("organisation")
        if part is None:
            raise RecordUnusable("the stored record is empty; harvest it again", record.key)
        item = read_value(part.data, what=part.url).value
        if not isinstance(item, dict):
            raise RecordUnusable("is no organisation: take the dump as it was published", part.url)
        reading, say = Reading({}, File(part.url)), Statements()
        subject = map_organisation(item, say, reading, self._base)
        say.extend(kept(subject, reading, self._base))
        return Mapped(record.key, subject, say.triples(), list(reading.findings))


class RorConfig(SourceConfig):
    """`dump`: an address, or a file relative to the sources file; `ids`: the organisations wanted, all for none."""

    dump: str
    ids: Annotated[tuple[str, ...], Field(max_length=10_000)] = ()
    stale_after_days: float = 90

    @field_validator("ids")
    @classmethod
    def _known(cls, ids: tuple[str, ...]) -> tuple[str, ...]:
        found = []
        for text in ids:
            known = ror.parse(text)
            if isinstance(known, Refusal):
                raise ValueError(f"{text!r} cannot be used ({known.reason}): {known.hint}")
            found.append(known.value)
        return tuple(found)

    @property
    def local_files(self) -> tuple[str, ...]:
        """What is read beside the sources file."""
        return () if _ADDRESS.match(self.dump) else (self.dump,)

    def source(self, folder: Path, base: str) -> Source:
        """The source."""
        dump = self.dump if _ADDRESS.match(self.dump) else folder / self.dump
        return Organisations(self.id, self.title, dump, self.ids, self.stale_after, base)


def _identifier(data: bytes, what: str) -> ror.Ror | Refusal:
    item = read_value(data, what=what).value
    identifier = item.get("id") if isinstance(item, dict) else None
    return ror.parse(identifier if isinstance(identifier, str) else "")
