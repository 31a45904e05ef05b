"""Witnesses in the graph itself: registers, recipes, and a paper and a repository that name each other."""

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, Store, parse

from leap_kg.links.assembling import Assembly
from leap_kg.links.assertion import Link
from leap_kg.links.files import File
from leap_kg.links.known import Known
from leap_kg.links.related import add_related
from leap_kg.links.signal import Place, Role, Signal
from leap_kg.ontology.namespaces import CODEMETA, DCT, PROV, SCHEMA
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.links.worlds import CODE, COMMIT, OCEAN, PAPER, quads

DATA = "https://doi.org/10.5281/zenodo.7"
README = File(CODE, "README.md", f"{CODE}/blob/{COMMIT}/README.md", "0" * 64)
SAID = f"<{PAPER}> <{DCT('hasPart').value}> <{DATA}> ."
SAID_BACK = f"<{DATA}> <{DCT('isPartOf').value}> <{PAPER}> ."


def links(
    *turtle: str, graph: str = "source/one", signals: tuple[Signal, ...] = ()
) -> dict[tuple[str, str, str], Link]:
    store = Store()
    store.extend(quads())
    text = f"<{DATA}> a <http://www.w3.org/ns/dcat#Dataset> . {' '.join(turtle)}"
    place = NamedNode(f"{BASE}graph/{graph}")
    store.extend(Quad(t.subject, t.predicate, t.object, place) for t in parse(text, format=RdfFormat.TURTLE))
    assembly = Assembly(Known(store, BASE), BASE)
    assembly.add_file(README, signals)
    add_related(store, assembly)
    return {(link.subject, link.predicate.value, link.target): link for link in assembly.links()}


def cites(confidence: float = 0.4) -> Signal:
    return Signal("L5", Role.CITES, PAPER, confidence, Place("README.md", 3, 3, f"see {PAPER}"))


@pytest.mark.parametrize(("turtle", "confidence"), [((SAID,), 0.95), ((SAID_BACK,), 0.95), ((SAID, SAID_BACK), 0.98)])
def test_what_both_sides_say_is_surer(turtle: tuple[str, ...], confidence: float) -> None:
    link = links(*turtle)[PAPER, DCT("hasPart").value, DATA]
    assert link.confidence == pytest.approx(confidence)
    assert {each.method for each in link.evidence} == {"L2"}
    assert len(link.evidence) == len(turtle)


def test_links_are_no_witnesses_of_themselves() -> None:
    assert (PAPER, DCT("hasPart").value, DATA) not in links(SAID, graph="links/l2")


def test_a_repository_and_a_paper_that_name_each_other_belong_together() -> None:
    own = CODEMETA("referencePublication").value
    link = links(signals=(cites(),))[CODE, own, PAPER]
    assert {each.method for each in link.evidence} == {"L4", "L5"}
    assert link.published
    assert (CODE, SCHEMA("citation").value, PAPER) not in links(signals=(cites(),))
    assert (CODE, own, PAPER) not in links()


def test_a_citation_alone_stays_a_citation() -> None:
    other = Signal("L5", Role.CITES, "https://arxiv.org/abs/2306.08754", 0.85, Place("README.md", 3, 3, "q"))
    link = links(signals=(other,))[CODE, SCHEMA("citation").value, "https://arxiv.org/abs/2306.08754"]
    assert link.published
    assert link.leading == "L5"


def test_a_recipe_generates_the_stores_of_its_feedstock() -> None:
    recipe = f"{BASE}recipe/lab/code/ocean"
    leap = f"{BASE}ontology#"
    said = links(f"<{OCEAN}> <{leap}recipe> <{recipe}> . <{recipe}> <{SCHEMA('isPartOf').value}> <{CODE}> .")
    for subject in (recipe, CODE):
        link = said[subject, PROV("generated").value, OCEAN]
        assert link.published
        assert [each.quote for each in link.evidence] == ["ocean: gs://leap/ocean.zarr"]
