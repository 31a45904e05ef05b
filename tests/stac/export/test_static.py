"""The static catalogue, read by pystac."""

import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pystac
import pytest
from pystac.validation import validate_dict

from leap_kg.stac.export.contents import Contents
from leap_kg.stac.export.static import CATALOG, Static
from tests.stac import made
from tests.stac.export import lab

LAKE = "dataset-leap-test-lake"


@pytest.fixture(scope="module")
def written(contents: Contents, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The catalogue with relative links, moved after it was written."""
    first = tmp_path_factory.mktemp("static") / "first"
    first.mkdir()
    static = Static(contents, first)
    static.write()
    assert (static.collections, static.items) == (5, made.NUMBER + len(lab.odd_items()))
    return first.rename(first.with_name("moved"))


def documents(folder: Path) -> dict[Path, dict[str, Any]]:
    """All files below a folder."""
    return {path: json.loads(path.read_text()) for path in sorted(folder.rglob("*.json"))}


def test_pystac_walks_through_all_of_it(written: Path) -> None:
    catalogue = pystac.Catalog.from_file(str(written / CATALOG))
    found = {each.id: each for each in catalogue.get_children()}
    assert set(found) == {*made.COLLECTIONS, lab.ODD, LAKE}
    items = list(catalogue.get_items(recursive=True))
    assert sorted(item.id for item in items) == sorted(i["id"] for i in [*made.items(), *lab.odd_items()])
    assert {item.id for item in found["calm"].get_items()} == {
        item["id"] for item in made.items() if item["collection"] == "calm"
    }
    assert {item.id for item in found[lab.ODD].get_items()} == set(lab.ODD_IDS)
    assert [item.id for item in catalogue.get_items()] == ["stray"]
    for item in items:
        assert item.get_root() is catalogue
        collection = item.get_collection()
        assert (collection.id if collection else None) == item.collection_id
    assert catalogue.full_copy().title == lab.NAME


def test_items_and_collections_are_what_the_catalogue_has(written: Path) -> None:
    found = {value["id"]: value for value in documents(written).values()}
    for item in made.items():
        mine, links = found[item["id"]], {link["rel"] for link in found[item["id"]]["links"]}
        assert links == {"root", "parent", "collection", "via"}
        assert {**mine, "links": 0, "assets": 0} == {**item, "links": 0, "assets": 0}
    calm = made.collection("calm")
    assert {**found["calm"], "links": 0} == {**calm, "links": 0}
    lake = found[LAKE]
    assert set(lake["assets"]) == {"water", "file", "lake.tif", "env.zarr", "func.zarr"}
    # What is a file of NetCDF is not opened as Zarr, whatever its record says.
    assert lake["assets"]["file"]["xarray:open_kwargs"] == {"engine": "h5netcdf"}
    assert lake["assets"]["file"]["type"] == "application/x-netcdf"
    pages = [link["href"] for link in lake["links"] if link["rel"] == "about"]
    assert pages == ["https://w3id.org/leap-kg/dataset/leap-test/lake"]
    assert "collection" not in found["stray"]


def test_documents_are_valid(written: Path) -> None:
    found = documents(written)
    items = [path for path, value in found.items() if value["type"] == "Feature"]
    for path, value in found.items():
        if value["type"] == "Feature":
            # The schema knows no resolution of nothing, and the made-up items have it.
            value["properties"]["gsd"] = 1
        if path not in items or path in items[::60]:
            assert validate_dict(value, extensions=[]), path


def test_every_document_leads_only_to_what_is_there(written: Path) -> None:
    for path, value in documents(written).items():
        assert "self" not in {link["rel"] for link in value["links"]}
        for link in value["links"]:
            if "://" not in link["href"]:
                target = (path.parent / link["href"]).resolve()
                assert target.is_file(), link
                assert target.is_relative_to(written.resolve())


def test_names_of_files_are_plain_whatever_the_ids(written: Path) -> None:
    names = {path.name for path in (written / lab.ODD / "items").iterdir()}
    assert len({name.lower() for name in names}) == len(lab.ODD_IDS)
    assert all(name.isascii() and len(name) < 160 for name in names)
    assert "CON.json" not in names


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """A web server of a folder."""
    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path))
    handler.log_message = lambda *_: None  # type: ignore[attr-defined]
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_with_a_root_links_are_absolute_and_work_there(contents: Contents, tmp_path: Path, site: str) -> None:
    (tmp_path / "stac").mkdir()
    Static(contents, tmp_path / "stac", f"{site}/stac/{CATALOG}").write()
    for path, value in documents(tmp_path / "stac").items():
        links = {link["rel"]: link["href"] for link in value["links"]}
        assert links["self"] == f"{site}/{path.relative_to(tmp_path).as_posix()}"
        assert all("://" in link["href"] for link in value["links"])
    catalogue = pystac.Catalog.from_file(f"{site}/stac/{CATALOG}")
    odd = catalogue.get_child(lab.ODD)
    assert odd is not None
    assert {item.id for item in odd.get_items()} == set(lab.ODD_IDS)
    assert [item.id for item in catalogue.get_items()] == ["stray"]
