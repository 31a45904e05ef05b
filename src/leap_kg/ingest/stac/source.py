"""The source itself: the walk gives the records, each with its document, so nothing more is fetched."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import Field

from leap_kg.ingest.configuration import SourceConfig
from leap_kg.ingest.fetch import Ask, Fetcher
from leap_kg.ingest.formats.jsonvalue import Json, canonical, read_value
from leap_kg.ingest.formats.reading import File, Reading
from leap_kg.ingest.mapping.finding import Severity
from leap_kg.ingest.mapping.statements import Statements
from leap_kg.ingest.source import Listing, Mapped, Part, RawRecord, RecordUnusable, Ref, Source
from leap_kg.ingest.stac.mapping import map_object
from leap_kg.ingest.stac.naming import linked_iri
from leap_kg.ingest.stac.walk import ACCEPT, Walk
from leap_kg.ontology.namespaces import DCAT


class StacCatalogs(Source):
    """Everything that the documents at `roots` lead to; a record's key is the address of its object."""

    def __init__(
        self,
        id: str,  # noqa: A002
        title: str,
        roots: tuple[str, ...],
        follow: bool,
        items: bool,
        page_size: int,
        max_objects: int,
        stale_after: timedelta,
        base: str,
    ) -> None:
        self.id = id
        self.title = title
        self.origin = roots[0]
        self.stale_after = stale_after
        self._roots = roots
        self._follow = follow
        self._items = items
        self._page_size = page_size
        self._max_objects = max_objects
        self._base = base

    def enumerate(self, listing: Listing) -> Iterator[Ref]:
        """All catalogues, collections and items, as they are walked to."""
        return Walk(listing, self._roots, self._follow, self._items, self._page_size, self._max_objects).refs()

    def fetch(self, ref: Ref, fetcher: Fetcher) -> RawRecord:
        """What the listing brought; the document anew where it brought none."""
        if ref.found:
            return RawRecord(ref.key, ref.found)
        return RawRecord(ref.key, (Part.of("stac", fetcher.fetch(Ask(ref.url, ACCEPT))),))

    def map(self, record: RawRecord) -> Mapped:
        """The object, its extent, assets, variables, parties and licence, and its document."""
        document = record.part("stac")
        if document is None:
            raise RecordUnusable("the stored record lacks its document; harvest it again", record.key)
        content = (
            Json(document.value, 0) if document.value is not None else read_value(document.data, what=document.url)
        )
        reading, say = Reading({}, File(document.url)), Statements()
        if content.gaps or record.part("gaps") is not None:
            hint = "Leave out what has no value, or write null."
            message = "the document holds NaN or Infinity, which JSON does not have; they were read as null"
            reading.report("bad-value", Severity.WARNING, message, hint)
        node = None
        if isinstance(content.value, dict):
            text = document.data.decode() if document.value is not None else canonical(content.value)
            node = map_object(content.value, text, record.key, reading, say, self._base)
            home = record.part("collection")
            if node is not None and home is not None:
                say.link(node, DCAT("inSeries"), linked_iri(home.data.decode(), self._base))
        if node is None:
            reason = "the document is no STAC catalogue, collection or item: mend or remove the link"
            raise RecordUnusable(reason, document.url)
        return Mapped(record.key, node, say.triples(), list(reading.findings))


class StacConfig(SourceConfig):
    """`catalogs`: addresses of catalogues, collections, items, files of items or APIs.

    `follow: false` takes these documents and none that they link to; `items: false` leaves out the items of APIs;
    `page_size` is how many are asked for at a time; after `max_objects` the walk ends.
    """

    catalogs: Annotated[tuple[str, ...], Field(min_length=1, max_length=1000)]
    follow: bool = True
    items: bool = True
    page_size: Annotated[int, Field(ge=1, le=10_000)] = 200
    max_objects: Annotated[int, Field(ge=1, le=10_000_000)] = 1_000_000

    def source(self, folder: Path, base: str) -> Source:
        """The source."""
        return StacCatalogs(
            id=self.id,
            title=self.title,
            roots=self.catalogs,
            follow=self.follow,
            items=self.items,
            page_size=self.page_size,
            max_objects=self.max_objects,
            stale_after=self.stale_after,
            base=base,
        )
