"""Preprints and articles that may be one work: candidates, never more, and only where no register has spoken."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode, Quad, RdfFormat, Store, parse

from leap_kg.graph.names import source_graph
from leap_kg.links.assembling import Assembly
from leap_kg.links.assertion import Link
from leap_kg.links.known import Known
from leap_kg.links.versions import add_versions
from leap_kg.ontology.namespaces import PROV
from leap_kg.settings import DEFAULT_BASE as BASE

PREPRINT, ARTICLE = "https://doi.org/10.48550/arxiv.2306.08754", "https://doi.org/10.5555/article"
TITLE = "Learning the fluxes of a warm ocean"
PREFIXES = (
    "@prefix fabio: <http://purl.org/spar/fabio/> . @prefix dct: <http://purl.org/dc/terms/> ."
    "@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix prov: <http://www.w3.org/ns/prov#> ."
)


def work(iri: str, kind: str, title: str = TITLE, authors: str = "Ada Rei|Bo Lund", year: str = "2023") -> str:
    """A work as a register gives it, whose authors have no identifier."""
    people = [f"<{iri}/{number}>" for number, _ in enumerate(authors.split("|"))]
    said = f"<{iri}> a fabio:{kind} ; dct:title {title!r} ; dct:issued '{year}' ; dct:creator {', '.join(people)} ."
    return said + "".join(f"{node} foaf:name {name!r} ." for node, name in zip(people, authors.split("|"), strict=True))


def versions(*works: str, graph: str = "crossref") -> list[Link]:
    store = Store()
    place = source_graph(BASE, graph)
    triples = parse(PREFIXES + "".join(works), format=RdfFormat.TURTLE)
    store.extend(Quad(t.subject, t.predicate, t.object, place) for t in triples)
    assembly = Assembly(Known(store, BASE), BASE)
    add_versions(store, assembly)
    return assembly.links()


@pytest.mark.parametrize(
    ("article", "confidence"),
    [
        (work(ARTICLE, "JournalArticle"), 0.75),
        (work(ARTICLE, "JournalArticle", "Learning the Fluxes of a Warm Ocean!", "Rei, A.|Lund, Bo"), 0.75),
        (work(ARTICLE, "ConferencePaper", TITLE, "A. Rei|Bo Lund|Cy Moe"), 0.75),
        (work(ARTICLE, "JournalArticle", f"{TITLE} surface"), 0.5),
        (work(ARTICLE, "JournalArticle", TITLE, "Ada Rei|Di Foe"), 0.5),
        (work(ARTICLE, "JournalArticle", TITLE, "Di Foe|Cy Moe"), None),
        (work(ARTICLE, "JournalArticle", "Learning the fluxes of a cold desert"), None),
        (work(ARTICLE, "JournalArticle", year="2019"), None),
        (work(ARTICLE, "Preprint"), None),
    ],
    ids=["same", "spelling", "joined", "longer", "half", "others", "series", "before", "two-preprints"],
)
def test_titles_and_authors_make_a_candidate(article: str, confidence: float | None) -> None:
    found = versions(work(PREPRINT, "Preprint"), article)
    assert [link.confidence for link in found] == ([] if confidence is None else [pytest.approx(confidence)])
    for link in found:
        assert (link.subject, link.predicate, link.target) == (ARTICLE, PROV("wasRevisionOf"), PREPRINT)
        assert not link.published
        assert {each.method for each in link.evidence} == {"V1"}


def test_what_a_register_says_is_left_alone_and_what_was_mined_is_no_witness() -> None:
    both = (work(PREPRINT, "Preprint"), work(ARTICLE, "JournalArticle"))
    tie = f"<{ARTICLE}> prov:wasRevisionOf <{PREPRINT}> ."
    assert versions(*both, tie) == []
    assert versions(*both, f"<https://doi.org/10.5555/other> prov:wasRevisionOf <{PREPRINT}> .") == []
    store = Store()
    place, mined = source_graph(BASE, "crossref"), NamedNode(f"{BASE}graph/links/v1")
    for text, graph in (("".join(both), place), (tie, mined)):
        store.extend(
            Quad(t.subject, t.predicate, t.object, graph) for t in parse(PREFIXES + text, format=RdfFormat.TURTLE)
        )
    assembly = Assembly(Known(store, BASE), BASE)
    add_versions(store, assembly)
    assert len(assembly.links()) == 1


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["Preprint", "JournalArticle"]), st.text("ab é²,.-", max_size=12)), max_size=5)
)
def test_no_title_or_name_can_do_harm(given: list[tuple[str, str]]) -> None:
    said = [
        work(f"https://e.org/{number}", kind, f"{text} one two three four", f"{text or 'x'} Rei", text[:4])
        for number, (kind, text) in enumerate(given)
    ]
    for link in versions(*said):
        assert link.subject != link.target
        assert not link.published
