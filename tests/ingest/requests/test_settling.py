"""Requests in a graph: harvested, asked on the site, decided; each with one standing that follows the evidence."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pyoxigraph import Triple

from leap_kg.graph.activity import Activity
from leap_kg.graph.lookup import looked_up
from leap_kg.graph.publish import Writer
from leap_kg.ingest.requests.asking import MOST_A_DAY, TooMany, ask
from leap_kg.ingest.requests.deciding import Decision, NoDecision, Unseen, decide, decision_on
from leap_kg.ingest.requests.wish import Wish
from leap_kg.ingest.sources import SourcesFaulty, read_sources
from leap_kg.ontology.iri import mint
from leap_kg.ontology.namespaces import ADMS, SCHEMA
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.ingest.comparison.said import Lab, state
from tests.sparql.questions.asked import said

INSTANCE = "CMIP6.CMIP.NCC.NorESM2-LM.historical.r{}i1p1f1.Omon.thetao.gr.v20190815"
DATA = """
kg:dataset/lab/ice a dcat:Dataset ; dct:title "Ice" ; dct:source <https://lab.example.org/> ;
    leap:feedstock <https://github.com/lab/ice> ;
    dcat:distribution kg:store/ice ; foaf:page <https://ice.example.org/thickness> .
kg:store/ice a dcat:Distribution ; dct:title "Ice" ; leap:storageURI "gs://lab/ice"^^xsd:anyURI .
<https://github.com/lab/snow> a schema:SoftwareSourceCode ; dct:title "Snow" ;
    dct:references <https://github.com/lab/data/issues/7> .
"""
GONE = """
kg:store/ice a dcat:Distribution ; dct:title "Ice" ; leap:storageURI "gs://lab/ice"^^xsd:anyURI ;
    adms:status kg:status/missing .
"""


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return Lab(tmp_path / "home")


def told(turtle: str) -> list[Triple]:
    """Turtle in which names after `kg:` may have slashes."""
    return said(re.sub(r"kg:([\w/-]+)", rf"<{BASE}\1>", turtle))


def request(name: str, more: str = "") -> list[Triple]:
    return told(f'kg:request/{name} a schema:Demand ; dct:title "{name}" ; {more} .')


def standings(lab: Lab) -> dict[str, str]:
    """Where each request is, by the end of its IRI; each has one standing."""
    quads = looked_up(lab.snapshot.store, None, SCHEMA("availability"))
    pairs = [(quad.subject.value, quad.object.value) for quad in quads]  # type: ignore[union-attr]
    assert len(dict(pairs)) == len(pairs)
    return {one.removeprefix(f"{BASE}request/"): word.rpartition("/")[2] for one, word in pairs}


@contextmanager
def writing(lab: Lab) -> Iterator[Writer]:
    with Writer(lab.home, BASE) as writer:
        yield writer


def run(name: str, hours: float = 0) -> Activity:
    at = datetime.now(UTC) + timedelta(hours=hours)
    return Activity(f"http/{name}/{at.timestamp()}", f"By {name}", at, at)


@pytest.mark.all
def test_evidence_of_all_kinds_moves_requests(lab: Lab) -> None:
    lab.harvest(
        {
            "data": told(DATA),
            "asked": [
                *request("same", "dcat:landingPage <https://ice.example.org/thickness>"),
                *request("front", "dcat:landingPage <https://ice.example.org/>"),
                *request("stated", "schema:itemOffered kg:dataset/lab/ice"),
                *request("named", "foaf:page <https://github.com/lab/data/issues/7>"),
                *request("closed", "adms:status kg:request-status/declined"),
                *request("gone", "schema:itemOffered kg:dataset/lab/none"),
            ],
        }
    )
    assert standings(lab) == {
        "same": "published", "front": "asked", "stated": "published", "named": "in-progress", "closed": "declined",
        "gone": "asked",
    }  # fmt: skip
    # The store goes: what was published cannot be read any more.
    lab.harvest({"probe": told(GONE)})
    assert standings(lab)["same"] == "failed"
    # What was concluded before is no evidence: who asks for something else asks anew.
    lab.harvest({"asked": request("same", "dcat:landingPage <https://snow.example.org/depth>")})
    assert standings(lab) == {"same": "asked"}
    lab.harvest({"asked": request("same", "dcat:landingPage <https://ice.example.org/thickness>")})
    assert standings(lab) == {"same": "failed"}
    lab.harvest({"data": told('kg:x a foaf:Document ; rdfs:label "x" .')})
    assert standings(lab)["same"] == "asked"
    # And without requests nothing is concluded.
    lab.harvest({"asked": told('kg:x a foaf:Document ; rdfs:label "x" .')})
    assert standings(lab) == {}


@pytest.mark.all
def test_a_harvest_that_changes_nothing_makes_no_revision(lab: Lab) -> None:
    both = {"data": told(DATA), "asked": request("same", "dcat:landingPage <https://ice.example.org/thickness>")}
    lab.harvest(both)
    before = lab.snapshot.revision
    lab.harvest(both)
    assert lab.snapshot.revision == before


@pytest.mark.all
def test_instances_follow_their_stores_and_an_issue_its_instances(lab: Lab) -> None:
    one, two, three = (INSTANCE.format(number) for number in (1, 2, 3))
    wanted = [
        *request("one", f'dct:identifier "{one}" ; schema:creativeWorkStatus kg:state/requested'),
        *request("two", f'dct:identifier "{two}" ; schema:creativeWorkStatus kg:state/suspended'),
        *request("all", f'dct:identifier "{INSTANCE.format("*")}"'),
        *request("issue", "dct:hasPart kg:request/one , kg:request/two"),
        *request("ring", "dct:hasPart kg:request/round"),
        *request("round", "dct:hasPart kg:request/ring"),
    ]
    lab.harvest({"asked": wanted, "tables": [*state("a", "unchecked", one), *state("c", "retracted", three)]})
    found = standings(lab)
    assert (found["one"], found["two"], found["all"], found["issue"]) == (
        "in-progress", "suspended", "in-progress", "in-progress",
    )  # fmt: skip
    assert {found["ring"], found["round"]} <= {"asked", "in-progress"}
    lab.harvest({"checked": state("a", "ingested", one), "tables": state("c", "retracted", three)})
    found = standings(lab)
    assert (found["one"], found["all"], found["issue"]) == ("published", "published", "published")


def test_the_site_asks_once_however_often_a_form_is_sent(lab: Lab) -> None:
    lab.harvest({"data": told(DATA)})
    with writing(lab) as writer:
        wish = Wish("Ice, thick", url="https://ice.example.org/thickness", description="All of it, please.")
        made = ask(writer, BASE, wish, "kim", "key", run("one"))
        again = ask(writer, BASE, wish, "kim", "key", run("two"))
        assert (again.node, again.revision) == (made.node, made.revision)
        other = ask(writer, BASE, wish, "ada", "key", run("three"))
        assert other.node != made.node
    assert set(standings(lab).values()) == {"published"}


@pytest.mark.all
def test_somebody_asks_a_bounded_number_of_times_a_day(lab: Lab) -> None:
    with writing(lab) as writer:
        for number in range(MOST_A_DAY):
            ask(writer, BASE, Wish(f"Ice {number}"), "kim", f"{number}", run(f"{number}"))
        with pytest.raises(TooMany, match="tomorrow"):
            ask(writer, BASE, Wish("More"), "kim", "more", run("more"))
        ask(writer, BASE, Wish("More"), "ada", "more", run("other"))
        ask(writer, BASE, Wish("More"), "kim", "later", run("later", hours=25))


@pytest.mark.all
def test_a_curator_decides_and_takes_it_back(lab: Lab) -> None:
    lab.harvest({"data": told(DATA), "asked": request("wish")})
    node = mint(BASE, "request", "wish")
    with writing(lab) as writer:
        for wrong, field in (
            (Decision("declined"), "why"),
            (Decision("retracted"), "word"),
            (Decision(answer=f"{BASE}store/ice"), "answer"),
            (Decision("accepted", "w" * 1001), "why"),
        ):
            with pytest.raises(NoDecision) as raised:
                decide(writer, BASE, node, wrong, "", run(f"wrong-{field}"))
            assert raised.value.field == field
            del raised  # its traceback holds the store
        decide(writer, BASE, node, Decision("declined", "Too large.", by="kim"), "", run("no"))
        seen = decision_on(writer.store, BASE, node)
        assert (seen.word, seen.why, seen.by) == ("declined", "Too large.", "kim")
        with pytest.raises(Unseen):
            decide(writer, BASE, node, Decision("accepted", by="ada"), "", run("late"))
        decide(writer, BASE, node, Decision(answer=f"{BASE}dataset/lab/ice", by="ada"), seen.at, run("yes"))
    assert standings(lab) == {"wish": "published"}
    # A harvest comes to the same.
    lab.harvest({"data": told(DATA)})
    assert standings(lab) == {"wish": "published"}
    with writing(lab) as writer:
        decide(writer, BASE, node, Decision(by="ada"), decision_on(writer.store, BASE, node).at, run("back"))
        assert decision_on(writer.store, BASE, node) == Decision()
        assert not looked_up(writer.store, node, ADMS("status"))
    assert standings(lab) == {"wish": "asked"}


def test_no_source_takes_the_names_of_these_graphs(tmp_path: Path) -> None:
    for name in ("requests", "standing"):
        file = tmp_path / f"{name}.yaml"
        file.write_text(f"sources: [{{id: {name}, kind: spdx, title: L}}]")
        with pytest.raises(SourcesFaulty, match="graph of that name"):
            read_sources(file, BASE)
