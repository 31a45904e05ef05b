"""A mirror that has nothing of some sources: told and counted, never taken for an empty answer."""

import json
from pathlib import Path

import pytest
import yaml

from leap_kg.graph.home import Home
from leap_kg.ingest.state import State
from tests.cli.conftest import Run, harvest
from tests.cli.platform import write

LICENCES = {"id": "spdx", "kind": "spdx", "title": "SPDX licences"}
WORKS = {"id": "works", "kind": "crossref", "title": "Works", "members": {"people": ["0000-0002-1825-0097"]}}


def declare(platform: Path, *more: object, only: bool = False) -> None:
    """The sources of the platform, with these beside them or in their place."""
    listed = yaml.safe_load((platform / "sources.yaml").read_text())["sources"]
    write(platform / "sources.yaml", {"sources": [*([] if only else listed), *more]})


def test_a_source_of_which_the_mirror_has_nothing_is_told_and_the_others_are_taken(
    leap_kg: Run, platform: Path, home: Path
) -> None:
    declare(platform, LICENCES, WORKS)
    done = harvest(leap_kg, platform)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert "SPDX licences (spdx): not recorded in this mirror" in lines
    assert (
        "3 sources (2 not recorded in this mirror): 3 seen = 2 published + 0 unchanged + 1 dead + 0 tombstoned" in lines
    )
    assert (
        "no rule of the mirror matches it (404)" in lines[lines.index("Works (works): not recorded in this mirror") + 1]
    )
    reports = {each["source"]: each for each in json.loads(harvest(leap_kg, platform, "--json").stdout)}
    assert {name: report["outcome"] for name, report in reports.items()} == {
        "lab": "complete", "spdx": "unrecorded", "works": "unrecorded",
    }  # fmt: skip
    assert reports["works"]["seen"] == 0
    # Nobody was asked, so the source is still to be read.
    with State(Home(home).state, readonly=True) as state:
        assert state.runs("spdx")[0].outcome == "unrecorded"
        assert "spdx" not in state.last_checks()


def test_a_mirror_that_has_none_of_the_sources_is_a_mistake(leap_kg: Run, platform: Path) -> None:
    declare(platform, LICENCES, only=True)
    done = harvest(leap_kg, platform)
    assert (done.returncode, "not recorded in this mirror" in done.stdout) == (1, True)


@pytest.mark.parametrize("first", [True, False], ids=["the first is missing", "the second is missing"])
def test_a_source_of_which_the_mirror_has_a_part_is_no_such_source(leap_kg: Run, platform: Path, first: bool) -> None:
    """One listing of two has an answer without works in it, the other none."""
    people = ["0000-0002-1825-0097", "0000-0002-1694-233X"]
    declare(platform, {**WORKS, "members": {"people": people}})
    rules = yaml.safe_load((platform / "mirror.yaml").read_text())
    answer = {"status": "ok", "message": {"items": [], "total-results": 0}}
    (platform / "none.json").write_text(json.dumps(answer))
    rules.append({"match": rf"https://api\.crossref\.org/works.*{people[first]}.*", "file": "none.json"})
    write(platform / "mirror.yaml", rules)
    done = harvest(leap_kg, platform, "--json")
    report = next(each for each in json.loads(done.stdout) if each["source"] == "works")
    assert (done.returncode, report["outcome"]) == (1, "failed")
    assert "no rule of the mirror matches it" in report["message"]
