"""Publishing by records: the same graph as publishing their union, whatever became of the ledger in between."""

import sqlite3
from collections.abc import Callable, Iterable
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from pyoxigraph import Literal, Quad

from leap_kg.graph.home import Home
from leap_kg.graph.log.patch import PatchLog
from leap_kg.graph.names import source_graph
from leap_kg.graph.publication.records import Record
from leap_kg.graph.publish import Rejected, Writer
from leap_kg.ontology.iri import mint
from leap_kg.ontology.namespaces import DCAT, DCT, FOAF, RDF
from tests.graph.samples import activity, dataset, graph_of, replay
from tests.ontology.terms import BASE

_numbers = count()
GRAPH = source_graph(BASE, "one")
SHARED = [
    Quad(mint(BASE, "person", str(number)), predicate, value, GRAPH)
    for number in range(3)
    for predicate, value in ((RDF("type"), FOAF("Person")), (FOAF("name"), Literal(f"Person {number}")))
]


def said(key: str, version: int) -> set[Quad]:
    """What a record says: a dataset of its own, and some of the people that others also speak of."""
    people = {
        SHARED[place]
        for number in range(3)
        if (version + len(key)) >> number & 1
        for place in (2 * number, 2 * number + 1)
    }
    node = mint(BASE, "dataset", key)
    return people | {
        Quad(node, RDF("type"), DCAT("Dataset"), GRAPH),
        Quad(node, DCT("title"), Literal(f"Version {version}"), GRAPH),
        Quad(node, DCT("source"), mint(BASE, "file", key), GRAPH),
    }


def record(key: str, version: int, asked: list[str] | None = None) -> Record:
    def quads() -> Iterable[Quad]:
        if asked is not None:
            asked.append(key)
        return said(key, version)

    return Record(key, f"v{version}", quads)


def _lost(home: Home) -> None:
    for path in home.path.glob("records.sqlite*"):
        path.unlink()


def _spoilt(home: Home) -> None:
    _lost(home)
    home.records.write_bytes(b"no database at all" * 300)


def _old(home: Home) -> None:
    with sqlite3.connect(home.records) as database:
        database.execute("UPDATE source SET revision = revision - 1")
    database.close()


def _of_another_log(home: Home) -> None:
    with sqlite3.connect(home.records) as database:
        database.execute("UPDATE source SET id = 'urn:sha256:0'")
    database.close()


def _of_another_layout(home: Home) -> None:
    with sqlite3.connect(home.records) as database:
        database.execute("PRAGMA user_version = 1")
    database.close()


HARMS: list[Callable[[Home], None]] = [_lost, _spoilt, _old, _of_another_log, _of_another_layout]
versions = st.dictionaries(st.sampled_from(("a", "b", "cc", "ddd")), st.integers(0, 7), max_size=4)


class RecordsEqualTheirUnion(RuleBasedStateMachine):
    """Any order of publications by records, plain ones, changes by others, refusals and losses of the ledger."""

    folder: Path

    @initialize()
    def begin(self) -> None:
        self.home = Home(self.folder / str(next(_numbers)))
        self.writer = Writer(self.home, BASE)
        self.writer.__enter__()
        self.records: dict[str, int] = {}
        self.told = False

    @rule(wanted=versions)
    def publish_all(self, wanted: dict[str, int]) -> None:
        self.writer.publish_records("one", [record(*each) for each in wanted.items()], activity())
        self.records = dict(wanted)

    @rule(some=versions, gone=st.sets(st.sampled_from(("a", "b", "cc", "ddd"))))
    def publish_some(self, some: dict[str, int], gone: set[str]) -> None:
        self.writer.publish_records(
            "one", [record(*each) for each in some.items()], activity(), complete=False, gone=gone
        )
        self.records = {key: version for key, version in self.records.items() if key not in gone} | some

    @rule()
    def publish_as_a_whole_and_by_records_again(self) -> None:
        """A plain publication in between, of something else, is undone by the records."""
        self.writer.publish("one", dataset("other", "Something else"), activity())
        self.publish_all(self.records)

    @rule()
    def be_changed_by_others(self) -> None:
        people = graph_of(self.writer.store, "one") & set(SHARED)
        self.writer.commit("web", people, dataset("extra", "Extra"), activity())
        self.publish_some({}, set())

    @rule()
    def be_refused(self) -> None:
        untitled = Record("bad", "v0", lambda: [q for q in said("bad", 0) if q.predicate != DCT("title")])
        with pytest.raises(Rejected):
            self.writer.publish_records("one", [untitled, record("a", 99)], activity())

    @precondition(lambda self: self.home.records.exists())
    @rule(harm=st.sampled_from(HARMS))
    def lose_the_ledger(self, harm: Callable[[Home], None]) -> None:
        """What is not remembered must be given again."""
        harm(self.home)
        self.publish_all(self.records)

    @rule()
    def open_again(self) -> None:
        self.writer.__exit__(None, None, None)
        self.writer.__enter__()

    @invariant()
    def the_graph_is_their_union(self) -> None:
        if hasattr(self, "writer"):
            wanted = set().union(*(said(*each) for each in self.records.items()))
            assert graph_of(self.writer.store, "one") == wanted

    def teardown(self) -> None:
        if hasattr(self, "writer"):
            assert replay(PatchLog(self.home.log)) == set(self.writer.store)
            self.writer.__exit__(None, None, None)


def test_records_equal_their_union(tmp_path: Path) -> None:
    class Here(RecordsEqualTheirUnion):
        folder = tmp_path

    run: Any = Here.TestCase
    run.settings = settings(
        max_examples=12, stateful_step_count=8, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run().runTest()


def test_only_records_with_a_new_digest_are_asked(writer: Writer) -> None:
    asked: list[str] = []
    first = writer.publish_records("one", [record(key, 1, asked) for key in "abc"], activity())
    assert asked == ["a", "b", "c"]
    again = writer.publish_records("one", [record(key, 1, asked) for key in "abc"], activity())
    assert (asked, again.revision, bool(again.difference)) == (["a", "b", "c"], first.revision, False)
    asked.clear()
    changed = writer.publish_records(
        "one", [record("a", 1, asked), record("b", 2, asked), record("c", 1, asked)], activity()
    )
    assert asked == ["b"]
    assert changed.revision == first.revision + 1
    assert set(changed.difference.removed) == said("b", 1) - said("b", 2) - said("a", 1) - said("c", 1)
    assert set(changed.difference.added) == said("b", 2) - said("b", 1) - said("a", 1)


def test_records_of_some_kilobytes_share_pages(home: Home) -> None:
    def quads(number: int) -> Callable[[], set[Quad]]:
        text = Random(number).randbytes(800).hex()
        return lambda: dataset(str(number), text)

    with Writer(home, BASE) as writer:
        writer.publish_records("one", [Record(str(n), "v", quads(n)) for n in range(200)], activity())
    with sqlite3.connect(home.records) as database:
        ((said,), (pages,), (size,)) = (
            database.execute(query).fetchone()
            for query in ("SELECT sum(length(said)) FROM record", "PRAGMA page_count", "PRAGMA page_size")
        )
    database.close()
    assert said > 200 * 1000
    assert pages * size < 2 * said


def test_a_triple_of_two_records_stays_until_neither_says_it(writer: Writer) -> None:
    def quads(title: str) -> Callable[[], set[Quad]]:
        return lambda: dataset(title, title)

    records = {key: Record(key, "v", quads(key)) for key in "abc"}
    person = dataset("a", "a") & dataset("b", "b")
    assert person
    writer.publish_records("one", records.values(), activity())
    writer.publish_records("one", [records["b"], records["c"]], activity())
    assert graph_of(writer.store, "one") == dataset("b", "b") | dataset("c", "c")
    writer.publish_records("one", [records["c"]], activity())
    assert person < graph_of(writer.store, "one")
    writer.publish_records("one", [], activity(), complete=False, gone=["c"])
    assert graph_of(writer.store, "one") == set()


def test_what_a_lost_ledger_knew_is_asked_again_and_the_graph_does_not_change(home: Home, writer: Writer) -> None:
    writer.publish_records("one", [record(key, 1) for key in "abc"], activity())
    _lost(home)
    asked: list[str] = []
    again = writer.publish_records("one", [record(key, 1, asked) for key in "abc"], activity())
    assert (asked, again.revision) == (["a", "b", "c"], 1)
    asked.clear()
    writer.publish_records("one", [record(key, 1, asked) for key in "abc"], activity())
    assert asked == []


def test_a_key_comes_once(writer: Writer) -> None:
    with pytest.raises(ValueError, match="two records have the key 'a'"):
        writer.publish_records("one", [record("a", 1), record("a", 2)], activity())
    assert writer.revision == 0


def test_an_error_of_a_record_is_its_own_and_changes_nothing(writer: Writer) -> None:
    writer.publish_records("one", [record("a", 1)], activity())

    def broken() -> Iterable[Quad]:
        raise ConnectionResetError("the catalogue went away")

    with pytest.raises(ConnectionResetError, match="the catalogue went away"):
        writer.publish_records("one", [record("a", 2), Record("b", "v", broken)], activity())
    assert (writer.revision, graph_of(writer.store, "one")) == (1, said("a", 1))
    assert writer.publish_records("one", [record("a", 2)], activity()).revision == 2


def test_many_changes_take_the_way_of_the_whole(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leap_kg.graph.publication.records._MOST", 5)
    writer.publish_records("one", [record(key, 1) for key in ("a", "b", "cc", "ddd")], activity())
    writer.publish_records("one", [record(key, 2) for key in ("b", "cc", "ddd")], activity())
    assert graph_of(writer.store, "one") == said("b", 2) | said("cc", 2) | said("ddd", 2)
    writer.publish_records("one", [record("b", 2)], activity())
    assert graph_of(writer.store, "one") == said("b", 2)
