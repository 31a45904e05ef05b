"""Typing errors are forgiven where nothing has the words as they were typed, and only there."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, Quad, Store

from leap_kg.graph.index.indexing import SearchWriter
from leap_kg.graph.index.ranking import WEIGHED
from leap_kg.graph.index.search import SearchIndex
from leap_kg.graph.index.spelling import Spelling, plain
from leap_kg.graph.names import source_graph
from leap_kg.ontology.iri import mint
from leap_kg.ontology.namespaces import DCAT, DCT, RDF, SKOS
from tests.ontology.terms import BASE, texts

GRAPH = source_graph(BASE, "one")
TITLES = (
    *["Sea surface temperature"] * 40,
    "Temprature with a fault",
    "Precipitation over land",
    "Salinity profiles",
    "Météorologie",
)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made: Path = tmp_path_factory.mktemp("spelling") / "index.sqlite"
    store = Store()
    for number, title in enumerate(TITLES):
        node = mint(BASE, "dataset", f"d{number}")
        store.add(Quad(node, RDF("type"), DCAT("Dataset"), GRAPH))
        store.add(Quad(node, DCT("title"), Literal(title), GRAPH))
    with SearchWriter(made, BASE) as writer:
        writer.rebuild(store, 1)
    return made


@pytest.fixture
def index(path: Path) -> Iterator[SearchIndex]:
    opened = SearchIndex(path)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("text", "expected", "total"),
    [
        ("surfcae", "surface", 40),  # changed places
        ("surfae", "surface", 40),  # lost
        ("surrface", "surface", 40),  # doubled
        ("sirface", "surface", 40),  # wrong
        ("urface sea", "", 40),  # part of a word
        ("sea surfce tempersture", "sea surface temperature", 40),
        ("SURFCAE Sea", "surface Sea", 40),
        ("precipitaton", "precipitation", 1),
        ("percipitaton", "precipitation", 1),  # two changes
        ("preciptat", "precipitation", 1),  # not typed to its end
        ("salinty-profile", "salinity-profile", 1),
        ("meteorolgie", "meteorologie", 1),
        ("seasurface", "sea surface", 40),  # without its blank
        ("seasurface tempersture", "sea surface temperature", 40),
        ("temprature surface", "temperature surface", 40),  # both are known, and nothing has them together
        ("sea surface", "", 40),
        ("giraffe", "", 0),
        ("landgiraffe", "", 0),
        ("surfcae giraffe", "", 0),
        ("slae", "", 0),
        ("xxx", "", 0),
    ],
)
def test_the_nearest_words_are_searched_and_named(index: SearchIndex, text: str, expected: str, total: int) -> None:
    found = index.find(text, tolerant=True)
    assert (found.shown_for, found.total) == (expected, total)
    assert index.find(text).shown_for == ""
    if expected:
        assert index.find(text).total == 0
        assert [hit.iri for hit in found.hits] == [hit.iri for hit in index.find(expected).hits]


def test_a_fault_that_stands_in_the_data_is_found_and_doubted(index: SearchIndex) -> None:
    found = index.find("temprature", tolerant=True)
    assert (found.total, found.shown_for, found.meant) == (1, "", "temperature")
    assert index.find("salinity", tolerant=True).meant == ""
    assert index.find("temprature").meant == ""


def test_other_words_are_counted_and_narrowed_like_those_asked_for(index: SearchIndex) -> None:
    found = index.find("surfcae", {"kind": ["dataset"]}, limit=3, counted=["kind"], tolerant=True)
    assert (len(found.hits), [count.hits for count in found.facets["kind"]]) == (3, [40])
    nothing = index.find("surfcae", {"kind": ["person"]}, tolerant=True)
    assert (nothing.total, nothing.shown_for) == (0, "")


def test_nothing_is_written_by_it(path: Path) -> None:
    before = path.read_bytes()
    index = SearchIndex(path)
    index.find("surfcae", tolerant=True)
    index.close()
    assert path.read_bytes() == before
    with sqlite3.connect(path) as database:
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master")}
    assert not {name for name in tables if "vocabulary" in name or name == "hit"}


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(texts, st.text(max_size=40), st.text("surfacetmp ", max_size=60)))
def test_any_text_can_be_corrected(index: SearchIndex, text: str) -> None:
    found = index.find(text, tolerant=True, counted=("kind",))
    assert found.total == sum(count.hits for count in found.facets["kind"])
    near = Spelling(index._database).corrected(text)
    assert near is None or near != text


@given(st.text(max_size=10))
def test_plain_words_are_plain(word: str) -> None:
    assert plain(plain(word)) == plain(word)


def test_beyond_the_weighed_hits_come_those_with_the_words_in_their_names_first(tmp_path: Path) -> None:
    store = Store()
    most = WEIGHED + 600
    for number in range(most):
        node = mint(BASE, "concept" if number % 2 else "dataset", f"n{number:05}")
        store.add(Quad(node, RDF("type"), SKOS("Concept") if number % 2 else DCAT("Dataset"), GRAPH))
        store.add(Quad(node, DCT("title"), Literal("flux" if number % 10 in (8, 9) else f"n{number}"), GRAPH))
        store.add(Quad(node, DCAT("keyword"), Literal("flux"), GRAPH))
    with SearchWriter(tmp_path / "index.sqlite", BASE) as writer:
        writer.rebuild(store, 1)
    index = SearchIndex(tmp_path / "index.sqlite")
    pages = [hit for start in range(0, most, 1000) for hit in index.find("flux", limit=1000, offset=start).hits]
    assert len(pages) == len({hit.iri for hit in pages}) == index.find("flux").total == most
    order = [(hit.label != "flux", hit.kind != "dataset") for hit in pages]
    assert order == sorted(order)
    narrowed = index.find("flux", {"kind": ["concept"]}, limit=most)
    assert {hit.kind for hit in narrowed.hits} == {"concept"}
    assert narrowed.total == len(narrowed.hits) == most // 2
    assert index.find("flux", offset=most).hits == []
    assert [count.hits for count in index.find("flux", counted=["kind"]).facets["kind"]] == [most // 2] * 2
    index.close()
