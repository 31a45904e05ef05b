"""Identifiers and addresses that somebody pastes into a search: each form of one leads to its node before all else."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, Store

from leap_kg.ontology.namespaces import DCAT, FOAF, XSD, ours
from leap_kg.settings import DEFAULT_BASE as BASE
from leap_kg.web.identified import identified
from tests.web.platform import ALPHA, PERSON, REPOSITORY, STORE
from tests.web.server import Server

PAPER = "https://doi.org/10.1000/alpha.1"
ROR = "https://ror.org/00hj8s172"
OSN = f"{BASE}store/nyu1.osn.mghpcc.org/leap/a.zarr"
ITEM = f"{BASE}store/https/data.example.org/feed"


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("10.1000/alpha.1", PAPER),
        ("10.1000/ALPHA.1", PAPER),
        ("doi:10.1000/alpha.1", PAPER),
        ("https://doi.org/10.1000/alpha.1", PAPER),
        ("http://dx.doi.org/10.1000/alpha.1", PAPER),
        ("0000-0002-1825-0097", PERSON),
        ("https://orcid.org/0000-0002-1825-0097", PERSON),
        ("https://github.com/josiah", PERSON),
        ("@josiah", PERSON),
        (f"{BASE}person/github/ada", PERSON),
        ("leap-test/alpha", REPOSITORY),
        ("Leap-Test/Alpha", REPOSITORY),
        ("https://github.com/leap-test/alpha.git", REPOSITORY),
        ("git@github.com:leap-test/alpha.git", REPOSITORY),
        ("https://github.com/leap-test/alpha/issues/1", REPOSITORY),
        ("s3://leap-test/alpha.zarr", STORE),
        ("s3://leap-test/alpha.zarr/", STORE),
        ("https://nyu1.osn.mghpcc.org/leap-test/alpha.zarr/", STORE),
        ("gs://leap-test", f"{BASE}bucket/gs/leap-test"),
        (ALPHA, ALPHA),
        (f"<{ALPHA}>", ALPHA),
        (f"{ALPHA}#attribution-2", ALPHA),
        ("/dataset/leap-test/alpha", ALPHA),
        ("{here}/dataset/leap-test/alpha", ALPHA),
        ("{here}/doi/10.1000/alpha.1", PAPER),
        ("{here}/node?iri=https%3A%2F%2Fdoi.org%2F10.1000%2Falpha.1", PAPER),
    ],
)
def test_what_names_a_node_shows_it_first(server: Server, text: str, node: str) -> None:
    text = text.replace("{here}", server.origin)
    for asked in ({"q": text}, {"q": text, "facets": "none"}, {"q": text, "exact": "yes"}):
        told = server.get("/search.json", params=asked).json()
        assert told["hits"][0]["iri"] == node
        assert len({hit["iri"] for hit in told["hits"]}) == min(told["total"], 20)
    first = server.get("/search.csv", params={"q": text}).text.splitlines()[1]
    assert first.startswith(node)


def test_all_forms_bring_the_same_list_with_what_speaks_of_the_node(server: Server) -> None:
    forms = ("leap-test/alpha", "git@github.com:leap-test/alpha.git", "https://github.com/leap-test/alpha")
    lists = [server.get("/search.json", params={"q": form}).json() for form in forms]
    assert lists[0]["total"] > 3
    assert lists[0] == lists[1] == lists[2]
    kinds = lists[0]["facets"]["kind"]
    assert sum(kind["count"] for kind in kinds) == lists[0]["total"]
    # Pages of the list hold each hit once, and facets narrow what was named too.
    pages = [server.get("/search.json", params={"q": forms[1], "limit": 1, "page": n + 1}).json() for n in range(3)]
    assert [page["hits"][0]["iri"] for page in pages] == [hit["iri"] for hit in lists[0]["hits"][:3]]
    narrowed = server.get("/search.json", params={"q": forms[1], "kind": "dataset"}).json()
    assert narrowed["total"] == next(kind["count"] for kind in kinds if kind["value"] == "dataset")
    assert REPOSITORY not in {hit["iri"] for hit in narrowed["hits"]}


def test_what_the_graph_does_not_have_is_searched_as_words(server: Server) -> None:
    assert server.get("/search.json", params={"q": "doi:10.1000/nobody.has.this"}).json()["total"] == 0
    assert server.get("/search.json?q=alpha/beta").json() == server.get("/browse.json?q=alpha/beta").json()


@pytest.fixture(scope="module")
def store() -> Store:
    """A store behind an endpoint, which the graph knows by the address of another bucket, and one at an odd address."""
    graph, leap = NamedNode(f"{BASE}graph/source/x"), ours(BASE)
    address = Literal("s3://leap/a.zarr", datatype=XSD("anyURI"))
    store = Store()
    store.add(Quad(NamedNode(OSN), leap("storageURI"), address, graph))
    store.add(Quad(NamedNode(ITEM), DCAT("accessURL"), NamedNode("https://data.example.org/feed?id=1"), graph))
    store.add(Quad(NamedNode(ROR), FOAF("account"), NamedNode("https://github.com/leap-stc"), graph))
    return store


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("00hj8s172", ROR),
        ("ror.org/00hj8s172", ROR),
        ("https://github.com/leap-stc", ROR),
        ("s3://leap/a.zarr", OSN),
        ("https://nyu1.osn.mghpcc.org/leap/a.zarr", OSN),
        ("https://data.example.org/feed?id=1", ITEM),
    ],
)
def test_statements_lead_from_an_address_to_its_node(store: Store, text: str, node: str) -> None:
    assert node in identified(text, store, BASE).nodes


@given(st.text(max_size=60))
@example("<>")
@example("//")
@example("/node?iri=")
@example("http://[")
@example("//[")
@example("/node?iri=%ff")
def test_any_text_may_be_pasted(text: str) -> None:
    found = identified(text, Store(), BASE, "http://127.0.0.1/")
    assert all(isinstance(node, str) for node in found.nodes)


@pytest.mark.parametrize("text", ["", "climate", "sea surface temperature", "sst 10.1000/alpha.1"])
def test_words_name_nothing(text: str) -> None:
    assert identified(text, Store(), BASE).nodes == ()
