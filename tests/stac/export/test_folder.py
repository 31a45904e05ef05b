"""Where exports go: all of it or nothing."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap_kg.stac.export.folder import Unwritable, folder
from leap_kg.stac.export.names import Names


def write(place: Path) -> None:
    (place / "sub").mkdir()
    (place / "sub" / "a.json").write_text("a")
    (place / "last.json").write_text("b")


def below(place: Path) -> set[str]:
    return {path.relative_to(place).as_posix() for path in place.rglob("*")}


def test_a_new_folder_appears_when_it_is_complete(tmp_path: Path) -> None:
    target = tmp_path / "new" / "deep"
    with folder(target, "last.json") as place:
        write(place)
        assert not target.exists()
    assert below(tmp_path / "new") == {"deep", "deep/sub", "deep/sub/a.json", "deep/last.json"}
    assert target.stat().st_mode & 0o777 == 0o777 & ~_umask()


def test_an_empty_folder_is_filled_and_stays_the_same_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = tmp_path.stat().st_ino
    monkeypatch.chdir(tmp_path)
    with folder(Path(), "last.json") as place:
        write(place)
        assert not (tmp_path / "last.json").exists()
    assert tmp_path.stat().st_ino == before
    assert below(tmp_path) == {"sub", "sub/a.json", "last.json"}


@pytest.mark.parametrize("failure", [KeyboardInterrupt, RuntimeError], ids=["interrupted", "failed"])
@pytest.mark.parametrize("there", [True, False], ids=["there", "new"])
def test_what_fails_half_way_leaves_nothing(tmp_path: Path, failure: type[BaseException], there: bool) -> None:
    target = tmp_path / "out"
    if there:
        target.mkdir()

    def fail() -> None:
        with folder(target, "last.json") as place:
            write(place)
            raise failure

    with pytest.raises(failure):
        fail()
    assert below(tmp_path) == ({"out"} if there else set())


def test_what_is_somebody_else_s_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    (tmp_path / "nowhere").symlink_to(tmp_path / "gone")
    for name, word in (
        ("full", "mine.txt"),
        ("file", "no folder"),
        ("nowhere", "no folder"),
        ("file/in", "file is no folder"),
    ):
        with pytest.raises(Unwritable, match=word) as refused, folder(tmp_path / name, "last.json"):
            pytest.fail("it should not begin")
        assert "name a folder" in str(refused.value)
    assert below(tmp_path) == {"full", "full/mine.txt", "file", "nowhere"}


def test_what_the_disk_refuses_is_said(tmp_path: Path) -> None:
    with pytest.raises(Unwritable, match="No space left"), folder(tmp_path / "out", "last.json"):
        raise OSError(28, "No space left on device")
    assert below(tmp_path) == set()


@given(st.lists(st.text(max_size=200) | st.sampled_from(["a", "A", "nul", "a-", "con.json", "..", "", "a/b", "a b"])))
def test_names_are_plain_and_each_has_its_own(identifiers: list[str]) -> None:
    names = Names("items")
    given_names = [names.of(identifier) for identifier in identifiers]
    assert len({name.lower() for name in [*given_names, "items"]}) == len(identifiers) + 1
    for name in given_names:
        assert 0 < len(name) < 150
        assert name.isascii()
        assert not set(name) & set('/\\:*?"<>| ')
        assert name.strip(".-") == name
        assert name.lower().partition(".")[0] not in {"con", "nul", "aux", "prn", "com1", "lpt9"}


def test_an_id_that_can_be_a_name_is_one() -> None:
    names = Names()
    assert [names.of(identifier) for identifier in ("calm", "S2A_2020.01-x", "b")] == ["calm", "S2A_2020.01-x", "b"]


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
