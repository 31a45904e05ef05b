"""Objects of STAC as the index keeps them: what they lead to holds from everywhere, and is else as it was written."""

import json

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from leap_kg.graph.index.entry import Stored
from leap_kg.graph.index.stac import object_of
from leap_kg.ontology.iri import part
from leap_kg.ontology.namespaces import DCT, PROV, STAC

NODE = NamedNode("https://example.org/kg/stac-object/a")
FOUND_AT = "https://stac.example.org/items/a.json?v=1"


def served(href: str) -> dict[str, str]:
    """The addresses of an asset and a link with this `href`, of an item found at `FOUND_AT`."""
    value = {"id": "a", "assets": {"x": {"href": href}}, "links": [{"rel": "license", "href": href}]}
    graph, store = NamedNode("https://example.org/kg/graph/source/x"), Store()
    store.add(Quad(NODE, DCT("source"), NamedNode(FOUND_AT), graph))
    store.add(Quad(part(NODE, "document", "stac"), PROV("value"), Literal(json.dumps(value)), graph))
    stored = Stored(store)
    found = object_of(NODE.value, "a", "store", [STAC("Item").value], stored.said(NODE.value), stored)
    assert found is not None
    assert found.document is not None
    return {"asset": json.loads(found.document)["assets"]["x"]["href"], "link": json.loads(found.links)["href"]}


@pytest.mark.parametrize(
    "href",
    [
        "https://data.example.org/id&?#é.zarr",
        "https://data.example.org/a/../b;?",
        "HTTPS://data.example.org/a#",
        "gs://bucket/a?b#c.zarr",
        "abfs://container@account/a.zarr?",
        "https://[data.example.org/a?",
    ],
)
def test_an_address_that_holds_everywhere_comes_back_equal(href: str) -> None:
    assert served(href) == {"asset": href, "link": href}


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("./id&?#é.zarr", "https://stac.example.org/items/id&?#é.zarr"),
        ("../b.zarr?", "https://stac.example.org/b.zarr?"),
        ("b.zarr?x=1#y", "https://stac.example.org/items/b.zarr?x=1#y"),
        ("?x=1", "https://stac.example.org/items/a.json?x=1"),
        ("#y", "https://stac.example.org/items/a.json?v=1#y"),
        ("//data.example.org/a?", "https://data.example.org/a?"),
        ("", FOUND_AT),
        ("//[a?", "//[a?"),
    ],
)
def test_an_address_that_is_relative_is_made_to_hold_everywhere(href: str, expected: str) -> None:
    assert served(href) == {"asset": expected, "link": expected}
