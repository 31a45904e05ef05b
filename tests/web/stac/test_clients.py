"""Clients that others wrote, against a real server: the validator of the STAC API and pystac-client."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.stac import made
from tests.web.server import Server

VALIDATOR = Path(__file__).parents[3] / "../shared/tools/stac_validate_offline.py"
SQUARE = {"type": "Polygon", "coordinates": [[[-80, -60], [80, -60], [80, 60], [-80, 60], [-80, -60]]]}


@pytest.mark.all
@pytest.mark.skipif(not VALIDATOR.is_file(), reason="the validator with its schemas is not beside the project")
def test_the_validator_finds_nothing_wrong(items_server: Server) -> None:
    classes = ("core", "collections", "features", "item-search", "filter")
    command = [sys.executable, str(VALIDATOR), "--root-url", f"{items_server.origin}/stac/"]
    command += [word for name in classes for word in ("--conformance", name)]
    command += ["--collection", "calm", "--geometry", json.dumps(SQUARE)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    # It ends with 0 also where it fell over, and prints its faults among warnings.
    assert "Errors: none" in ran.stdout + ran.stderr, (ran.stdout + ran.stderr)[-3000:]


def test_pystac_client_finds_and_pages(stac_server: Server) -> None:
    pystac_client = pytest.importorskip("pystac_client", reason="pystac-client is not installed")
    catalogue = pystac_client.Client.open(f"{stac_server.origin}/stac")
    search = catalogue.search(bbox=[-90, -45, 90, 45], datetime="2000-01-01/2010-12-31", limit=7)
    found = list(search.items())
    expected = {
        item["id"]
        for item in made.items()
        if made.meets(item, [-90, -45, 90, 45]) and made.period(item)[0] < "2011" and made.period(item)[1] >= "2000"
    }
    assert {item.id for item in found} == expected
    assert len(found) == search.matched() == len(expected) > 7
    assert {each.id for each in catalogue.get_collections()} >= set(made.COLLECTIONS)
    one = catalogue.get_collection("rough")
    assert {item.id for item in one.get_items()} == {i["id"] for i in made.items() if i["collection"] == "rough"}
    filtered = catalogue.search(filter="gsd < 3 AND word LIKE 's%'", filter_lang="cql2-text", sortby="-gsd")
    assert filtered.matched() == sum(
        i["properties"]["gsd"] < 3 and i["properties"]["word"].startswith("s") for i in made.items()
    )
    assert [item.properties["gsd"] for item in filtered.items()] == sorted(
        (item.properties["gsd"] for item in filtered.items()), reverse=True
    )
    collections = catalogue.collection_search(q="rough")
    assert [each.id for each in collections.collections()] == ["rough"]
