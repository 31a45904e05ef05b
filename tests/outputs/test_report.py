"""The report counts each thing once, says what it leaves out, and is a safe and valid file."""

import html5lib
from pyoxigraph import Literal, NamedNode, Quad, Store

from leap_kg.ontology.namespaces import DCT
from leap_kg.outputs.kind import Kind
from leap_kg.outputs.method import Origin, method_of
from leap_kg.outputs.page import report_file
from leap_kg.outputs.period import between
from leap_kg.outputs.reading import Reader
from leap_kg.outputs.report import Report, Share
from leap_kg.outputs.selection import Access, Selection
from tests.outputs.made import BASE, platform

OUTPUTS = list(Reader(platform(), BASE).outputs())
REPORT = Report.of(OUTPUTS, Selection(period=between("2024-01", "2024-05")))


def test_a_preprint_counts_as_its_article() -> None:
    assert [(kind, len(those)) for kind, those in REPORT.groups] == [(Kind.ARTICLE, 1)]
    assert [each.title for each in REPORT.earlier] == ["Warm water?"]
    later = Report.of(OUTPUTS, Selection(period=between("2024-06", "2024-12")))
    assert [(kind, len(those)) for kind, those in later.groups] == [(Kind.PREPRINT, 1)]
    assert later.uncertain == 1


def test_what_has_no_date_is_counted_as_left_out() -> None:
    assert [each.title for each in REPORT.undated] == ["Heat"]
    assert [(kind, len(those)) for kind, those in REPORT.undated_groups] == [(Kind.DATASET, 1)]
    assert Report.of(OUTPUTS, Selection()).undated == ()


def test_people_awards_and_what_is_missing() -> None:
    assert [(maker.name, number) for maker, number in REPORT.people] == [
        ("Josiah Carberry", 1), ("Tomas van der Rei", 1),
    ]  # fmt: skip
    assert [(thing.name, number) for thing, number in REPORT.awards] == [("Award 2019625", 1)]
    assert REPORT.access == {Access.OPEN: 1, Access.CLOSED: 0, Access.UNKNOWN: 0}
    assert [maker.name for maker in REPORT.without_orcid] == ["Tomas van der Rei"]
    everything = Report.of(OUTPUTS, Selection(others=True)).missing
    assert [each.title for each in everything["Publications without code"]] == ["Somebody else's"]
    assert [each.title for each in everything["Datasets without a paper"]] == [
        "<script>alert(1)</script>", "Seen elsewhere",
    ]  # fmt: skip


def test_the_file_is_valid_and_runs_nothing() -> None:
    report = Report.of(OUTPUTS, Selection(others=True))
    text = report_file(report, "The <b>Lab</b>", method_of(report.outputs, platform(), 7, BASE))
    document = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)
    assert document.find(".//script") is None
    assert not [a for a in document.iter("a") if a.get("href", "").startswith("javascript")]
    assert "Warm water &amp; rain" in text
    assert "from revision 7 of the graph" in text


def test_shares_are_of_what_could_have_it() -> None:
    shares = {share.words: (share.have, share.all) for share in Report.of(OUTPUTS, Selection()).shares}
    assert shares == {
        "Publications that are free to read": (1, 1),
        "Publications with their code": (1, 1),
        "Publications with their data": (1, 1),
        "Datasets with a licence": (0, 1),
        "Code with a licence": (0, 1),
        "People with an ORCID iD": (1, 2),
    }
    assert [Share("x", have, 3).percent for have in range(4)] == [0, 33, 67, 100]
    assert [Share("x", have, 1000).percent for have in (0, 1, 999, 1000)] == [0, 1, 99, 100]
    assert Report.of((), Selection()).shares == []


def test_the_method_names_the_sources_of_what_is_reported() -> None:
    store, graph = Store(), NamedNode(f"{BASE}graph/source/papers")
    for quad in platform():
        store.add(Quad(quad.subject, quad.predicate, quad.object, graph))
    for predicate, text in ((DCT("title"), "Papers"), (DCT("modified"), "2025-01-02T03:04:05Z")):
        store.add(Quad(graph, predicate, Literal(text), NamedNode(f"{BASE}graph/prov")))
    method = method_of(REPORT.outputs, store, 3, BASE)
    assert method.sources == (Origin("Papers", "2025-01-02", 1),)
    assert method.revision == 3
