"""Data by an address as a client gets it: from a real server, which starts a process for each request."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import xarray as xr
from pyoxigraph import NamedNode

from leap_kg.graph.publish import Writer
from leap_kg.ingest.mapping.statements import ANY_URI, Statements
from leap_kg.ingest.mapping.variables import Variable, say_variable
from leap_kg.ontology.identifiers import Location, storage
from leap_kg.ontology.namespaces import DCAT, DCT, ONTOLOGY_PATH, Namespace
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.web.data.stores import globe, saved
from tests.web.platform import fill, followed, publish
from tests.web.server import Server, running

LEAP = Namespace(BASE + ONTOLOGY_PATH)
FAR = "gs://leap-far/called/data"
pytestmark = pytest.mark.all


def node_of(address: str) -> NamedNode:
    location = storage.parse(address)
    assert isinstance(location, Location)
    return NamedNode(f"{BASE}store/{location.slug}")


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that is open to visitors with a good store and one that unpacks to gigabytes, beside one that is not."""
    folder = tmp_path_factory.mktemp("data") / "open"
    folder.mkdir()
    saved(folder / "globe.zarr")
    saved(folder.parent / "closed.zarr")
    bomb = saved(folder / "bomb.zarr", compressors=[])
    document = json.loads((bomb / "warmth" / "zarr.json").read_text())
    document["codecs"] = [{"name": "bytes", "configuration": {"endian": "little"}}, {"name": "gzip"}]
    document["codecs"][1]["configuration"] = {"level": 1}
    (bomb / "warmth" / "zarr.json").write_text(json.dumps(document))
    (bomb / "warmth" / "c" / "0" / "0" / "0" / "0").write_bytes(gzip.compress(bytes(2**26), 1) * 40)
    return folder


@pytest.fixture(scope="module")
def server(stores: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    say = Statements()
    for uri in (
        *(path.as_uri() for path in (*stores.iterdir(), stores.parent / "closed.zarr")),
        "gs://leap-far/far.zarr",
        FAR,
    ):
        node = say.type(node_of(uri), DCAT("Distribution"), LEAP("ZarrStore"))
        say.text(node, DCT("title"), uri.rpartition("/")[2])
        say.text(node, LEAP("storageURI"), uri, ANY_URI)
        dimensions = ("time", "depth", "lat", "lon")
        say_variable(node, Variable(name="warmth", dimensions=dimensions, shape=(6, 2, 9, 20)), say, BASE)
        say_variable(node, Variable(name="lat", dimensions=("lat",), shape=(9,)), say, BASE)

    def more(writer: Writer) -> None:
        publish(writer, "stores", "Stores", say.triples(), 5)

    home = followed(fill(tmp_path_factory.mktemp("home") / "kg", more))
    settings = {"PLACES": f"{stores.as_uri()}/", "SECONDS": "60", "BYTES": str(2**24)}
    with running(home.path, {f"LEAP_KG_DATA_{name}": value for name, value in settings.items()}) as started:
        yield started


def path_of(store: Path) -> str:
    return "/" + node_of(store.as_uri()).value.removeprefix(BASE)


def test_an_address_gives_the_values_as_csv_and_netcdf(server: Server, stores: Path, tmp_path: Path) -> None:
    path = path_of(stores / "globe.zarr")
    found = server.get(f"{path}/series.csv?variable=warmth&lat=80&lon=18&depth=0&datetime=2024-02", "*/*")
    assert (found.status_code, found.headers["Content-Type"]) == (200, "text/csv; charset=utf-8")
    assert found.headers["Content-Disposition"] == 'attachment; filename="globe.zarr-warmth.csv"'
    wanted = globe()["warmth"].isel(time=slice(0, 3), depth=0, lat=0, lon=1).values.tolist()
    assert [float(line.rpartition(",")[2]) for line in found.text.splitlines()[1:]] == wanted
    file = tmp_path / "out.nc"
    file.write_bytes(server.get(f"{path}/subset.nc?variable=warmth&bbox=0,0,20,90", "*/*").content)
    with xr.open_dataset(file, engine="h5netcdf") as data:
        assert dict(data.sizes) == {"time": 6, "depth": 2, "lat": 5, "lon": 2}
        assert data.attrs["history"].partition(" by ")[2].startswith(f"{server.origin}{path}/subset.nc?variable=warmth")


def test_who_asks_for_a_page_gets_the_reason_as_one(server: Server, stores: Path) -> None:
    path = path_of(stores / "globe.zarr")
    found = server.get(f"{path}/series.csv?variable=warmth")
    assert found.status_code == 400
    assert "a series is that of a point; give lat and lon" in found.text
    assert f'href="{path}/data"' in found.text


def test_a_store_that_unpacks_to_gigabytes_ends_its_process_and_nothing_else(server: Server, stores: Path) -> None:
    found = server.get(f"{path_of(stores / 'bomb.zarr')}/subset.csv?variable=warmth&datetime=2024-02-27", "*/*")
    assert found.status_code == 502
    assert "its metadata say" in found.text
    good = server.get(f"{path_of(stores / 'globe.zarr')}/series.csv?variable=warmth&lat=0&lon=0", "*/*")
    assert good.status_code == 200


@pytest.mark.parametrize("which", ["closed", "far"])
def test_stores_elsewhere_are_not_opened(server: Server, stores: Path, which: str) -> None:
    closed = path_of(stores.parent / "closed.zarr") if which == "closed" else "/store/gs/leap-far/far.zarr"
    found = server.get(f"{closed}/subset.csv?variable=warmth", "*/*")
    assert found.status_code == 403
    assert "does not open this store for visitors" in found.text
    assert "Not open here" in server.get(f"{closed}/data").text
    assert f'href="{closed}/data"' not in server.get(closed).text


def test_the_page_of_an_open_store_leads_to_forms_whose_fields_are_parameters(server: Server, stores: Path) -> None:
    path = path_of(stores / "globe.zarr")
    assert f'href="{path}/data"' in server.get(path).text
    page = server.get(f"{path}/data")
    assert page.status_code == 200
    assert page.text.count('<option value="warmth">') == 2
    assert '<option value="lat">' not in page.text
    for name in ("variable", "lat", "lon", "datetime", "bbox"):
        assert f'name="{name}"' in page.text
    assert f'formaction="{path}/subset.nc"' in page.text


@pytest.mark.parametrize("end", ["data", "series.csv", "subset.nc", "subset.exe"])
def test_what_is_no_store_has_no_data(server: Server, end: str) -> None:
    for path in ("/store/gs/nothing/there", "/dataset/leap-test/alpha"):
        assert server.get(f"{path}/{end}?variable=x").status_code == 404


def test_a_store_that_is_called_data_has_its_own_page(server: Server) -> None:
    page = server.get("/store/gs/leap-far/called/data")
    assert page.status_code == 200
    assert "Where it lies" in page.text
