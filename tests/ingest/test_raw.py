"""The raw store: what went in comes out, or the error names the file."""

import gzip
import hashlib
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.ingest.raw import BodyDamaged, BodyMissing, RawStore


def stored(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*") if path.is_file())


@given(data=st.binary(max_size=4096))
@settings(deadline=None)
def test_what_goes_in_comes_out(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    store = RawStore(tmp_path_factory.mktemp("raw"))
    sha256 = store.put(data)
    assert sha256 == hashlib.sha256(data).hexdigest()
    assert sha256 in store
    assert store.get(sha256) == data


def test_files_are_named_by_hash_and_read_by_gunzip(tmp_path: Path) -> None:
    sha256 = RawStore(tmp_path / "raw").put(b"title: AGDC\n")
    file = tmp_path / "raw" / sha256[:2] / f"{sha256}.gz"
    assert stored(tmp_path) == [file]
    assert gzip.decompress(file.read_bytes()) == b"title: AGDC\n"


def test_same_bytes_make_the_same_file_and_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = RawStore(tmp_path / "one"), RawStore(tmp_path / "two")
    first.put(b"same")
    later = time.time() + 10
    monkeypatch.setattr(time, "time", lambda: later)  # gzip would note the second it was written in
    second.put(b"same")
    second.put(b"same")
    (one,), (two,) = stored(tmp_path / "one"), stored(tmp_path / "two")
    assert one.read_bytes() == two.read_bytes()


def test_putting_again_does_not_rewrite(tmp_path: Path) -> None:
    store = RawStore(tmp_path)
    store.put(b"body")
    before = stored(tmp_path)[0].stat()
    store.put(b"body")
    after = stored(tmp_path)[0].stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_an_unknown_body_is_missing(tmp_path: Path) -> None:
    store = RawStore(tmp_path)
    unknown = hashlib.sha256(b"never").hexdigest()
    assert unknown not in store
    with pytest.raises(BodyMissing, match=unknown):
        store.get(unknown)


@pytest.mark.parametrize("name", ["", "ab", "../../../../etc/passwd", "A" * 64, "0" * 63 + "\n", "0" * 65])
def test_what_is_no_hash_is_refused(tmp_path: Path, name: str) -> None:
    store = RawStore(tmp_path)
    assert name not in store
    with pytest.raises(ValueError, match="not a SHA-256"):
        store.get(name)


def test_what_is_no_text_is_not_in_the_store(tmp_path: Path) -> None:
    assert 7 not in RawStore(tmp_path)


@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: b"",
        lambda whole: whole[:-5],
        lambda whole: b"no gzip at all",
        lambda whole: whole[:20] + bytes([whole[20] ^ 0xFF]) + whole[21:],
        lambda whole: gzip.compress(b"another body"),
    ],
    ids=["empty", "cut", "not gzip", "flipped", "another body"],
)
def test_a_damaged_file_is_named_and_mended_by_the_next_put(tmp_path: Path, damage: object) -> None:
    assert callable(damage)
    store, data = RawStore(tmp_path), bytes(range(256)) * 8
    sha256 = store.put(data)
    (file,) = stored(tmp_path)
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(BodyDamaged) as caught:
        store.get(sha256)
    assert str(file) in str(caught.value)
    assert "harvest its source again" in str(caught.value)
    assert "\n" not in str(caught.value)
    store.put(data)
    assert store.get(sha256) == data


def test_threads_that_put_the_same_bodies_do_not_disturb_each_other(tmp_path: Path) -> None:
    bodies = [os.urandom(20_000) for _ in range(10)]
    start = threading.Barrier(8)
    read: list[bytes] = []

    def work() -> None:
        start.wait()
        read.extend(RawStore(tmp_path).get(RawStore(tmp_path).put(body)) for body in bodies)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(read) == sorted(bodies * 8)
    assert len(stored(tmp_path)) == len(bodies)


WRITER = """
    import hashlib, itertools, sys
    from pathlib import Path
    from leap_kg.ingest.raw import RawStore
    store = RawStore(Path(sys.argv[1]))
    for number in itertools.count():
        print(store.put(hashlib.sha256(b"%d" % number).digest() * 4000), flush=True)
"""


def test_kill_9_leaves_whole_bodies_only(tmp_path: Path) -> None:
    writer = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(WRITER), str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    with writer:
        assert writer.stdout
        first = writer.stdout.readline().strip()
        time.sleep(0.25)
        os.kill(writer.pid, signal.SIGKILL)
        said = [first, *writer.stdout.read().split()]
    store = RawStore(tmp_path)
    whole = [path.stem for path in tmp_path.rglob("*.gz")]
    assert set(said[:-1]) <= set(whole)  # the last line may itself be cut
    assert whole
    for sha256 in whole:
        assert len(store.get(sha256)) == 32 * 4000
