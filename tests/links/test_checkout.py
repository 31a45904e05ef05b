"""A local folder is the repository that git says it is, and nothing of git's is run."""

import hashlib
import os
import shutil
from pathlib import Path

import pytest

from leap_kg.ingest.github.files import LARGEST
from leap_kg.links.assembling import address_of
from leap_kg.links.checkout import Checkout, NoFolder
from leap_kg.links.files import Unreachable
from leap_kg.links.readers import READERS
from leap_kg.links.signal import Place
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.links.worlds import CODE, COMMIT, checkout, commit, commit_of


def test_name_branch_and_commit_are_gits(tmp_path: Path) -> None:
    folder = checkout(tmp_path, run__py="x = 1")
    found, made = Checkout.of(folder, "", BASE), commit_of(folder)
    assert (found.repository, found.branch, found.commit) == (CODE, "main", made)
    (listed,) = found.files()
    assert listed.file.node == f"{CODE}/blob/main/run.py"
    assert listed.file.at == f"{CODE}/blob/{made}/run.py"
    assert listed.load() == b"x = 1"


def test_packed_refs_detached_heads_and_worktrees(tmp_path: Path) -> None:
    folder = checkout(tmp_path / "clone")
    (folder / ".git" / "refs" / "heads" / "main").unlink()
    (folder / ".git" / "packed-refs").write_text(
        f"# pack-refs\n{'1' * 40} refs/heads/mainly\n{COMMIT} refs/heads/main\n"
    )
    assert Checkout.of(folder, "", BASE).commit == COMMIT
    tree = tmp_path / "tree"
    (folder / ".git" / "worktrees" / "tree").mkdir(parents=True)
    (folder / ".git" / "worktrees" / "tree" / "HEAD").write_text("d" * 40)
    (folder / ".git" / "worktrees" / "tree" / "commondir").write_text("../..\n")
    tree.mkdir()
    (tree / ".git").write_text(f"gitdir: {folder}/.git/worktrees/tree\n")
    found = Checkout.of(tree, "", BASE)
    assert (found.repository, found.branch, found.commit) == (CODE, "", "d" * 40)


def test_a_folder_without_git_is_ours_unless_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "My code").mkdir()
    (tmp_path / "My code" / "a b#c.py").write_text("x")
    found = Checkout.of(tmp_path / "My code", "", BASE)
    assert found.repository == f"{BASE}repository/local/my-code"
    (listed,) = found.files()
    assert listed.file.at == listed.file.node == f"{BASE}repository/local/my-code/file/a%20b%23c.py"
    assert Checkout.of(tmp_path / "My code", "Lab/Code", BASE).repository == CODE
    with pytest.raises(NoFolder, match="names no repository"):
        Checkout.of(tmp_path / "My code", "no repository", BASE)
    with pytest.raises(NoFolder, match="no folder"):
        Checkout.of(tmp_path / "nothing", "", BASE)


def test_links_hidden_files_and_other_peoples_packages_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "secret.py").write_text("out of the folder")
    folder = checkout(tmp_path / "clone", a__py="1")
    (folder / "link.py").symlink_to(tmp_path / "secret.py")
    for place in ("node_modules", ".hidden", ".binder"):
        (folder / place).mkdir()
        (folder / place / "b.py").write_text("2")
    expected = [".binder/b.py", "a.py"]
    commit(folder)
    assert [each.file.path for each in Checkout.of(folder, "", BASE).files()] == expected
    assert Checkout.of(folder, "", BASE).lacking(2) is None
    shutil.rmtree(folder / ".git")
    assert [each.file.path for each in Checkout.of(folder, "lab/code", BASE).files()] == expected


def test_evidence_that_names_a_commit_quotes_what_is_there_whatever_lies_in_the_folder(tmp_path: Path) -> None:
    text = "import xarray\n\nxarray.open_zarr('gs://leap/ocean.zarr')\n"
    folder = checkout(tmp_path, a__py=text, gone__py="x = 1\n", empty__py="")
    made = commit_of(folder)
    (folder / "a.py").write_text(f"# one\n# two\n# three\n{text}")
    (folder / "gone.py").unlink()
    (folder / "new.py").write_text("y = 2\n")
    (folder / "new.bin").write_text("nobody reads it")
    found = Checkout.of(folder, "", BASE)
    listed = {each.file.path: each for each in found.files()}
    assert {path: each.load() for path, each in listed.items()} == {"a.py": text.encode(), "gone.py": b"x = 1\n"}
    assert listed["a.py"].file.sha256 == hashlib.sha256(text.encode()).hexdigest()
    assert {each.file.at for each in listed.values()} == {f"{CODE}/blob/{made}/{path}" for path in listed}
    finding = found.lacking(2, READERS.reads)
    assert finding is not None
    assert finding.kind == "uncommitted-files"
    assert finding.message == (
        f"2 files differ from the commit {made[:7]}, 1 are not in it; the commit was mined: a.py, gone.py, new.py"
    )
    now = commit(folder)
    again = {each.file.path: each.file.at for each in Checkout.of(folder, "", BASE).files()}
    assert again["a.py"] == f"{CODE}/blob/{now}/a.py"
    assert Checkout.of(folder, "", BASE).lacking(2, READERS.reads) is None
    (folder / "a.py").write_bytes((folder / "a.py").read_bytes().replace(b"\n", b"\r\n"))  # as on Windows
    assert Checkout.of(folder, "", BASE).lacking(2, READERS.reads) is None


def test_no_commit_is_claimed_where_its_files_cannot_be_read(tmp_path: Path) -> None:
    folder = checkout(tmp_path, a__py="1")
    shutil.rmtree(folder / ".git" / "objects")
    found = Checkout.of(folder, "", BASE)
    (listed,) = found.files()
    assert listed.file.at == listed.file.node == f"{CODE}/blob/main/a.py"
    assert "cannot be read" in getattr(found.lacking(1), "message", "")


def test_git_reads_objects_and_no_configuration_of_the_repository(tmp_path: Path) -> None:
    folder = checkout(tmp_path / "clone", a__py="1", b__py="2")
    ran = tmp_path / "ran"
    command = f"touch {ran}"
    with (folder / ".git" / "config").open("a") as config:
        config.write(
            f'[core]\n\tfsmonitor = "{command}"\n\tsshCommand = "{command}"\n[extensions]\n\tpartialClone = origin\n'
            f'[remote "origin"]\n\tpromisor = true\n\turl = "ext::sh -c {command}"\n'
            '[protocol "ext"]\n\tallow = always\n'
        )
    lost = hashlib.sha1(b"blob 1\x002", usedforsecurity=False).hexdigest()
    (folder / ".git" / "objects" / lost[:2] / lost[2:]).unlink()
    (folder / "b.py").write_text("changed")
    one, other = Checkout.of(folder, "lab/code", BASE).files()
    assert (one.file.path, one.load()) == ("a.py", b"1")
    assert other.file.path == "b.py"
    with pytest.raises(Unreachable, match=r"^b\.py is not among the objects"):
        other.load()
    assert not ran.exists()


def test_a_file_that_is_too_large_is_listed_and_never_read(tmp_path: Path) -> None:
    folder = checkout(tmp_path, a__py="1", edge__ipynb="{}")
    (folder / "big.ipynb").touch()
    os.truncate(folder / "big.ipynb", 200_000_000)
    os.truncate(folder / "edge.ipynb", LARGEST)
    shutil.rmtree(folder / ".git")
    listed = {each.file.path: each for each in Checkout.of(folder, "lab/code", BASE).files()}
    assert set(listed) == {"a.py", "big.ipynb", "edge.ipynb"}
    assert len(listed["edge.ipynb"].load()) == LARGEST
    with pytest.raises(Unreachable, match=rf"^big\.ipynb has 200000000 bytes.*: {LARGEST} are the most$") as refused:
        listed["big.ipynb"].load()
    assert "Clear the outputs" in refused.value.hint
    os.truncate(folder / "big.ipynb", 20_000_000)
    again = {each.file.path: each.file.sha256 for each in Checkout.of(folder, "lab/code", BASE).files()}
    assert again["big.ipynb"] != listed["big.ipynb"].file.sha256
    whole = checkout(tmp_path / "whole", big__ipynb=" " * (LARGEST + 1))
    (large,) = Checkout.of(whole, "", BASE).files()
    with pytest.raises(Unreachable, match=rf"^big\.ipynb has {LARGEST + 1} bytes"):
        large.load()
    assert Checkout.of(whole, "", BASE).lacking(1) is None


def test_a_repository_without_commit_or_files_lacks_them_and_an_empty_folder_is_refused(tmp_path: Path) -> None:
    whole = checkout(tmp_path / "whole")
    made = commit_of(whole)
    assert Checkout.of(whole, "", BASE).lacking(1) is None
    assert "no file" in getattr(Checkout.of(whole, "", BASE).lacking(0), "message", "")
    (whole / ".git" / "refs" / "heads" / "main").unlink()
    fresh = Checkout.of(whole, "", BASE)
    assert getattr(fresh.lacking(0), "message", "") == "the repository has no commit and no file"
    assert "Commit and push" in getattr(fresh.lacking(1), "hint", "")
    (whole / ".git" / "packed-refs").write_text(f"{made} refs/heads/main\n")
    assert Checkout.of(whole, "", BASE).lacking(1) is None
    (tmp_path / "none" / "deeper").mkdir(parents=True)
    for name in ("", "lab/code"):
        with pytest.raises(NoFolder, match="has no file to mine"):
            Checkout.of(tmp_path / "none", name, BASE)


@pytest.mark.parametrize(
    ("path", "place", "end"),
    [
        ("a.py", Place("a.py", 3, 3, "q"), "a.py#L3"),
        ("a.py", Place("a.py", 3, 5, "q"), "a.py#L3-L5"),
        ("README.md", Place("README.md", 3, 3, "q"), "README.md?plain=1#L3"),
        ("a.ipynb", Place("a.ipynb", 2, 3, "q", cell=4, file_line=40), "a.ipynb?plain=1#L40-L41"),
        ("a.ipynb", Place("a.ipynb", 2, 3, "q", cell=4), "a.ipynb?plain=1"),
    ],
)
def test_an_address_opens_at_the_lines(path: str, place: Place, end: str) -> None:
    assert address_of(f"{CODE}/blob/{COMMIT}/{path}", path, place) == f"{CODE}/blob/{COMMIT}/{end}"
    assert address_of(f"{BASE}repository/local/code/file/{path}", path, place) == ""
