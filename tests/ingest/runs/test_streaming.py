"""Sources that are listed one by one: what has not changed costs nothing, and what is published is always the same."""

import random
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import Quad

from leap_kg.graph.names import source_graph
from leap_kg.ingest.fetch import FetchFailed, Parked
from leap_kg.ingest.runs.composition import Composer, compose
from leap_kg.ingest.runs.leases import fetching, leased
from leap_kg.ingest.runs.plan import due
from leap_kg.ingest.runs.rounds import harvest_round
from leap_kg.ingest.source import Mapped, Ref
from leap_kg.ingest.state import KeptRecord, State
from leap_kg.ingest.state.rows import said_text
from leap_kg.ontology.jsonld import quads_in
from tests.ingest.ledger import ADDRESS, Desk, Ledger
from tests.ingest.mapping.test_people import record as person_record
from tests.ingest.mapping.test_people import records as person_records
from tests.ingest.shelf import BASE, CARBERRY, PERTSCH, silent

TEXTS = {f"r{number}": f"Title {number}" for number in range(12)}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "home")


def test_a_record_of_a_known_version_is_neither_fetched_nor_mapped(desk: Desk) -> None:
    ledger = Ledger(TEXTS, versioned=True)
    first = desk.harvest(ledger)
    assert (first.published, ledger.counts["fetched"], ledger.counts["mapped"]) == (12, 12, 12)
    ledger.texts["r3"] = "Another title"
    second = desk.harvest(ledger)
    assert (second.published, second.unchanged) == (1, 11)
    assert (ledger.counts["fetched"], ledger.counts["mapped"]) == (13, 13)
    assert desk.harvest(ledger).revision == second.revision
    assert ledger.counts["mapped"] == 13


def test_a_record_that_the_listing_brings_is_never_fetched(desk: Desk) -> None:
    ledger = Ledger(TEXTS, found=True, versioned=True)
    assert desk.harvest(ledger).published == 12
    assert ledger.counts["fetched"] == 0
    assert len(list(desk.home.raw.rglob("*.gz"))) == 1


def test_the_same_bodies_are_not_mapped_again(desk: Desk) -> None:
    ledger = Ledger(TEXTS)
    desk.harvest(ledger)
    desk.harvest(ledger)
    assert (ledger.counts["fetched"], ledger.counts["mapped"]) == (24, 12)


def test_other_settings_of_a_source_map_everything_again_without_fetching(desk: Desk) -> None:
    ledger = Ledger(TEXTS, versioned=True)
    desk.harvest(ledger)
    other = Ledger(TEXTS, versioned=True, prefix="New ")
    report = desk.harvest(other)
    assert (report.published, other.counts["fetched"], other.counts["mapped"]) == (12, 0, 12)
    assert "New Title 3" in desk.export()


def test_a_key_that_is_listed_twice_is_one_record(desk: Desk) -> None:
    ledger = Ledger(TEXTS, found=True)
    ledger.listed = [[*TEXTS, "r0", "r1"]]
    assert desk.harvest(ledger).seen == 12


def test_a_record_without_a_key_is_a_dead_letter(desk: Desk) -> None:
    report = desk.harvest(Ledger({"": "nameless", "a": "named"}))
    assert (report.published, report.dead) == (1, 1)


@pytest.mark.parametrize("how", ["expected", "shortfall"])
def test_a_listing_that_lacks_some_is_partial_and_nothing_is_gone(desk: Desk, how: str) -> None:
    ledger = Ledger(TEXTS)
    desk.harvest(ledger)
    before = desk.export()
    for _ in range(3):
        # A page was given twice, and another never.
        ledger.listed = [[*list(TEXTS)[:10], "r0", "r1"]]
        ledger.expected, ledger.shortfall = ([12], []) if how == "expected" else ([], ["page 3 was lost"])
        report = desk.harvest(ledger)
        assert (report.outcome, report.tombstoned, report.seen, report.unchanged) == ("partial", 0, 12, 12)
        assert ("10 records" if how == "expected" else "page 3 was lost") in report.message
    assert desk.export() == before
    ledger.listed = [list(TEXTS)[:10]]
    assert desk.harvest(ledger).tombstoned == 0, "absences of partial runs count for nothing"


def test_a_listing_that_breaks_off_changes_nothing(desk: Desk) -> None:
    ledger = Ledger(TEXTS)
    desk.harvest(ledger)
    before = desk.export()
    ledger.texts["r0"] = "Another title"
    ledger.stop["r5"] = FetchFailed(ADDRESS, "the host is down: try later", "unreachable")
    report = desk.harvest(ledger)
    assert (report.outcome, report.seen) == ("failed", 0)
    assert desk.export() == before
    ledger.stop.clear()
    assert desk.harvest(ledger).published == 1


def test_a_parked_source_is_left_alone_until_then(desk: Desk) -> None:
    ledger = Ledger(TEXTS)
    until = datetime.now(UTC) + timedelta(seconds=400)
    ledger.stop["r5"] = Parked(ADDRESS, "the host wants 400 s of peace", until)
    report = desk.harvest(ledger)
    assert (report.outcome, report.parked_until) == ("parked", until)
    ledger.stop.clear()
    for options in ({}, {"full": True}):
        asked = len(ledger.since)
        again = desk.harvest(ledger, **options)
        assert (again.outcome, again.parked_until, len(ledger.since)) == ("parked", until, asked)
    assert desk.export() == ""


def test_changes_are_listed_since_the_start_of_the_last_good_run_less_an_hour(desk: Desk) -> None:
    ledger = Ledger(TEXTS, incremental=True, versioned=True)
    first = desk.harvest(ledger)
    assert first.scope == "full"
    ledger.stop["r0"] = FetchFailed(ADDRESS, "down", "unreachable")
    desk.harvest(ledger)
    ledger.stop.clear()
    ledger.expected, ledger.listed = [12], [["r1"]]
    partial = desk.harvest(ledger)
    assert (partial.outcome, partial.scope) == ("partial", "changes")
    ledger.listed = [["r1"]]
    good = desk.harvest(ledger)
    assert (good.outcome, good.scope, good.seen) == ("complete", "changes", 1)
    desk.harvest(ledger)
    hour = timedelta(hours=1)
    watermark, later = (datetime.fromisoformat(run.started) - hour for run in (first, good))
    assert ledger.since == [None, watermark, watermark, watermark, later]


def test_a_listing_of_changes_deletes_nothing_and_keeps_dead_letters(desk: Desk) -> None:
    ledger = Ledger({**TEXTS, "dead": "bad"}, incremental=True)
    desk.harvest(ledger)
    before = desk.export()
    for _ in range(3):
        ledger.listed = [["r1"]]
        report = desk.harvest(ledger)
        assert (report.seen, report.unchanged, report.tombstoned) == (1, 1, 0)
    assert desk.export() == before
    assert [letter.key for letter in desk.remembered(lambda state: state.dead_letters())] == ["dead"]


def test_of_ten_runs_one_lists_everything_and_so_does_a_full_one(desk: Desk) -> None:
    ledger = Ledger({"a": "A"}, incremental=True, versioned=True)
    scopes = [desk.harvest(ledger).scope for _ in range(12)]
    assert scopes == ["full", *["changes"] * 9, "full", "changes"]
    assert desk.harvest(ledger, full=True).scope == "full"


def test_only_chosen_records_are_looked_at(desk: Desk) -> None:
    ledger = Ledger({**TEXTS, "dead": "bad", "other": "bad"})
    assert desk.harvest(ledger).dead == 2
    ledger.texts |= {"dead": "Mended", "r0": "Not looked at"}
    report = desk.harvest(ledger, only={"lab": {"dead"}})
    assert (report.seen, report.published, report.tombstoned) == (1, 1, 0)
    assert "Mended" in desk.export()
    assert "Not looked at" not in desk.export()
    assert [letter.key for letter in desk.remembered(lambda state: state.dead_letters())] == ["other"]


def test_approved_removals_go_and_no_others(desk: Desk) -> None:
    ledger = Ledger(TEXTS)
    desk.harvest(ledger)
    kept = dict(TEXTS)
    for key in ("r0", "r1", "r2", "r3"):
        del kept[key]
    ledger.texts = kept
    desk.harvest(ledger)
    held = desk.harvest(ledger)
    assert (held.outcome, held.tombstoned) == ("held", 0)
    assert "leap-kg harvest approve lab" in held.message
    assert desk.remembered(lambda state: state.approve("lab", 2)) == ["r0", "r1", "r2", "r3"]
    ledger.texts = {key: text for key, text in kept.items() if key in ("r4", "r5", "r6")}
    report = desk.harvest(ledger)
    assert (report.outcome, report.tombstoned) == ("complete", 4)
    report = desk.harvest(ledger)
    assert (report.outcome, report.tombstoned) == ("held", 0), "five more are missing, and nobody approved of that"


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        (0, ""),
        (1, "1 of them was not listed; it goes if the next listing lacks it too"),
        (2, "2 of them were not listed; they go if the next listing lacks them too"),
        (3, "3 of them were not listed; they go if the next listing lacks them too, and somebody approves of that"),
    ],
)
def test_a_run_tells_of_records_that_are_missing_for_the_first_time(desk: Desk, missing: int, said: str) -> None:
    ledger = Ledger(TEXTS)
    desk.harvest(ledger)
    ledger.texts = dict(list(TEXTS.items())[missing:])
    report = desk.harvest(ledger)
    assert (report.message, report.unchanged) == (said, 12)
    assert "not listed" not in desk.harvest(ledger).message, "told once"


def test_a_listing_that_is_not_whole_misses_nothing(desk: Desk) -> None:
    ledger = Ledger(TEXTS)
    desk.harvest(ledger)
    ledger.texts = dict(list(TEXTS.items())[3:])
    ledger.shortfall = ["page 2 could not be had"]
    assert desk.harvest(ledger).message == "page 2 could not be had"


@pytest.mark.parametrize("incremental", [False, True])
def test_an_approval_makes_a_source_due_until_it_is_carried_out(desk: Desk, incremental: bool) -> None:
    ledger = Ledger(TEXTS, incremental=incremental)
    desk.harvest(ledger)
    ledger.texts = dict(list(TEXTS.items())[4:])
    for _ in range(2):
        desk.harvest(ledger, full=True)
    assert not desk.remembered(lambda state: due(state, ledger))
    desk.remembered(lambda state: state.approve("lab", 2))
    assert desk.remembered(lambda state: due(state, ledger))
    assert desk.harvest(ledger).tombstoned == 4
    assert not desk.remembered(lambda state: due(state, ledger))


def test_what_comes_back_is_no_longer_approved_to_go(desk: Desk) -> None:
    ledger = Ledger(TEXTS)
    desk.harvest(ledger)
    for _ in range(2):
        ledger.listed = [list(TEXTS)[4:]]
        desk.harvest(ledger)
    desk.remembered(lambda state: state.approve("lab", 2))
    assert desk.harvest(ledger).unchanged == 12
    for _ in range(2):
        ledger.listed = [list(TEXTS)[4:]]
        report = desk.harvest(ledger)
    assert report.outcome == "held"


@given(groups=person_records, other=person_records)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_records_one_by_one_say_what_they_say_together(groups: list, other: list) -> None:  # type: ignore[type-arg]
    """The composer, which holds no record, against the definition, which holds all."""
    mapped = [person_record(number, people) for number, people in enumerate(groups)]
    beside = [triple for number, people in enumerate(other) for triple in person_record(number, people).triples]
    together = set(quads_in(compose(mapped, beside, BASE).triples, source_graph(BASE, "lab")))
    with State(None) as state:
        for record in mapped:
            state.staged.put("lab", kept(record), None, said_text(record.triples))
        accounts = [
            (triple.subject.value, triple.object.value)  # type: ignore[union-attr]
            for triple in beside
            if triple.predicate.value.endswith("/account")
        ]
        composer = Composer(state.staged, "lab", accounts, BASE)
        assert set(said_by(composer, [row.number for row in state.staged.rows("lab")])) == together


def kept(record: Mapped) -> KeptRecord:
    return KeptRecord(record.key, record.subject, tuple(record.triples), (), "", 0, "", record.logins)


def said_by(composer: Composer, numbers: list[int]) -> Iterator[Quad]:
    for number in numbers:
        yield from composer.quads(number)
    for _, triples in composer.names():
        yield from quads_in(triples, source_graph(BASE, "lab"))


words = st.sampled_from([
    "One", "Two", "person:ada", f"person:ada={CARBERRY}", f"person:ada={PERTSCH}", f"person:ben={PERTSCH}",
    "store:s1", "store:s2", "bad",
])  # fmt: skip
texts = st.lists(words, min_size=1, max_size=3, unique=True).map("/".join)
tables = st.dictionaries(st.sampled_from("abcdef"), texts, max_size=6)


@given(tables)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=8, deadline=None)
@pytest.mark.all
def test_at_once_or_in_steps_and_however_it_is_listed(tmp_path_factory: pytest.TempPathFactory, last: dict) -> None:  # type: ignore[type-arg]
    """What is published does not depend on versions, on bodies in the listing, or on how often it is harvested."""
    exports = []
    for found, versioned in ((False, False), (True, True), (False, True)):
        desk = Desk(tmp_path_factory.mktemp("desk") / "home")
        ledger = Ledger(last, found=found, versioned=versioned)
        desk.harvest(ledger)
        exports.append(desk.export())
        desk.harvest(ledger)
        exports.append(desk.export())
    stepwise = Desk(tmp_path_factory.mktemp("desk") / "home")
    chance = random.Random(len(last))
    ledger = Ledger({key: text for key, text in last.items() if chance.random() < 0.5}, versioned=True)
    stepwise.harvest(ledger)
    ledger.texts = dict(last)
    stepwise.harvest(ledger)
    assert {*exports, stepwise.export()} == {exports[0]}


def test_a_run_that_dies_between_publishing_and_remembering_is_made_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tombstones and all: as if the run had been kept."""
    steps = [
        {"a": "A/store:s1", "b": "B/store:s2", "c": "C"},
        {"a": "A/store:s1/store:s3", "b": "B", "c": "C two"},
        {"a": "A/store:s1", "b": "B", "c": "C"},
    ]
    exports = []
    for disturbed in (False, True):
        desk = Desk(tmp_path / str(disturbed))
        ledger = Ledger(steps[0], versioned=True)
        desk.harvest(ledger)
        ledger.texts = steps[1]
        with monkeypatch.context() as patch:
            if disturbed:
                patch.setattr(State, "finish", die)
                with pytest.raises(KeyboardInterrupt):
                    desk.harvest(ledger)
            else:
                desk.harvest(ledger)
        ledger.texts = steps[2]
        desk.harvest(ledger)
        exports.append([line.split("^^")[0] for line in desk.export().splitlines()])
    assert without_times(exports[0]) == without_times(exports[1])
    assert any("Tombstone" in line for line in exports[0])


def die(*arguments: object, **more: object) -> None:
    raise KeyboardInterrupt


def without_times(lines: list[str]) -> list[str]:
    return [line for line in lines if "invalidatedAtTime" not in line]


def test_a_record_that_was_listed_but_could_not_be_taken_was_not_absent(desk: Desk) -> None:
    ledger = Ledger(TEXTS)
    counts = []
    for text in ("Title 0", None, "bad", None, None):
        ledger.texts = {**TEXTS, "r0": text} if text else {key: TEXTS[key] for key in TEXTS if key != "r0"}
        report = desk.harvest(ledger)
        counts.append((report.dead, report.tombstoned))
    assert counts == [(0, 0), (0, 0), (1, 0), (0, 0), (0, 1)]


def test_a_source_that_another_process_has_does_not_keep_the_others_back(desk: Desk) -> None:
    desk.home.create()
    ledgers = [Ledger(TEXTS, id="first"), Ledger({"x": "X"}, id="second")]
    with leased(desk.home, ["first"]):
        found = list(harvest_round(desk.home, BASE, ledgers, desk.fetcher, progress=silent))
    assert [(outcome.report.source, outcome.report.outcome) for outcome in found] == [
        ("first", "busy"),
        ("second", "complete"),
    ]


def test_two_processes_do_not_harvest_one_source(desk: Desk) -> None:
    desk.home.create()
    with leased(desk.home, ["lab"]):
        busy = desk.harvest(Ledger(TEXTS))
    assert (busy.outcome, busy.seen) == ("busy", 0)
    assert re.match(r"another process \(pid \d+\) harvests lab", busy.message)
    assert desk.remembered(lambda state: state.runs()) == []
    with leased(desk.home, ["another"]):
        assert desk.harvest(Ledger(TEXTS)).published == 12


def test_processes_that_fetch_take_turns(desk: Desk) -> None:
    desk.home.create()
    (desk.home.path / "harvesting").mkdir()
    told: list[str] = []
    with ThreadPoolExecutor(1) as other:
        with fetching(desk.home):
            waiting = other.submit(desk.harvest, Ledger(TEXTS), resume=True, waiting=lambda: told.append("waiting"))
            time.sleep(0.3)
            assert not waiting.done()
        assert waiting.result(timeout=60).published == 12
    assert told == ["waiting"]


def test_others_may_write_while_a_source_is_read(desk: Desk) -> None:
    other = Ledger({"x": "X"}, id="other")

    class Nested(Ledger):
        def fetch(self, ref: Ref, fetcher):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
            if ref.key == "r5":
                assert desk.harvest(other).published == 1
            return super().fetch(ref, fetcher)

    assert desk.harvest(Nested(TEXTS)).published == 12
    assert "X" in desk.export("other")


def test_a_dry_run_tells_what_a_run_does_and_leaves_no_trace(desk: Desk) -> None:
    ledger = Ledger(TEXTS, found=True, versioned=True)
    assert desk.dry(ledger).published == 12
    assert not desk.home.path.exists()
    desk.harvest(ledger)
    ledger.texts["r1"] = "Another"
    assert (desk.dry(ledger).published, desk.dry(ledger).unchanged) == (1, 11)
    assert desk.harvest(ledger).published == 1


@pytest.mark.all
def test_three_thousand_records_come_and_go_in_pages(desk: Desk) -> None:
    many = {f"r{number:05}": f"Title {number}" for number in range(6_000)}
    ledger = Ledger(many, found=True, versioned=True)
    assert desk.harvest(ledger).published == 6_000
    del ledger.texts["r00007"]
    ledger.texts["r00008"] = "Changed"
    report = desk.harvest(ledger)
    assert (report.published, report.unchanged, report.seen) == (1, 5_999, 6_000)
    report = desk.harvest(ledger)
    assert (report.tombstoned, report.seen) == (1, 6_000)
    assert desk.export().count("dcat#Dataset") == 6_000
