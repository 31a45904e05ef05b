"""The whole of history on a real home: any past state, from the log, is the dump that was taken then."""

import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyoxigraph import Store

from leap_kg.graph.history.changestore import ChangeStore
from leap_kg.graph.history.chronicle import TimelineWriter
from leap_kg.graph.history.folding import apply
from leap_kg.graph.history.followed import History as Followers
from leap_kg.graph.history.past import States
from leap_kg.graph.history.timeline import Timeline
from leap_kg.graph.home import Home
from leap_kg.graph.log.patch import PatchLog
from leap_kg.graph.publish import Writer
from tests.graph.samples import activity, dataset, export, replay
from tests.ontology.terms import BASE

REVISIONS = 50


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, list[bytes], list[datetime]]:
    """A home with fifty random publications of two sources; its dump after each, and when that was."""
    home = Home(tmp_path_factory.mktemp("lived") / "home")
    chance = random.Random(11)
    dumps, moments = [b""], [datetime.now(UTC)]
    with Writer(home, BASE, followers=[Followers(home, BASE).follow]) as writer:
        while writer.revision < REVISIONS:
            source = chance.choice(["one", "two"])
            quads = set()
            for number in chance.sample(range(40), chance.randrange(10)):
                quads |= dataset(f"d{number}", chance.choice(["Alpha", "Beta", "Ü\n"]), source, ("a", str(number % 3)))
            if writer.publish(source, quads, activity(source)).revision == len(dumps):
                dumps.append(export(writer.store))
                moments.append(datetime.now(UTC))
    return home, dumps, moments


@pytest.mark.all
def test_fifty_random_states_are_what_was_dumped_then(lived: tuple[Home, list[bytes], list[datetime]]) -> None:
    home, dumps, moments = lived
    timeline, states = Timeline(home.path / "history.sqlite"), States(home, BASE)
    assert timeline.last() == REVISIONS
    for revision in random.Random(5).choices(range(1, REVISIONS + 1), k=50):
        assert timeline.at(moments[revision]) == revision
        assert export(Store.read_only(str(states.directory(revision)))) == dumps[revision]


def test_the_log_replayed_is_the_live_store(lived: tuple[Home, list[bytes], list[datetime]]) -> None:
    home, dumps, _ = lived
    store = Store()
    store.extend(replay(PatchLog(home.log)))
    assert export(store) == dumps[-1]


def test_a_patch_and_its_inverse_come_to_nothing(lived: tuple[Home, list[bytes], list[datetime]]) -> None:
    home, dumps, _ = lived
    log = PatchLog(home.log)
    store = Store()
    store.extend(replay(log))
    for revision in range(REVISIONS, 0, -1):
        apply(store, [(not is_added, quad) for is_added, quad in log.changes(revision)])
        assert export(store) == dumps[revision - 1]
    for revision in range(1, REVISIONS + 1):
        apply(store, log.changes(revision))
    assert export(store) == dumps[-1]


def test_a_timeline_followed_at_once_is_the_one_followed_step_by_step(
    lived: tuple[Home, list[bytes], list[datetime]], home: Home
) -> None:
    log = PatchLog(lived[0].log)
    home.path.mkdir()
    TimelineWriter(home, BASE).follow(log)
    step, once = Timeline(lived[0].path / "history.sqlite"), Timeline(home.path / "history.sqlite")
    assert once.revisions(limit=100) == step.revisions(limit=100)
    for revision in range(1, REVISIONS + 1):
        assert once.touched(revision, 1000) == step.touched(revision, 1000)


def test_a_large_load_is_left_for_later_in_the_store_of_changes(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leap_kg.graph.history.followed._SOON", 15)
    with Writer(home, BASE) as writer:
        writer.publish("one", dataset("a", "A", keywords=map(str, range(20))), activity())
        log, followers = PatchLog(home.log), Followers(home, BASE)
        followers.follow(log, writer.store)
    assert Timeline(home.path / "history.sqlite").last() == 1
    assert not list((home.path / "history" / "snapshots").glob("*")) if (home.path / "history").exists() else True
    followers.catch_up(log)
    assert [path.name for path in (home.path / "history" / "snapshots").iterdir()] == ["00000001"]


@pytest.mark.all
def test_followers_that_are_killed_catch_up(home: Home, tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from leap_kg.graph.home import Home; "
        "from leap_kg.graph.history.followed import History; from leap_kg.graph.publish import Writer; "
        "from tests.graph.samples import activity, dataset; h = Home(Path(sys.argv[1])); base = sys.argv[2]\n"
        "with Writer(h, base, followers=[History(h, base).follow]) as w:\n"
        "    while True:\n"
        "        n = w.revision\n"
        "        w.publish('one', {q for m in range(n, n + 9) for q in dataset(f'd{m}', f'{n}')},"
        " activity(run=f'run/{sys.argv[3]}/{n}'))\n"
        "        print(w.revision, flush=True)\n"
    )
    chance = random.Random(2)
    for trial in range(3):
        command = [sys.executable, "-c", script, str(home.path), BASE, str(trial)]
        with subprocess.Popen(command, cwd=Path(__file__).parents[3], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for _ in range(chance.randrange(1, 4)):
                assert process.stdout.readline()
            time.sleep(chance.uniform(0, 0.15))
            os.kill(process.pid, signal.SIGKILL)
    followers = Followers(home, BASE)
    with Writer(home, BASE, followers=[followers.follow]) as writer:
        assert writer.publish("one", dataset("last", "Last"), activity()).revision == writer.revision
        last = writer.revision
    log, fresh = PatchLog(home.log), Home(tmp_path / "fresh")
    fresh.path.mkdir()
    TimelineWriter(fresh, BASE).follow(log)
    ChangeStore(fresh, BASE).follow(log)
    found, expected = (Timeline(each.path / "history.sqlite") for each in (home, fresh))
    assert found.last() == expected.last() == last
    for revision in range(1, last + 1):
        assert found.touched(revision, 1000) == expected.touched(revision, 1000)
    stores = [ChangeStore(each, BASE).current() for each in (home, fresh)]
    assert [snapshot.revision for snapshot in stores if snapshot] == [last, last]
    assert len({frozenset(snapshot.store) for snapshot in stores if snapshot}) == 1
