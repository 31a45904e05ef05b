"""Witnesses in the graph itself: registers, recipes, and a paper and a repository that name each other."""

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, Store, parse

from leap_kg.ingest.mapping.finding import Finding, Severity
from leap_kg.links.assembling import Assembly
from leap_kg.links.assertion import Link
from leap_kg.links.catalogued import CATALOGUE
from leap_kg.links.files import File, Listed
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
    *turtle: str, graph: str = "source/one", signals: tuple[Signal, ...] = (), catalogue: str = ""
) -> dict[tuple[str, str, str], Link]:
    store = Store()
    store.extend(quads())
    text = f"<{DATA}> a <http://www.w3.org/ns/dcat#Dataset> . {' '.join(turtle)}"
    place = NamedNode(f"{BASE}graph/{graph}")
    store.extend(Quad(t.subject, t.predicate, t.object, place) for t in parse(text, format=RdfFormat.TURTLE))
    assembly = Assembly(Known(store, BASE), BASE)
    assembly.add_file(README, signals)
    file = File(CODE, CATALOGUE, f"{CODE}/blob/{COMMIT}/{CATALOGUE}", "1" * 64)
    add_related(store, assembly, {(CODE, CATALOGUE): Listed(file, catalogue.encode)} if catalogue else {})
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


RECIPE = f"{BASE}recipe/lab/code/ocean"
MADE = (
    f"<{OCEAN}> <{BASE}ontology#recipe> <{RECIPE}> . <{RECIPE}> <{SCHEMA('isPartOf').value}> <{CODE}> ; "
    f"<{DCT('source').value}> <{CODE}/blob/main/feedstock/recipe.py> ."
)


@pytest.mark.parametrize("address", ["gs://leap/ocean.zarr", "https://storage.googleapis.com/leap/ocean.zarr/"])
def test_a_recipe_makes_a_store_by_the_very_line_of_its_catalogue(address: str) -> None:
    catalogue = f'stores:\n# gs://leap/ocean.zarr\n- id: ocean\n  url: "{address}"  # ours\n'
    (evidence,) = links(MADE, catalogue=catalogue)[CODE, PROV("generated").value, OCEAN].evidence
    at = f"{CODE}/blob/{COMMIT}/{CATALOGUE}"
    assert (evidence.source, evidence.address, evidence.pointer) == (at, f"{at}#L4", "line 4")
    assert evidence.quote == catalogue.split("\n")[3]


@pytest.mark.parametrize("catalogue", ["", "stores:\n- url: gs://leap/other.zarr\n", "\0", "url: http://[\n"])
def test_without_such_a_line_the_evidence_is_a_record_and_no_file(catalogue: str) -> None:
    (evidence,) = links(MADE, catalogue=catalogue)[CODE, PROV("generated").value, OCEAN].evidence
    assert (evidence.source, evidence.pointer, evidence.path) == (RECIPE, "its record in one", "")


@pytest.mark.parametrize(
    ("named", "published"),
    [
        ("https://github.com/lab/template/blob/main/feedstock/meta.yaml", False),
        ("https://github.com/Lab/Code/blob/main/feedstock/meta.yaml", True),
        ("https://raw.githubusercontent.com/lab/old/main/feedstock/meta.yaml", True),  # as it was called before
    ],
)
def test_a_catalogue_that_was_copied_from_another_repository_makes_candidates(named: str, published: bool) -> None:
    finding = Finding(
        "foreign-meta", Severity.WARNING, "m", "h", "meta_yaml_url", named, f"{CODE}/blob/main/{CATALOGUE}"
    )
    said = " ".join(f"{triple} ." for triple in finding.triples(NamedNode(f"{BASE}dataset/lab/code"), BASE))
    for catalogue in ("", "stores:\n- url: gs://leap/ocean.zarr\n"):
        found = links(MADE, said, catalogue=catalogue)
        for subject in (CODE, RECIPE):
            link = found[subject, PROV("generated").value, OCEAN]
            assert link.published == published
            assert (link.confidence < 0.8) != published
