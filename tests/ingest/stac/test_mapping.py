"""STAC objects as triples, and back to JSON, equal field for field."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from pyoxigraph import NamedNode, Store

from leap_kg.ingest.formats.jsonvalue import canonical
from leap_kg.ingest.source import Listing, Mapped, Part, RawRecord, RecordUnusable
from leap_kg.ingest.stac.document import stac_json
from leap_kg.ingest.stac.naming import stac_iri
from leap_kg.ingest.stac.source import StacConfig
from leap_kg.ontology.namespaces import DCAT, DCT, FOAF, ONTOLOGY_PATH, PROV, RDF, SCHEMA, STAC, Namespace
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.ingest.anyjson import planted
from tests.ingest.formats.test_jsonvalue import finite
from tests.ingest.judged import judge, kinds, values
from tests.ingest.stac.examples import CATALOG, COLLECTION, ITEM, ROOT, STATIC, Served

LEAP = Namespace(BASE + ONTOLOGY_PATH)
URL = f"{ROOT}items/one.json"
NODE = stac_iri(URL, BASE)


def mapped(value: Any, url: str = URL) -> Mapped:
    source = StacConfig(id="stac", kind="stac", title="STAC", catalogs=(ROOT,)).source(Path(), BASE)
    return source.map(RawRecord(url, (Part.cut("stac", url, json.dumps(value).encode()),)))


def stored(value: Any, url: str = URL) -> Store:
    return judge(mapped(value, url))


def one(store: Store, predicate: NamedNode, node: NamedNode = NODE) -> str:
    (value,) = values(store, node, predicate)
    return value


def test_an_item_says_what_it_says() -> None:
    store = stored(ITEM)
    assert values(store, NODE, RDF("type")) == {STAC("Item").value, DCAT("Dataset").value}
    assert one(store, DCT("title")) == "One item"
    assert one(store, DCT("identifier")) == "one"
    assert one(store, DCT("description")) == "What it is."
    assert values(store, NODE, DCAT("keyword")) == {"sea", "ice"}
    assert one(store, DCT("source")) == URL
    assert one(store, DCT("license")) == "https://spdx.org/licenses/CC-BY-4.0"
    assert one(store, DCT("created")) == "2021-01-02T03:04:05Z"
    assert one(store, DCAT("spatialResolutionInMeters")) == "30"
    assert one(store, DCT("bibliographicCitation")) == "Lab (2020). One item."
    assert one(store, DCT("isVersionOf")) == "https://doi.org/10.5061/dryad.s2v81.2"
    assert one(store, SCHEMA("citation")) == "https://doi.org/10.1000/xyz"
    assert one(store, DCAT("inSeries")) == stac_iri(f"{ROOT}c.json", BASE).value
    assert one(store, PROV("wasDerivedFrom")) == stac_iri(f"{ROOT}items/zero.json", BASE).value
    assert one(store, DCT("creator")) == one(store, DCT("publisher")) == f"{BASE}organization/the-lab"
    assert values(store, NODE, FOAF("page")) == {"https://lab.example.org/one"}
    assert one(store, DCAT("bbox"), NamedNode(one(store, DCT("spatial")))) == "POLYGON((1 2,3 2,3 4,1 4,1 2))"
    period = NamedNode(one(store, DCT("temporal")))
    assert one(store, DCAT("startDate"), period) == one(store, DCAT("endDate"), period) == "2020-01-02T03:04:05Z"
    variable = NamedNode(one(store, SCHEMA("variableMeasured")))
    assert one(store, SCHEMA("name"), variable) == "sst"
    assert one(store, SCHEMA("unitText"), variable) == "K"
    assert one(store, LEAP("shape"), variable) == "time=12 lat=180"
    assert one(store, LEAP("chunkShape"), variable) == "time=1 lat=180"
    assert one(store, SCHEMA("propertyID"), variable).endswith("/sea_surface_temperature/")
    assert mapped(ITEM).findings == []


def test_assets_are_the_stores_that_other_sources_know() -> None:
    store = stored(ITEM)
    signed, blob, picture, zarr = sorted(values(store, NODE, DCAT("distribution")), key=lambda iri: (
        "#" not in iri, iri.endswith("zarr"), values(store, NamedNode(iri), DCT("title")) == {"blob"}))  # fmt: skip
    if "signed" not in values(store, NamedNode(signed), DCT("title")):
        signed, blob = blob, signed
    assert zarr == f"{BASE}store/gs/lab/one.zarr"
    assert LEAP("ZarrStore").value in values(store, NamedNode(zarr), RDF("type"))
    assert one(store, DCAT("accessURL"), NamedNode(zarr)) == "https://storage.googleapis.com/lab/one.zarr"
    assert one(store, DCT("title"), NamedNode(zarr)) == "The store"
    assert one(store, LEAP("storageURI"), NamedNode(blob)) == "abfs://container/one.zarr"
    assert "sig" not in one(store, LEAP("storageURI"), NamedNode(signed))
    assert one(store, DCAT("byteSize"), NamedNode(signed)) == "12"
    assert one(store, FOAF("depiction")) == f"{ROOT}items/one.png"
    assert picture.endswith("stac.example.org/items/one.png")


def test_a_collection_is_a_series_and_a_catalogue_a_catalogue() -> None:
    url = f"{ROOT}c.json"
    store, node = stored(COLLECTION, url), stac_iri(url, BASE)
    assert values(store, node, RDF("type")) == {
        t.value for t in (STAC("Collection"), DCAT("Dataset"), DCAT("DatasetSeries"))
    }
    assert one(store, DCT("title"), node) == "c"
    assert one(store, DCT("rights"), node) == "proprietary"
    assert one(store, DCAT("bbox"), NamedNode(one(store, DCT("spatial"), node))).startswith("MULTIPOLYGON")
    period = NamedNode(one(store, DCT("temporal"), node))
    assert values(store, period, DCAT("endDate")) == set()
    assert one(store, DCT("isPartOf"), node) == stac_iri(f"{ROOT}catalog.json", BASE).value
    assert kinds([mapped(COLLECTION, url)]) == ["unknown-licence"]
    store, node = stored(CATALOG, f"{ROOT}catalog.json"), stac_iri(f"{ROOT}catalog.json", BASE)
    assert values(store, node, RDF("type")) == {STAC("Catalog").value, DCAT("Catalog").value}
    assert one(store, DCT("hasPart"), node) == stac_iri(url, BASE).value


@pytest.mark.parametrize(
    ("document", "url"), [(ITEM, URL), (COLLECTION, f"{ROOT}c.json"), (CATALOG, f"{ROOT}catalog.json")]
)
def test_the_document_comes_back_equal(document: dict[str, Any], url: str) -> None:
    store = stored(document, url)
    back = stac_json(store, stac_iri(url, BASE))
    assert back == document
    assert json.dumps(back, sort_keys=True) == json.dumps(document, sort_keys=True)


def test_a_node_that_is_none_of_stac_has_no_document() -> None:
    assert stac_json(Store(), NODE) is None


@settings(max_examples=60)
@given(planted(ITEM))
def test_any_value_anywhere_in_an_item_stops_nothing_and_comes_back(value: Any) -> None:
    _judge_whatever(value)


@settings(max_examples=40)
@given(planted(ITEM))
def test_a_record_that_came_with_its_value_says_what_its_text_says(value: Any) -> None:
    value = finite(value)
    data, before = canonical(value).encode(), copy.deepcopy(value)
    source = StacConfig(id="stac", kind="stac", title="STAC", catalogs=(ROOT,)).source(Path(), BASE)
    found: list[set[object]] = []
    for known in (value, None):
        try:
            found.append(set(source.map(RawRecord(URL, (Part.cut("stac", URL, data, known),))).triples))
        except RecordUnusable as problem:
            found.append({problem.reason})
    assert found[0] == found[1]
    assert json.dumps(value) == json.dumps(before)


@settings(max_examples=40)
@given(planted(COLLECTION))
def test_any_value_anywhere_in_a_collection_stops_nothing_and_comes_back(value: Any) -> None:
    _judge_whatever(value)


def _judge_whatever(value: Any) -> None:
    before = copy.deepcopy(value)
    try:
        record = mapped(value)
    except RecordUnusable:
        return
    store = judge(record)
    assert stac_json(store, record.subject) == finite(value)
    assert json.dumps(value) == json.dumps(before)
    assert mapped(value).triples == record.triples


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"bbox": [0, 91, 1, 92]}, "bad-value"),
        ({"properties": {**ITEM["properties"], "datetime": "yesterday"}}, "bad-value"),
        ({"properties": {**ITEM["properties"], "license": "of my own"}, "links": []}, "unknown-licence"),
        ({"properties": {**ITEM["properties"], "providers": [{"name": "L", "roles": ["guru"]}]}}, "unknown-role"),
        ({"properties": {**ITEM["properties"], "providers": [{"roles": ["host"]}]}}, "bad-value"),
        ({"properties": {**ITEM["properties"], "sci:doi": "ten"}}, "bad-identifier"),
        ({"assets": {"a": {"title": "no address"}}}, "bad-store-url"),
    ],
)
def test_what_is_wrong_is_a_finding_and_the_rest_is_mapped(change: dict[str, Any], kind: str) -> None:
    record = mapped({**ITEM, **change})
    assert kinds([record]) == [kind]
    assert values(judge(record), NODE, DCT("title")) == {"One item"}


def test_numbers_that_json_does_not_have_are_a_finding() -> None:
    assert kinds([mapped({**ITEM, "weird": float("nan")})]) == ["bad-value"]


@pytest.mark.parametrize("value", [1, [], {}, {"type": "Polygon"}, {"id": "x"}, {"features": []}])
def test_what_is_no_object_of_stac_is_refused(value: Any) -> None:
    with pytest.raises(RecordUnusable, match="STAC"):
        mapped(value)


def test_everything_that_is_listed_is_mapped_from_what_was_listed() -> None:
    fetcher = Served(STATIC)
    config = StacConfig(id="stac", kind="stac", title="STAC", catalogs=(f"{ROOT}catalog.json",))
    source = config.source(Path(), BASE)
    records = [source.map(source.fetch(ref, fetcher)) for ref in source.enumerate(Listing(fetcher))]
    assert len(fetcher.asked) == len(records) == 3
    store = judge(*records)
    assert {stac_json(store, record.subject)["id"] for record in records} == {"root", "c", "one"}  # type: ignore[index]


def test_names_of_control_characters_stop_nothing() -> None:
    cube = {**ITEM["properties"], "title": "", "cube:variables": {"\x1b": {}}}
    asset = {"\x1b": {"href": "https://lab.example.org/a"}}
    record = mapped({**ITEM, "id": "\x1b", "properties": cube, "assets": asset})
    assert next(iter(values(judge(record), NODE, DCT("title")))).startswith("unnamed ")
