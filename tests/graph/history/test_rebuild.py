"""Everything is made again from the log alone, and whoever interrupts it finds the old or the new, never neither."""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pyoxigraph import Store

from leap_kg.graph.history.changestore import ChangeStore
from leap_kg.graph.history.checkpoints import Checkpoints
from leap_kg.graph.history.past import States
from leap_kg.graph.history.rebuild import DamagedLog, rebuild
from leap_kg.graph.history.timeline import Timeline
from leap_kg.graph.home import Home, HomeError, WriterLock
from leap_kg.graph.log.patch import PatchLog
from leap_kg.graph.publish import Writer
from leap_kg.graph.snapshot import Snapshots
from tests.graph.histories import History
from tests.graph.samples import activity, dataset, everything, export, index_rows, replay
from tests.ontology.terms import BASE

ROOT = Path(__file__).parents[3]


def published(home: Home, revisions: int = 6) -> dict[int, bytes]:
    """A home with a history; its dump at each revision."""
    dumps = {}
    with Writer(home, BASE) as writer:
        for number in range(1, revisions + 1):
            quads = set()
            for n in range(number, number + 12):
                quads |= dataset(f"moving-{n}", f"Number {n}", "one", (f"tag {n}", "ocean"))
            writer.publish("one", quads, activity())
            dumps[writer.revision] = export(writer.store)
    return dumps


def dump(home: Home) -> bytes:
    found = Snapshots(home).current()
    assert found is not None
    return export(Store.read_only(str(found.directory)))


def test_the_dump_is_the_same_before_and_after(home: Home) -> None:
    dumps = published(home)
    log = {path.name: path.read_bytes() for path in home.log.iterdir()}
    index = index_rows(home.index)
    before = dump(home)
    steps: list[str] = []
    report = rebuild(home, BASE, lambda step, done, all_: steps.append(step))
    assert report.revision == 6
    assert dump(home) == before == dumps[6]
    assert export(Store.read_only(str(home.store))) == before
    assert {path.name: path.read_bytes() for path in home.log.iterdir()} == log
    assert index_rows(home.index) == index
    assert Timeline(home.path / "history.sqlite").last() == 6
    changes = ChangeStore(home, BASE).current()
    assert changes is not None
    assert changes.revision == 6
    assert list(dict.fromkeys(steps)) == [
        "checking the log", "making the timeline", "making the store", "checking the store", "making the index",
        "making the store of changes", "switching",
    ]  # fmt: skip
    assert not (home.path / "rebuilding").exists()
    for revision, expected in dumps.items():
        assert export(Store.read_only(str(States(home, BASE).directory(revision)))) == expected
    with Writer(home, BASE) as writer:
        assert writer.publish("one", dataset("new", "New"), activity()).revision == 7


def test_it_needs_nothing_but_the_log(home: Home) -> None:
    dumps = published(home, 3)
    for path in home.path.iterdir():
        if path.is_dir() and path != home.log:
            shutil.rmtree(path)
        elif path.is_file():
            path.unlink()
    rebuild(home, BASE)
    assert dump(home) == dumps[3]
    with Writer(home, BASE) as writer:
        assert export(writer.store) == dumps[3]


def test_a_wrong_store_is_put_right(home: Home) -> None:
    dumps = published(home, 3)
    store = Store(str(home.store))
    store.remove(next(iter(store)))
    store.flush()
    Snapshots(home).create(store, 3)
    del store
    (home.path / "history.sqlite").write_bytes(b"rubbish" * 999)
    assert dump(home) != dumps[3]
    rebuild(home, BASE)
    assert dump(home) == dumps[3]
    assert Timeline(home.path / "history.sqlite").last() == 3


def test_readers_of_the_old_files_go_on(home: Home) -> None:
    published(home, 3)
    rebuild(home, BASE)
    timeline = Timeline(home.path / "history.sqlite")
    assert timeline.last() == 3
    old = Snapshots(home).current()
    assert old is not None
    before = frozenset(old.store)
    index = sqlite3.connect(home.index)
    count = index.execute("SELECT count(*) FROM node").fetchone()
    rebuild(home, BASE)
    assert frozenset(old.store) == before
    assert index.execute("SELECT count(*) FROM node").fetchone() == count
    index.close()
    assert timeline.last() == 3
    timeline.close()


def test_a_damaged_log_is_refused_with_its_faults(home: Home) -> None:
    published(home, 4)
    files = PatchLog(home.log).files()
    for revision in (2, 4):
        data = bytearray(files[revision].read_bytes())
        data[250] ^= 4
        files[revision].write_bytes(data)
    before = {path.name for path in home.path.iterdir()}
    with pytest.raises(DamagedLog, match="2 faults; nothing was changed") as refused:
        rebuild(home, BASE)
    assert [(f.revision, f.offset) for f in refused.value.report.faults] == [(2, 250), (4, 250)]
    assert {path.name for path in home.path.iterdir()} == before


def test_it_waits_for_no_writer_and_keeps_to_the_base(home: Home) -> None:
    published(home, 2)
    with WriterLock(home), pytest.raises(HomeError, match="is writing to"):
        rebuild(home, BASE)
    before = dump(home)
    with pytest.raises(HomeError, match="another base"):
        rebuild(home, "https://example.org/")
    assert dump(home) == before
    with pytest.raises(HomeError, match="has no log"):
        rebuild(Home(home.path / "nowhere"), BASE)


def test_checkpoints_are_made_again(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leap_kg.graph.history.checkpoints._LEAST_CHANGE", 40)
    dumps = published(home)
    rebuild(home, BASE)
    kept = Checkpoints(home).directories(PatchLog(home.log))
    assert len(kept) > 2
    for revision, directory in kept.items():
        assert export(Store.read_only(str(directory))) == dumps[revision]


def test_a_rebuild_that_is_killed_leaves_a_home_that_opens(home: Home) -> None:
    dumps = published(home, 4)
    script = (
        "import sys; from pathlib import Path; from leap_kg.graph.home import Home; "
        "from leap_kg.graph.history.rebuild import rebuild; print('ready', flush=True); "
        "rebuild(Home(Path(sys.argv[1])), sys.argv[2], lambda *step: print(*step, flush=True)); "
        "print('done', flush=True)"
    )
    moments = random.Random(3)
    for trial in range(4):
        with subprocess.Popen(
            [sys.executable, "-c", script, str(home.path), BASE], cwd=ROOT, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            if trial % 2:
                while "switching" not in (line := process.stdout.readline()) and line != "done\n":
                    assert line
                time.sleep(moments.uniform(0, 0.01))
            else:
                process.stdout.readline()
                time.sleep(moments.uniform(0, 0.4))
            os.kill(process.pid, signal.SIGKILL)
        with Writer(home, BASE) as writer:
            assert writer.revision == 4
            assert export(writer.store) == dumps[4]
        assert dump(home) == dumps[4]
    rebuild(home, BASE)
    with Writer(home, BASE) as writer:
        assert everything(home, writer.store)["store"] == dumps[4]
    assert not (home.path / "rebuilding").exists()


def test_the_log_of_any_history_leads_to_its_last_state(home: Home) -> None:
    history = History(home)
    for number in range(5):
        history.become(dataset(f"d{number}", f"Number {number}"))
    assert replay(history.log) == history.states[-1]
    rebuild(home, BASE)
    assert set(Store.read_only(str(home.store))) == history.states[-1]
