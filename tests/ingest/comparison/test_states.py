"""Stores that sources put into different states: said once, by name, and counted once."""

from pathlib import Path

import pytest
from pyoxigraph import Literal, Triple

from leap_kg.graph.names import COMPARISON_SOURCE
from leap_kg.ingest.sources import SourcesFaulty, read_sources
from leap_kg.ontology.iri import mint
from leap_kg.ontology.namespaces import DCT, RDF, SCHEMA
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.ingest.comparison.said import Lab, state

INSTANCE = "CMIP6.CMIP.NOAA-GFDL.GFDL-ESM4.historical.r1i1p1f1.Omon.tos.gn.v20190726"


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return Lab(tmp_path / "home")


def test_a_store_that_is_retracted_and_in_use_is_one_finding_that_names_both_sources(lab: Lab) -> None:
    said = {"old": state("a", "ingested"), "gone": state("a", "retracted"), "new": state("b", "ingested")}
    lab.harvest(said)
    ((name, finding),) = lab.findings().items()
    assert name == "a states-differ retracted, says gone; ingested, says old; it counts as retracted"
    assert finding["resultSeverity"].endswith("Warning")
    assert finding["fixHint"].startswith("If it was retracted, take it out of old")


def test_a_state_that_all_share_is_no_finding_and_a_quality_that_was_checked_since_is_a_small_one(lab: Lab) -> None:
    lab.harvest({"one": state("a", "ingested"), "two": state("a", "ingested"), "three": state("b", "ingested")})
    assert lab.findings() == {}
    lab.harvest({"unchecked": state("a", "unchecked")})
    ((name, finding),) = lab.findings().items()
    assert name.endswith("ingested, says one and two; unchecked, says unchecked; it counts as ingested")
    assert finding["resultSeverity"].endswith("Info")


def test_the_finding_goes_with_the_contradiction_whichever_source_is_harvested_then(lab: Lab) -> None:
    lab.harvest({"old": state("a", "ingested"), "gone": state("a", "retracted")})
    revision = lab.snapshot.revision
    lab.harvest({"old": state("a", "ingested")})
    assert (lab.snapshot.revision, len(lab.findings())) == (revision, 1)
    lab.harvest({"gone": state("a", "ingested")})
    assert lab.findings() == {}


def test_a_run_that_was_broken_off_before_the_comparison_is_made_good_by_the_next(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("leap_kg.ingest.runs.harvest.compare_sources", lambda *_: None)
        lab.harvest({"old": state("a", "ingested"), "gone": state("a", "retracted")})
    assert lab.findings() == {}
    lab.harvest({"old": state("a", "ingested")})
    assert len(lab.findings()) == 1


def test_a_requested_instance_has_one_row_for_each_store_whatever_tables_say(lab: Lab) -> None:
    request = mint(BASE, "request", "cmip6", INSTANCE)
    asked = [
        Triple(request, RDF("type"), SCHEMA("Demand")),
        Triple(request, DCT("identifier"), Literal(INSTANCE)),
        Triple(request, DCT("title"), Literal(INSTANCE)),
        Triple(request, SCHEMA("creativeWorkStatus"), mint(BASE, "state", "requested")),
    ]
    tables = {
        name: state("a", word, INSTANCE) for name, word in (("x", "ingested"), ("y", "retracted"), ("z", "unchecked"))
    }
    lab.harvest({"asked": asked, **tables, "other": state("b", "ingested", INSTANCE)})
    rows = lab.ask("questions/requested-instances")
    assert sorted((row[4], row[5]) for row in rows) == [("ingested", "store/gs/lab/b"), ("retracted", "store/gs/lab/a")]
    assert not any("store/" in cell for row in lab.ask("questions/retracted") for cell in row)
    assert {name.split(" ")[0] for name in lab.findings()} == {"a"}


def test_no_source_is_called_as_the_comparison(tmp_path: Path) -> None:
    file = tmp_path / "sources.yaml"
    file.write_text(f"sources: [{{id: {COMPARISON_SOURCE}, kind: spdx, title: L}}]")
    with pytest.raises(SourcesFaulty, match="what sources contradict each other about"):
        read_sources(file, BASE)
