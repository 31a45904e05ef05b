"""OWSLib, as others use it."""

import pytest

from tests.web.server import Server


@pytest.mark.all
def test_owslib_lists_searches_and_reads_records(stac_server: Server) -> None:
    from owslib.ogcapi.records import Records

    catalogue = Records(f"{stac_server.origin}/records")
    assert catalogue.records() == ["all", "datasets", "stores", "software", "publications"]
    assert any(name.endswith("/conf/record-core") for name in catalogue.conformance()["conformsTo"])
    assert "/collections/{collection}/items" in catalogue.api()["paths"]
    assert catalogue.collection("datasets")["title"] == "Datasets"
    found = catalogue.collection_items("datasets", q="bold", bbox=[170, -10, 180, 10], limit=5)
    assert [each["id"] for each in found["features"]] == ["dataset/leap-test/sea"]
    page = catalogue.collection_items("all", limit=7, offset=7, datetime_="1990-01-01T00:00:00Z/..")
    assert page["numberReturned"] == 7
    one = catalogue.collection_item("datasets", "dataset/leap-test/sea")
    assert one["properties"]["title"] == "Sea of <b>bold</b>"
