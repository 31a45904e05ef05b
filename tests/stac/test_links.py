"""Documents with their links and their collection, put together without being read."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap_kg.graph.index.said import Said
from leap_kg.graph.index.stac import Object, object_of
from leap_kg.ontology.namespaces import DCAT, PROV, STAC
from leap_kg.stac.links import link, with_links
from tests.ingest.formats.test_jsonvalue import finite

NODE = "https://w3id.org/leap-kg/stac-object/stac.example.org/one.json"
WORDS = st.sampled_from(["collection", "calm", "", '"', '"collection":"calm"', '{"collection":', "Étale", "a,b}"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=9,
)


class _Document:
    """What the graph says of the document of one item."""

    def __init__(self, value: dict[str, Any]) -> None:
        self._said = Said({PROV("value").value: [json.dumps(value, sort_keys=True)]}, {})

    def said(self, iri: str) -> Said:
        return self._said

    def label(self, iri: str) -> str:
        return iri


def kept(value: dict[str, Any]) -> Object:
    """What the index keeps of an item."""
    types = (STAC("Item").value, DCAT("Dataset").value)
    found = object_of(NODE, "one", "dataset", types, Said({}, {}), _Document(value))
    assert found is not None
    return found


def served(value: dict[str, Any], collection: str) -> Any:
    item = kept(value)
    assert item.document is not None
    return json.loads(with_links(item.document, [link("self", "https://x.example.org/")], item.links, collection))


@given(st.dictionaries(WORDS, VALUES, max_size=4), WORDS.filter(bool))
def test_an_item_is_in_one_collection_whatever_its_fields_say(fields: dict[str, Any], collection: str) -> None:
    value = {**fields, "id": "one", "type": "Feature"}
    found = served(value, collection)
    assert found.pop("links") == [link("self", "https://x.example.org/")]
    assert found == finite({**value, "collection": collection})
    assert kept(value).document.count('"type":"Feature"') == 1  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "value",
    [
        {"id": "one", "properties": {"note": '"collection":"calm"'}},
        {"id": "one", "properties": {"collection": "calm"}},
        {"id": "one", "collection": "rough", "properties": {"collection": "calm"}},
        {"id": "one", "collection": None},
    ],
    ids=["in a text", "in a property", "another", "none"],
)
def test_what_looks_like_a_collection_elsewhere_is_none(value: dict[str, Any]) -> None:
    text = with_links(kept(value).document or "", [], "", "calm")
    pairs = json.loads(text, object_pairs_hook=list)
    assert [inner for name, inner in pairs if name == "collection"] == ["calm"]


def test_an_item_of_no_collection_says_what_it_said() -> None:
    value = {"id": "one", "collection": "rough", "type": "Feature"}
    assert {k: v for k, v in served(value, "").items() if k != "links"} == value
