"""LEAP's own catalogue: 42 of its 83 stores are NetCDF files that are said to be Zarr."""

import json
from pathlib import Path

import pytest

from leap_kg.client.snippets import code
from leap_kg.client.stores import Store, plan
from leap_kg.ontology.identifiers import Location, storage

CATALOG = Path(__file__).resolve().parents[3] / "shared/data/leap-catalog"


def test_every_store_of_the_catalogue_has_the_way_that_its_address_tells() -> None:
    files = sorted(CATALOG.glob("**/consolidated-web-catalog.json"))
    if not files:
        pytest.skip("the recorded catalogue is not beside this repository")
    ways: dict[str, int] = {}
    for feedstock in json.loads(files[0].read_text()):
        for entry in feedstock["stores"] or ():
            place = storage.parse(entry["url"])
            assert isinstance(place, Location)
            kwargs = json.dumps(entry.get("xarray_open_kwargs") or {})
            found = plan(
                Store(
                    name=entry["id"],
                    title=entry["name"],
                    format="",
                    uri=place.uri,
                    access="public" if entry["public"] else "private",
                    status="",
                    iri="urn:x",
                    endpoint=place.endpoint or "",
                    web=place.https or "",
                    open_kwargs=kwargs,
                ),
                "https://kg.example.org",
            )
            compile(code(found), entry["id"], "exec")
            ways[found.way] = ways.get(found.way, 0) + 1
    assert ways == {"netcdf": 42, "zarr": 41}
