"""Verdicts become a gold set that the evaluation reads: places with labels, papers of repositories, no disputes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from leap_kg.links.assertion import link_node
from leap_kg.links.evaluation.gold import read_gold
from leap_kg.links.goldrows import gold_rows
from leap_kg.links.verdicts import decide
from leap_kg.ontology.namespaces import CODEMETA, OWL, SCHEMA
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.links.test_verdicts import FIRST, JOSIAH, OTHER, RUN, SURE, UNSURE, Desk
from tests.links.worlds import CODE, PAPER, commit, commit_of

README = (
    "# Code\n\n## How to cite\n\nPlease cite https://doi.org/10.5555/paper.1\n"
    "\n## References\n\nThe method is that of https://arxiv.org/abs/2306.08754\n"
)
CITED = "https://arxiv.org/abs/2306.08754"
CITES = link_node(CODE, SCHEMA("citation"), CITED, BASE).value
OWN = link_node(CODE, CODEMETA("referencePublication"), PAPER, BASE).value


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    made = Desk(tmp_path_factory.mktemp("gold"))
    (made.folder / "README.md").write_text(README)
    commit(made.folder)
    made.mine(made.folder)
    for link, word, name in (
        (SURE, "accepted", "kim"),
        (UNSURE, "rejected", "kim"),
        (OWN, "accepted", "ada"),
        (link_node(JOSIAH, OWL("sameAs"), FIRST, BASE).value, "accepted", "ada"),
        (OTHER, "rejected", "ada"),
    ):
        decide(made.home, BASE, link, word, name, "Looked at it.")
    return made


def test_the_evaluation_reads_what_curators_agree_on(desk: Desk, tmp_path: Path) -> None:
    rows = gold_rows(desk.store, BASE)
    assert (rows.count, rows.left) == (3, 2)
    rows.write(tmp_path)
    gold = read_gold(tmp_path)
    assert {(s.source.repository, s.source.commit, s.source.path, s.start) for s in gold.sites} == {
        ("lab/code", commit_of(desk.folder), "run.py", 2),
        ("lab/code", commit_of(desk.folder), "run.py", 4),
    }
    opened, rejected = sorted(gold.sites, key=lambda site: site.start)
    assert (opened.label, opened.addresses, opened.resolvable) == ("reads", ("gs://leap/ocean.zarr",), "exact")
    assert (rejected.label, rejected.addresses) == ("none", ())
    (pair,) = gold.pairs
    assert (pair.paper, pair.label, pair.source.path, pair.start) == ("10.5555/paper.1", "implements", "README.md", 5)


def test_an_agreement_that_a_paper_is_cited_leaves_open_whose_code_it_is(desk: Desk, tmp_path: Path) -> None:
    decide(desk.home, BASE, CITES, "accepted", "ada")
    try:
        gold_rows(desk.store, BASE).write(tmp_path)
        pairs = {pair.paper: pair.label for pair in read_gold(tmp_path).pairs}
        assert pairs == {"10.5555/paper.1": "implements", "arXiv:2306.08754": "named"}
    finally:
        decide(desk.home, BASE, CITES, "none", "ada")


def test_a_dispute_is_no_truth(desk: Desk) -> None:
    decide(desk.home, BASE, SURE, "rejected", "ada")
    try:
        found = gold_rows(desk.store, BASE)
        assert (found.count, found.left) == (2, 3)
    finally:
        decide(desk.home, BASE, SURE, "none", "ada")


@pytest.mark.all
def test_one_command_lists_verdicts_and_writes_the_set(desk: Desk, tmp_path: Path) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        variables = {k: v for k, v in os.environ.items() if not k.startswith("LEAP_KG_")}
        command = [sys.executable, "-c", "from leap_kg.cli import main; main()", "links", *arguments]
        environment = {**variables, "LEAP_KG_HOME": str(desk.home.path)}
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    said = json.loads(run("verdicts", "--format", "json").stdout)
    assert {(row["curator"], row["verdict"], row["why"]) for row in said} == {
        ("kim", "accepted", "Looked at it."),
        ("kim", "rejected", "Looked at it."),
        ("ada", "accepted", "Looked at it."),
        ("ada", "rejected", "Looked at it."),
    }
    table = run("verdicts", "--format", "csv").stdout.splitlines()
    assert table[0] == "link,subject,property,object,verdict,curator,at,why"
    assert len(table) == 6
    written = run("verdicts", "--gold", str(tmp_path / "gold"))
    assert written.stdout.startswith("3 places and papers written"), written.stderr
    assert len(read_gold(tmp_path / "gold").sites) == 2
    assert run("verdicts", "--format", "xml").returncode == 2
    assert run("verdict", RUN, "accepted", "--by", "kim").returncode == 3
    assert "two ORCID iDs" in run("verdict", OTHER, "accepted", "--by", "ada").stderr
