"""CF standard names and their IRIs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap_kg.ontology.identifiers import Refusal, StandardName, standard_name

IRI = "http://vocab.nerc.ac.uk/standard_name/sea_surface_temperature/"


@pytest.mark.parametrize(
    "text",
    ["sea_surface_temperature", " sea_surface_temperature ", IRI, IRI.rstrip("/"), "cf:sea_surface_temperature",
     "https://vocab.nerc.ac.uk/standard_name/sea_surface_temperature/"],
)  # fmt: skip
def test_each_spelling_gives_one_iri(text: str) -> None:
    assert standard_name.parse(text) == StandardName("sea_surface_temperature")
    assert StandardName("sea_surface_temperature").iri == IRI


def test_case_is_kept_since_isotopes_have_capitals() -> None:
    assert standard_name.parse("surface_radioactivity_content_of_137Cs") == StandardName(
        "surface_radioactivity_content_of_137Cs"
    )


@pytest.mark.parametrize(
    "text", ["", " ", "sea surface", "a-b", "é", "1a", "_a", "air_temperature standard_error", "a/b", "a\x00"]
)
def test_what_is_none_is_refused(text: str) -> None:
    assert isinstance(standard_name.parse(text), Refusal)


@given(st.text(max_size=40))
def test_any_text_is_a_name_or_a_refusal(text: str) -> None:
    found = standard_name.parse(text)
    assert isinstance(found, Refusal) or standard_name.parse(found.iri) == standard_name.parse(found.value) == found
