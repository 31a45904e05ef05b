"""A log that was damaged in any way is found out, every fault by its file and, where it can be told, its byte."""

import gzip
import random
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import Store

from leap_kg.graph.home import Home
from leap_kg.graph.log.damage import diagnose
from leap_kg.graph.log.digest import digest_of
from leap_kg.graph.log.patch import Patch, PatchLog
from leap_kg.graph.log.verify import Fault, verify_log, verify_snapshot
from leap_kg.graph.snapshot import Snapshots
from leap_kg.ontology.namespaces import DCT
from tests.graph.histories import History, quad


@pytest.fixture
def history(home: Home) -> History:
    made = History(home)
    for number in range(1, 9):
        made.become({quad(f"d{n}", DCT("title"), f"Number {n} of {number}") for n in range(number, number + 4)})
    return made


def faults(history: History) -> list[Fault]:
    return verify_log(history.home.log).faults


def change(path: Path, offset: int, mask: int) -> None:
    data = bytearray(path.read_bytes())
    data[offset] ^= mask
    path.write_bytes(data)


def test_a_whole_log_has_no_fault_and_one_digest(history: History) -> None:
    seen: list[tuple[int, int]] = []
    report = verify_log(history.home.log, lambda done, all_: seen.append((done, all_)))
    assert report
    assert (report.revision, report.digest) == (8, digest_of(history.states[8]))
    assert report.id == PatchLog(history.home.log).header(8).id
    assert seen == [(n, 8) for n in range(1, 9)]


def test_an_empty_log_is_whole(tmp_path: Path) -> None:
    report = verify_log(tmp_path / "none")
    assert report
    assert (report.revision, report.digest) == (0, "")


def test_every_fault_is_found_not_only_the_first(history: History) -> None:
    files = history.log.files()
    change(files[2], 300, 0x40)
    files[4].unlink()
    files[6].write_bytes(files[6].read_bytes()[:-30])
    shutil.copy(files[7], files[7].with_name("00000007-other.rdfp.gz"))
    found = faults(history)
    assert [(f.revision, Path(f.file).name) for f in found] == [
        (7, "00000007-other.rdfp.gz"), (2, files[2].name), (4, "log"), (6, files[6].name),
    ]  # fmt: skip
    assert found[0].reason.startswith("00000007-one.rdfp.gz is the same revision")
    assert (found[1].offset, found[1].exact) == (300, True)
    assert "missing" in found[2].reason
    assert found[3].offset == files[6].stat().st_size
    assert "before its content does" in found[3].reason


def test_a_patch_that_was_replaced_breaks_the_chain(history: History) -> None:
    patch = history.log.read(5)
    other = Patch(5, "one", patch.run, patch.at, patch.removed, patch.added[:-1], patch.previous, patch.digest)
    history.log.files()[5].write_bytes(gzip.compress(other.text().encode(), mtime=0))
    found = faults(history)
    assert [(f.revision, f.reason.partition(",")[0].partition(":")[0]) for f in found] == [
        (5, "its changes do not lead from the graph before it to the one its digest stands for"),
        (6, "it does not follow the patch before it"),
    ]


def test_content_that_does_not_match_its_id_is_told_from_damage(history: History) -> None:
    path = history.log.files()[3]
    text = gzip.decompress(path.read_bytes())
    path.write_bytes(gzip.compress(text.replace(b"Number 3", b"Number 4"), mtime=0))
    (found,) = faults(history)
    assert "whole, but not what was written" in found.reason
    assert found.offset is None
    path.write_bytes(gzip.compress(b"nothing of ours\n", mtime=0))
    assert "does not begin with the id" in faults(history)[0].reason
    path.write_bytes(b"")
    assert "ends at byte 0" in faults(history)[0].reason


def test_a_file_of_another_revision_is_noticed(history: History) -> None:
    files = history.log.files()
    shutil.copy(files[3], files[5])
    assert any("named for revision 5 but holds revision 3" in f.reason for f in faults(history))


def test_the_snapshot_must_be_what_the_log_leads_to(history: History) -> None:
    def found() -> list[str]:
        report = verify_log(history.home.log)
        verify_snapshot(history.home, report)
        return [fault.reason for fault in report.faults]

    assert found() == ["there is no snapshot"]
    history.snapshot()
    assert found() == []
    wrong = Store(str(history.home.path / "wrong"))
    wrong.extend([*history.states[8]][1:])
    wrong.flush()
    Snapshots(history.home).create(wrong, 8)
    assert "does not hold what the log leads to" in found()[0]
    (history.home.snapshots / "00000008").rename(history.home.snapshots / "00000007")
    assert found() == ["the newest snapshot is of revision 7, but the log ends at 8"]
    shutil.rmtree(history.home.snapshots / "00000007")
    (history.home.snapshots / "00000008").mkdir()
    assert "cannot be read" in found()[0]


@given(st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_changed_byte_is_found_and_named(history: History, data: st.DataObject) -> None:
    revision = data.draw(st.integers(1, 8))
    path = history.log.files()[revision]
    sound = path.read_bytes()
    offset, mask = data.draw(st.integers(0, len(sound) - 1)), data.draw(st.integers(1, 255))
    change(path, offset, mask)
    try:
        found = [fault for fault in faults(history) if fault.revision == revision]
        assert [(Path(f.file).name, f.offset, f.exact) for f in found] == [(path.name, offset, True)]
        assert f"was 0x{sound[offset]:02x};" in found[0].reason
    finally:
        path.write_bytes(sound)


def test_no_byte_of_a_file_can_change_unnamed(history: History) -> None:
    sound = history.log.files()[2].read_bytes()
    assert diagnose(sound) is None
    for offset, byte in enumerate(sound):
        damage = diagnose(sound[:offset] + bytes((byte ^ 1 << offset % 8,)) + sound[offset + 1 :])
        assert damage is not None
        assert (damage.offset, damage.exact) == (offset, True)


@pytest.mark.parametrize("count", [1_000, 3_000])
def test_in_a_large_file_one_changed_bit_or_no_exact_byte_is_named(home: Home, count: int) -> None:
    made = History(home)
    numbers = random.Random(7)
    made.become({quad(f"d{n}", DCT("title"), f"{numbers.random()}") for n in range(count)})
    sound = made.log.files()[1].read_bytes()
    assert (len(sound) > 2**15) == (count == 3_000)
    data = bytearray(sound)
    data[len(data) // 2] ^= 0x10
    damage = diagnose(bytes(data))
    assert damage is not None
    assert damage.offset is not None
    if len(data) > 2**15:
        assert damage.offset >= len(data) // 2
        assert "at or before" in damage.reason
        assert not damage.exact
    else:
        assert (damage.offset, damage.exact) == (len(data) // 2, True)
    assert diagnose(sound) is None
