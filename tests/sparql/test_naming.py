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
    return stored(said(IMAGES + '<urn:x> dct:title "twin" . <urn:y> dct:title "twin" .'))


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("lab/tide:2", "urn:tide:2"),
        (" Coast ", "urn:coast"),
        ("/image/tide", f"{BASE}image/tide"),
        ("lab/tide@2024-06-01", "urn:tide:1"),
        ("lab/tide@2025-01-01", "urn:tide:2"),
        ("lab/tide@today", "urn:tide:3"),
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
