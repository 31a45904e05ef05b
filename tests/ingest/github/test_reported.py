"""The queue of repositories that a webhook reported."""

import sqlite3
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from leap_kg.graph.home import Home, HomeError
from leap_kg.ingest.github.reported import Report, Reported, due
from leap_kg.ingest.github.source import GithubConfig
from leap_kg.ingest.source import Source
from leap_kg.settings import DEFAULT_BASE as BASE

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def source(name: str, **more: object) -> Source:
    entry = {"id": name, "kind": "github", "title": "Code", **more}
    return GithubConfig.model_validate(entry).source(Path(), BASE)


def report(number: int = 1, name: str = "lab/code", moment: datetime = NOW, before: str = "") -> Report:
    return Report(number, name, "push", moment, before)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_a_report_waits_for_each_source_until_that_is_settled(home: Home) -> None:
    reported = Reported(home)
    assert reported.waiting("a") == []
    assert reported.note(report(), "d1", "b1")
    (waiting,) = reported.waiting("a")
    assert (waiting.repository, waiting.name, waiting.moment) == (1, "lab/code", NOW)
    reported.settle("a", waiting.number)
    assert Reported(home).waiting("a") == []
    assert [each.number for each in Reported(home).waiting("b")] == [waiting.number]
    reported.settle("a", 0)
    assert reported.waiting("a") == []


def test_a_delivery_counts_once_by_its_id_and_by_its_body(home: Home) -> None:
    reported = Reported(home)
    assert reported.note(report(), "d1", "b1")
    assert not reported.note(report(), "d1", "b2")
    assert not reported.note(report(), "d2", "b1")
    assert reported.note(report(), "d2", "b2")
    assert len(reported.waiting("a")) == 1


def test_a_report_that_comes_during_a_harvest_is_not_settled_by_it(home: Home) -> None:
    reported = Reported(home)
    reported.note(report(), "d1", "b1")
    begun = due(home, [source("lab", organisations=["lab"])])
    reported.note(report(), "d2", "b2")
    reported.settle("lab", begun["lab"])
    assert len(reported.waiting("lab")) == 1


def test_only_sources_that_take_the_repository_are_due(home: Home) -> None:
    reported = Reported(home)
    sources = [
        source("org", organisations=["Lab"]),
        source("one", repositories=["lab/other"]),
        source("old", repositories=["lab/old"]),
    ]
    assert due(home, sources) == {}
    reported.note(report(before="lab/old"), "d1", "b1")
    assert set(due(home, sources)) == {"org", "old"}
    reported.note(report(2, "lab/other"), "d2", "b2")
    assert set(due(home, sources)) == {"org", "one", "old"}


def test_deliveries_are_forgotten_after_a_month(home: Home) -> None:
    reported = Reported(home)
    reported.note(report(), "d1", "b1")
    assert reported.note(report(2, "lab/b", NOW + timedelta(days=31)), "d2", "b2")
    assert reported.note(report(1, "lab/code", NOW + timedelta(days=31)), "d1", "b1")


def test_many_processes_may_note_at_once(home: Home) -> None:
    failures: list[Exception] = []

    def note(worker: int) -> None:
        try:
            for number in range(10):
                Reported(home).note(
                    report(worker * 100 + number + 1, f"lab/r{worker}-{number}"),
                    f"d{worker}-{number}",
                    f"b{worker}-{number}",
                )
        except HomeError as failure:
            failures.append(failure)

    threads = [threading.Thread(target=note, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert len(Reported(home).waiting("a")) == 40


def test_a_file_that_is_no_database_is_an_error_that_says_what_to_do(home: Home) -> None:
    (home.path / "reported.sqlite").write_bytes(b"no database" * 100)
    with pytest.raises(HomeError, match="remove the file"):
        Reported(home).note(report(), "d1", "b1")


def test_what_was_noted_is_on_disk_when_note_returns(home: Home) -> None:
    Reported(home).note(report(), "d1", "b1")
    with sqlite3.connect(home.path / "reported.sqlite") as file:
        assert file.execute("SELECT name FROM report").fetchall() == [("lab/code",)]
    file.close()
