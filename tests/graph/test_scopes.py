"""Which scope a graph needs: exact comparisons, and no way around them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap_kg.graph.names import is_judged
from leap_kg.graph.scopes import covers, default_graph, label_of, needed_scope, parse_scope, source_of
from tests.ontology.terms import BASE

GRAPH = f"{BASE}graph"


@pytest.mark.parametrize(
    ("graph", "scope"),
    [
        (f"{GRAPH}/source/leap-catalog", "publish:leap-catalog"),
        (f"{GRAPH}/metrics/leap-catalog", "publish:leap-catalog"),
        (f"{GRAPH}/source/default", "publish:default"),
        (f"{GRAPH}/curated", "curate"),
        (f"{GRAPH}/desired/leap", "operate"),
        (f"{GRAPH}/observed/leap", "operate"),
        (f"{GRAPH}/links/doi", "links"),
        (f"{GRAPH}-store/person/1.ttl", "admin"),
        ("http://example.org/g", "admin"),
        ("urn:x", "admin"),
    ],
)
def test_each_graph_needs_its_scope(graph: str, scope: str) -> None:
    assert needed_scope(BASE, graph) == scope


@pytest.mark.parametrize(
    "graph",
    [
        GRAPH,
        *(
            f"{GRAPH}/{path}"
            for path in ("prov", "ontology", "ontology/x", "source/ontology", "source/", "", "curated/x")
        ),
        *(
            f"{GRAPH}/{path}"
            for path in ("source/a/../b", "source/../prov", "source/%61", "source/a#b", "source/A", "new")
        ),
        *(f"{GRAPH}{tail}" for tail in ("#prov", "%2Fprov", "?x", "//prov", "/source/a\u200b")),
    ],
)
def test_what_is_not_listed_below_our_base_is_nobody_s(graph: str) -> None:
    assert needed_scope(BASE, graph) is None


@given(st.text(alphabet="abz.-_/%#?~", max_size=12))
def test_a_token_of_one_source_writes_the_graph_of_that_source_only(tail: str) -> None:
    graph = f"{GRAPH}/source/{tail}"
    needed = needed_scope(BASE, graph)
    assert (needed is not None and covers(["publish:a"], needed)) == (tail == "a")


def test_scopes_include_others() -> None:
    assert covers(["admin"], "curate")
    assert covers(["publish:*"], "publish:x")
    assert not covers(["publish:*"], "curate")
    assert not covers(["publish:x"], "publish:xy")
    assert not covers(["curate", "operate"], "publish:x")
    assert not covers([], "admin")


@pytest.mark.parametrize(
    "text", ["", "publish", "publish:", "publish:A B", "admin admin", "publish:*x", "read", "publish:../x"]
)
def test_what_is_no_scope_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no scope"):
        parse_scope(text)


def test_patches_are_labelled_by_what_they_write() -> None:
    assert label_of(BASE, f"{GRAPH}/source/one") == "one"
    assert label_of(BASE, f"{GRAPH}/curated") == "curated"
    assert label_of(BASE, f"{GRAPH}/desired/leap") == "desired-leap"
    assert label_of(BASE, "http://example.org/g") == "other"
    assert len(label_of(BASE, f"{GRAPH}/observed/{'x' * 100}")) == 100
    assert source_of(BASE, default_graph(BASE).value) == "default"
    assert source_of(BASE, f"{GRAPH}/curated") is None
    assert source_of(BASE, "http://example.org/graph/source/x") is None


def test_shapes_judge_the_graphs_that_we_name() -> None:
    for path in ("source/one", "curated", "desired/leap", "links/doi", "prov", "source/ontology"):
        assert is_judged(BASE, f"{GRAPH}/{path}")
    for graph in (default_graph(BASE).value, GRAPH, f"{GRAPH}-store/x", "http://example.org/graph/source/one"):
        assert not is_judged(BASE, graph)
