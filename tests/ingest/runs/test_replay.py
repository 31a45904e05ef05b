"""Mapping again what is stored: without a network, the same bodies give the same graph, and a new mapping a new one."""

import socket
from pathlib import Path
from typing import NoReturn

import pytest

from leap_kg.ingest.raw import RawStore
from leap_kg.ingest.runs.replaying import NoFetcher
from leap_kg.ingest.runs.rounds import Options, harvest_round
from tests.ingest.ledger import Desk, Ledger
from tests.ingest.shelf import (
    BASE,
    Bench,
    Shelf,
    catalog_source,
    entry_of,
    meta_address,
    published_source,
    silent,
)

NAMES = ("alpha", "beta", "gamma")
TEXTS = {"a": "A/person:ada", "b": "B", "c": "C/store:s1"}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "home")


@pytest.fixture
def no_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object, **more: object) -> NoReturn:
        raise AssertionError("a replay opens no socket")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def replay(bench: Bench) -> list[str]:
    """Replay the catalogue and what is published of it; the outcomes."""
    sources = [catalog_source(), published_source()]
    options = Options(replay=True)
    rounds = harvest_round(bench.home, BASE, sources, NoFetcher(), progress=silent, options=options)
    return [outcome.report.outcome for outcome in rounds]


@pytest.mark.usefixtures("no_sockets")
def test_the_same_bodies_give_the_same_graph(tmp_path: Path) -> None:
    shelf = Shelf()
    shelf.feedstocks(NAMES)
    shelf.publish([entry_of(name) for name in ("alpha", "lost")])
    shelf.put(meta_address("gamma"), b"title: [unclosed")
    bench = Bench(tmp_path / "home", shelf, catalog_source, published_source)
    bench.outcomes()
    before, letters = bench.export("lab", "lab-published"), bench.dead_letters()
    assert replay(bench) == ["replayed", "replayed"]
    assert bench.export("lab", "lab-published") == before
    assert bench.dead_letters().keys() == letters.keys()
    assert [outcome.report.published for outcome in bench.outcomes()] == [0, 0]


@pytest.mark.parametrize("found", [False, True])
def test_a_new_mapping_is_published_from_old_bodies(desk: Desk, found: bool) -> None:
    desk.harvest(Ledger(TEXTS, found=found))
    ledger = Ledger({}, prefix="New ")
    report = desk.harvest(ledger, replay=True)
    assert (report.outcome, report.published, report.seen) == ("replayed", 3, 3)
    assert (ledger.since, ledger.counts["fetched"]) == ([], 0)
    fresh = Desk(desk.home.path.parent / "fresh")
    fresh.harvest(Ledger(TEXTS, prefix="New "))
    assert desk.export() == fresh.export()


def test_a_dead_letter_comes_to_life_when_its_mapping_is_mended(desk: Desk) -> None:
    desk.harvest(Ledger({**TEXTS, "d": "bad"}))

    class Mended(Ledger):
        def map(self, record):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
            good = b"Good after all" if record.parts[0].data == b"bad" else record.parts[0].data
            part = type(record.parts[0]).cut("text", record.parts[0].url, good)
            return super().map(type(record)(record.key, (part,)))

    report = desk.harvest(Mended({}), replay=True)
    assert (report.published, report.dead, report.seen) == (1, 0, 4)
    assert "Good after all" in desk.export()
    assert desk.remembered(lambda state: state.dead_letters()) == []


def test_a_lost_body_keeps_what_was_good_and_says_what_to_do(desk: Desk) -> None:
    desk.harvest(Ledger(TEXTS))
    before = desk.export()
    for file in desk.home.raw.rglob("*.gz"):
        file.unlink()
    report = desk.harvest(Ledger({}, prefix="New "), replay=True)
    assert (report.dead, report.published) == (3, 0)
    assert desk.export() == before
    reasons = desk.remembered(lambda state: {letter.reason for letter in state.dead_letters()})
    assert all("harvest its source again" in reason for reason in reasons)
    assert desk.harvest(Ledger(TEXTS)).unchanged == 3


def test_a_replay_is_no_reading(desk: Desk) -> None:
    desk.harvest(Ledger(TEXTS))
    checked = desk.remembered(lambda state: state.last_checks())
    desk.harvest(Ledger({}), replay=True)
    assert desk.remembered(lambda state: state.last_checks()) == checked


@pytest.mark.parametrize("prefix", ["", "New "])
def test_absences_and_approvals_outlive_a_replay(desk: Desk, prefix: str) -> None:
    ledger = Ledger({**TEXTS, "d": "D", "e": "E"})
    desk.harvest(ledger)
    ledger.texts = {"d": "D", "e": "E"}
    desk.harvest(ledger)

    def counted() -> dict[str, tuple[int, int]]:
        known = desk.remembered(lambda state: state.staged.known("lab"))
        return {key: (record.absences, record.approved) for key, record in known.items()}

    once = counted()
    desk.harvest(Ledger({}, prefix=prefix), replay=True)
    assert counted() == once
    assert once["a"] == (1, 0)
    ledger.prefix = prefix
    assert desk.harvest(ledger).outcome == "held"
    desk.remembered(lambda state: state.approve("lab", 2))
    approved = counted()
    desk.harvest(Ledger({}, prefix=f"{prefix}Newest "), replay=True)
    assert counted() == approved
    assert approved["a"][1] > 0
    ledger.prefix = f"{prefix}Newest "
    assert desk.harvest(ledger).tombstoned == 3


def test_a_record_that_left_stays_gone(desk: Desk) -> None:
    ledger = Ledger({**TEXTS, "d": "D", "e": "E"})  # one of fewer waits for approval
    desk.harvest(ledger)
    del ledger.texts["c"]
    for _ in range(2):
        desk.harvest(ledger)
    before = desk.export()
    assert "Tombstone" in before
    assert desk.harvest(Ledger({}), replay=True).seen == 4
    assert desk.export() == before


def test_a_pack_that_was_changed_is_found_out(desk: Desk) -> None:
    desk.harvest(Ledger(TEXTS, found=True))
    (pack,) = desk.home.raw.rglob("*.gz")
    data = RawStore(desk.home.raw).get(pack.stem)
    pack.unlink()
    other = RawStore(desk.home.raw).put(data[::-1])
    pack.parent.mkdir(exist_ok=True)
    (desk.home.raw / other[:2] / f"{other}.gz").rename(pack)
    assert desk.harvest(Ledger({}), replay=True).dead == 3


@pytest.mark.all
def test_a_text_that_the_log_could_not_give_back_is_one_dead_letter(desk: Desk) -> None:
    report = desk.harvest(Ledger({**TEXTS, "long": "x" * (16 * 2**20)}))
    assert (report.published, report.dead) == (3, 1)
    letters = desk.remembered(lambda state: state.dead_letters())
    assert ["shorten it" in letter.reason for letter in letters] == [True]
