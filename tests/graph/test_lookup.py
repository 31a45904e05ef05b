"""Iterators of the engine do not outlive what they were made for: another thread may not drop them."""

import gc
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from leap_kg.graph.index.entry import kind_in, label_in
from leap_kg.graph.lookup import looked_up, stands
from leap_kg.graph.names import provenance_graph, source_graph, whole_graph
from leap_kg.graph.publication.provenance import graph_revision, stored_revision
from leap_kg.graph.snapshot import Snapshot
from leap_kg.ingest.stac.document import stac_json
from leap_kg.ontology.iri import part
from leap_kg.ontology.namespaces import DCT, ONTOLOGY_PATH, PROV, RDF, Namespace
from leap_kg.outputs.reading import Reader
from leap_kg.settings import DEFAULT_BASE as BASE
from leap_kg.sparql.catalogue import Catalogue
from leap_kg.sparql.run import select
from leap_kg.web.reading import Reading

LEAP = Namespace(BASE + ONTOLOGY_PATH)
NODE, GRAPH = NamedNode(f"{BASE}dataset/a"), source_graph(BASE, "lab")
RUNS = provenance_graph(BASE)


class Failing:
    """A store whose disk fails when the second quad is read."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def quads_for_pattern(self, *pattern: Any) -> Iterator[Quad]:
        return map(failing, self._store.quads_for_pattern(*pattern), iter((True, False)))


def failing(quad: Quad, good: bool) -> Quad:
    if not good:
        raise OSError("the disk failed")
    return quad


@pytest.fixture
def store() -> Store:
    found = Store()
    for number in range(4):
        found.add(Quad(NODE, DCT("title"), Literal(str(number)), GRAPH))
        found.add(Quad(NODE, RDF("type"), NamedNode(f"{BASE}kind/{number}"), GRAPH))
        found.add(Quad(GRAPH, PROV("wasGeneratedBy"), NamedNode(f"{BASE}run/{number}"), RUNS))
        found.add(Quad(NamedNode(f"{BASE}run/{number}"), LEAP("revision"), Literal(number), RUNS))
        found.add(Quad(whole_graph(BASE), LEAP("revision"), Literal(number), RUNS))
        found.add(Quad(part(NODE, "document", "stac"), PROV("value"), Literal(f"{{{number}"), GRAPH))
    return found


def reading(store: Any) -> Reading:
    return Reading(Snapshot(1, None, store), BASE, Catalogue((), {}))  # type: ignore[arg-type]


LOOKUPS: dict[str, Callable[[Any], object]] = {
    "a label": lambda store: label_in(store, NODE),
    "a kind": lambda store: kind_in(store, NODE, BASE),
    "the revision of a graph": lambda store: graph_revision(store, GRAPH, BASE),
    "the revision of the store": lambda store: stored_revision(store, BASE),
    "statements of a page": lambda store: reading(store).statements(NODE),
    "values on a page": lambda store: reading(store).objects(NODE, DCT("title")),
    "a text of an output": lambda store: Reader(store, BASE)._texts(NODE, DCT("title")),
}


@pytest.fixture
def dropped(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What the engine says of iterators that another thread has dropped; nothing is collected but by the test."""
    told: list[str] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda fault: told.append(str(fault.exc_value)))
    gc.collect()
    gc.disable()
    yield told
    gc.enable()


def raised(work: Callable[[], object]) -> BaseException:
    """What the work raises in a thread of its own, as a server hands it to another; that thread is gone then."""
    caught: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - whatever it is, it goes to another thread
            caught.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return caught.pop()


@pytest.mark.parametrize("name", LOOKUPS)
def test_a_look_up_that_fails_leaves_nothing_to_the_thread_that_handles_it(
    store: Store, dropped: list[str], name: str
) -> None:
    error = raised(lambda: LOOKUPS[name](Failing(store)))
    assert isinstance(error, OSError)
    del error
    gc.collect()
    assert dropped == []


@pytest.mark.parametrize(
    ("work", "kind"),
    [
        (lambda store: select(store, "CONSTRUCT WHERE { ?s ?p ?o }"), ValueError),
        (lambda store: stac_json(store, NODE), ValueError),
    ],
    ids=["no SELECT", "no JSON"],
)
def test_what_is_wrong_with_an_answer_leaves_no_answer_behind(
    store: Store, dropped: list[str], work: Callable[[Store], object], kind: type[Exception]
) -> None:
    error = raised(lambda: work(store))
    assert isinstance(error, kind)
    del error
    gc.collect()
    assert dropped == []


def test_an_iterator_that_is_kept_is_seen_by_these_tests(store: Store, dropped: list[str]) -> None:
    """So that the tests above can fail."""

    def keeping() -> None:
        quads = store.quads_for_pattern(NODE, None, None, None)
        raise OSError(next(quads))

    error = raised(keeping)
    del error
    gc.collect()
    assert dropped
    assert all("another thread" in words for words in dropped)


def test_quads_are_looked_up_up_to_a_number_and_asked_for_without_reading_them(store: Store) -> None:
    assert len(looked_up(store, NODE)) == 8
    assert len(looked_up(store, NODE, DCT("title"), most=3)) == 3
    assert looked_up(store, None, None, Literal("2"), GRAPH)[0].subject == NODE
    assert stands(Failing(store), NODE)  # type: ignore[arg-type]
    assert not stands(store, NODE, DCT("title"), Literal("9"))
