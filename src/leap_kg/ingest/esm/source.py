"""The source itself: a record for the table, one for each row, and one for each facet with its values.

The table is read as a stream: of a row that was listed nothing stays in memory but its key.
"""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field
from pyoxigraph import NamedNode

from leap_kg.ingest.configuration import SourceConfig
from leap_kg.ingest.esm.collection import Collection, all_rows, asset_columns, bare_table, read_collection
from leap_kg.ingest.esm.facets import RENAMED, concept, say_facet, scheme_name
from leap_kg.ingest.esm.mapping import State, envelope, facets_of, map_row, opened
from leap_kg.ingest.esm.quantities import quantity
from leap_kg.ingest.esm.sharing import Addresses, retracted_by, retracted_finding, shared_finding, store_name
from leap_kg.ingest.fetch import Ask, Fetcher
from leap_kg.ingest.formats.jsonvalue import canonical
from leap_kg.ingest.mapping import dates
from leap_kg.ingest.mapping.statements import Statements
from leap_kg.ingest.source import Listing, Mapped, Part, RawRecord, RecordUnusable, Ref, Source
from leap_kg.ontology.iri import iri_text, mint
from leap_kg.ontology.namespaces import DCAT, DCT, FOAF, SKOS

_ABOUT = "the table itself"
_FACET = "facet "
_SHARED = "rows of "
_MOST_VALUES = 100_000  # of one facet; a column with more is no facet of anything


class EsmTable(Source):
    """The table of the collection at `origin`, all of whose rows are in `state`; a row's key is its store's address."""

    def __init__(
        self,
        id: str,  # noqa: A002
        title: str,
        collection: str,
        state: State,
        table_bytes: int,
        retractions: tuple[str, ...],
        stale_after: timedelta,
        base: str,
    ) -> None:
        self.id = id
        self.title = title
        self.origin: str = collection
        self.stale_after = stale_after
        self._state = state
        self._table_bytes = table_bytes
        self._retractions = retractions
        self._base = base

    def enumerate(self, listing: Listing) -> Iterator[Ref]:
        """The table, each of its rows, each facet that they have, and each store that different instances share."""
        collection, table = self._collection(listing.fetcher, self.origin)
        retracted = self._retracted(listing.fetcher)
        about = canonical({
            "identifier": collection.identifier,
            "title": collection.title,
            "description": collection.description,
            "modified": collection.modified,
            "table": collection.table,
        })  # fmt: skip
        yield _cut(_ABOUT, "collection", self.origin, about.encode())
        asset = scheme = ""
        values: dict[str, dict[str, None]] = {}
        addresses = Addresses()
        url = collection.table or self.origin
        for number, row in enumerate(all_rows(collection, table), start=1):
            if isinstance(row, str):
                yield _cut(f"row {number}", "problem", url, row.encode())
                continue
            if not scheme:
                scheme = scheme_name(collection.identifier, row)
                asset = next((name for name in asset_columns(collection) if name in row), collection.asset)
            form = (
                row.get(collection.form_column, "")
                or collection.form
                or row.get("data_format", "")
                or row.get("format", "")
            )
            for facet, value in facets_of(row, asset).items():
                known = values.setdefault(facet, {})
                if len(known) < _MOST_VALUES:
                    known[value] = None
            address = row.get(asset, "")
            place = retracted.get(store_name(address), "") if retracted else ""
            yield _cut(addresses.key(address, number), "row", url, envelope(row, asset, form, scheme, place))
        vocabularies = {RENAMED.get(name, name): address for name, address in collection.vocabularies.items()}
        for facet, known in sorted(values.items()):
            page = vocabularies.get(facet, "")
            content = {"facet": facet, "scheme": scheme, "vocabulary": page, "values": sorted(known)}
            yield _cut(f"{_FACET}{facet}", "facet", url, canonical(content).encode())
        for address, shared in addresses.shared(all_rows(collection, table), asset):
            told = canonical({"store": store_name(address), "rows": shared})
            yield _cut(f"{_SHARED}{address}", "shared", url, told.encode())

    def fetch(self, ref: Ref, fetcher: Fetcher) -> RawRecord:
        """What the listing brought; the network is not used."""
        return RawRecord(ref.key, ref.found)

    def map(self, record: RawRecord) -> Mapped:
        """A row's store, the table as a dataset, a facet's concepts, or what is wrong with a store of many rows."""
        if not record.parts:
            raise RecordUnusable("the stored record is empty; harvest it again", record.key)
        part = record.parts[0]
        if part.role == "problem":
            raise RecordUnusable(f"{part.data.decode()}: mend the row", part.url)
        value = json.loads(part.data)
        if part.role == "collection":
            return self._table(record.key, value)
        if part.role == "facet":
            say = say_facet(self._base, value["scheme"], value["facet"], value["vocabulary"], value["values"])
            for each in value["values"]:
                member = concept(self._base, value["scheme"], value["facet"], each)
                say.link(member, SKOS("broadMatch"), quantity(value["scheme"], value["facet"], each))
            triples = say.triples()
            subject = triples[0].subject
            return Mapped(record.key, subject if isinstance(subject, NamedNode) else self._dataset, triples, [])
        if part.role == "shared":
            store = NamedNode(f"{self._base}store/{value['store']}")
            return Mapped(record.key, store, [], [shared_finding(value["rows"], iri_text(part.url))])
        row, asset, form, scheme, place = opened(value)
        state: State = "retracted" if place else self._state
        store, say, findings = map_row(row, asset, form, scheme, self._dataset, state, part.url, self._base)
        if place:
            findings.append(retracted_finding(place, iri_text(part.url)))
        return Mapped(record.key, store, say.triples(), findings)

    def _table(self, key: str, value: dict[str, str]) -> Mapped:
        say, dataset = Statements(), self._dataset
        say.type(dataset, DCAT("Dataset"))
        say.text(dataset, DCT("identifier"), value["identifier"])
        say.text(dataset, DCT("title"), value["title"] or self.title)
        say.text(dataset, DCT("description"), value["description"])
        say.link(dataset, DCT("source"), iri_text(self.origin))
        if page := iri_text(value["table"]) if value["table"] else None:
            say.link(dataset, FOAF("page"), say.document(page, "table of stores"))
        modified = dates.parse(value["modified"])
        if modified is not None:
            say.text(dataset, DCT("modified"), modified.text, modified.datatype)
        return Mapped(key, dataset, say.triples(), [])

    @property
    def _dataset(self) -> NamedNode:
        return mint(self._base, "dataset", "esm", self.id)

    def _retracted(self, fetcher: Fetcher) -> dict[str, str]:
        """The stores that other tables retract, by name, each with the place that does."""
        found: dict[str, str] = {}
        for url in self._retractions:
            collection, table = self._collection(fetcher, url)
            named = retracted_by(all_rows(collection, table), asset_columns(collection), collection.table or url)
            found = {**named, **found}
        return found

    def _collection(self, fetcher: Fetcher, url: str) -> tuple[Collection, bytes]:
        """The collection at an address, and the bytes of its table if that is a file."""
        body = fetcher.fetch(Ask(url, body_bytes=self._table_bytes))
        if urlsplit(url).path.lower().endswith((".csv", ".csv.gz")):
            return bare_table(url), body.data
        collection = read_collection(body.data, url)
        if collection.rows is not None:
            return collection, b""
        return collection, fetcher.fetch(Ask(collection.table, body_bytes=self._table_bytes)).data


class EsmConfig(SourceConfig):
    """`collection`: the address of an intake-esm JSON document or of a CSV; `state`: that of everything in it.

    `table_bytes` is the most that the file may have, packed as it is. `retractions` are the addresses of collections
    whose stores were retracted: a row that names one of them is in the state `retracted`.
    """

    collection: Annotated[str, Field(min_length=1)]
    state: State = "ingested"
    table_bytes: Annotated[int, Field(gt=0, le=2**30)] = 256 * 2**20
    retractions: Annotated[tuple[str, ...], Field(max_length=100)] = ()

    def source(self, folder: Path, base: str) -> Source:
        """The source."""
        return EsmTable(
            id=self.id,
            title=self.title,
            collection=self.collection,
            state=self.state,
            table_bytes=self.table_bytes,
            retractions=self.retractions,
            stale_after=self.stale_after,
            base=base,
        )


def _cut(key: str, role: str, url: str, data: bytes) -> Ref:
    part = Part.cut(role, url, data)
    return Ref(key, url, version=part.sha256, found=(part,))
