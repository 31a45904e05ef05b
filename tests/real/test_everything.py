"""All real data into one graph by the command: every record accounted for, every file read or left for a reason."""

import fnmatch
import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from tests.real.mapped import DATA, MIRROR

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
SOURCES = (ROOT / "ingest" / "leap.yaml", HERE / "recorded.yaml", HERE / "github.yaml")

pytestmark = [
    pytest.mark.all,
    pytest.mark.timeout(1500),
    pytest.mark.skipif(not DATA.is_dir(), reason="the real data are not beside the project"),
]

# The command, and the files that it opened below a folder, one in a line.
COMMAND = """
import atexit, os, sys
folder, told = sys.argv.pop(1), sys.argv.pop(1)
opened = set()
def hook(event, arguments):
    if event == "open" and isinstance(arguments[0], str):
        path = os.path.realpath(arguments[0])
        if path.startswith(folder):
            opened.add(path)
sys.addaudithook(hook)
def tell():
    with open(told, "a") as file:
        file.writelines(path + "\\n" for path in sorted(opened))
atexit.register(tell)
from leap_kg.cli import main
main()
"""

# What no source takes, by the names of files below the folder of the data, and why.
LEFT = {
    "README.md": "says where the data come from",
    "*/LICENSE*": "the licence of the data, not data",
    "*/README.upstream.md": "says where the data come from",
    "feedstocks/*/_snapshot.json": "says how the files beside it were fetched",
    "feedstocks/*/output/single-feedstock-web-catalog.json": "made from the files beside it, which are read",
    "leap-catalog/new_dataset_issue_form.yaml": "a form that people fill in",
    "2i2c-infrastructure/config/clusters/templates/*": "templates, with gaps where values belong",
    "2i2c-infrastructure/helm-charts/*/Chart.yaml": "versions of charts; hubs name the charts",
    "2i2c-infrastructure/helm-charts/basehub/values*.yaml": "what charts set where hubs do not, and its schema",
    "2i2c-infrastructure/src/deployer/*.schema.yaml": "a schema, not data",
    "2i2c-infrastructure/terraform/gcp/projects/*.tfvars": "of clusters that are not LEAP's; `test_hubs` reads them",
    "z2jh/values*.yaml": "what the chart sets where hubs do not, and its schema; `test_hubs` reads them",
    "esm-catalogs/leap-stc__cmip6-leap-feedstock/feedstock/*.yaml": "a feedstock that LEAP's list does not have",
    "esm-catalogs/leap-stc__cmip6-leap-feedstock/CITATION.cff": "a feedstock that LEAP's list does not have",
    "github/octokit__fixtures/*/normalized-fixture.json": "the same as the recording beside it, made anonymous",
    "github/octokit__fixtures/*/raw-fixture.json": "what no source asks of GitHub: issues, labels, changes, errors",
    "github/octokit__webhooks/*": "webhooks; `tests/web/test_hooks.py` posts them",
}


@dataclass
class Done:
    """What the command did: the reports of two rounds by source, and which files it opened in the first."""

    home: Path
    rounds: list[dict[str, dict[str, Any]]] = field(default_factory=list)
    opened: set[str] = field(default_factory=set)

    def run(self, *arguments: str) -> str:
        """The output of `leap-kg ARGUMENTS`, which must end well."""
        told = self.home.parent / "opened"
        told.write_text("")
        variables = {name: value for name, value in os.environ.items() if not name.startswith("LEAP_KG_")}
        done = subprocess.run(
            [sys.executable, "-c", COMMAND, str(DATA.resolve()), str(told), *arguments],
            env={**variables, "LEAP_KG_HOME": str(self.home)}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]
        self.opened |= set(told.read_text().splitlines())
        return done.stdout

    def harvest(self) -> None:
        """One round of all sources."""
        reports = [
            report
            for file in SOURCES
            for report in json.loads(self.run("harvest", "--sources", str(file), "--mirror", str(MIRROR), "--json"))
        ]
        self.rounds.append({report["source"]: report for report in reports})
        assert len(self.rounds[-1]) == len(reports)

    @cached_property
    def findings(self) -> list[dict[str, str]]:
        """All findings, as `leap-kg check` lists them."""
        found: list[dict[str, str]] = json.loads(self.run("check", "--json"))
        return found


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Done:
    made = Done(tmp_path_factory.mktemp("everything") / "home")
    made.harvest()
    made.harvest()
    return made


def test_every_record_of_every_source_is_accounted_for(done: Done) -> None:
    first, _ = done.rounds
    letters = Counter(letter["source"] for letter in json.loads(done.run("dead-letters", "--json")))
    for source, report in first.items():
        counted = report["published"] + report["unchanged"] + report["dead"] + report["tombstoned"]
        assert report["seen"] == counted, source
        assert report["outcome"] in ("complete", "partial"), report["message"]
        assert letters[source] == report["dead"], source
        assert bool(report["message"]) == (report["outcome"] == "partial"), source
    assert sum(report["published"] for report in first.values()) > 11_000


def test_a_second_round_makes_no_revision(done: Done) -> None:
    first, second = done.rounds
    newest = max(report["revision"] for report in first.values())
    for source, report in second.items():
        assert (report["published"], report["added"], report["removed"], report["revision"]) == (0, 0, 0, newest)
        assert (report["seen"], report["dead"]) == (first[source]["seen"], first[source]["dead"]), source


def test_every_file_is_read_or_left_for_a_reason(done: Done) -> None:
    """A file of DataCite that is not read is an older text of a DOI that is."""
    opened = {os.path.relpath(path, DATA.resolve()) for path in done.opened}
    there = {str(path.relative_to(DATA)) for path in DATA.rglob("*") if path.is_file()}
    dois = {doi(name) for name in opened if name.startswith("datacite/")}
    left = {name for name in there - opened if not (name.startswith("datacite/") and doi(name) in dois)}
    assert {name for name in left if not any(fnmatch.fnmatch(name, pattern) for pattern in LEFT)} == set()
    assert {pattern for pattern in LEFT if not fnmatch.filter(left, pattern)} == set()


def doi(name: str) -> str:
    """The DOI that a metadata file of DataCite is about."""
    if not name.endswith(".json"):
        return name
    said = json.loads((DATA / name).read_text())
    listed = [*said.get("identifiers", []), said.get("identifier", {})]
    named = [each["identifier"] for each in listed if each.get("identifierType") == "DOI"]
    return str(said.get("doi") or next(iter(named), name)).lower().removeprefix("https://doi.org/")


def test_check_lists_the_findings_by_source_and_severity(done: Done) -> None:
    """Each once, with a hint; and none for what is only recorded twice."""
    assert len({row["finding"] for row in done.findings}) == len(done.findings)
    assert all(row["hint"] and row["message"] and row["title"] for row in done.findings)
    counts = Counter((row["source"], row["severity"]) for row in done.findings)
    lines = [
        [cell.strip() for cell in line.strip("│").split("│")]
        for line in done.run("check", "--by", "source").splitlines()
        if line.startswith("│")
    ]
    table = {
        (source, severity): int(number)
        for source, *numbers, _ in lines[:-1]
        for severity, number in zip(("Violation", "Warning", "Info"), numbers, strict=True)
        if number != "0"
    }
    assert table == counts
    assert lines[-1][-1] == str(len(done.findings))
    assert {"leap-catalog", "leap-published", "pangeo-forge", "zarr-stores", "stac-documents"} <= {s for s, _ in counts}
