"""The report counts each thing once, says what it leaves out, and is a safe and valid file."""

import html5lib

from leap_kg.outputs.kind import Kind
from leap_kg.outputs.page import report_file
from leap_kg.outputs.period import between
from leap_kg.outputs.reading import Reader
from leap_kg.outputs.report import Report
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
    assert REPORT.undated == 2
    assert Report.of(OUTPUTS, Selection()).undated == 0


def test_people_awards_and_what_is_missing() -> None:
    assert [(maker.name, number) for maker, number in REPORT.people] == [
        ("Josiah Carberry", 1), ("Tomas van der Rei", 1),
    ]  # fmt: skip
    assert [(thing.name, number) for thing, number in REPORT.awards] == [("Award 2019625", 1)]
    assert REPORT.access == {Access.OPEN: 1, Access.CLOSED: 0, Access.UNKNOWN: 0}
    assert [maker.name for maker in REPORT.without_orcid] == ["Tomas van der Rei"]
    everything = Report.of(OUTPUTS, Selection(others=True)).missing
    assert [each.title for each in everything["Publications without code"]] == ["Somebody else's"]
    assert [each.title for each in everything["Datasets without a paper"]] == ["<script>alert(1)</script>"]


def test_the_file_is_valid_and_runs_nothing() -> None:
    text = report_file(Report.of(OUTPUTS, Selection(others=True)), "The <b>Lab</b>")
    document = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)
    assert document.find(".//script") is None
    assert not [a for a in document.iter("a") if a.get("href", "").startswith("javascript")]
    assert "Warm water &amp; rain" in text
