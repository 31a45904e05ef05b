"""How stores take their places: one run at a time, and never half of a store, whenever a run is cut off."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from leap_kg.graph.home import HomeError
from leap_kg.ingest.recipes.staging import Busy, Staging
from leap_kg.ontology.iri import digest


@pytest.fixture
def staging(tmp_path: Path) -> Staging:
    return Staging.of(tmp_path / "stores", "lab/sst", "monthly")


def stage(staging: Staging, text: str) -> None:
    staging.clear()
    (staging.folder / "a.zarr").mkdir()
    (staging.folder / "a.zarr" / ".zgroup").write_text(text)


def content(staging: Staging) -> str:
    return (staging.target / "a.zarr" / ".zgroup").read_text()


def test_two_runs_of_a_recipe_are_refused_and_of_two_recipes_not(staging: Staging) -> None:
    with staging.held("recipe-1"):
        with pytest.raises(Busy, match=r"being run already \(run recipe-1, process \d+\)"), staging.held("recipe-2"):
            pass
        with Staging.of(staging.target, "lab/sst", "daily").held("recipe-3"):
            pass
    with staging.held("recipe-4"):
        pass


def test_a_store_takes_the_place_of_the_one_before(staging: Staging) -> None:
    for text in ("one", "two"):
        with staging.held(text):
            stage(staging, text)
            assert staging.promote("a.zarr") == staging.target / "a.zarr"
            staging.drop()
        assert content(staging) == text
    left = [path.name for path in staging.target.rglob("*") if path.suffix != ".lock"]
    assert sorted(left) == sorted([".leap-staging", ".zgroup", "a.zarr", f"{digest('a.zarr')}.owner"])


def test_what_another_put_there_is_not_replaced(staging: Staging) -> None:
    with staging.held("one"):
        stage(staging, "one")
        staging.promote("a.zarr")
    other = Staging.of(staging.target, "lab/other", "monthly")
    with other.held("two"):
        stage(other, "two")
        with pytest.raises(HomeError, match="is there already and is not of this recipe"):
            other.promote("a.zarr")
        assert content(staging) == "one"
        (staging.target / "a.zarr").rename(staging.target / "b.zarr")
        other.promote("a.zarr")
    assert content(staging) == "two"


@pytest.mark.parametrize("point", ["taken away", "put there"])
def test_a_run_that_is_cut_off_while_it_replaces_a_store_leaves_one(
    point: str, staging: Staging, monkeypatch: pytest.MonkeyPatch
) -> None:
    with staging.held("one"):
        stage(staging, "one")
        staging.promote("a.zarr")
    rename, done = Path.rename, list[Path]()

    def cut(self: Path, target: Path) -> Path:
        if point == "put there" or not done:
            done.append(rename(self, target))
        if len(done) == (1 if point == "taken away" else 2):
            raise KeyboardInterrupt
        return target

    with staging.held("two"):
        stage(staging, "two")
        with monkeypatch.context() as patched:
            patched.setattr(Path, "rename", cut)
            with pytest.raises(KeyboardInterrupt):
                staging.promote("a.zarr")
    with staging.held("three"):
        assert content(staging) == ("one" if point == "taken away" else "two")


def test_a_target_that_cannot_be_a_folder_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(HomeError, match="cannot be used"),
        Staging.of(tmp_path / "file" / "stores", "lab/sst", "monthly").held("run"),
    ):
        pass


def test_a_target_that_takes_nothing_any_more_says_so_before_a_run(staging: Staging) -> None:
    with staging.held("one"):
        pass
    staging.target.chmod(0o555)
    program = (
        "import sys; from pathlib import Path; from leap_kg.ingest.recipes.staging import Staging\n"
        "with Staging.of(Path(sys.argv[1]), 'lab/sst', 'monthly').held('two'): pass"
    )
    # Administrators may write everywhere, unless they give that up.
    plain = [] if os.geteuid() else ["setpriv", "--bounding-set=-dac_override"]
    command = [*plain, sys.executable, "-c", program, str(staging.target)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert f"HomeError: {staging.target} cannot be used (Permission denied): give a folder" in done.stderr.replace(
        "leap_kg.graph.home.", ""
    )


def test_it_is_known_which_run_put_a_store_there(staging: Staging) -> None:
    with staging.held("one"):
        stage(staging, "one")
        staging.promote("a.zarr", "one")
    assert staging.holds("a.zarr", "one")
    assert not staging.holds("a.zarr", "two")
    assert not staging.holds("b.zarr", "one")
    assert not Staging.of(staging.target, "lab/other", "monthly").holds("a.zarr", "one")
