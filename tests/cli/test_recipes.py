"""`leap-kg recipe` on the command line: exit statuses, and mistakes that are told before anything runs."""

import json
import os
import pty
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from tests.cli.conftest import Run

RECIPES = Path(__file__).parents[2] / "ingest" / "recipes"


@pytest.fixture
def recipe(leap_kg: Run) -> Run:
    """`leap-kg recipe ARGUMENTS` on an empty home."""
    return partial(leap_kg, "recipe")


def test_check_exits_by_what_it_found(recipe: Run, tmp_path: Path) -> None:
    assert recipe("new", "lab/warm-feedstock", str(tmp_path / "warm")).returncode == 0
    good = recipe("check", str(tmp_path / "warm"), str(RECIPES), "--json")
    assert good.returncode == 0
    names = [each["feedstock"] for each in json.loads(good.stdout)]
    assert names == ["lab/warm-feedstock", "example-lab/ocean-state-feedstock", "example-lab/sea-surface-feedstock"]
    meta = tmp_path / "warm" / "feedstock" / "meta.yaml"
    meta.write_text(meta.read_text().replace("CC-BY-4.0", "who knows"))
    assert recipe("check", str(tmp_path / "warm")).returncode == 0
    assert recipe("check", "--strict", str(tmp_path / "warm")).returncode == 1
    meta.write_text(meta.read_text().replace("  license: who knows\n", ""))
    bad = recipe("check", str(tmp_path / "warm"))
    assert bad.returncode == 1
    assert "1 feedstock, 0 with nothing that has to be mended" in bad.stdout
    assert recipe("check", str(tmp_path / "warm" / "feedstock" / "nothing")).returncode == 3


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("--set", "years"), 2),
        (("--runner", "spark"), 2),
        (("--recipe", "other"), 3),
        (("--target", "ftp://bucket/x"), 1),
        ((), 1),
    ],
    ids=["setting", "runner", "recipe", "target", "environment"],
)
def test_a_run_that_cannot_begin_says_why(recipe: Run, arguments: tuple[str, ...], status: int) -> None:
    done = recipe("run", str(RECIPES / "sea-surface"), *arguments)
    assert done.returncode == status
    assert not done.stdout


def test_options_of_dataflow_are_checked_and_nothing_is_sent(recipe: Run) -> None:
    options = {
        "project": "my-lab-123456",
        "region": "us-central1",
        "temp_location": "gs://my-lab-scratch/dataflow",
        "sdk_container_image": "us-docker.pkg.dev/my-lab-123456/recipes/beam:2.77.0",
    }
    given = [part for name, value in options.items() for part in ("--option", f"{name}={value}")]
    good = recipe("dataflow", "--target", "gs://my-lab/stores", "--json", *given)
    assert json.loads(good.stdout) == ["--runner=DataflowRunner", *(f"--{name}={options[name]}" for name in options)]
    bad = recipe("dataflow", "--target", "s3://my-lab/stores", *given[2:])
    assert (bad.returncode, bad.stdout) == (1, "")
    assert "project: is missing" in bad.stderr
    assert "--target: 's3://my-lab/stores' is in no bucket of Google Cloud" in bad.stderr
    assert recipe("dataflow", "--target", "gs://my-lab/stores", "--option", "project").returncode == 2


def test_runs_that_never_were_are_not_found(recipe: Run) -> None:
    assert recipe("log", "recipe-1").returncode == 3
    assert recipe("promote", "recipe-1").returncode == 1


def test_what_a_recipe_printed_has_no_say_over_a_terminal(tmp_path: Path) -> None:
    folder = tmp_path / "home" / "recipes" / "runs" / "recipe-1"
    folder.mkdir(parents=True)
    (folder / "log.txt").write_bytes(b"\x1b]0;mine\x07\x1b[31mred\tand\n\xc3\xa9t\xc3\xa9\n")
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "leap_kg", "recipe", "log", "recipe-1"]
    environment = {**os.environ, "LEAP_KG_HOME": str(tmp_path / "home")}
    subprocess.run(command, stdout=theirs, env=environment, check=True, timeout=60)
    os.close(theirs)
    shown = os.read(ours, 1_000).replace(b"\r\n", b"\n")
    os.close(ours)
    assert b"\x1b" not in shown
    assert b"\x07" not in shown
    assert b"red" in shown
    assert "été".encode() in shown
    kept = subprocess.run(command, capture_output=True, env=environment, check=True, timeout=60).stdout
    assert kept == (folder / "log.txt").read_bytes()
