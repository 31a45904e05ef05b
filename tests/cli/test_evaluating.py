"""`leap-kg links evaluate`: how good the readers are, or one line on what is missing."""

import json
from pathlib import Path

from tests.cli.conftest import Run
from tests.links.evaluation.made import make_clones, make_gold, write

NEVER = "gs://other/never.zarr"
"""What the set says is written, and no file writes."""


def test_scores_are_printed_for_people_and_programs(leap_kg: Run, tmp_path: Path) -> None:
    clones = make_clones(tmp_path / "clones")
    gold, drawn = make_gold(tmp_path / "gold", clones), tmp_path / "plot.svg"
    files = ("--repositories", str(clones), "--gold", str(gold))
    said = leap_kg("links", "evaluate", *files, "--misses", "--plot", str(drawn))
    assert said.returncode == 0, said.stderr
    assert "2 of 2 judged files read; 6 of 6 quotes in place" in said.stdout
    assert "0.667" in said.stdout
    # Nobody is to learn from what was missed in a repository that is held out.
    assert NEVER not in said.stdout.replace("\n", "")
    assert drawn.read_text().startswith("<svg")
    found = json.loads(leap_kg("links", "evaluate", *files, "--json").stdout)
    assert found["scores"]["held-out"]["published data links"]["right"] == 2
    assert found["misses"] == []
    write(gold / "seen.csv", "repository", "lab/rain")
    seen = leap_kg("links", "evaluate", *files, "--misses")
    assert NEVER in seen.stdout.replace("\n", "")


def test_without_clones_it_says_what_to_do(leap_kg: Run, tmp_path: Path) -> None:
    nothing = leap_kg("links", "evaluate", "--repositories", str(tmp_path))
    assert nothing.returncode == 3
    assert "clone their repositories there" in nothing.stderr
    nowhere = leap_kg("links", "evaluate", "--repositories", str(tmp_path / "nowhere"))
    assert nowhere.returncode == 2
    assert "is no folder" in nowhere.stderr
    empty = leap_kg("links", "evaluate", "--repositories", str(tmp_path), "--gold", str(tmp_path))
    assert empty.returncode == 1
    assert "cannot be read" in empty.stderr
