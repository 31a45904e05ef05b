"""A harvest killed with -9 at any moment loses nothing, and the next one ends where an undisturbed one would."""

import json
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from leap_kg.graph.home import Home
from leap_kg.graph.log.patch import PatchLog
from tests.children import Children, parent_of, told, wait_until
from tests.graph.samples import replay
from tests.ingest.harvesters import harvest
from tests.ingest.shelf import GITHUB, LIST, PUBLISHED, Bench, Shelf, catalog_of, catalog_url, entry_of, meta_of

FEEDSTOCKS = [f"feedstock{number}" for number in range(60)]
GRAPHS = ("lab", "lab-published")


def write_mirror(folder: Path, version: str) -> Path:
    """Sixty feedstocks and their published catalogue as local files; the version is in a part of the texts."""
    folder.mkdir()
    entries = []
    for number, name in enumerate(FEEDSTOCKS):
        title = f"Title of {name}" + (f", version {version}" if number % 3 == 0 else "")
        people = [{"name": f"Person {number % 7}", "github": f"person{number % 7}"}]
        files = {
            "catalog": catalog_of(name, tags=["ocean", version if number % 5 == 0 else name]),
            "meta": meta_of(name, title=title, maintainers=people),
        }
        (folder / name).mkdir()
        for file, content in files.items():
            (folder / name / f"{file}.yaml").write_text(yaml.safe_dump(content))
        entries.append(entry_of(name))
    (folder / "feedstock1" / "meta.yaml").write_text("title: [unclosed\n")
    (folder / "input.yaml").write_text(yaml.safe_dump({"feedstocks": [catalog_url(name) for name in FEEDSTOCKS]}))
    (folder / "output.json").write_text(json.dumps(entries))
    rules = [
        {"match": LIST.replace(".", r"\."), "file": "input.yaml"},
        {"match": PUBLISHED.replace(".", r"\."), "file": "output.json"},
        {"match": rf"{GITHUB}lab/(\w+)/blob/main/feedstock/(\w+)\.yaml", "file": r"\1/\2.yaml"},
    ]
    (folder / "mirror.yaml").write_text(yaml.safe_dump(rules))
    return folder / "mirror.yaml"


@pytest.fixture(scope="module")
def mirrors(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("mirrors")
    return [write_mirror(folder / version, version) for version in ("one", "two")]


@pytest.fixture(scope="module")
def undisturbed(mirrors: list[Path], tmp_path_factory: pytest.TempPathFactory) -> str:
    """The source graphs after one harvest of the second version into a fresh home."""
    home = tmp_path_factory.mktemp("homes") / "fresh"
    assert harvest(home, mirrors[1]) == ["complete", "complete"]
    return Bench(home, Shelf()).export(*GRAPHS)


@pytest.fixture(scope="module")
def harvesters() -> Iterator[Children]:
    with parent_of("tests.ingest.harvesters") as found:
        yield found


def kill_at_random(harvesters: Children, home: Path, mirrors: list[Path], chance: random.Random) -> None:
    """Start a harvest and kill it, some time between its start and the end of its second round."""
    harvesters.start(home, *mirrors)
    wanted = chance.choice((1, 1, 1, 2))
    wait_until(lambda: len(told(home)) >= wanted)
    time.sleep(chance.uniform(0, 0.5))
    harvesters.kill()
    assert harvesters.ended() == signal.SIGKILL


def assert_nothing_lost(home: Path, mirrors: list[Path], undisturbed: str) -> None:
    assert harvest(home, mirrors[1]) == ["complete", "complete"]
    bench = Bench(home, Shelf())
    assert bench.export(*GRAPHS) == undisturbed
    assert set(bench.dead_letters()) == {"lab/feedstock1"}
    replayed = replay(PatchLog(Home(home).log))
    assert replayed >= bench.quads("lab")


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.all)])
def test_killed_five_times_in_a_row_a_home_ends_as_a_fresh_one(
    seed: int, harvesters: Children, mirrors: list[Path], undisturbed: str, tmp_path: Path
) -> None:
    chance = random.Random(seed)
    home = tmp_path / "home"
    for _ in range(5):
        kill_at_random(harvesters, home, mirrors, chance)
    assert_nothing_lost(home, mirrors, undisturbed)


@pytest.mark.all
@pytest.mark.parametrize("seed", range(100))
def test_killed_once_a_home_ends_as_a_fresh_one(
    seed: int, harvesters: Children, mirrors: list[Path], undisturbed: str, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    kill_at_random(harvesters, home, mirrors, random.Random(1000 + seed))
    assert_nothing_lost(home, mirrors, undisturbed)


def test_the_two_versions_differ_so_that_each_round_publishes(mirrors: list[Path], tmp_path: Path) -> None:
    home = tmp_path / "home"
    exports = []
    for mirror in mirrors:
        assert harvest(home, mirror) == ["complete", "complete"]
        exports.append({graph: Bench(home, Shelf()).export(graph) for graph in GRAPHS})
    assert all(exports[0][graph] != exports[1][graph] for graph in GRAPHS)
