"""What of a source is read, and when it is due."""

import importlib
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap_kg.ingest.runs import code
from leap_kg.ingest.runs.plan import FULL_EVERY, OVERLAP, due, mapping_settings, parked_until, watermark
from leap_kg.ingest.state import RunReport, State
from tests.ingest.ledger import Desk, Ledger

NOW = datetime.now(UTC)
RUN = RunReport("lab/1", "lab", "The lab", NOW.isoformat(), NOW.isoformat(), "complete", 0, 0, 0, 0, 0, 1)

runs = st.builds(
    replace,
    st.just(RUN),
    outcome=st.sampled_from(["complete", "held", "partial", "failed", "parked", "replayed"]),
    scope=st.sampled_from(["full", "changes", "some"]),
)


@pytest.fixture
def state() -> Iterator[State]:
    with State(None) as state:
        yield state


def ran(state: State, hours: float, outcome: str = "complete", scope: str = "full", until: str = "") -> None:
    """Keep a run that began so many hours ago."""
    began = (NOW - timedelta(hours=hours)).isoformat()
    state.fail(replace(RUN, run=f"lab/{hours}", started=began, ended=began, outcome=outcome, scope=scope, until=until))


@given(st.lists(runs, max_size=25))
def test_changes_are_asked_for_only_if_a_full_listing_was_not_long_ago(history: list[RunReport]) -> None:
    dated = [replace(run, started=(NOW - timedelta(hours=number)).isoformat()) for number, run in enumerate(history)]
    good = [run for run in dated if run.outcome in ("complete", "held") and run.scope != "some"]
    since = watermark(dated)
    if "full" in [run.scope for run in good[: FULL_EVERY - 1]]:
        assert since == datetime.fromisoformat(good[0].started) - OVERLAP
    else:
        assert since is None


def test_a_source_is_due_when_it_never_was_read_or_has_grown_stale(state: State) -> None:
    source = Ledger({})
    assert due(state, source)
    ran(state, 23)
    assert not due(state, source)
    source.stale_after = timedelta(hours=22)
    assert due(state, source)


@pytest.mark.parametrize(("outcome", "scope"), [("failed", "full"), ("replayed", "some"), ("complete", "some")])
def test_what_was_no_whole_reading_leaves_it_due(state: State, outcome: str, scope: str) -> None:
    ran(state, 1, outcome=outcome, scope=scope)
    assert due(state, Ledger({}))


@pytest.mark.parametrize("outcome", ["complete", "held", "partial"])
def test_a_reading_of_changes_counts(state: State, outcome: str) -> None:
    ran(state, 1, outcome=outcome, scope="changes")
    assert not due(state, Ledger({}))


def test_a_partial_reading_was_a_reading_and_a_failed_one_was_none(state: State) -> None:
    ran(state, 23, outcome="partial")
    assert not due(state, Ledger({}))
    ran(state, 2, outcome="failed", scope="some")
    assert not due(state, Ledger({})), "a retry of dead letters is none either"
    ran(state, 1, outcome="failed")
    assert due(state, Ledger({}))


def test_a_partial_reading_grows_stale(state: State) -> None:
    ran(state, 25, outcome="partial")
    assert due(state, Ledger({}))


def test_a_parked_source_is_due_only_then(state: State) -> None:
    until = NOW + timedelta(hours=4)  # `NOW` was when this file was loaded
    ran(state, 1, outcome="parked", until=until.isoformat())
    assert not due(state, Ledger({}))
    assert parked_until(state, "lab") == until
    ran(state, 0.5, outcome="parked", until=(NOW - timedelta(seconds=1)).isoformat())
    assert parked_until(state, "lab") is None
    assert due(state, Ledger({}))


def test_settings_of_a_mapping_are_those_that_it_may_depend_on() -> None:
    class Other(Ledger):
        pass

    plain = mapping_settings(Ledger({"a": "A"}))
    assert mapping_settings(Ledger({"b": "B"})) == plain, "what is listed is no matter of the mapping"
    assert mapping_settings(Ledger({}, prefix="New")) != plain
    assert mapping_settings(Other({})) != plain


def test_a_mapping_that_was_edited_maps_anew_what_has_not_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A source of another package, edited between two harvests of the same records under the same version."""
    package = tmp_path / "lab_sources"
    package.mkdir()
    (package / "__init__.py").touch()
    text = "from tests.ingest.ledger import Ledger\n\nclass Lab(Ledger):\n    word = 'one'\n"
    monkeypatch.syspath_prepend(tmp_path)
    desk, seen = Desk(tmp_path / "home"), []
    for word in ("one", "one", "two"):
        (package / "lab.py").write_text(text.replace("one", word))
        for name in [name for name in sys.modules if name.startswith("lab_sources")]:
            del sys.modules[name]
        code._hash.cache_clear()
        importlib.invalidate_caches()
        kind = importlib.import_module("lab_sources.lab").Lab
        source = kind({"a": "A"}, versioned=True)
        desk.harvest(source)
        seen.append(source.counts["mapped"])
    code._hash.cache_clear()
    assert seen == [1, 0, 1]
