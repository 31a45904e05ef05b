"""The walk: each object once, pages to the last, and what is missing said aloud."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Triple

from leap_kg.ingest.fetch import FetchFailed
from leap_kg.ingest.formats.yamltext import Unreadable
from leap_kg.ingest.source import Listing, RawRecord, Ref
from leap_kg.ingest.stac.naming import item_url, resolved, stac_iri
from leap_kg.ingest.stac.source import StacConfig
from leap_kg.ingest.stac.walk import Walk, kind_of
from leap_kg.ontology.namespaces import DCAT
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.ingest.anyjson import TEXTS, VALUES, planted
from tests.ingest.stac.examples import CATALOG, COLLECTION, ITEM, ROOT, STATIC, Served, api, item


def walked(documents: dict[str, Any], *roots: str, **how: Any) -> tuple[list[Ref], Listing, Served]:
    fetcher = Served(documents)
    listing = Listing(fetcher)
    refs = list(Walk(listing, tuple(ROOT + root for root in roots or ("catalog.json",)), **how).refs())
    return refs, listing, fetcher


def names(refs: list[Ref]) -> list[str]:
    return [ref.key.removeprefix(ROOT) for ref in refs]


def test_a_static_catalogue_is_walked_to_its_items_each_asked_for_once() -> None:
    refs, listing, fetcher = walked(STATIC)
    assert names(refs) == ["catalog.json", "c.json", "items/one.json"]
    assert [ask.url for ask in fetcher.asked] == [ref.key for ref in refs]
    assert all(ref.version == ref.found[0].sha256 for ref in refs)
    assert [json.loads(ref.found[0].data) for ref in refs] == [CATALOG, COLLECTION, ITEM]
    assert (listing.expected, listing.shortfall) == (None, "")


def test_an_item_that_links_to_no_collection_is_of_the_one_that_it_names() -> None:
    bare = {key: value for key, value in ITEM.items() if key != "links"}
    whole = {**COLLECTION, "links": []}
    named = {**bare, "links": [], "collection": COLLECTION["id"]}
    listed = [
        {**named, "id": "a"},
        {**named, "id": "b", "links": [{"rel": "collection", "href": "other.json"}]},
        {**named, "id": "c", "collection": "unheard of"},
        {**named, "id": "d", "collection": 7},
    ]
    documents = {"c.json": whole, "alone.json": named, "many.json": {"type": "FeatureCollection", "features": listed}}
    refs, _, _ = walked(documents, "c.json", "alone.json", "many.json")
    homes = {ref.key.removeprefix(ROOT): [p.data.decode() for p in ref.found if p.role == "collection"] for ref in refs}
    assert homes == {
        **{"c.json": [], "alone.json": [f"{ROOT}c.json"], "many.json#a": [f"{ROOT}c.json"]},
        **{"many.json#b": [], "many.json#c": [], "many.json#d": []},
    }
    source = StacConfig(id="some-catalog", kind="stac", title="X", catalogs=(f"{ROOT}c.json",)).source(Path(), BASE)
    item = next(ref for ref in refs if ref.key.endswith("alone.json"))
    found = source.map(RawRecord(item.key, item.found))
    assert Triple(stac_iri(item.key, BASE), DCAT("inSeries"), stac_iri(f"{ROOT}c.json", BASE)) in found.triples
    # Of two collections with one id nobody knows which is meant.
    refs, _, _ = walked({**documents, "d.json": whole}, "c.json", "d.json", "alone.json")
    assert [part.role for part in refs[-1].found] == ["stac"]


def test_links_in_a_circle_end() -> None:
    circle = {**COLLECTION, "links": [{"rel": "child", "href": "catalog.json"}, {"rel": "item", "href": "c.json#x"}]}
    refs, _, fetcher = walked({"catalog.json": CATALOG, "c.json": circle})
    assert names(refs) == ["catalog.json", "c.json"]
    assert len(fetcher.asked) == 2


@pytest.mark.parametrize("post", [False, True])
def test_an_api_is_paged_to_the_end(post: bool) -> None:
    refs, listing, fetcher = walked(api([["a", "b"], ["c", "d"], ["e"]], post=post), "", page=2)
    items = [f"collections/c/items/{name}" for name in "abcde"]
    assert names(refs) == ["", "collections/c", *items]
    assert listing.expected == len(refs)
    assert len(fetcher.asked) == 5
    assert {ask.data is not None for ask in fetcher.asked[3:]} == {post}


def test_a_page_that_comes_twice_counts_once_and_a_lost_one_is_missed() -> None:
    documents = api([["a", "b"], ["a", "b"], ["c"]])
    refs, listing, _ = walked(documents, "", page=2)
    assert [name[-1] for name in names(refs)[2:]] == ["a", "b", "c"]
    assert listing.expected != len(refs)
    documents = api([["a", "b"], ["c", "d"], ["e"]])
    del documents["collections/c/items?token=1"]
    refs, listing, _ = walked(documents, "", page=2)
    assert [ref.key for ref in refs if ref.problem] == [f"{ROOT}collections/c/items?token=1"]


def test_a_count_that_no_page_gives_is_not_expected() -> None:
    assert walked(api([["a"]], matched=False), "", page=2)[1].expected is None


def test_items_of_apis_can_be_left_out_and_nothing_need_be_followed() -> None:
    assert names(walked(api([["a"]]), "", page=2, items=False)[0]) == ["", "collections/c"]
    assert names(walked(STATIC, follow=False)[0]) == ["catalog.json"]


def test_a_file_of_items_has_a_record_for_each() -> None:
    document = {"type": "FeatureCollection", "features": [item("a"), item("b c"), 1, item("a")], "numberMatched": 9}
    refs, listing, _ = walked({"all.json": document}, "all.json", follow=False)
    assert names(refs) == ["all.json#a", "all.json#b%20c", "all.json#2"]
    assert [bool(ref.problem) for ref in refs] == [False, False, True]
    assert listing.expected is None


def test_too_many_objects_are_a_shortfall() -> None:
    refs, listing, _ = walked(api([["a", "b"], ["c"]]), "", page=2, most=3)
    assert len(refs) == 3
    assert "max_objects" in listing.shortfall


def test_what_cannot_be_had_is_a_reference_with_a_problem_and_the_rest_goes_on() -> None:
    documents: dict[str, Any] = {
        "catalog.json": {
            **CATALOG,
            "links": [
                {"rel": "child", "href": "gone.json"},
                {"rel": "child", "href": "page.html"},
                {"rel": "item", "href": "list.json"},
                {"rel": "item", "href": "items/one.json"},
                {"rel": "item", "href": 7},
                "no link",
            ],
        },
        "page.html": b"<html>hello</html>",
        "list.json": [1, 2],
        "items/one.json": ITEM,
    }
    refs, _, _ = walked(documents)
    nowhere = "catalog.json#links[4]"
    assert names(refs) == ["catalog.json", nowhere, "gone.json", "page.html", "list.json", "items/one.json"]
    assert [ref.key[len(ROOT) :] for ref in refs if ref.problem] == [nowhere, "gone.json", "page.html", "list.json"]
    assert "HTML" in refs[3].problem


@pytest.mark.parametrize("relation", ["item", "child", "items"])
@pytest.mark.parametrize(
    ("link", "why"),
    [
        ({}, "has no href"),
        ({"href": 5}, "has the href 5"),
        ({"href": " "}, 'has the href " "'),
        ({"href": "file:///etc/hostname"}, 'leads to "file:///etc/hostname", which cannot be asked for'),
        ({"href": "http://["}, 'leads to "http://["'),
    ],
    ids=["none", "number", "blank", "file", "no address"],
)
def test_a_link_that_leads_nowhere_is_a_reference_with_a_problem(relation: str, link: Any, why: str) -> None:
    catalog = {**CATALOG, "links": [{"rel": relation, **link}, {"rel": "item", "href": "items/one.json"}]}
    documents = {"catalog.json": catalog, "items/one.json": ITEM}
    refs, _, _ = walked(documents)
    assert names(refs) == ["catalog.json", "catalog.json#links[0]", "items/one.json"]
    assert refs[1].problem.startswith(f"links[0], with rel {relation!r}, {why}")
    assert names(walked(documents, follow=False)[0]) == ["catalog.json"]


def test_the_only_root_that_cannot_be_had_fails_the_source_one_of_several_does_not() -> None:
    with pytest.raises(FetchFailed):
        walked({}, "gone.json")
    with pytest.raises(Unreadable):
        walked({"x": b"{"}, "x")
    assert [bool(ref.problem) for ref in walked(STATIC, "gone.json", "items/one.json")[0]] == [True, False]


@given(planted({"a": api([["a"], ["b"]])[""], "b": api([["a"], ["b"]])["collections"]}))
def test_any_value_anywhere_in_a_listing_stops_nothing(documents: Any) -> None:
    if not isinstance(documents, dict):
        return
    pages = api([["a"], ["b"]])
    pages.update({"": documents.get("a"), "collections": documents.get("b")})
    refs, _, _ = walked(pages, "", "items/one.json", page=2)
    assert all(ref.found or ref.problem for ref in refs)
    assert len({ref.key for ref in refs}) == len(refs)


@given(planted(api([["a", "b"], ["c"]])["collections/c/items?limit=2"]))
def test_any_value_anywhere_in_a_page_stops_nothing(page: Any) -> None:
    pages = api([["a", "b"], ["c"]])
    pages["collections/c/items?limit=2"] = page
    refs, _, _ = walked(pages, "", page=2)
    assert all(ref.found or ref.problem for ref in refs)


@given(VALUES)
def test_any_value_has_a_kind_or_none(value: Any) -> None:
    assert kind_of(value) in (None, "item", "items", "collection", "collections", "catalog")


@given(TEXTS, TEXTS | st.none() | st.integers())
def test_any_link_has_a_target_or_none_and_any_address_a_node(url: str, href: object) -> None:
    target = resolved(url, href)
    assert target == "" or "://" in target
    assert stac_iri(target or url, BASE).value.startswith(f"{BASE}stac-object/")


def test_addresses_become_nodes_that_links_lead_to() -> None:
    one = stac_iri(f"{ROOT}collections/c/items/a%20b", BASE)
    assert one == stac_iri(item_url(f"{ROOT}collections/c/items?limit=2", "a b"), BASE)
    assert stac_iri(f"{ROOT}a.json", BASE) != stac_iri(f"{ROOT}a.json#b", BASE)
    assert stac_iri(f"{ROOT}a?x=1", BASE) != stac_iri(f"{ROOT}a?x=2", BASE)


def counted(given: int, matched: int | None) -> dict[str, Any]:
    """A page of items that says how many there are, if it says so."""
    page = {"type": "FeatureCollection", "features": [item(f"i{number}") for number in range(given)]}
    return page if matched is None else {**page, "numberMatched": matched}


@pytest.mark.parametrize(
    ("pages", "short"),
    [
        ({"full": (3, 3), "loop": (2, None), "lost": (1, 5)}, ["lost/items gives 1 of 5"]),
        ({"many": (9, 3), "lost": (5, 50)}, ["lost/items gives 5 of 50"]),
        ({"full": (3, 3), "loop": (2, None), "many": (9, 3)}, []),
    ],
    ids=["beside-one-without-a-count", "beside-one-with-too-many", "none-is-short"],
)
def test_each_listing_is_held_to_its_own_count(pages: dict[str, tuple[int, int | None]], short: list[str]) -> None:
    documents = api([])
    documents[""]["links"] = [{"rel": "data", "href": "/collections"}]
    documents["collections"] = {
        "collections": [
            {**COLLECTION, "id": name, "links": [{"rel": "items", "href": f"{ROOT}collections/{name}/items"}]}
            for name in pages
        ]
    }
    documents |= {f"collections/{name}/items?limit=2": counted(*page) for name, page in pages.items()}
    if "loop" in pages:
        # The next page is the same one again.
        documents["collections/loop/items?limit=2"]["links"] = [{"rel": "next", "href": "?limit=2"}]
    refs, listing, _ = walked(documents, "", page=2)
    assert len(refs) == 1 + len(pages) + sum(given for given, _ in pages.values())
    assert [part.removeprefix(f"{ROOT}collections/") for part in listing.shortfall.split(": ", 1)[1:]] == short


def test_a_list_is_held_to_the_largest_of_its_counts() -> None:
    documents = api([["a", "b"], ["c"]])
    documents["collections/c/items?limit=2"]["numberMatched"] = 4
    assert "gives 3 of 4" in walked(documents, "", page=2)[1].shortfall
