"""How sure a link is, when its plain triple is published, and what the graph says of it."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode

from leap_kg.links.assertion import CAP, MOST_EVIDENCE, Evidence, Link, link_node, link_triples, run_triple, weighed
from leap_kg.links.methods import METHODS
from leap_kg.ontology.jsonld import quads_in
from leap_kg.ontology.namespaces import CITO, PROV, RDF, ours
from leap_kg.ontology.shapes import validate
from leap_kg.settings import DEFAULT_BASE as BASE

GRAPH = NamedNode(f"{BASE}graph/links/d1")
USED = PROV("used")


def evidence(method: str, confidence: float, pointer: str = "line 1") -> Evidence:
    return Evidence(method, confidence, "https://example.org/a.py", "open(x)", pointer)


def link(*given: Evidence, **more: object) -> Link:
    return replace(Link("https://example.org/a.py", USED, "https://example.org/x", given), **more)  # type: ignore[arg-type]


pieces = st.lists(
    st.builds(evidence, st.sampled_from(sorted(METHODS)), st.floats(0, 1), st.sampled_from(["line 1", "line 2"])),
    min_size=1, max_size=8,
)  # fmt: skip


def test_witnesses_of_one_family_count_once_and_those_of_two_independently() -> None:
    assert weighed([evidence("D1", 0.75), evidence("D3", 0.6), evidence("D4", 0.6)]) == 0.75
    assert weighed([evidence("D1", 0.75), evidence("D5", 0.3)]) == pytest.approx(1 - 0.25 * 0.7)
    assert weighed([evidence("L1", 0.99), evidence("L5", 0.9), evidence("L4", 0.98)]) == CAP


@given(pieces, st.randoms())
@settings(max_examples=50)
def test_more_evidence_never_makes_less_sure_and_order_never_matters(given: list[Evidence], random: object) -> None:
    whole = weighed(given)
    assert 0 <= whole <= CAP
    assert weighed(given[:-1]) <= whole + 1e-12
    random.shuffle(given)  # type: ignore[attr-defined]
    assert weighed(given) == pytest.approx(whole)


@given(pieces, st.booleans(), st.sampled_from(["", "accepted", "rejected"]))
@settings(max_examples=50, deadline=None)
def test_any_link_passes_the_shapes_and_says_its_triple_only_if_it_may(
    given: list[Evidence], known: bool, verdict: str
) -> None:
    made = link(*given, known=known, verdict=verdict)
    said = [*link_triples(made, BASE), run_triple(made, NamedNode(f"{BASE}run/x"), BASE)]
    assert not list(validate(quads_in(said, GRAPH), BASE))
    assert (USED in {t.predicate for t in said}) == (
        verdict == "accepted" or (not verdict and known and made.confidence >= 0.8)
    )
    assert set(link_triples(link(*reversed(given), known=known, verdict=verdict), BASE)) == set(
        link_triples(made, BASE)
    )


def test_a_pattern_and_an_unknown_target_are_never_plain_triples_unless_a_curator_says_so() -> None:
    sure = evidence("D1", 0.99)
    assert link(sure).published
    assert not link(sure, exact=False).published
    assert not link(sure, known=False).published
    assert not link(sure, verdict="rejected").published
    assert link(evidence("D5", 0.1), exact=False, verdict="accepted").published


def test_the_best_evidence_is_kept_and_each_place_once() -> None:
    many = [evidence("D1", 0.5 + n / 100, f"line {n}") for n in range(30)]
    said = list(link_triples(link(*many, *many), BASE))
    places = [t.object for t in said if t.predicate == CITO("citesAsEvidence")]
    assert len(places) == len(set(places)) == MOST_EVIDENCE
    leap = ours(BASE)
    pointers = {t.object.value for t in said if t.predicate == leap("pointer") and isinstance(t.object, Literal)}
    assert pointers == {f"line {n}" for n in range(10, 30)}


def test_a_link_is_named_by_what_it_says_alone() -> None:
    node = link_node("https://example.org/a.py", USED, "https://example.org/x", BASE)
    made = link(evidence("D1", 0.97))
    assert {t.subject for t in link_triples(made, BASE) if t.predicate == RDF("subject")} == {node}
    assert node == NamedNode(f"{BASE}link/{node.value[-12:]}")
    assert node != link_node("https://example.org/a.py", PROV("generated"), "https://example.org/x", BASE)
