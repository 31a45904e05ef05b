"""Works that belong to the platform: one link a work, with every reason, and a curator's word above all of them."""

from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Store

from leap_kg.graph.activity import Activity
from leap_kg.graph.home import Home
from leap_kg.graph.names import source_graph
from leap_kg.graph.publish import Writer
from leap_kg.graph.snapshot import Snapshots
from leap_kg.links.assembling import Assembly
from leap_kg.links.assertion import Link, link_node
from leap_kg.links.known import Known
from leap_kg.links.membership import BELONGS, add_members, platform_node
from leap_kg.links.mining import mine
from leap_kg.links.readers import READERS
from leap_kg.links.verdicts import decide
from leap_kg.outputs.reading import Reader
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.ingest.clock import START
from tests.links.worlds import PAPER, quads

RECORD = "https://api.crossref.org/works/10.5555/paper.1"
PERSON = "https://orcid.org/0000-0002-1825-0097"
PLATFORM = platform_node(BASE).value


def reason(words: str, by: str = "", confidence: str | None = None) -> str:
    """One influence, as the harvest notes it."""
    node = f"<{PAPER}#membership-{words.split()[2]}>"
    said = f"<{PAPER}> prov:qualifiedInfluence {node} . {node} a prov:Influence ; dct:source <{RECORD}> ;"
    said += f" <http://www.w3.org/2000/01/rdf-schema#label> {words!r} ; leap:pointer 'author[0]' "
    said += f"; prov:influencer <{by}> " if by else ""
    return said + (f"; leap:confidence {confidence} ." if confidence else ".")


def belonging(*reasons: str, graph: str = "crossref") -> Link | None:
    """The link of the paper to the platform."""
    store = Store()
    store.extend(quads())
    store.extend(quads(source_graph(BASE, graph), more="".join(reasons)))
    assembly = Assembly(Known(store, BASE), BASE)
    assert add_members(store, assembly) == bool(reasons)
    return next((link for link in assembly.links() if (link.subject, link.predicate) == (PAPER, BELONGS)), None)


BY_PERSON = reason("names a person of the platform", PERSON, "0.6")
BY_AWARD = reason("names an award of the platform", f"{BASE}grant/nsf/1", "0.99")


@pytest.mark.parametrize(
    ("reasons", "confidence", "published"),
    [
        ((BY_PERSON,), 0.6, False),
        ((BY_AWARD,), 0.99, True),
        ((BY_PERSON, BY_AWARD), 0.99, True),
        ((reason("is on the lab's list of works"),), 0.995, True),
        ((reason("is said so", confidence="'very'"),), 0.0, False),
        ((reason("is said so", confidence="7"),), 0.0, False),
    ],
    ids=["person", "award", "both", "list", "word", "number"],
)
def test_reasons_make_one_link_as_sure_as_the_surest(
    reasons: tuple[str, ...], confidence: float, published: bool
) -> None:
    link = belonging(*reasons)
    assert link is not None
    assert (link.target, link.published) == (PLATFORM, published)
    assert link.confidence == pytest.approx(confidence)
    assert len(link.evidence) == len(reasons)


def test_evidence_quotes_the_reason_and_points_into_the_record() -> None:
    link = belonging(BY_PERSON)
    assert link is not None
    (evidence,) = link.evidence
    assert (evidence.method, evidence.source, evidence.address) == ("P1", RECORD, RECORD)
    assert evidence.quote == "names a person of the platform: Josiah Carberry"
    assert evidence.pointer == "author[0] of its record in crossref"


def test_a_work_without_a_reason_is_nobodys() -> None:
    assert belonging() is None


def test_a_curator_decides_on_what_a_person_alone_speaks_for(tmp_path: Path) -> None:
    home = Home(tmp_path / "kg")
    with Writer(home, BASE) as writer:
        writer.publish("lab", quads(more=BY_PERSON), Activity("lab/1", "Lab", START, START))
    link = link_node(PAPER, BELONGS, PLATFORM, BASE).value

    def state() -> tuple[bool, bool, bool]:
        snapshot = Snapshots(home).current()
        assert snapshot is not None
        plain = snapshot.store.quads_for_pattern(NamedNode(PAPER), BELONGS, NamedNode(PLATFORM), None)
        output = Reader(snapshot.store, BASE).output(NamedNode(PAPER))
        assert output is not None
        return any(plain), bool(output.reasons), bool(output.doubtful)

    mine(home, BASE, READERS, platform="The Lab")
    assert state() == (False, False, True)
    decide(home, BASE, link, "accepted")
    mine(home, BASE, READERS, platform="The Lab")
    assert state() == (True, True, False)
    decide(home, BASE, link, "rejected")
    mine(home, BASE, READERS, platform="The Lab")
    assert state() == (False, False, True)
    snapshot = Snapshots(home).current()
    assert snapshot is not None
    named = {q.object.value for q in snapshot.store.quads_for_pattern(platform_node(BASE), None, None, None)}  # type: ignore[union-attr]
    assert "The Lab" in named
