"""`log`, `rebuild` and `--at` on a home with three revisions: what they print, and how they end."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Command, Run, harvest
from tests.cli.platform import feedstock, write, write_platform

GOOD = "https://w3id.org/leap-kg/dataset/lab/good"
TITLE = "SELECT ?title { <" + GOOD + "> dct:title ?title }"


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory, command_at: Command) -> tuple[Run, Path, list[str]]:
    """The command on a home with three revisions, its folder, and the export taken at each; for reading only."""
    folder = tmp_path_factory.mktemp("past")
    run, platform = command_at(folder / "home"), write_platform(folder / "platform")
    assert run("init").returncode == 0
    exports = ["", run("export").stdout]
    assert harvest(run, platform).returncode == 0
    exports.append(run("export").stdout)
    feedstock(platform, "good", "Deep sea temperature", licence="CC-BY-4.0")
    write(platform / "good" / "catalog.yaml", {
        "meta_yaml_url": "https://github.com/lab/good/blob/main/meta.yaml",
        "tags": ["ocean", "ice"],
        "stores": [{"id": "good", "name": "good store", "url": "gs://lab/good.zarr"}],
    })  # fmt: skip
    assert harvest(run, platform).returncode == 0
    exports.append(run("export").stdout)
    return run, folder / "home", exports


@pytest.fixture
def copied(past: tuple[Run, Path, list[str]], tmp_path: Path, command_at: Command) -> tuple[Run, Path]:
    """The same home, to be spoilt."""
    home = tmp_path / "home"
    shutil.copytree(past[1], home)
    return command_at(home), home


def spoil(home: Path, revision: int, offset: int) -> Path:
    path = next((home / "log").glob(f"{revision:08d}-*"))
    data = bytearray(path.read_bytes())
    data[offset] ^= 0x20
    path.write_bytes(data)
    return path


def test_revisions_are_listed_newest_first(past: tuple[Run, Path, list[str]]) -> None:
    run = past[0]
    listed = json.loads(run("log", "list", "--json").stdout)
    assert [(r["revision"], r["source"]) for r in listed] == [(3, "lab"), (2, "lab"), (1, "ontology")]
    assert (listed[0]["removed"], listed[0]["added"]) == (2, 3)
    assert [r["revision"] for r in json.loads(run("log", "list", "--json", "--since", "2").stdout)] == [3]
    assert [r["revision"] for r in json.loads(run("log", "list", "--json", "--source", "ontology").stdout)] == [1]
    text = run("log", "list", "--limit", "2").stdout
    assert "The newest 2 of 3 are shown; --limit shows more." in text
    assert "−2" in text
    nothing = run("log", "list", "--source", "nobody")
    assert (nothing.returncode, nothing.stdout) == (3, "There is no revision of source nobody.\n")


def test_a_revision_is_shown_as_its_patch(past: tuple[Run, Path, list[str]]) -> None:
    run = past[0]
    lines = run("log", "show", "3").stdout.splitlines()
    assert lines[0].startswith("H id <urn:sha256:")
    assert lines[-1] == "TC ."
    assert (
        f'A <{GOOD}> <http://www.w3.org/ns/dcat#keyword> "ice" <https://w3id.org/leap-kg/graph/source/lab> .' in lines
    )
    missing = run("log", "show", "4")
    assert (missing.returncode, "the graph has revisions 1 to 3" in missing.stderr) == (3, True)


def test_who_has_seen_enough_of_a_patch_may_go(past: tuple[Run, Path, list[str]]) -> None:
    program = "import sys; sys.argv[1:] = ['log', 'show', '1']; from leap_kg.cli import main; main()"
    environment = {**os.environ, "LEAP_KG_HOME": str(past[1])}
    with subprocess.Popen(
        [sys.executable, "-c", program], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_a_whole_log_is_said_to_be(past: tuple[Run, Path, list[str]]) -> None:
    run = past[0]
    done = run("log", "verify", "--store")
    assert done.returncode == 0
    assert done.stdout.startswith("The log and the newest snapshot are whole: 3 revisions, no faults.\n")
    report = json.loads(run("log", "verify", "--json").stdout)
    assert (report["revision"], report["faults"]) == (3, [])
    assert report["digest"] in done.stdout
    assert f"The last patch: {report['id']}\n" in done.stdout


def test_every_fault_is_named_by_file_and_byte(copied: tuple[Run, Path]) -> None:
    run, home = copied
    paths = [spoil(home, 2, 321), spoil(home, 3, 400)]
    done = run("log", "verify")
    assert done.returncode == 1
    for path, offset in zip(paths, (321, 400), strict=True):
        assert f"{path}, byte {offset}\n" in done.stdout
    assert "2 faults in 3 revisions." in done.stdout
    report = json.loads(run("log", "verify", "--json").stdout)
    assert [(f["revision"], f["offset"], f["exact"]) for f in report["faults"]] == [(2, 321, True), (3, 400, True)]
    assert "log verify" in run("log", "show", "2").stderr
    before = run("export").stdout
    refused = run("rebuild")
    assert refused.returncode == 1
    assert "byte 321" in refused.stdout
    assert "nothing was changed" in refused.stderr
    assert run("export").stdout == before


def test_a_rebuilt_home_exports_the_same_bytes(copied: tuple[Run, Path], past: tuple[Run, Path, list[str]]) -> None:
    run, home = copied
    shutil.rmtree(home / "store")
    (home / "index.sqlite").write_bytes(b"spoilt")
    done = run("rebuild")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Revision 3 was made again from the log")
    assert run("export").stdout == past[2][3]
    assert "Deep sea temperature" in run("search", "deep").stdout
    assert json.loads(run("rebuild", "--json").stdout)["revision"] == 3


def test_the_graph_is_asked_and_shown_as_it_was(past: tuple[Run, Path, list[str]]) -> None:
    run, _, exports = past
    assert run("query", "--at", "2", TITLE).stdout.splitlines()[1:] == ["Sea surface temperature"]
    assert run("query", TITLE).stdout.splitlines()[1:] == ["Deep sea temperature"]
    assert "Sea surface temperature (Dataset)" in run("show", "--at", "2", "lab/good").stdout
    for revision in (1, 2, 3):
        assert run("export", "--at", str(revision)).stdout == exports[revision]
    moments = {r["revision"]: r["at"] for r in json.loads(run("log", "list", "--json").stdout)}
    assert run("export", "--at", moments[2]).stdout == exports[2]
    assert run("export", "--at", "2999-01-01").stdout == exports[3]
    assert run("show", "--at", "1", "lab/good").returncode == 3


@pytest.mark.parametrize(
    ("at", "status", "words"),
    [
        ("0", 3, "the graph has revisions 1 to 3"),
        ("4", 3, "the graph has revisions 1 to 3"),
        ("2001-01-01", 3, "the graph begins at 20"),
        ("yesterday", 2, "give a revision number"),
    ],
)
def test_a_moment_that_cannot_be_shown_is_said_so(
    past: tuple[Run, Path, list[str]], at: str, status: int, words: str
) -> None:
    for arguments in (("query", "--at", at, "ASK {}"), ("show", "--at", at, "x"), ("export", "--at", at)):
        done = past[0](*arguments)
        assert (done.returncode, words in done.stderr) == (status, True), done.stderr


def test_changes_are_asked_of_a_store_of_their_own(past: tuple[Run, Path, list[str]]) -> None:
    run = past[0]
    gained = run("query", "--named", "changes/gained", "--set", "since=2020-01-01").stdout.splitlines()
    assert [line.split(",")[:2] for line in gained if "/good," in line] == [[GOOD, "ocean"], [GOOD, "ice"]]
    before = run("query", "--named", "changes/gained", "--set", "since=2019-01-01", "--set", "until=2020-01-01")
    assert before.stdout.count("\n") == 1
    removed = "SELECT ?title { GRAPH <https://w3id.org/leap-kg/change/3/removed> { ?s dct:title ?title } }"
    assert run("query", "--changes", removed).stdout.splitlines()[1:] == ["Sea surface temperature"]
    assert run("query", "--changes", "--at", "2", removed).returncode == 2


@pytest.mark.parametrize("words", ["log list", "log verify", "rebuild", "query --changes ASK{}", "query --at 1 ASK{}"])
def test_an_empty_home_says_how_to_begin(leap_kg: Run, words: str) -> None:
    done = leap_kg(*words.split())
    assert done.returncode == 1
    assert "leap-kg harvest" in done.stderr
