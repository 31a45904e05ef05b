"""The example platform on a real server, with datasets beside it whose stores lie on a web server of this machine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from examples.platform.build import build
from leap_kg.client.graph import Client
from leap_kg.graph.home import Home
from leap_kg.graph.publish import Writer
from leap_kg.ingest.fetch import CachedFetcher, Limits
from leap_kg.ingest.mirror import MirrorFetcher, read_mirror
from leap_kg.ingest.runs.rounds import harvest_round
from leap_kg.ingest.sources import read_sources
from leap_kg.links.mining import mine
from leap_kg.links.readers import READERS
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.client.files import served, write_icechunk, write_references, write_stores
from tests.web.platform import followed, publish, triples
from tests.web.server import Server, running

HOSTILE = '<script>alert("x")</script>'
# What harvesting finds in a store whose metadata are not consolidated.
_NAMES = {"sst": "time=12 lat=4 lon=5", "time": "time=12", "lat": "lat=4", "lon": "lon=5"}
_NAMED = (
    "schema:variableMeasured " + " , ".join(f"<BASEstore/loopback/named#variable-{name}>" for name in _NAMES) + " ;"
)
# Name, address below the web server (or elsewhere), format, and what else is said of the store.
_STORES = (
    ("v2", "v2.zarr", "zarr", ""),
    ("v3", "v3.zarr", "zarr", ""),
    ("scattered", "scattered.zarr", "zarr", ""),
    ("named", "scattered.zarr", "zarr", _NAMED),
    ("references", "references.json", "kerchunk", ""),
    ("stealing", "stealing.json", "kerchunk", ""),
    ("private", "private/secret.zarr", "zarr", 'adms:status <BASEstatus/refused> ; dct:date "2026-02-03"^^xsd:date ;'),
    ("gone", "gone.zarr", "zarr", ""),
    ("netcdf", "field.nc", "netcdf", ""),
    ("removed", "removed.nc", "netcdf", ""),
    ("nowhere", "https://data.invalid/field.zarr", "zarr", ""),
    ("nowhere-netcdf", "https://data.invalid/field.nc", "netcdf", ""),
    ("closed-netcdf", "http://127.0.0.1:1/field.nc", "netcdf", ""),
    ("disguised", "disguised", "zarr", ""),
    ("metadata", "http://169.254.169.254/latest/meta-data", "zarr", ""),
    ("chained", "simplecache::file:///etc/hostname", "zarr", ""),
    ("other", "az://container/other.zarr", "zarr", ""),
    ("needs-gcs", "gs://bucket/needs.zarr", "zarr", ""),
)


def _loopback(address: str, folder: Path, title: str) -> str:
    """Datasets of one store each, as Turtle."""
    stores = [*_STORES, ("icechunk", (folder / "repository").as_uri(), "icechunk", "")]
    text = "@prefix adms: <http://www.w3.org/ns/adms#> .\n"
    for name, place, form, more in stores:
        uri = place if ":" in place else f"{address}/{place}"
        text += f"""
<BASEdataset/loopback/{name}> a dcat:Dataset ; dct:title "Loopback {name}" ; dct:source <https://example.org/l> ;
    dcat:distribution <BASEstore/loopback/{name}> .
<BASEstore/loopback/{name}> a dcat:Distribution , leap:ZarrStore ; dct:title "{name}" ; dct:identifier "{name}" ; {more}
    leap:storageURI "{uri}"^^xsd:anyURI ; dct:format <BASEformat/{form}> ;
    leap:openKwargs "{{\\"engine\\": \\"zarr\\"}}" .
"""
    text += """@prefix sh: <http://www.w3.org/ns/shacl#> .
<BASEstore/loopback/named#finding-1> a sh:ValidationResult ; sh:focusNode <BASEstore/loopback/named> ;
    dct:type <BASEfinding-kind/not-consolidated> ; sh:resultSeverity sh:Info ;
    sh:resultMessage "the metadata are not consolidated" ; leap:fixHint "Run zarr.consolidate_metadata on the store." .
"""
    for name, shape in _NAMES.items():
        node = f"<BASEstore/loopback/named#variable-{name}>"
        text += f'{node} a leap:Variable ; schema:name "{name}" ; leap:shape "{shape}" .\n'
    return (
        text
        + f"""
<BASEdataset/loopback/changing> a dcat:Dataset ; dct:title "{title}" ; dct:source <https://example.org/l> .
<BASEdataset/loopback/hostile> a dcat:Dataset ; dct:title "<script>alert(\\"x\\")</script>" ;
    dct:description "</td><img src=x onerror=alert(1)>\\u202e" ; dct:source <https://example.org/l> ;
    dct:creator <BASEorganization/hostile> ; dcat:keyword "\\" onmouseover=\\"alert(1)" ;
    dcat:distribution <BASEstore/loopback/hostile> .
<BASEorganization/hostile> a org:Organization ; foaf:name "}} \\\\input{{/etc/passwd}} & <b>" .
<BASEstore/loopback/hostile> a dcat:Distribution ; dct:title "';import os;'" ; dct:identifier "a<b>c" ;
    leap:storageURI "file:///tmp/x';import%20os;'.zarr"^^xsd:anyURI ;
    leap:openKwargs "{{\\"group\\": \\"'''\\", \\"evil=1)#\\": 1}}" .
"""
    )


@pytest.fixture(scope="session")
def store_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The stores."""
    folder = tmp_path_factory.mktemp("stores")
    write_stores(folder)
    write_icechunk(folder)
    return folder


@pytest.fixture(scope="session")
def store_server(store_folder: Path) -> Iterator[str]:
    """The address of the web server of the stores."""
    with served(store_folder) as address:
        write_references(store_folder, address)
        yield address


@pytest.fixture(scope="session")
def example_home(tmp_path_factory: pytest.TempPathFactory, store_server: str, store_folder: Path) -> Home:
    """The example platform as its README has it, and the datasets on loopback, published twice."""
    platform = build(tmp_path_factory.mktemp("platform") / "example")
    home = Home(tmp_path_factory.mktemp("home") / "kg")
    fetcher = CachedFetcher(MirrorFetcher(read_mirror(platform / "mirror.yaml"), Limits()))
    sources = read_sources(platform / "sources.yaml", BASE)
    for _ in harvest_round(home, BASE, sources, fetcher, progress=lambda source: lambda done, total, key: None):
        pass
    mine(home, BASE, READERS)
    with Writer(home, BASE) as writer:
        for number, title in enumerate(("The old title", "The new title"), start=1):
            publish(writer, "loopback", "Loopback", triples(_loopback(store_server, store_folder, title)), number)
    return followed(home)


@pytest.fixture(scope="session")
def kg_server(example_home: Home) -> Iterator[Server]:
    """The server of that home."""
    with running(example_home.path, {"LEAP_KG_QUERY_ROWS": "20000"}) as started:
        yield started


@pytest.fixture(scope="session")
def kg(kg_server: Server) -> Client:
    """A client of that server."""
    return Client(kg_server.origin)
