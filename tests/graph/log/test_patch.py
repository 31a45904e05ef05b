"""The patch log: what is written reads back, and what was tampered with shows."""

import contextlib
import gzip
import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from threading import Event

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad

from leap_kg.graph.home import HomeError
from leap_kg.graph.log.patch import FIRST, LogError, Patch, PatchLog, parse_patch
from tests.ontology.terms import any_triples, iris, texts

MOMENT = datetime(2026, 3, 1, 12, 0, 0, 5, tzinfo=UTC)
S, P, G = (NamedNode(f"https://example.org/{name}") for name in "spg")


def quads(*values: str) -> tuple[Quad, ...]:
    return tuple(Quad(S, P, Literal(value), G) for value in values)


def patch(revision: int, previous: str = FIRST, value: str = "x") -> Patch:
    return Patch(revision, "one", "https://example.org/run", MOMENT, (), quads(f"{value} {revision}"), previous)


@pytest.fixture
def log(tmp_path: Path) -> PatchLog:
    """A log of four patches."""
    filled = PatchLog(tmp_path)
    previous = FIRST
    for revision in range(1, 5):
        made = patch(revision, previous)
        filled.append(made)
        previous = made.id
    return filled


moments = st.datetimes(
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30)), timezone(-timedelta(hours=9))])
)
changes = st.tuples(any_triples, st.lists(iris, min_size=1, max_size=3)).map(
    lambda drawn: tuple({Quad(t.subject, t.predicate, t.object, drawn[1][0]) for t in drawn[0]})
)


@settings(max_examples=50, deadline=None)
@given(
    st.integers(1, 10**9), texts, iris, moments, changes, changes, st.text("0123456789abcdef", min_size=64, max_size=64)
)
def test_the_text_of_a_patch_reads_back(
    revision: int,
    source: str,
    run: NamedNode,
    at: datetime,
    removed: tuple[Quad, ...],
    added: tuple[Quad, ...],
    link: str,
) -> None:
    made = Patch(revision, source, run.value, at, removed, added, f"urn:sha256:{link}")
    text = made.text()
    read = parse_patch(text)
    assert (read.revision, read.source, read.run, read.at, read.previous) == (
        revision, source, run.value, at, f"urn:sha256:{link}",
    )  # fmt: skip
    assert sorted(map(str, read.removed)) == sorted(map(str, removed))
    assert sorted(map(str, read.added)) == sorted(map(str, added))
    assert read.text() == text
    assert text.count("\n") == 8 + len(removed) + len(added)


def test_the_order_of_the_quads_does_not_matter() -> None:
    one = Patch(1, "one", "a:b", MOMENT, quads("a", "b"), quads("c", "d"))
    other = Patch(1, "one", "a:b", MOMENT, quads("b", "a"), quads("d", "c"))
    assert one.text() == other.text()
    assert one.id == other.id


@pytest.mark.parametrize(
    "change",
    [
        {"revision": 2},
        {"source": "two"},
        {"run": "a:c"},
        {"at": MOMENT + timedelta(microseconds=1)},
        {"removed": quads("b")},
        {"added": quads("a")},
        {"previous": "urn:sha256:" + "1" * 64},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_id_stands_for_everything(change: dict[str, object]) -> None:
    fields: dict[str, object] = {"revision": 1, "source": "one", "run": "a:b", "at": MOMENT, "removed": (), "added": ()}
    assert Patch(**fields).id != Patch(**{**fields, **change}).id  # type: ignore[arg-type]


def test_a_log_reads_back_in_order(log: PatchLog) -> None:
    assert [p.revision for p in log.patches()] == [1, 2, 3, 4]
    assert [p.revision for p in log.patches(since=2)] == [3, 4]
    assert list(log.patches(since=4)) == []
    assert list(log.files()) == [1, 2, 3, 4]
    assert log.last() == 4
    found = [log.read(revision) for revision in (1, 2, 3, 4)]
    assert [p.previous for p in found] == [FIRST, *(p.id for p in found[:-1])]
    for p in found:
        header = log.header(p.revision)
        assert (header.id, header.previous, header.source, header.run) == (p.id, p.previous, p.source, p.run)
        assert (header.revision, header.at) == (p.revision, p.at)


def test_an_empty_log_has_no_revision(tmp_path: Path) -> None:
    log = PatchLog(tmp_path)
    assert log.last() == 0
    assert list(log.patches()) == []
    assert PatchLog(tmp_path / "not there").last() == 0


def test_the_same_patch_makes_the_same_bytes(tmp_path: Path) -> None:
    files = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        files.append(PatchLog(tmp_path / name).append(patch(1)))
        os.utime(files[-1], (0, 0))
    assert files[0].read_bytes() == files[1].read_bytes()


@pytest.mark.parametrize("revision", [1, 4, 6])
def test_only_the_next_revision_can_be_appended(log: PatchLog, tmp_path: Path, revision: int) -> None:
    before = sorted(p.name for p in tmp_path.iterdir())
    with pytest.raises(LogError, match=f"revision {revision} cannot follow 4"):
        log.append(patch(revision))
    assert sorted(p.name for p in tmp_path.iterdir()) == before


def test_half_written_files_are_ignored_and_swept_up(log: PatchLog, tmp_path: Path) -> None:
    partial = tmp_path / "00000005-two.rdfp.partial"
    partial.write_bytes(b"\x1f\x8b half")
    (tmp_path / "notes.txt").write_text("not a patch")
    (tmp_path / "12x-one.rdfp.gz").write_text("not a patch either")
    assert log.last() == 4
    assert len(list(log.patches())) == 4
    log.append(patch(5, log.read(4).id))
    assert not partial.exists()
    assert [p.revision for p in log.patches()] == [1, 2, 3, 4, 5]


# --- damage -------------------------------------------------------------------------------------------------------


def _rewrite(path: Path, change: Callable[[str], str]) -> None:
    path.write_bytes(gzip.compress(change(gzip.decompress(path.read_bytes()).decode()).encode(), mtime=0))


def _replace(path: Path, other: Patch) -> None:
    path.write_bytes(gzip.compress(other.text().encode(), mtime=0))


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (lambda path: path.write_bytes(path.read_bytes()[:-9]), "is damaged"),
        (lambda path: path.write_bytes(path.read_bytes()[:30]), "is damaged"),
        (lambda path: path.write_bytes(b""), "is damaged|not what was written"),
        (lambda path: path.write_bytes(b"H id <x> ."), "is damaged"),
        (_flip, "is damaged|not what was written"),
        (lambda path: path.write_bytes(gzip.compress(b"\xff\xfe", mtime=0)), "not what was written"),
        (lambda path: _rewrite(path, lambda t: t.replace("x 3", "y 3")), "does not match its id"),
        (lambda path: _rewrite(path, lambda t: t.replace("TC .\n", "")), "does not match its id"),
        (lambda path: _rewrite(path, lambda t: t + "A <a:b> <a:b> <a:b> .\n"), "does not match its id"),
        (lambda path: _rewrite(path, lambda t: t.replace("A <", "D <")), "does not match its id"),
        (lambda path: _rewrite(path, lambda t: t.replace(FIRST[-8:], "00000001")), "does not match its id|follow"),
        (lambda path: _replace(path, patch(3, "urn:sha256:" + "2" * 64)), "not follow"),
        (lambda path: _replace(path, patch(2)), "but holds revision 2"),
        (lambda path: path.unlink(), "revision 3 is missing"),
    ],
)  # fmt: skip
def test_a_patch_that_is_not_what_was_written_is_named(
    log: PatchLog, tmp_path: Path, harm: Callable[[Path], object], message: str
) -> None:
    path = log.files()[3]
    if message == "does not match its id|follow":
        path = log.files()[1]
    harm(path)
    with pytest.raises(LogError, match=message) as caught:
        list(log.patches())
    assert path.name in str(caught.value) or "missing" in message
    assert str(tmp_path) in str(caught.value)
    assert isinstance(caught.value, HomeError)
    assert log.read(2).revision == 2


def test_a_patch_of_another_log_does_not_fit(log: PatchLog, tmp_path: Path) -> None:
    log.files()[2].unlink()
    (tmp_path / "00000002-one.rdfp.gz").write_bytes(gzip.compress(patch(2, FIRST, "z").text().encode(), mtime=0))
    with pytest.raises(LogError, match=r"00000002-one.rdfp.gz does not follow"):
        list(log.patches())


def test_two_files_of_one_revision_are_an_error(log: PatchLog, tmp_path: Path) -> None:
    shutil.copy(log.files()[2], tmp_path / "00000002-two.rdfp.gz")
    with pytest.raises(LogError, match="both revision 2"):
        log.last()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "TC .\n",
        "H id <a:b> .\nTX .\nTC .\n",
        patch(1).text().replace("TC .\n", ""),
        patch(1).text() + "more",
        patch(1).text().replace('H revision "1" .', 'H revision "one" .'),
        patch(1).text().replace("H run <", "H run <<"),
        patch(1).text().replace("A <", "A <<<"),
        patch(1).text().replace('H at "2026', 'H at "yesterday'),
    ],
)
def test_a_text_that_is_no_patch_is_refused(text: str) -> None:
    with pytest.raises((ValueError, SyntaxError)):
        parse_patch(text)


@settings(max_examples=50, deadline=None)
@given(texts, st.integers(0, 400))
def test_reading_is_total(extra: str, place: int) -> None:
    whole = patch(1).text()
    with contextlib.suppress(ValueError, SyntaxError):
        parse_patch(whole[:place] + extra + whole[place:])


# --- streams, and a folder that others change ---------------------------------------------------------------------


def test_changes_are_read_as_a_stream_in_the_order_of_the_file(tmp_path: Path) -> None:
    log = PatchLog(tmp_path)
    made = Patch(
        1, "one", "a:b", MOMENT, quads("d", "c"), quads(*map(str, range(40_000))), digest="sum-sha256:" + "0" * 64
    )
    log.append(made)
    assert len(list(log.blocks(1))) > 1
    read = list(log.changes(1))
    assert [quad for added, quad in read if not added] == list(quads("c", "d"))
    assert {quad for added, quad in read if added} == set(made.added)
    assert log.read(1).text() == made.text()
    assert (log.header(1).digest, log.header(1).id) == (made.digest, made.id)


def test_the_digest_belongs_to_what_the_id_stands_for(tmp_path: Path) -> None:
    ids = {Patch(1, "one", "a:b", MOMENT, (), quads("x"), digest=digest).id for digest in ("", "sum-sha256:0", "x")}
    assert len(ids) == 3
    made = Patch(1, "one", "a:b", MOMENT, (), quads("x"), digest="sum-sha256:" + "1" * 64)
    path = tmp_path / "00000001-one.rdfp.gz"
    text = made.text().replace("1" * 64, "2" * 64)
    path.write_bytes(gzip.compress(text.encode(), mtime=0))
    with pytest.raises(LogError, match="does not match its id"):
        PatchLog(tmp_path).read(1)


def test_a_digest_that_is_none_cannot_be_written(tmp_path: Path) -> None:
    log = PatchLog(tmp_path)
    with pytest.raises(ValueError, match="is no digest"):
        log.append(Patch(1, "one", "a:b", MOMENT, (), quads("x"), digest="short"))
    assert list(tmp_path.iterdir()) == []


def test_what_another_process_appends_or_removes_is_seen_at_once(log: PatchLog, tmp_path: Path) -> None:
    reader = PatchLog(tmp_path)
    assert reader.last() == 4
    for revision in range(5, 30):
        log.append(patch(revision, log.header(revision - 1).id))
        assert reader.last() == log.last() == revision
    for revision in range(29, 4, -1):
        log.files()[revision].unlink()
        assert reader.last() == log.last() == revision - 1


def test_a_thread_that_asks_while_another_lists_gets_the_whole_log(
    log: PatchLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.utime(tmp_path, (0, 0))
    fresh, listing, go_on, scan = PatchLog(tmp_path), Event(), Event(), os.scandir

    def slowly(folder: Path) -> object:
        if not listing.is_set():
            listing.set()
            go_on.wait(10)
        return scan(folder)

    monkeypatch.setattr(os, "scandir", slowly)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(fresh.last)
        assert listing.wait(10)
        try:
            assert fresh.last() == 4
        finally:
            go_on.set()
        assert first.result() == log.last()


def test_the_folder_is_listed_again_only_when_it_has_changed(
    log: PatchLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.utime(tmp_path, (0, 0))
    assert log.last() == 4
    monkeypatch.setattr(os, "scandir", lambda *_: pytest.fail("the folder was listed again"))
    assert (log.last(), len(log.files()), log.header(3).revision) == (4, 4, 3)


def test_a_disk_that_fails_leaves_the_log_as_it_was(
    log: PatchLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sorted(path.name for path in tmp_path.iterdir())

    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", fail)
        with pytest.raises(OSError, match="No space left"):
            log.append(patch(5, log.header(4).id))
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    log.append(patch(5, log.header(4).id))
    assert log.last() == 5
