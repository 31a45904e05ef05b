"""Search on the example platform: words for who may read data, identifiers, and questions that find nothing."""

import pytest

from leap_kg.client import Client
from leap_kg.client.errors import KgError
from leap_kg.ontology.rights import ACCESS_RIGHTS
from tests.web.server import Server

CLOSED = f"{ACCESS_RIGHTS}NON_PUBLIC"


@pytest.mark.parametrize("word", ["private", "not public", "Non-Public", "NON_PUBLIC", CLOSED])
def test_access_is_asked_for_and_shown_in_words(kg_server: Server, kg: Client, word: str) -> None:
    told = kg_server.get("/search.json", params={"access": word}).json()
    assert told["total"] > 2
    assert [(each["label"], each["value"]) for each in told["facets"]["access"]] == [("not public", CLOSED)]
    page = kg_server.get("/search", params={"access": word}).text
    assert "not public" in page
    assert ">NON_PUBLIC" not in page
    assert kg.search(access=word, kind="store").total <= told["total"]


@pytest.mark.parametrize("word", ["restricted", "RESTRICTED"])
def test_an_access_that_nothing_has_is_told_in_words(kg_server: Server, word: str) -> None:
    (hint,) = kg_server.get(f"/search.json?access={word}").json()["hints"]
    assert hint == "nothing has the access 'restricted'; there are: not public"
    assert f"{ACCESS_RIGHTS}RESTRICTED</" not in kg_server.get(f"/search?access={word}").text


@pytest.mark.parametrize(
    "text",
    [
        "10.5555/example.ocean.2024.001",
        "doi:10.5555/example.ocean.2024.001",
        "https://doi.org/10.5555/example.ocean.2024.001",
    ],
)
def test_a_doi_in_any_form_shows_its_paper_first(kg: Client, text: str) -> None:
    hits = kg.search(text)
    assert hits[0].iri == "https://doi.org/10.5555/example.ocean.2024.001"
    assert hits[0].kind == "Paper"
    assert hits.total > 3


@pytest.mark.parametrize("name", ["open-store", "exact-link", "stores-compared"])
def test_questions_about_a_title_find_something_as_they_stand_and_say_what_to_try(kg: Client, name: str) -> None:
    assert len(kg.rows_of(f"questions/{name}")) > 0
    with pytest.raises(KgError, match=r"has 'ClimSimm' in its title; titles are such as: .*Example "):
        kg.rows_of(f"questions/{name}", title="ClimSimm")
    with pytest.raises(KgError, match=r"has 'precipitatoin' in its title; near it: .*Example daily precipitation"):
        kg.rows_of(f"questions/{name}", title="precipitatoin")


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"start": "2024-01-01", "end": "2023-01-01"}, "'end' cannot be '2023-01-01', which is before '2024-01-01'"),
        ({"area": "0 40 10 20"}, "'area' needs its south below its north; write 0 20 10 40"),
    ],
)
def test_a_place_or_time_that_is_none_is_refused(kg: Client, values: dict[str, str], reason: str) -> None:
    with pytest.raises(KgError, match=reason):
        kg.rows_of("questions/cover-place-time", **values)


def test_a_name_of_which_no_table_was_harvested_is_not_said_to_be_none(kg: Client) -> None:
    (told,) = kg.search(standard_name="precipitation_flux").hints
    assert told == (
        "nothing here means 'precipitation_flux'; near it: lwe_thickness_of_precipitation_amount; whether CF has "
        "that name is not known, for its table of names was not "
        "harvested"
    )
