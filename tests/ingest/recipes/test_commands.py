"""`leap-kg recipe` on the command line: exit statuses, and mistakes that are told before anything runs."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from leap_kg.cli.app import app

RECIPES = Path(__file__).parents[3] / "ingest" / "recipes"


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEAP_KG_HOME", str(tmp_path / "home"))


def recipe(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["recipe", *arguments])


def test_check_exits_by_what_it_found(tmp_path: Path) -> None:
    assert recipe("new", "lab/warm-feedstock", str(tmp_path / "warm")).exit_code == 0
    good = recipe("check", str(tmp_path / "warm"), str(RECIPES), "--json")
    assert good.exit_code == 0
    names = [each["feedstock"] for each in json.loads(good.stdout)]
    assert names == ["lab/warm-feedstock", "example-lab/ocean-state-feedstock", "example-lab/sea-surface-feedstock"]
    meta = tmp_path / "warm" / "feedstock" / "meta.yaml"
    meta.write_text(meta.read_text().replace("CC-BY-4.0", "who knows"))
    assert recipe("check", str(tmp_path / "warm")).exit_code == 0
    assert recipe("check", "--strict", str(tmp_path / "warm")).exit_code == 1
    meta.write_text(meta.read_text().replace("  license: who knows\n", ""))
    bad = recipe("check", str(tmp_path / "warm"))
    assert bad.exit_code == 1
    assert "1 feedstocks, 0 with nothing that has to be mended" in bad.stdout
    assert recipe("check", str(tmp_path / "warm" / "feedstock" / "nothing")).exit_code == 3


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("--set", "years"), 2),
        (("--runner", "flink"), 2),
        (("--recipe", "other"), 3),
        (("--target", "gs://bucket/x"), 1),
        ((), 1),
    ],
    ids=["setting", "runner", "recipe", "target", "environment"],
)
def test_a_run_that_cannot_begin_says_why(arguments: tuple[str, ...], status: int) -> None:
    done = recipe("run", str(RECIPES / "sea-surface"), *arguments)
    assert done.exit_code == status
    assert not done.stdout


def test_runs_that_never_were_are_not_found() -> None:
    assert recipe("log", "recipe-1").exit_code == 3
    assert recipe("promote", "recipe-1").exit_code == 1
