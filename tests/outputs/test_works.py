"""Versions of one work are counted once, whichever says that they are, and in whatever order they come."""

from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.outputs.kind import Kind
from leap_kg.outputs.output import Output
from leap_kg.outputs.period import between
from leap_kg.outputs.report import Report
from leap_kg.outputs.selection import Selection
from leap_kg.outputs.works import Works

IRIS = [f"https://doi.org/10.5555/{letter}" for letter in "abcdef"]
CONCEPT = "https://doi.org/10.5555/concept"


def output(iri: str, kind: Kind = Kind.ARTICLE, issued: str = "2024", *versions: str) -> Output:
    return Output(iri, kind, iri, issued=issued, reasons=("counts",), versions=versions)


def test_an_article_counts_before_a_later_preprint() -> None:
    preprint = output(IRIS[0], Kind.PREPRINT, "2025", IRIS[1])
    article = output(IRIS[1], Kind.ARTICLE, "2024")
    for those in ([preprint, article], [article, preprint]):
        assert Works(those).counted(those) == ([article], [preprint])


def test_versions_of_what_is_no_record_itself_are_one_work_and_the_latest_counts() -> None:
    versions = [output(IRIS[n], Kind.DATASET, f"202{n}", CONCEPT) for n in range(3)]
    assert Works(versions).counted(versions) == ([versions[2]], versions[:2])


def test_in_a_period_the_version_of_that_period_counts() -> None:
    versions = [output(IRIS[n], Kind.DATASET, f"202{n}", CONCEPT) for n in range(3)]
    report = Report.of(versions, Selection(period=between("2020", "2021")))
    assert (report.outputs, report.earlier) == ([versions[1]], [versions[0]])


def test_what_another_version_dates_is_not_undated() -> None:
    dated, undated = output(IRIS[0], Kind.DATASET, "2024", CONCEPT), output(IRIS[1], Kind.DATASET, "", CONCEPT)
    alone = output(IRIS[2], Kind.DATASET, "")
    report = Report.of([dated, undated, alone], Selection(period=between("2024", "2024")))
    assert (list(report.outputs), list(report.undated)) == ([dated], [alone])


_LINKS = st.lists(st.tuples(st.sampled_from(IRIS), st.sampled_from([*IRIS, CONCEPT])), max_size=8)


@given(_LINKS, st.permutations(IRIS), st.lists(st.sampled_from(["", "2023", "2024-05"]), min_size=6, max_size=6))
@settings(max_examples=50)
def test_each_family_counts_once_and_nothing_is_lost(
    links: list[tuple[str, str]], order: list[str], dates: list[str]
) -> None:
    made = [output(iri, Kind.ARTICLE, dates[IRIS.index(iri)], *(b for a, b in links if a == iri)) for iri in order]
    works = Works(made)
    counted, others = works.counted(made)
    assert {each.iri for each in (*counted, *others)} == set(IRIS)
    assert len(counted) == len({works.of(iri) for iri in IRIS})
    assert all(works.of(a) == works.of(b) for a, b in links)
    again, _ = Works(made[::-1]).counted(made[::-1])
    assert {each.iri for each in again} == {each.iri for each in counted}
