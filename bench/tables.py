"""Tables of stores: how fast the rows of a CMIP6 catalogue become triples, against pandas and rdflib by hand.

The other way reads the table with pandas and says the same of each row in an rdflib graph; it makes no findings, keeps
no row as a record and tells no two spellings of an address for one store.
"""

import gzip
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pandas as pd
import rdflib
from rdflib import DCAT, DCTERMS, RDF, SDO, XSD

from bench.measure import Comparison, compare
from leap_kg.ingest.esm.source import EsmConfig
from leap_kg.ingest.fetch import Ask, Body, Fetcher
from leap_kg.ingest.source import Listing
from leap_kg.settings import DEFAULT_BASE

_ROWS = 10_000
_URL = "https://example.org/table.csv.gz"
_FACETS = (
    "activity_id",
    "institution_id",
    "source_id",
    "experiment_id",
    "member_id",
    "table_id",
    "variable_id",
    "grid_label",
)
_LEAP = rdflib.Namespace(DEFAULT_BASE + "ontology#")


class _Served(Fetcher):
    """One table, from memory."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def fetch(self, ask: Ask | str) -> Body:
        url = Ask.of(ask).url
        return Body.of(url, url, self._data, None)


def comparisons(folder: Path) -> Iterator[Comparison]:
    """The mapping of one table, listing included; nothing is published."""
    data = _table()
    source = EsmConfig(id="table", kind="esm", title="Table", collection=_URL).source(folder, DEFAULT_BASE)
    fetcher = _Served(data)

    def ours() -> int:
        return sum(len(source.map(source.fetch(ref, fetcher)).triples) for ref in source.enumerate(Listing(fetcher)))

    said, by_hand = ours(), _by_hand(data)
    if abs(said - by_hand) > said / 10:
        raise AssertionError(f"the two ways say different things: {said} and {by_hand} triples")
    found = compare(f"{_ROWS:,} rows of a table mapped", ours, "pandas and rdflib", lambda: _by_hand(data), runs=3)
    print(f"tables: {_ROWS / found.ours:,.0f} rows a second")
    yield found


def _table() -> bytes:
    lines = [",".join((*_FACETS, "zstore", "dcpp_init_year", "version"))]
    for number in range(_ROWS):
        facets = ("CMIP", f"I{number % 30}", f"M{number % 60}", f"e{number % 20}", f"r{number % 50}i1p1f1",
                  f"T{number % 10}", f"v{number % 300}", "gn")  # fmt: skip
        lines.append(",".join((*facets, f"gs://cmip6/{'/'.join(facets)}/{number}/", "", "20190726")))
    return gzip.compress("\n".join(lines).encode())


def _by_hand(data: bytes) -> int:
    graph, table = rdflib.Graph(), rdflib.URIRef(DEFAULT_BASE + "dataset/table")
    for row in pd.read_csv(BytesIO(data), compression="gzip").to_dict("records"):
        address = row["zstore"].rstrip("/")
        store = rdflib.URIRef(DEFAULT_BASE + "store/gs/" + address.removeprefix("gs://"))
        name = f"CMIP6.{'.'.join(row[facet] for facet in _FACETS)}.v{row['version']}"
        graph.add((store, RDF.type, DCAT.Distribution))
        graph.add((store, RDF.type, _LEAP.ZarrStore))
        graph.add((store, DCTERMS.format, rdflib.URIRef(DEFAULT_BASE + "format/zarr")))
        graph.add((store, DCTERMS.title, rdflib.Literal(name)))
        graph.add((store, DCTERMS.identifier, rdflib.Literal(name)))
        graph.add((store, _LEAP.storageURI, rdflib.Literal(address, datatype=XSD.anyURI)))
        graph.add((store, DCAT.accessURL, rdflib.URIRef(address.replace("gs://", "https://storage.googleapis.com/"))))
        graph.add((store, SDO.version, rdflib.Literal(f"v{row['version']}")))
        graph.add((store, SDO.creativeWorkStatus, rdflib.URIRef(DEFAULT_BASE + "state/ingested")))
        graph.add((table, DCAT.distribution, store))
        for facet in _FACETS:
            graph.add((store, DCTERMS.subject, rdflib.URIRef(f"{DEFAULT_BASE}facet/cmip6/{facet}/{row[facet]}")))
    return len(graph)
