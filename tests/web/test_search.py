"""Search with filters as the server gives it: place, time, standard names, other spellings, in all forms alike."""

import csv
import html
import io
import re
from urllib.parse import parse_qsl, urlencode, urlsplit

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.datastructures import QueryParams

from leap_kg.web.listing import FIELDS, State
from tests.web.platform import ALPHA
from tests.web.server import Server

SST = "sea_surface_temperature"
SYNONYM = "surface_temperature_where_open_sea"


def page_of(server: Server, path: str) -> str:
    answer = server.get(path, accept="text/html")
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.mark.parametrize("name", [SST, SYNONYM, SST.replace("_", " ")])
def test_a_standard_name_and_what_it_was_called_find_the_same(server: Server, name: str) -> None:
    for form in ("json", "csv"):
        answer = server.get(f"/search.{form}?{urlencode({'standard_name': name, 'kind': 'dataset'})}")
        assert answer.status_code == 200
        assert ALPHA in answer.text
    assert server.get(f"/search.json?standard_name={name}&unit=kelvin").json()["total"] >= 1
    assert server.get(f"/search.json?standard_name={name}&unit=m").json()["total"] == 0


def test_a_standard_name_that_nothing_means_leads_to_those_near_it(server: Server) -> None:
    shown = page_of(server, "/search?standard_name=sea_surface_temperatur&kind=dataset")
    assert "Nothing here means sea_surface_temperatur" in shown
    assert f'href="/search?standard_name={SST}&amp;kind=dataset"' in shown


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("bbox=1,2,3,4,5", "bbox has 5 numbers"),
        ("bbox=nonsense", "write west,south,east,north"),
        ("time=2020/2019", "time ends before it starts: write 2019/2020"),
        ("time=soon", "write 2020, 2020-05"),
        ("standard_name=%3Cscript%3E", "letters, digits and underscores"),
    ],
)
def test_what_is_no_place_time_or_name_is_told(server: Server, query: str, said: str) -> None:
    for path in ("/search", "/browse"):
        data = server.get(f"{path}.json?q=alpha&{query}")
        assert (data.status_code, said in data.text) == (400, True)
        assert server.get(f"{path}.csv?{query}").status_code == 400
        shown = server.get(f"{path}?q=alpha&kind=dataset&{query}", accept="text/html")
        assert shown.status_code == 400
        assert said in shown.text
        assert f'href="{path}?q=alpha&amp;kind=dataset"' in shown.text
        assert "<script>" not in shown.text.replace("<script src", "").replace('<script type="module"', "")


@pytest.mark.parametrize(
    ("query", "hint"),
    [
        ("standard_name=sea_surface_temprature", f"there is no standard name 'sea_surface_temprature'; near it: {SST}"),
        ("standard_name=wholly_unheard_of", "there is no standard name 'wholly_unheard_of'"),
        ("format=parchment", "nothing has the format 'parchment'; there are: "),
        ("kind=nonsense", "nothing has the kind 'nonsense'"),
    ],
)
def test_what_is_to_blame_for_nothing_found_is_told(server: Server, query: str, hint: str) -> None:
    told = server.get(f"/search.json?{query}&facets=none").json()
    assert told["total"] == 0
    assert [each[: len(hint)] for each in told["hints"]] == [hint]
    shown = html.unescape(page_of(server, f"/search?{query}"))
    # Where something is near a standard name the page has links to it instead.
    assert (hint[1:] in shown) != ("Nothing here means" in shown)
    assert "hints" not in server.get("/search.json?q=alpha").json()


@pytest.mark.parametrize(
    ("name", "said"), [("datetime", "here it is time"), ("tiem", "here it is time"), ("zzz", "q,")]
)
def test_a_parameter_that_no_search_has_is_told(server: Server, name: str, said: str) -> None:
    for form in ("json", "csv"):
        answer = server.get(f"/search.{form}?q=alpha&{name}=2020")
        assert (answer.status_code, f"no parameter '{name}'" in answer.text, said in answer.text) == (400, True, True)
    assert f"no parameter &#39;{name}&#39;" in page_of(server, f"/search?q=alpha&{name}=2020")


@pytest.mark.parametrize("name", ["page", "limit"])
@pytest.mark.parametrize("text", ["abc", "-1", "0", "", "1.5", "00", "9" * 12, "١"])
def test_a_page_or_a_length_that_is_no_number_is_told(server: Server, name: str, text: str) -> None:
    for path in ("/search.json", "/browse.json", "/search.csv"):
        answer = server.get(path, params={"q": "alpha", name: text})
        assert (answer.status_code, answer.text[: len(name)]) == (400, name)
        assert f"write a whole number from 1 on, such as {name}=" in answer.text
    shown = server.get("/search", params={"q": "alpha", name: text})
    assert shown.status_code == 200
    assert f"{name} cannot be" in shown.text.lower()
    assert server.get("/search.json", params={"q": "alpha", name: "7"}).status_code == 200
    assert server.get("/search.json", params={"q": "alpha", "limit": "999999"}).status_code == 200


def test_words_that_nothing_has_are_shown_for_the_nearest_ones(server: Server) -> None:
    answer = server.get("/search.json?q=aplha+sea+surfcae&kind=dataset").json()
    assert answer["shown_for"] == "alpha sea surface"
    assert answer["hits"][0]["iri"] == ALPHA
    shown = page_of(server, "/search?q=aplha+sea+surfcae&kind=dataset")
    assert "Shown for <strong>alpha sea surface</strong>" in shown
    (exact,) = re.findall(r'href="(/search\?[^"]*exact=yes[^"]*)"', shown)
    assert "Nothing found" in page_of(server, exact.replace("&amp;", "&"))
    assert server.get("/search.json?q=aplha+sea+surfcae&exact=yes").json()["total"] == 0
    rows = list(csv.DictReader(io.StringIO(server.get("/search.csv?q=aplha+sea+surfcae&kind=dataset").text)))
    assert [row["iri"] for row in rows] == [hit["iri"] for hit in answer["hits"]]


def test_json_and_page_count_the_same_facets(server: Server) -> None:
    for query in ("q=alpha", "kind=dataset", f"standard_name={SST}", "q=aplha&kind=dataset", "format=zarr"):
        told = server.get(f"/search.json?{query}").json()
        page = html5lib.parse(page_of(server, f"/search?{query}"), namespaceHTMLElements=False)
        shown = [a for a in page.iter("a") if a.get("class") == "facet__value"]
        assert shown
        for link in shown:
            label, count = "".join(link.itertext()).replace(" (chosen; take away)", "").strip().rsplit(" ", 1)
            values = [v for values in told["facets"].values() for v in values]
            assert (label.strip(), int(count)) in {(" ".join(v["label"].split()), v["count"]) for v in values}, label
    assert "facets" not in server.get("/search.json?q=alpha&facets=none").json()


def test_a_value_may_be_given_by_its_label(server: Server) -> None:
    by_iri = server.get("/search.json?licence=https://spdx.org/licenses/CC-BY-4.0&kind=dataset").json()
    by_end = server.get("/search.json?licence=cc-by-4.0&kind=Datasets").json()
    assert by_end["total"] == by_iri["total"] > 0
    page = page_of(server, "/search?licence=cc-by-4.0")
    assert 'aria-current="true"' in page


def test_the_form_keeps_all_that_was_chosen(server: Server) -> None:
    asked = {"q": "alpha", "bbox": "-180,-90,180,90", "time": "1900/..", "standard_name": SST, "kind": "dataset"}
    page = html5lib.parse(page_of(server, f"/search?{urlencode(asked)}"), namespaceHTMLElements=False)
    forms = [form for form in page.iter("form") if form.get("action") == "/search"]
    kept = [{field.get("name"): field.get("value") for field in form.iter("input")} for form in forms]
    assert [form for form in kept if form == asked] != []
    assert all({name: value for name, value in form.items() if value} == asked for form in kept)
    chosen = [a.get("href") for ul in page.iter("ul") if ul.get("class") == "chosen" for a in ul.iter("a")]
    assert len(chosen) == 5  # three fields, a facet, and all of them
    for href in chosen[:4]:
        assert len(parse_qsl(urlsplit(href).query)) == len(asked) - 1
    assert chosen[4] == "/search?q=alpha"


@settings(max_examples=50)
@given(st.dictionaries(st.sampled_from(sorted(FIELDS)), st.text(min_size=1, max_size=20).map(str.strip)), st.booleans())
def test_an_address_holds_what_narrows_a_list(fields: dict[str, str], exact: bool) -> None:
    fields = {name: value.encode("utf-8", "replace").decode() for name, value in fields.items() if value}
    state = State(
        exact=exact,
        bbox=fields.get("bbox", ""),
        time=fields.get("time", ""),
        standard_name=fields.get("standard_name", ""),
    )
    again = State.read("/browse", QueryParams(urlsplit(state.href()).query))
    assert again == state
