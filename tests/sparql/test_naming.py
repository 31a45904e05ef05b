"""Names in the place of IRIs: what a node is called, where its page is, and an image on a day."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import NamedNode, Store

from leap_kg.settings import DEFAULT_BASE as BASE
from leap_kg.sparql.naming import called, meant, named
from tests.sparql.questions.asked import questions, said, stored
from tests.sparql.questions.test_environments import IMAGES


@pytest.fixture(scope="module")
def store() -> Store:
    fresh = (
        '<https://doi.org/10.5555/fresh.1> a schema:ScholarlyArticle . <urn:numbered> dct:title "10.5555/numbered" .'
    )
    return stored(said(IMAGES + f'<urn:x> dct:title "twin" . <urn:y> dct:title "twin" . {fresh}'))


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("lab/tide:2", "urn:tide:2"),
        (" Coast ", "urn:coast"),
        ("/image/tide", f"{BASE}image/tide"),
        ("lab/tide@2024-06-01", "urn:tide:1"),
        ("lab/tide@2025-01-01", "urn:tide:2"),
        ("lab/tide@today", "urn:tide:3"),
        ("10.5555/FRESH.1", "https://doi.org/10.5555/fresh.1"),
        ("doi:10.5555/fresh.1", "https://doi.org/10.5555/fresh.1"),
        ("http://dx.doi.org/10.5555/FRESH.1", "https://doi.org/10.5555/fresh.1"),
        ("https://doi.org/10.5555/fresh.1", None),
        ("https://doi.org/10.5555/UNKNOWN", None),
        ("10.5555/numbered", "urn:numbered"),
        ("0000-0002-1825-0097", "https://orcid.org/0000-0002-1825-0097"),
        ("0000-0002-1825-0098", None),
        ("lab/tide@2023-01-01", None),
        ("lab/tide@yesterday", None),
        ("nothing@today", None),
        ("twin", None),
        ("urn:tide:2", None),
        ("https://example.org/x", None),
        ("", None),
        ("x" * 10_000, None),
    ],
)
def test_a_text_means_one_node_or_none(store: Store, text: str, node: str | None) -> None:
    found = named(text, store, BASE)
    assert (found.value if found else None) == node


def test_what_means_several_nodes_is_told_as_such(store: Store) -> None:
    assert called("twin", store) == [NamedNode("urn:x"), NamedNode("urn:y")]


def test_only_parameters_that_take_an_iri_take_names(store: Store) -> None:
    query = questions().get("questions/image-differences")
    assert query is not None
    values = meant(query, {"first": "lab/tide:1", "second": "no such image"}, store, BASE)
    assert values == {"first": NamedNode("urn:tide:1"), "second": "no such image"}
    package = questions().get("questions/package-releases")
    assert package is not None
    assert meant(package, {"package": "Coast"}, store, BASE) == {"package": "Coast"}


@given(st.text())
def test_any_text_is_answered(store: Store, text: str) -> None:
    found = named(text, store, BASE)
    assert found is None or isinstance(found, NamedNode)


def test_of_several_nodes_of_a_name_that_of_the_kind_of_the_parameter_is_meant() -> None:
    query = questions().get("questions/person-and-data")
    assert query is not None
    said_so = f"""<{BASE}dataset/lab/sea> dct:title "Sea" . <{BASE}store/gs/sea.zarr> dct:title "Sea" .
    <{BASE}dataset/lab/ice> dct:title "Ice" . <{BASE}dataset/other/ice> dct:title "Ice" ."""
    store = stored(said(said_so))
    assert meant(query, {"dataset": "Sea"}, store, BASE)["dataset"] == NamedNode(f"{BASE}dataset/lab/sea")
    assert meant(query, {"dataset": "Ice"}, store, BASE)["dataset"] == "Ice"
