"""All real data into one graph by one command: every record accounted for, every file read or left for a reason."""

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

from tests.real import recordings
from tests.real.mapped import DATA, MIRROR

HERE = Path(__file__).parent
SOURCES = HERE / "all.yaml"

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
    "2i2c-infrastructure/helm-charts/basehub/values.schema.yaml": "a schema, not data",
    "2i2c-infrastructure/src/deployer/*.schema.yaml": "a schema, not data",
    "2i2c-infrastructure/terraform/gcp/projects/*.tfvars": "of clusters that are not LEAP's; `test_hubs` reads them",
    "z2jh/values.schema.yaml": "a schema, not data; `test_hubs` reads it",
    "github/octokit__fixtures/*/normalized-fixture.json": "the same as the recording beside it, made anonymous",
    "github/octokit__fixtures/*/raw-fixture.json": "what no source asks of GitHub: issues, labels, changes, errors",
    "github/octokit__webhooks/*": "webhooks; `tests/web/test_hooks.py` posts them",
}

# The sources of the platform that ask for what nobody recorded: told, and no failure. `recorded.yaml` asks Crossref and
# DataCite for what was; of OpenAlex and of SPDX nothing was.
NOT_RECORDED = ("spdx", "crossref", "datacite", "openalex", "leap-requests")


@dataclass
class Done:
    """What the command did: the reports of two rounds by source, and which files it opened in them."""

    home: Path
    rounds: list[dict[str, dict[str, Any]]] = field(default_factory=list)
    opened: set[str] = field(default_factory=set)

    def run(self, *arguments: str, status: int = 0) -> str:
        """The output of `leap-kg ARGUMENTS`, which must end with this status."""
        told = self.home.parent / "opened"
        told.write_text("")
        variables = {name: value for name, value in os.environ.items() if not name.startswith("LEAP_KG_")}
        done = subprocess.run(
            [sys.executable, "-c", COMMAND, str(DATA.resolve()), str(told), *arguments],
            env={**variables, "LEAP_KG_HOME": str(self.home)}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == status, done.stderr[-3000:]
        self.opened |= set(told.read_text().splitlines())
        return done.stdout

    def harvest(self) -> None:
        """One round of all sources; those of the platform that nothing was recorded for are among them."""
        files = ("--sources", str(SOURCES), "--mirror", str(MIRROR))
        reports: list[dict[str, Any]] = json.loads(self.run("harvest", *files, "--json"))
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
        expected = ("unrecorded",) if source in NOT_RECORDED else ("complete", "partial")
        assert report["outcome"] in expected, report["message"]
        assert letters[source] == report["dead"], source
        assert bool(report["message"]) == (report["outcome"] != "complete"), source
    total = Counter({key: sum(report[key] for report in first.values()) for key in ("seen", "published", "dead")})
    assert total["seen"] == total["published"] + total["dead"] > 11_000
    told = f"{total['seen']:,} records seen, {total['published']:,} published, {total['dead']:,} dead letters"
    assert told in (HERE / "README.md").read_text(encoding="utf-8")


def test_every_recorded_work_person_and_repository_is_published(done: Done) -> None:
    """None is a dead letter; the sources of the platform beside these ask for others."""
    folder = recordings.DATACITE.relative_to(DATA)
    wanted = {
        "crossref-recorded": len(recordings.crossref_works()),
        "datacite-recorded": len({doi(f"{folder}/{name}") for name in recordings.datacite_records()}),
        "orcid-recorded": len(recordings.orcid_sections()),
        "recorded-code": 2,
    }
    first, _ = done.rounds
    assert {name: first[name]["published"] for name in wanted} == wanted
    assert {name: first[name]["dead"] for name in wanted} == dict.fromkeys(wanted, 0)


def test_what_was_not_recorded_is_said_to_be_missing_and_not_to_be_empty(done: Done) -> None:
    reports = {name: done.rounds[0][name] for name in NOT_RECORDED}
    assert {(report["outcome"], report["seen"], report["added"]) for report in reports.values()} == {
        ("unrecorded", 0, 0)
    }
    assert "is not recorded (404)" in reports["crossref"]["message"]
    assert all("no rule of the mirror matches it" in reports[name]["message"] for name in ("datacite", "openalex"))
    letters = {
        each["key"]: each for each in json.loads(done.run("dead-letters", "--json")) if each["source"] == "orcid"
    }
    assert len(letters) == done.rounds[0]["orcid"]["seen"] == 4
    assert all("is not recorded (404)" in letter["reason"] for letter in letters.values())
    assert not letters.keys() & recordings.orcid_sections().keys()


def test_a_second_round_makes_no_revision(done: Done) -> None:
    first, second = done.rounds
    # What follows from all sources together, where requests are, is published after the last of them.
    (newest,) = {report["revision"] for report in second.values()}
    assert newest == max(report["revision"] for report in first.values()) + 1
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
