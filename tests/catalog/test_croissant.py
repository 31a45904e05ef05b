"""Datasets as Croissant: what the reference implementation says of them."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.catalog.croissant import CONTEXT, croissant, data_type
from leap_kg.catalog.reading import MOST_VARIABLES
from tests.catalog.made import BARE, DATASETS, HOSTILE, PLACE, WHOLE, record_of


def document(iri: str, text: str = DATASETS) -> dict[str, Any]:
    return croissant(record_of(iri, text), PLACE, 7)


def test_a_whole_dataset_has_its_stores_and_the_variables_of_each() -> None:
    found = document(WHOLE)
    assert found["conformsTo"] == ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/geo/1.0"]
    assert found["version"] == "2.1.0"
    assert found["sdVersion"] == "7"
    assert found["geocr:coordinateReferenceSystem"] == "EPSG:4326"
    assert found["geocr:spatialResolution"] == {"@type": "QuantitativeValue", "value": 27750.0, "unitText": "m"}
    assert [each["contentUrl"] for each in found["distribution"]] == [
        *("https://storage.googleapis.com/leap-test/whole.zarr", "s3://leap-test/whole.nc"),
    ]
    (records,) = found["recordSet"]
    odd, sst = records["field"]
    assert sst["dataType"] == "sc:Float"
    assert sst["arrayShape"] == "14000,720,1440"
    assert sst["equivalentProperty"] == "http://vocab.nerc.ac.uk/standard_name/sea_surface_temperature/"
    assert sst["source"] == {"fileObject": {"@id": found["distribution"][0]["@id"]}, "extract": {"column": "sst"}}
    assert (odd["dataType"], odd["arrayShape"]) == ("sc:Text", "-1")


def test_a_version_that_croissant_would_refuse_is_left_out() -> None:
    assert "version" not in document(HOSTILE)


def test_there_is_an_end_to_the_variables() -> None:
    many = "".join(
        f'<DATASET/bare> schema:variableMeasured <DATASET/bare#v{n}> . <DATASET/bare#v{n}> schema:name "v{n}" .\n'
        for n in range(MOST_VARIABLES + 5)
    )
    record = record_of(BARE, DATASETS + many)
    assert (len(record.variables), record.more_variables) == (MOST_VARIABLES, 5)


@pytest.mark.parametrize(
    ("stated", "known"),
    [
        ("float32", "sc:Float"),
        ("<f8", "sc:Float"),
        (">i2", "sc:Integer"),
        ("|u1", "sc:Integer"),
        ("|b1", "sc:Boolean"),
        ("bool", "sc:Boolean"),
        ("datetime64[ns]", "sc:DateTime"),
        ("timedelta64[D]", "sc:Integer"),
        ("<M8[ns]", "sc:DateTime"),
        ("bytes8", "sc:Text"),
        ("<U12", "sc:Text"),
        ("complex64", "sc:Text"),
        ("string", "sc:Text"),
        ("", "sc:Text"),
    ],
)
def test_data_types_have_a_word_of_schema_org(stated: str, known: str) -> None:
    assert data_type(stated) == known


@settings(max_examples=50)
@given(st.text(max_size=20))
def test_any_text_is_some_data_type(text: str) -> None:
    assert data_type(text) in {"sc:Float", "sc:Integer", "sc:Boolean", "sc:DateTime", "sc:Text"}


@pytest.mark.all
@pytest.mark.filterwarnings("ignore")
def test_the_reference_implementation_takes_them_and_knows_every_word(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    import mlcroissant
    from mlcroissant._src.core.context import Context
    from mlcroissant._src.core.rdf import make_context

    standard = make_context(Context(conforms_to="http://mlcommons.org/croissant/1.1"))
    assert {key: CONTEXT.get(key) for key in standard} == standard
    for iri in (WHOLE, BARE, HOSTILE):
        file = tmp_path / "croissant.json"
        file.write_text(json.dumps(document(iri)))
        found = mlcroissant.Dataset(jsonld=str(file)).metadata
        assert found.name == document(iri)["name"]
        assert found.ctx.issues.errors == set()
        assert [len(each.fields) for each in found.record_sets] == [
            len(each["field"]) for each in document(iri).get("recordSet", [])
        ]
    assert "not standard" not in caplog.text
