"""The fetch store: it keeps what it is given, gives way to damage, and lets one process at a time ask a host."""

import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.graph.home import HomeError
from leap_kg.ingest.fetch import Ask
from leap_kg.ingest.http.store import Fetched, FetchStore

FOUND = Fetched("https://h/y", '"1"', "", "0" * 64, None, {"link": "<2>"}, 200, "2026-06-01T12:00:00+00:00")


def test_what_was_fetched_is_remembered_by_address_and_media_type(tmp_path: Path) -> None:
    with FetchStore(tmp_path / "f.sqlite") as store:
        store.remember(Ask("https://h/x", "text/turtle"), FOUND)
    with FetchStore(tmp_path / "f.sqlite") as store, FetchStore(tmp_path / "f.sqlite", readonly=True) as reader:
        for each in (store, reader):
            assert each.fetched(Ask("https://h/x", "text/turtle")) == FOUND
            assert each.fetched(Ask("https://h/x")) is None
            assert each.fetched(Ask("https://h/x", "text/turtle", b"{}")) is None


def test_secrets_are_not_written(tmp_path: Path) -> None:
    with FetchStore(tmp_path / "f.sqlite") as store:
        for url in ("https://h/x?api_key=s3cret", "https://me:s3cret@h/x", "https://h/x?access_token=s3cret"):
            store.remember(Ask(url), FOUND)
            assert store.fetched(Ask(url)) is None
    assert b"s3cret" not in (tmp_path / "f.sqlite").read_bytes()


@given(
    url=st.text(max_size=40),
    accept=st.text(max_size=40),
    headers=st.dictionaries(st.text(max_size=9), st.text(max_size=9), max_size=4),
    etag=st.text(max_size=9),
)
@settings(deadline=None, max_examples=40)
def test_any_text_is_remembered(
    tmp_path_factory: pytest.TempPathFactory, url: str, accept: str, headers: dict[str, str], etag: str
) -> None:
    ask = Ask("https://h/" + url.encode("utf-8", "replace").decode(), accept)
    found = Fetched(ask.url, etag, "", "0" * 64, "text/plain", headers, 304, "")
    with FetchStore(tmp_path_factory.mktemp("store") / "f.sqlite") as store:
        store.remember(ask, found)
        assert store.fetched(ask) in (found, None)


@pytest.mark.parametrize("damage", [b"no database at all" * 100, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_file_is_made_again_and_a_dry_run_says_what_to_do(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "f.sqlite"
    path.write_bytes(damage)
    with pytest.raises(HomeError, match=r"f\.sqlite cannot be used .* delete it"), FetchStore(path, readonly=True):
        pass
    assert path.read_bytes() == damage
    with FetchStore(path) as store:
        store.remember(Ask("https://h/x"), FOUND)
        assert store.fetched(Ask("https://h/x")) == FOUND


def test_a_file_of_another_version_is_made_again(tmp_path: Path) -> None:
    path = tmp_path / "f.sqlite"
    with FetchStore(path) as store:
        store.put_manners("h", "{}")
    database = sqlite3.connect(path)
    database.execute("PRAGMA user_version = 99")
    database.close()
    with FetchStore(path) as store:
        assert store.manners("h") is None


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(HomeError, match="LEAP_KG_HOME"), FetchStore(tmp_path / "nowhere" / "f.sqlite"):
        pass


_CLAIM = """
import sys
from pathlib import Path
from leap_kg.ingest.http.store import FetchStore
with FetchStore(Path(sys.argv[1])) as store, store.claimed("h"):
    print("claimed", flush=True)
    sys.stdin.readline()
"""


def test_one_process_at_a_time_asks_a_host(tmp_path: Path) -> None:
    path = tmp_path / "f.sqlite"
    other = subprocess.Popen(
        [sys.executable, "-c", _CLAIM, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with other, FetchStore(path) as store:
        assert other.stdout is not None
        assert other.stdin is not None
        assert other.stdout.readline() == "claimed\n"
        with store.claimed("another"):
            pass
        began = time.monotonic()
        timer = subprocess.Popen(["sleep", "0.5"])
        with timer:
            timer.wait()
            other.stdin.write("\n")
            other.stdin.flush()
        with store.claimed("h"):
            assert time.monotonic() - began >= 0.5
        assert other.wait(timeout=20) == 0
