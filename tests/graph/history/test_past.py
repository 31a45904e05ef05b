"""Past states: what a revision held, from whichever checkpoint it is made and whoever asks for it."""

import os
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Quad, Store

from leap_kg.graph.history.checkpoints import Checkpoints, surplus
from leap_kg.graph.history.chronicle import TimelineWriter
from leap_kg.graph.history.folding import net, way
from leap_kg.graph.history.past import NoState, States
from leap_kg.graph.home import Home
from leap_kg.graph.log.patchfile import LogError
from leap_kg.ontology.namespaces import DCT
from tests.graph.histories import History, quad, random_quads
from tests.ontology.terms import BASE

ROOT = Path(__file__).parents[3]


@pytest.fixture
def history(home: Home) -> History:
    made = History(home)
    for number in range(1, 13):
        made.become({quad(f"d{n}", DCT("title"), f"Number {n}") for n in range(number, number + 5)})
    return made


def names(home: Home, folder: str = "states") -> list[int]:
    return sorted(int(path.name[:8]) for path in (home.path / folder).iterdir() if path.is_dir())


def test_every_revision_is_what_it_was_with_and_without_checkpoints(history: History) -> None:
    states = States(history.home, BASE)
    for revision in (7, 1, 12):
        assert set(states.open(revision).store) == history.states[revision]
    history.snapshot()
    TimelineWriter(history.home, BASE).follow(history.log)
    for revision in range(1, 13):
        snapshot = states.open(revision)
        assert snapshot.revision == revision
        assert snapshot.directory == states.directory(revision)
        assert set(snapshot.store) == history.states[revision]
    assert names(history.home) == list(range(1, 13))


def test_a_revision_that_is_not_there_is_said_so(history: History) -> None:
    states = States(history.home, BASE)
    for revision in (0, -1, 13):
        with pytest.raises(NoState, match=f"no revision {revision}; .* has revisions 1 to 12"):
            states.directory(revision)
    assert not (history.home.path / "states").exists()


def test_a_damaged_patch_on_the_way_is_named_and_leaves_no_state(history: History) -> None:
    states = States(history.home, BASE)
    path = history.log.files()[5]
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(LogError, match=path.name):
        states.directory(8)
    history.snapshot()
    assert set(states.open(8).store) == history.states[8]
    assert set(states.open(4).store) == history.states[4]
    assert names(history.home) == [4, 8]


def test_a_state_that_is_not_the_revision_is_refused(history: History) -> None:
    history.snapshot()
    history.home.snapshots.joinpath("00000012").rename(history.home.snapshots / "00000011")
    with pytest.raises(NoState, match="leap-kg log verify"):
        States(history.home, BASE).directory(11)
    assert not [p for p in (history.home.path / "states").iterdir() if p.is_dir() and p.suffix != ".partial"]


def test_states_of_a_log_that_is_gone_are_not_used(history: History, tmp_path: Path) -> None:
    states = States(history.home, BASE)
    states.directory(3)
    other = History(Home(tmp_path / "other"))
    for number in range(5):
        other.become({quad("elsewhere", DCT("title"), str(number))})
    history.home.log.rename(tmp_path / "aside")
    other.home.log.rename(history.home.log)
    fresh = States(history.home, BASE)
    assert set(fresh.open(3).store) == other.states[3]
    assert set(fresh.open(4).store) == other.states[4]


def test_states_beyond_the_bounds_go_but_never_one_in_use(history: History) -> None:
    first = States(history.home, BASE, most=3)
    opened = first.open(1)
    second = States(history.home, BASE, most=3)
    for number, revision in enumerate(range(2, 10)):
        second.directory(revision)
        os.utime(second.directory(revision), (number, number))
    assert names(history.home) == list(range(1, 10))  # all are leased
    second.close()
    States(history.home, BASE, most=3).directory(10)
    assert names(history.home) == [1, 9, 10]
    assert set(opened.store) == history.states[1]
    first.close()
    assert set(States(history.home, BASE, most_bytes=1).open(11).store) == history.states[11]
    assert names(history.home) == [11]
    assert set(opened.store) == history.states[1]
    left = {path.name.partition("-")[0] for path in (history.home.path / "states").glob("*.lock")}
    assert "00000009" not in left


def test_what_a_killed_maker_left_is_in_nobodys_way(history: History) -> None:
    states = States(history.home, BASE)
    directory = states.directory(5)
    states.close()
    directory.rename(directory.with_suffix(".partial"))
    assert set(states.open(5).store) == history.states[5]
    for name in ("00000006", "00000007"):
        Store(str(directory.with_name(f"{name}-aaaaaaaaaaaa.partial")))
    states.directory(6)
    assert not list(directory.parent.glob("*.partial"))


def test_many_processes_ask_for_one_state_at_once(history: History) -> None:
    script = (
        "import sys; from pathlib import Path; from leap_kg.graph.home import Home; "
        "from leap_kg.graph.history.past import States; sys.stdin.read(); "
        "s = States(Home(Path(sys.argv[1])), sys.argv[2]); "
        "print(*(len(s.open(r).store) for r in (6, 3, 6, 9)))"
    )
    command = [sys.executable, "-c", script, str(history.home.path), BASE]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen(command, cwd=ROOT, **pipes) for _ in range(3)]  # type: ignore[call-overload]
    time.sleep(0.5)
    wanted = " ".join(str(len(history.states[r])) for r in (6, 3, 6, 9))
    for process in processes:
        process.stdin.close()
    for process in processes:
        output, errors = process.stdout.read(), process.stderr.read()
        process.stdout.close()
        process.stderr.close()
        assert (process.wait(), output.strip(), errors) == (0, wanted, "")
    assert names(history.home) == [3, 6, 9]


def test_a_checkpoint_is_kept_when_enough_has_changed(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leap_kg.graph.history.checkpoints._LEAST_CHANGE", 8)
    monkeypatch.setattr("leap_kg.graph.history.checkpoints._MOST", 4)
    home = Home(history.home.path.with_name("kept"))
    made, checkpoints = History(home), Checkpoints(home)
    for number in range(1, 16):
        made.become({quad(f"d{n}", DCT("title"), f"Number {n}") for n in range(number, number + 5)})
        TimelineWriter(home, BASE).follow(made.log)
        store = Store(str(home.path / f"store-{number}"))
        store.extend(made.states[-1])
        store.flush()
        checkpoints.keep(store, made.log, made.log.last())
    kept = checkpoints.directories(made.log)
    assert len(kept) == 4
    assert {2, 14} < set(kept)
    for revision, directory in kept.items():
        assert set(Store.read_only(str(directory))) == made.states[revision]
    assert set(States(home, BASE).open(13).store) == made.states[13]
    made.log.files()[15].unlink()
    made.log.files()[14].unlink()
    TimelineWriter(home, BASE).follow(made.log)
    checkpoints.keep(store, made.log, made.log.last())
    assert 14 not in names(home, "checkpoints")


@given(st.lists(st.integers(0, 10**6), unique=True, min_size=2, max_size=40).map(sorted), st.integers(2, 20))
def test_thinning_keeps_the_ends_and_more_of_what_is_recent(places: list[int], most: int) -> None:
    gone = set(surplus(places, most))
    left = [index for index in range(len(places)) if index not in gone]
    assert len(left) == min(most, len(places))
    assert (left[0], left[-1]) == (0, len(places) - 1)


def test_thinning_leaves_older_ones_sparser() -> None:
    left: list[int] = []
    for place in range(0, 10_000, 10):
        left.append(place)
        left = [left[i] for i in range(len(left)) if i not in set(surplus(left, 16))]
    gaps = [b - a for a, b in pairwise(left)]
    assert max(gaps[-4:]) * 5 < max(gaps[:4])


@given(st.lists(random_quads(), min_size=1, max_size=6), st.data())
@settings(max_examples=12)
def test_the_way_between_any_two_revisions_leads_there(states: list[frozenset[Quad]], data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        history = History(Home(Path(folder) / "home"))
        for wanted in states:
            history.commit(history.states[-1] - wanted, wanted)
        revisions = st.integers(0, history.revision)
        start, end = data.draw(revisions), data.draw(revisions)
        difference = net(history.log, start, end)
        assert difference.removed == history.states[start] - history.states[end]
        assert difference.added == history.states[end] - history.states[start]
        walked = set(history.states[start])
        for is_added, changed in way(history.log, start, end):
            assert (changed in walked) is not is_added
            walked ^= {changed}
        assert walked == history.states[end]
        if data.draw(st.booleans()) or not end:
            history.snapshot()
        if end:
            states_made = States(history.home, BASE)
            assert set(states_made.open(end).store) == history.states[end]
            states_made.close()
