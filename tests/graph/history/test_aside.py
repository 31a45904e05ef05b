"""What a large load leaves of the past, another process makes good while the writer is held; or the writer later."""

import time
from pathlib import Path

import pytest

from leap_kg.graph.followers import followed_writer
from leap_kg.graph.home import Home
from tests.graph.samples import activity, dataset
from tests.ontology.terms import BASE


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setattr("leap_kg.graph.history.followed._SOON", 15)
    return Home(tmp_path / "home")


def taken_in(home: Home) -> list[str]:
    """The revisions of the store of changes that can be read."""
    return sorted(path.name for path in (home.path / "history" / "snapshots").glob("*") if path.name.isdecimal())


@pytest.mark.all
def test_another_process_takes_in_what_was_left(home: Home) -> None:
    with followed_writer(home, BASE) as writer:
        writer.publish("one", dataset("a", "A", keywords=map(str, range(20))), activity())
        until = time.monotonic() + 60
        while not taken_in(home) and time.monotonic() < until:
            time.sleep(0.05)
        assert taken_in(home) == ["00000001"]


def test_if_that_fails_the_writer_does_when_it_is_done(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")
    with followed_writer(home, BASE) as writer:
        writer.publish("one", dataset("a", "A", keywords=map(str, range(20))), activity())
        assert taken_in(home) == []
    assert taken_in(home) == ["00000001"]


@pytest.mark.all
def test_a_writer_that_fails_leaves_nobody_behind(home: Home) -> None:
    def broken_off() -> None:
        with followed_writer(home, BASE) as writer:
            writer.publish("one", dataset("a", "A", keywords=map(str, range(20))), activity())
            raise RuntimeError("broken off")

    with pytest.raises(RuntimeError, match="broken off"):
        broken_off()
    with followed_writer(home, BASE) as writer:
        assert writer.revision == 1
    assert taken_in(home) == ["00000001"]
