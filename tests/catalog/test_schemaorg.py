"""Datasets in the words of schema.org: what is said, what is left out, what the shapes of others say of it."""

import json
from dataclasses import replace
from typing import Any

import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.catalog.lacks import lacks
from leap_kg.catalog.record import data_address
from leap_kg.catalog.schemaorg import LONGEST_DESCRIPTION, VOCABULARY, described, schema_org
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.catalog.made import BARE, HOSTILE, NO_SHAPES, PLACE, SHAPES, WHOLE, record_of, violations

FILES = ("soso/googleRequired.ttl", "soso/googleRecommended.ttl", "soso/soso_common_v1.2.3.ttl")

# rdflib's own JSON-LD parser still uses what rdflib deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")


def document(iri: str) -> dict[str, Any]:
    return schema_org(record_of(iri), PLACE)


def graph_of(*documents: dict[str, Any]) -> rdflib.Graph:
    graph = rdflib.Graph()
    graph.parse(data=json.dumps(documents), format="json-ld")
    return graph


def test_a_whole_dataset_says_everything() -> None:
    found = document(WHOLE)
    assert found["url"] == "https://kg.example/dataset/leap-test/whole"
    assert found["alternateName"] == ["WSS", "wss-v2", "leap-test/whole"]
    assert found["license"] == "https://spdx.org/licenses/CC-BY-4.0"
    assert found["identifier"]["value"] == "doi:10.1000/whole"
    assert found["sameAs"] == "https://doi.org/10.1000/whole"
    assert found["creator"][0]["identifier"]["propertyID"] == "ORCID"
    assert found["publisher"] == [
        {
            "@type": "Organization",
            "@id": "https://ror.org/hoverd",
            "name": "Hover",
            "identifier": {
                "@type": "PropertyValue",
                "propertyID": "ROR",
                "value": "https://ror.org/hoverd",
                "url": "https://ror.org/hoverd",
            },
            "url": "https://hover.example/",
        }
    ]
    assert [each["roleName"] for each in found["contributor"]] == ["host"]
    assert found["spatialCoverage"]["geo"]["box"] == "-89.875 -180 90 180"
    assert found["temporalCoverage"] == "1981-09-01/.."
    assert found["isAccessibleForFree"] is True
    assert found["citation"]["url"] == "https://doi.org/10.1000/paper.2"
    assert "On one" in [each["name"] for each in found["subjectOf"]]
    assert found["isBasedOn"] == ["https://example.org/source"]
    assert {each["name"]: each.get("unitText") for each in found["variableMeasured"]} == {"odd": None, "sst": "K"}
    assert found["distribution"] == [
        {
            "@type": "DataDownload",
            "@id": f"{BASE}store/gs/leap-test/whole.zarr",
            "name": "Whole, chunked",
            "contentUrl": "https://storage.googleapis.com/leap-test/whole.zarr",
            "encodingFormat": "application/vnd+zarr",
            "contentSize": "2.0 MB",
            "identifier": "gs://leap-test/whole.zarr",
        },
        {
            "@type": "DataDownload",
            "@id": f"{BASE}store/s3/leap-test/whole.nc",
            "name": "Whole, one file",
            "contentUrl": "s3://leap-test/whole.nc",
            "encodingFormat": "application/x-netcdf",
            "identifier": "s3://leap-test/whole.nc",
        },
    ]


def test_nothing_is_made_up_for_a_bare_one() -> None:
    found = document(BARE)
    assert set(found) == {
        *(
            "@context",
            "@id",
            "@type",
            "name",
            "alternateName",
            "url",
            "identifier",
            "includedInDataCatalog",
            "subjectOf",
        ),
    }
    assert {lack.name for lack in lacks(record_of(BARE), BASE)} == {
        *("description", "creator", "publisher", "datePublished", "keywords", "license", "version", "citation"),
        *("variableMeasured", "spatialCoverage", "temporalCoverage", "isAccessibleForFree", "distribution", "sameAs"),
    }
    assert lacks(record_of(WHOLE), BASE) == []


@pytest.mark.skipif(not SHAPES.is_dir(), reason=NO_SHAPES)
@pytest.mark.parametrize("name", FILES)
def test_the_shapes_of_others_find_nothing_but_what_is_said_to_lack(name: str) -> None:
    data = graph_of(document(WHOLE), document(BARE))
    assert len(list(data.subjects(rdflib.RDF.type, rdflib.URIRef(f"{VOCABULARY}Dataset")))) == 2
    lacking = {lack.name for lack in lacks(record_of(BARE), BASE)}
    found = violations(data, name)
    assert {iri for _, iri, _ in found} == {BARE}
    assert {path for _, _, path in found} <= lacking


def test_what_browsers_may_not_open_is_in_no_address() -> None:
    text = json.dumps(document(HOSTILE))
    for harmful in range(1, 7):
        assert f"javascript:alert({harmful})" not in text
    found = document(HOSTILE)
    assert found["license"] == "]]>"
    assert [each["contentUrl"] for each in found["distribution"]] == ["file:///a%20b"]
    store = record_of(HOSTILE).stores[0]
    for uri in ("javascript:alert(1)", "javascript://%0aalert(1)", "data:text/html,x", "no address"):
        assert data_address(replace(store, uri=uri)) == ""
    assert "spatialCoverage" not in found
    assert "temporalCoverage" not in found


@settings(max_examples=50)
@given(st.text(max_size=200), st.integers(0, 60))
def test_a_description_is_cut_at_a_word_and_never_longer_than_is_read(words: str, times: int) -> None:
    record = replace(record_of_bare, description=(words * times).strip())
    found = described(record)
    assert len(found) <= LONGEST_DESCRIPTION
    assert found == record.description or (found.endswith(" …") and record.description.startswith(found[:-2]))


record_of_bare = record_of(BARE)
