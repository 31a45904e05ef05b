"""Full text in SPARQL: what is found, in which order, and that no text gets out of its place."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions, Store

from leap_kg.graph.index.indexing import SearchWriter
from leap_kg.ontology.namespaces import DCAT, DCT, RDF
from leap_kg.settings import DEFAULT_BASE
from leap_kg.sparql.guard import Refused, inspect
from leap_kg.sparql.search import MOST_SEARCHES, Search, find, rewrite

SEARCH = f"{DEFAULT_BASE}ontology#search"
PREFIXES = f"PREFIX leap: <{DEFAULT_BASE}ontology#> PREFIX dct: <http://purl.org/dc/terms/> "
TITLES = ["Ocean heat content", "Ocean heat flux and heat", "Sea ice", "Soil moisture", "Ocean colour"]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, str]:
    """A store with five datasets, and its index."""
    store = Store()
    graph = NamedNode(f"{DEFAULT_BASE}graph/source/test")
    for number, title in enumerate(TITLES):
        node = NamedNode(f"{DEFAULT_BASE}dataset/test/d{number}")
        store.add(Quad(node, RDF("type"), DCAT("Dataset"), graph))
        store.add(Quad(node, DCT("title"), Literal(title), graph))
    path = tmp_path_factory.mktemp("index") / "index.sqlite"
    with SearchWriter(path, DEFAULT_BASE) as writer:
        writer.rebuild(store, 1)
    return store, str(path)


def ask(filled: tuple[Store, str], text: str) -> list[tuple[str, ...]]:
    store, index = filled
    text = PREFIXES + text
    inspect(text)
    found = store.query(rewrite(text, find(text, SEARCH), index), use_default_graph_as_union=True)
    assert isinstance(found, QuerySolutions)
    return [tuple(term.value for term in row if isinstance(term, Literal | NamedNode)) for row in found]


@pytest.mark.parametrize(
    "text",
    [
        'SELECT ?t { ?d leap:search "ocean heat" . ?d dct:title ?t } ORDER BY ?t',
        'SELECT ?t { ?d leap:search "ocean heat" ; dct:title ?t } ORDER BY ?t',
        'SELECT ?t { ?d leap:search "ocean heat";; . ?d dct:title ?t } ORDER BY ?t',
        "SELECT ?t { ?d dct:title ?t . ?d leap:search 'ocean heat' } ORDER BY ?t",
        'SELECT ?t { ?d leap:search ("ocean heat" 20) . ?d dct:title ?t } ORDER BY ?t',
        'SELECT ?t { GRAPH ?g { ?d leap:search """ocean\\theat""" ; dct:title ?t } } ORDER BY ?t',
        f'SELECT ?t {{ ?d <{SEARCH}> "ocean heat" FILTER(true) ?d dct:title ?t }} ORDER BY ?t',
        'SELECT ?t { (?d ?rank) leap:search "ocean heat" . ?d dct:title ?t } ORDER BY ?t',
        'SELECT ?t { { ?d leap:search "ocean heat" } ?d dct:title ?t } ORDER BY ?t',
    ],
)
def test_every_way_to_write_it_finds_the_same(filled: tuple[Store, str], text: str) -> None:
    assert ask(filled, text) == [("Ocean heat content",), ("Ocean heat flux and heat",)]


def test_hits_are_ranked_limited_and_joined(filled: tuple[Store, str]) -> None:
    rows = ask(filled, 'SELECT ?rank ?t { (?d ?rank) leap:search "ocean" . ?d dct:title ?t } ORDER BY ?rank')
    assert [rank for rank, _ in rows] == ["1", "2", "3"]
    assert {title for _, title in rows} == {TITLES[0], TITLES[1], TITLES[4]}
    assert len(ask(filled, 'SELECT ?d { ?d leap:search ("ocean" 2) }')) == 2
    both = 'SELECT ?d { ?d leap:search "ocean" . ?d leap:search "flux" }'
    assert ask(filled, both) == [(f"{DEFAULT_BASE}dataset/test/d1",)]
    assert ask(filled, 'SELECT ?d { ?d leap:search "nothing-like-it" }') == []


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?d leap:search ?words }",
        "SELECT * { ?d dct:title ?t ; leap:search 'x' }",
        "SELECT * { <http://e/a> leap:search 'x' }",
        "SELECT * { ?d leap:search 'x', 'y' }",
        "SELECT * { ?d leap:search 'x'@en }",
        "SELECT * { ?d leap:search 'x'^^dct:x }",
        "SELECT * { ?d leap:search ('x' ?n) }",
        "SELECT * { ?d leap:search ('x' -1) }",
        "SELECT * { ?d leap:search [] }",
        "SELECT * { " + "?d leap:search 'x' . " * (MOST_SEARCHES + 1) + "}",
    ],
)
def test_what_cannot_be_answered_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(Refused) as caught:
        find(PREFIXES + text, SEARCH)
    assert caught.value.status == 400
    assert "search" in caught.value.reason


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { leap:search ?p ?o }",
        "DESCRIBE leap:search",
        "SELECT * { ?s ?p leap:search }",
        "SELECT * { ?s ?p leap:search . ?a ?b ?c }",
        "SELECT * { VALUES ?x { leap:search dct:title } }",
        "PREFIX other: <http://e/> SELECT * { ?d other:search 'x' }",
        "SELECT * { ?d leap:searching 'x' }",
        "SELECT * { ?d ?p 'leap:search' } # ?d leap:search 'x'",
    ],
)
def test_the_word_alone_is_no_search(text: str) -> None:
    assert find(PREFIXES + text, SEARCH) == ()


def test_without_an_index_it_is_said(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no search index"):
        rewrite("", [Search(0, 0, "?d", "", "x", 1, "")], str(tmp_path / "none"))


WORDS = st.text(alphabet=st.sampled_from("ocean \"'\\\n\t*^(){}<>?$%&:;.,é\U0001f600\0-+"), max_size=30)


@given(WORDS)
@settings(max_examples=150, deadline=None)
def test_no_words_get_out_of_their_place(filled: tuple[Store, str], words: str) -> None:
    literal = str(Literal(words))
    text = f"{PREFIXES}SELECT ?d {{ ?d leap:search {literal} }}"
    (found,) = find(text, SEARCH)
    assert found.words == words
    rewritten = rewrite(text, (found,), filled[1])
    before, _, after = rewritten.partition("VALUES ?d {")
    assert before == PREFIXES + "SELECT ?d { "
    assert all(iri.startswith(f"<{DEFAULT_BASE}dataset/test/d") for iri in after.split("}")[0].split())
    assert after.split("}", 1)[1].strip() == "}"
