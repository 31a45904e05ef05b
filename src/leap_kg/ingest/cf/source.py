"""Source `cf`: the CF standard name table, one request for all names."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from leap_kg.ingest.cf.mapping import map_name, map_table
from leap_kg.ingest.cf.table import Element, read_element, read_table
from leap_kg.ingest.configuration import SourceConfig
from leap_kg.ingest.fetch import Fetcher
from leap_kg.ingest.formats.reading import File, Reading
from leap_kg.ingest.mapping.keeping import kept
from leap_kg.ingest.mapping.statements import Statements
from leap_kg.ingest.source import Listing, Mapped, Part, RawRecord, RecordUnusable, Ref, Source
from leap_kg.ontology.iri import iri_text

TABLE = "https://cfconventions.org/Data/cf-standard-names/current/src/cf-standard-name-table.xml"

_ABOUT = "the table itself"
"""The key of the record that says what the table is; no name has blanks and is no name at once."""


class StandardNames(Source):
    """The names of the table at `table`; a record's key is the name."""

    def __init__(self, id: str, title: str, table: str, stale_after: timedelta, base: str) -> None:  # noqa: A002
        self.id = id
        self.title = title
        self.origin = self._table = table
        self.stale_after = stale_after
        self._base = base

    def enumerate(self, listing: Listing) -> Iterator[Ref]:
        """All names, each with its own bytes of the table; an element without a name is a dead letter."""
        body = listing.fetcher.fetch(self._table)
        records: dict[str, list[Element]] = {}
        for number, element in enumerate(read_table(body.data, body.url), start=1):
            if not element.is_name:
                records.setdefault(_ABOUT, []).append(element)
            elif element.id.strip():
                records.setdefault(element.id, []).append(element)
            else:
                problem = f"line {element.line} of the table has an <{element.tag}> without an id: give it one"
                yield Ref(f"element {number} of the table", body.url, problem)
        for key, elements in records.items():
            parts = tuple(Part.cut("element", body.url, element.data) for element in elements)
            yield Ref(key, body.url, version="+".join(part.sha256 for part in parts), found=parts)

    def fetch(self, ref: Ref, fetcher: Fetcher) -> RawRecord:
        """What the listing brought; the network is not used."""
        return RawRecord(ref.key, ref.found)

    def map(self, record: RawRecord) -> Mapped:
        """The name as a concept, or the table as a concept scheme."""
        if not record.parts:
            raise RecordUnusable("the stored record is empty; harvest it again", record.key)
        url = record.parts[0].url
        elements = [read_element(part.data, part.url) for part in record.parts]
        reading, say = Reading({}, File(url)), Statements()
        if record.key == _ABOUT:
            subject = map_table(elements, iri_text(url) or "", say, reading)
        else:
            subject = map_name(elements, say, reading, self._base)
        say.extend(kept(subject, reading, self._base))
        return Mapped(record.key, subject, say.triples(), list(reading.findings))


class CfConfig(SourceConfig):
    """`table`: the address of the table's XML; the current one by default."""

    table: str = TABLE
    stale_after_days: float = 90

    def source(self, folder: Path, base: str) -> Source:
        """The source."""
        return StandardNames(self.id, self.title, self.table, self.stale_after, base)
