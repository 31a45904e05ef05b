"""What harvesting remembers: written whole or not at all, read by others without a trace."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from pyoxigraph import NamedNode, Triple

from leap_kg.graph.home import HomeError
from leap_kg.ingest.state import DeadLetter, KeptPart, KeptRecord, RunReport, State
from tests.ingest.shelf import dataset
from tests.ontology.terms import any_triples, iris, texts

REPORT = RunReport(
    run="lab/1",
    source="lab",
    title="The lab",
    started="2026-03-01T12:00:00+00:00",
    ended="2026-03-01T12:00:05+00:00",
    outcome="complete",
    seen=4,
    published=1,
    unchanged=1,
    dead=1,
    tombstoned=1,
    revision=3,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a folder? #1 %20" / "state.sqlite"


@pytest.fixture
def state(path: Path) -> Iterator[State]:
    path.parent.mkdir()
    with State(path) as state:
        yield state


def kept(key: str, digest: str = "d", absences: int = 0) -> KeptRecord:
    return KeptRecord(
        key, dataset(key), (), (KeptPart("meta", f"https://x.example/{key}", "0" * 64),), digest, absences
    )


def letter(key: str, reason: str = "because") -> DeadLetter:
    return DeadLetter("lab", key, f"https://x.example/{key}", "parse", reason)


@given(triples=any_triples, subject=iris, url=texts)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
def test_a_record_comes_back_as_it_was_kept(state: State, triples: list[Triple], subject: NamedNode, url: str) -> None:
    record = KeptRecord("k", subject, tuple(triples), (KeptPart("meta", url, "f" * 64),), "digest", 1)
    state.finish(replace(REPORT, run=f"run {len(state.runs(limit=10_000))}"), [record], [], [])
    assert state.records("lab") == {"k": record}


def test_a_record_that_is_not_named_again_stays(state: State) -> None:
    state.finish(REPORT, [kept("a"), kept("b")], [], [])
    state.finish(replace(REPORT, run="lab/2"), [kept("a", "new")], [], [])
    assert {key: record.digest for key, record in state.records("lab").items()} == {"a": "new", "b": "d"}


def test_a_forgotten_record_is_gone(state: State) -> None:
    state.finish(REPORT, [kept("a"), kept("b")], [], [])
    state.finish(replace(REPORT, run="lab/2"), [kept("a")], ["b", "never there"], [])
    assert set(state.records("lab")) == {"a"}


def test_sources_do_not_mix(state: State) -> None:
    state.finish(REPORT, [kept("a")], [], [letter("x")])
    state.finish(replace(REPORT, run="other/1", source="other"), [], ["a"], [])
    assert set(state.records("lab")) == {"a"}
    assert [each.key for each in state.dead_letters()] == ["x"]
    assert state.dead_letters("other") == []


def test_dead_letters_count_attempts_and_vanish_when_the_record_is_good(state: State) -> None:
    state.finish(REPORT, [], [], [letter("a", "first reason"), letter("b")])
    later = replace(REPORT, run="lab/2", ended="2026-03-02T12:00:00+00:00")
    state.finish(later, [], [], [letter("a", "second reason")])
    (left,) = state.dead_letters("lab")
    assert (left.key, left.reason, left.attempts) == ("a", "second reason", 2)
    assert (left.first, left.last) == (REPORT.ended, later.ended)


def test_a_failed_run_is_remembered_and_changes_nothing_else(state: State) -> None:
    state.finish(REPORT, [kept("a")], [], [letter("b")])
    failed = replace(REPORT, run="lab/2", started="2026-03-02T12:00:00+00:00", outcome="failed", message="no list")
    state.fail(failed)
    assert state.runs() == [failed, REPORT]
    assert state.runs("lab", limit=1) == [failed]
    assert set(state.records("lab")) == {"a"}
    assert len(state.dead_letters()) == 1


def test_the_last_check_is_the_last_run_that_read_the_source_in_full(state: State) -> None:
    state.finish(REPORT, [], [], [])
    state.fail(replace(REPORT, run="lab/2", ended="2026-03-09T12:00:00+00:00", outcome="failed"))
    assert state.last_checks() == {"lab": datetime(2026, 3, 1, 12, 0, 5, tzinfo=UTC)}
    state.finish(replace(REPORT, run="lab/3", ended="2026-03-10T12:00:00+00:00", outcome="held"), [], [], [])
    assert state.last_checks() == {"lab": datetime(2026, 3, 10, 12, tzinfo=UTC)}


def test_a_run_is_written_whole_or_not_at_all(state: State) -> None:
    state.finish(REPORT, [kept("a")], [], [letter("b")])
    broken = replace(kept("c"), absences=None)  # type: ignore[arg-type]
    with pytest.raises(sqlite3.IntegrityError):
        state.finish(replace(REPORT, run="lab/2"), [kept("a", "new"), broken], ["a"], [])
    assert {key: record.digest for key, record in state.records("lab").items()} == {"a": "d"}
    assert state.runs() == [REPORT]
    assert len(state.dead_letters()) == 1


def test_a_reader_leaves_no_trace_and_cannot_write(state: State, path: Path) -> None:
    state.finish(REPORT, [kept("a")], [], [])
    state.__exit__(None, None, None)
    before = {file.name: file.read_bytes() for file in path.parent.iterdir()}
    with State(path, readonly=True) as reader:
        assert set(reader.records("lab")) == {"a"}
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            reader.fail(replace(REPORT, run="lab/2"))
    assert {file.name: file.read_bytes() for file in path.parent.iterdir()} == before
    assert set(before) == {"state.sqlite"}


def test_readers_and_the_writer_get_on(state: State, path: Path) -> None:
    state.finish(REPORT, [kept("a")], [], [])
    with State(path, readonly=True) as reader:
        assert set(reader.records("lab")) == {"a"}
        state.finish(replace(REPORT, run="lab/2"), [kept("b")], [], [])
        assert set(reader.records("lab")) == {"a", "b"}


@pytest.mark.parametrize("readonly", [False, True])
def test_a_file_that_is_no_state_says_what_to_do(tmp_path: Path, readonly: bool) -> None:
    path = tmp_path / "state.sqlite"
    path.write_bytes(b"This is not a database. " * 100)
    with pytest.raises(HomeError, match=r"state\.sqlite cannot be used .*delete it"), State(path, readonly=readonly):
        pass


def test_a_state_of_another_version_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    database = sqlite3.connect(path)
    database.executescript("CREATE TABLE record (source TEXT); PRAGMA user_version = 99;")
    database.close()
    with pytest.raises(HomeError, match="version 99"), State(path):
        pass


def test_a_damaged_record_says_what_to_do(state: State, path: Path) -> None:
    state.finish(REPORT, [kept("a")], [], [])
    database = sqlite3.connect(path)
    database.execute("UPDATE record SET said = x'00'")
    database.commit()
    database.close()
    with pytest.raises(HomeError, match=r"is damaged .*delete it"):
        state.records("lab")


@pytest.mark.parametrize("column", ["published", "unchanged", "dead", "tombstoned"])
def test_a_report_that_loses_a_record_is_out_of_balance(column: str) -> None:
    assert REPORT.balanced
    assert not replace(REPORT, **{column: 0}).balanced  # type: ignore[arg-type]
