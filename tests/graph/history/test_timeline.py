"""The timeline: what each revision did to which entity, read back from one SQLite file."""

import sqlite3
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad

from leap_kg.graph.history.chronicle import TimelineWriter
from leap_kg.graph.history.feed import entity_of, in_feed
from leap_kg.graph.history.timeline import Timeline, Touched
from leap_kg.graph.home import Home
from leap_kg.graph.log.patchfile import LogError
from leap_kg.ontology.iri import readable
from leap_kg.ontology.kinds import LABELS, kind_of
from leap_kg.ontology.namespaces import DCAT, DCT, FOAF, RDF
from tests.graph.histories import LEAP, STEP, History, quad, random_quads
from tests.graph.samples import MOMENT
from tests.ontology.terms import BASE

DATASET = DCAT("Dataset")


@pytest.fixture
def history(home: Home) -> History:
    return History(home)


def timeline(history: History) -> Timeline:
    TimelineWriter(history.home, BASE).follow(history.log)
    return Timeline(history.home.path / "history.sqlite")


def told(found: list[Touched]) -> list[tuple[str, str, str, str, int, int]]:
    return [(readable(t.iri), t.how, t.kind, t.label, t.removed, t.added) for t in found]


def iri(name: str) -> str:
    return f"{BASE}dataset/{name}"


def test_a_timeline_that_was_never_written_is_empty(home: Home) -> None:
    empty = Timeline(home.path / "history.sqlite")
    assert (empty.last(), empty.revisions(), empty.count(), empty.at(MOMENT)) == (0, [], 0, 0)
    assert (empty.revision(1), empty.touched(1, 10), empty.of_entity(iri("a"), 10)) == (None, [], [])


def test_entities_come_change_and_go(history: History) -> None:
    first = {quad("a", RDF("type"), DATASET), quad("a", DCT("title"), "Alpha"), quad("a#part", DCT("title"), "Part")}
    history.become(first)
    history.become({*first, quad("a#part", DCAT("keyword"), "sea"), quad("b", RDF("type"), DATASET)})
    history.become({quad("b", RDF("type"), DATASET)})
    view = timeline(history)
    assert told(view.touched(1, 10)) == [("a", "new", "dataset", "Alpha", 0, 3)]
    assert told(view.touched(2, 10)) == [
        ("b", "new", "dataset", "b", 0, 1),
        ("a", "changed", "dataset", "Alpha", 0, 1),
    ]
    assert told(view.touched(3, 10)) == [("a", "removed", "dataset", "Alpha", 4, 0)]
    assert [t.revision for t in view.of_entity(iri("a"), 10)] == [3, 2, 1]
    assert [t.revision for t in view.of_entity(iri("a"), 1, 1)] == [2]
    assert view.of_entity(iri("a#part"), 10) == []


def test_an_entity_of_two_sources_is_new_once_and_removed_once(history: History) -> None:
    for source in ("one", "two"):
        history.become({quad("a", RDF("type"), DATASET, source), quad("a", DCT("title"), "Alpha", source)}, source)
    for source in ("one", "two"):
        history.become((), source)
    assert [t.how for t in timeline(history).of_entity(iri("a"), 10)] == ["removed", "changed", "changed", "new"]


def test_a_tombstone_is_a_removal_and_a_return_is_new(history: History) -> None:
    alive = {quad("a", RDF("type"), DATASET), quad("a", DCT("title"), "Alpha")}
    history.become(alive)
    history.become({quad("a", RDF("type"), LEAP("Tombstone")), quad("a", DCT("title"), "Alpha, removed")})
    history.become(alive)
    history.become({quad("a", DCT("isReplacedBy"), NamedNode(iri("b")))})
    assert told(timeline(history).of_entity(iri("a"), 10)) == [
        ("a", "removed", "dataset", "Alpha", 2, 1),
        ("a", "new", "dataset", "Alpha", 2, 2),
        ("a", "removed", "dataset", "Alpha", 2, 2),
        ("a", "new", "dataset", "Alpha", 0, 2),
    ]


def test_revisions_are_filtered_by_source_kind_entity_and_place(history: History) -> None:
    history.become({quad("a", RDF("type"), DATASET)})
    history.become({quad("b", RDF("type"), FOAF("Person"), "two")}, "two")
    history.become({quad("a", RDF("type"), DATASET), quad("a", DCT("title"), "Alpha")})
    view = timeline(history)

    def numbers(**chosen: object) -> list[int]:
        found = [r.revision for r in view.revisions(**chosen)]  # type: ignore[arg-type]
        assert view.count(**{k: v for k, v in chosen.items() if k != "limit"}) >= len(found)  # type: ignore[arg-type]
        return found

    assert numbers() == [3, 2, 1]
    assert numbers(limit=1) == [3]
    assert numbers(since=1, before=3) == [2]
    assert numbers(source="one") == [3, 1]
    assert numbers(kind="person") == [2]
    assert numbers(kind="boat") == []
    assert numbers(entity=iri("a")) == [3, 1]
    assert numbers(entity=iri("a"), source="two") == []
    assert view.count(entity=iri("a"), since=1) == 1


def test_runs_and_counters_are_no_changes(history: History) -> None:
    metrics = NamedNode(f"{BASE}graph/metrics/one")
    history.commit(added=[Quad(NamedNode(iri("a")), LEAP("stars"), Literal("5"), metrics)])
    view = timeline(history)
    assert view.touched(1, 10) == []
    found = view.revision(1)
    assert found is not None
    assert (found.removed, found.added, found.source) == (0, 0, "one")
    assert (view.size(1), view.reach(1)) == (2, 2)


def test_the_revision_in_force_at_a_moment(history: History) -> None:
    history.commit()
    history.commit()
    history.commit(at=history.at(2))
    view = timeline(history)
    first, tick = history.at(1), timedelta(microseconds=1)
    assert [view.at(m) for m in (first - tick, first, history.at(2) - tick, history.at(2))] == [0, 1, 1, 3]
    assert view.at(datetime.max.replace(tzinfo=UTC)) == 3
    assert view.at(datetime.min.replace(tzinfo=UTC)) == 0
    revised = view.revision(2)
    assert revised is not None
    assert revised.at == MOMENT + 2 * STEP
    assert revised.id == history.log.header(2).id


def test_a_clock_that_went_backwards_does_not_reorder_revisions(history: History) -> None:
    history.commit(at=MOMENT)
    history.commit(at=MOMENT - STEP)
    view = timeline(history)
    assert [r.at for r in view.revisions()] == [MOMENT, MOMENT]
    assert view.at(MOMENT) == 2
    assert view.at(MOMENT - STEP) == 0


def test_a_damaged_file_is_made_anew_while_a_reader_has_it_open(history: History) -> None:
    history.become({quad("a", RDF("type"), DATASET)})
    view = timeline(history)
    path = history.home.path / "history.sqlite"
    before = path.read_bytes()
    path.write_bytes(b"no database" * 1000)
    view.close()
    with pytest.raises(sqlite3.DatabaseError):
        view.last()
    TimelineWriter(history.home, BASE).follow(history.log)
    assert told(view.touched(1, 10)) == [("a", "new", "dataset", "a", 0, 1)]
    path.write_bytes(before[:5000])
    for ending in ("-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    TimelineWriter(history.home, BASE).follow(history.log)
    assert told(view.touched(1, 10)) == [("a", "new", "dataset", "a", 0, 1)]


def test_a_log_that_was_restored_is_followed_from_its_beginning(history: History, tmp_path: Path) -> None:
    for title in ("One", "Two", "Three"):
        history.become({quad("a", DCT("title"), title)})
    view = timeline(history)
    assert view.last() == 3
    history.log.files()[3].unlink()
    timeline(history)
    assert (view.last(), view.count(entity=iri("a"))) == (2, 2)
    other = History(Home(tmp_path / "other"))
    for title in ("Uno", "Due", "Tre"):
        other.become({quad("b", DCT("title"), title)})
    history.home.log.rename(tmp_path / "aside")
    other.home.log.rename(history.home.log)
    assert view.last() == 2
    timeline(history)
    assert (view.last(), view.count(entity=iri("a")), view.count(entity=iri("b"))) == (3, 0, 3)


def test_a_damaged_patch_stops_the_timeline_before_it(history: History) -> None:
    for title in ("One", "Two", "Three"):
        history.become({quad("a", DCT("title"), title)})
    path = history.log.files()[2]
    sound = path.read_bytes()
    path.write_bytes(sound[:-20])
    with pytest.raises(LogError, match=path.name):
        timeline(history)
    view = Timeline(history.home.path / "history.sqlite")
    assert view.last() == 1
    path.write_bytes(sound)
    timeline(history)
    assert (view.last(), view.count(entity=iri("a"))) == (3, 3)


def test_a_bulk_load_is_taken_in_pieces(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leap_kg.graph.history.tally._AT_ONCE", 3)
    history.become(
        {q for n in range(20) for q in (quad(f"d{n}", RDF("type"), DATASET), quad(f"d{n}#p", DCT("title"), "P"))}
    )
    view = timeline(history)
    assert [t.how for t in view.touched(1, 100)] == ["new"] * 20
    assert [readable(t.iri) for t in view.touched(1, 3, 18)] == ["d8", "d9"]
    assert view.touched_count(1) == 20


def test_what_belongs_to_an_entity() -> None:
    assert entity_of(f"{BASE}dataset/a#part", BASE) == f"{BASE}dataset/a"
    assert entity_of(f"{BASE}ontology#Recipe", BASE) == f"{BASE}ontology#Recipe"
    assert entity_of("https://example.org/a#b", BASE) == "https://example.org/a#b"
    assert [in_feed(BASE + f"graph/{g}", BASE) for g in ("prov", "metrics/x", "source/x", "curated")] == [
        False, False, True, True,
    ]  # fmt: skip


def expected(before: frozenset[Quad], after: frozenset[Quad]) -> set[tuple[str, str, str, str, int, int]]:
    """What a revision did, worked out from both whole states."""
    found = set()
    changed = [q for q in before ^ after if isinstance(q.graph_name, NamedNode) and in_feed(q.graph_name.value, BASE)]
    for entity in {entity_of(q.subject.value, BASE) for q in changed}:  # type: ignore[union-attr]
        was, stays = _about(before, entity), _about(after, entity)
        kinds = [_kind(was), _kind(stays)]
        there = [k not in ("", "tombstone") for k in kinds]
        if not any(there):
            there = [bool(was), bool(stays)] if not (was and stays) else [True, True]
        how = {(True, True): "changed", (False, True): "new", (True, False): "removed"}[there[0], there[1]]
        order = [(kinds[0], _label(was)), (kinds[1], _label(stays))]
        shown = order if how == "removed" else order[::-1]
        kind, label = (shown[0][i] or shown[1][i] for i in range(2))
        mine = [q for q in changed if entity_of(q.subject.value, BASE) == entity]  # type: ignore[union-attr]
        counts = (sum(q in before for q in mine), sum(q in after for q in mine))
        found.add((entity, how, kind, label or readable(entity), *counts))
    return found


def _about(state: frozenset[Quad], entity: str) -> set[Quad]:
    return {
        q
        for q in state
        if isinstance(q.subject, NamedNode)
        and entity_of(q.subject.value, BASE) == entity
        and isinstance(q.graph_name, NamedNode)
        and in_feed(q.graph_name.value, BASE)
    }


def _own(quads: set[Quad]) -> list[Quad]:
    return [
        q for q in quads if isinstance(q.subject, NamedNode) and entity_of(q.subject.value, BASE) == q.subject.value
    ]


def _kind(quads: set[Quad]) -> str:
    kind = kind_of((q.object.value for q in _own(quads) if q.predicate == RDF("type")), BASE)  # type: ignore[union-attr]
    return kind.name if kind else ""


def _label(quads: set[Quad]) -> str:
    for predicate in LABELS:
        if names := [q.object.value for q in _own(quads) if q.predicate == predicate]:  # type: ignore[union-attr]
            return min(names)
    return ""


@given(st.lists(random_quads(), max_size=6), st.integers(0, 6))
@settings(max_examples=40)
def test_any_history_is_told_as_its_states_show_it(states: list[frozenset[Quad]], pause: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        history = History(Home(Path(folder) / "home"))
        for number, wanted in enumerate(states):
            history.commit(history.states[-1] - wanted, wanted)
            if number == pause:
                timeline(history).close()
        view = timeline(history)
        assert view.last() == len(states)
        for revision in range(1, len(states) + 1):
            before, after = history.states[revision - 1 : revision + 1]
            found = view.touched(revision, 100)
            assert {(t.iri, t.how, t.kind, t.label, t.removed, t.added) for t in found} == expected(before, after)
            assert len(found) == view.touched_count(revision)
            assert view.size(revision) == len(after)
            assert view.reach(revision) - view.reach(revision - 1) == len(before ^ after)
            revised = view.revision(revision)
            assert revised is not None
            assert (revised.removed, revised.added) == (sum(t.removed for t in found), sum(t.added for t in found))
        view.close()
