"""How Crossref is walked: every page, every work once, and what is missing is said."""

from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import ValidationError

from leap_kg.ingest.crossref.source import Crossref
from leap_kg.ingest.fetch import CachedFetcher, FetchFailed, Limits, Parked
from leap_kg.ingest.http.asking import Ask, Body
from leap_kg.ingest.source import Listing, RawRecord, RecordUnusable, Ref
from tests.ingest.crossref.records import API, CARBERRY, COLUMBIA, NSF, address, config, listing, single, work
from tests.ingest.shelf import BASE, Bench, Shelf

PATH = "journals/2167-8359/works?cursor=*"


class Asked(Shelf):
    """A shelf that remembers what it was asked for."""

    def __init__(self) -> None:
        super().__init__(Limits())
        self.asked: list[str] = []

    def fetch(self, ask: Ask | str) -> Body:
        self.asked.append(Ask.of(ask).url)
        return super().fetch(ask)


def url(cursor: str = "*", path: str = "journals/2167-8359/works") -> str:
    return f"{API}/{path}?cursor={cursor}"


def walked(shelf: Shelf, since: datetime | None = None, **more: object) -> tuple[list[Ref], Listing]:
    source = config(**{"members": {}, "listings": (PATH,), **more}).source(None, BASE)  # type: ignore[arg-type]
    found = Listing(shelf, since=since)
    return list(source.enumerate(found)), found


def keys(refs: list[Ref]) -> list[str]:
    return [ref.key for ref in refs]


def test_pages_are_followed_until_the_total_is_there() -> None:
    shelf = Asked()
    shelf.bodies = {
        url(): listing([work("10.1000/a"), work("10.1000/B")], 3, "next/+="),
        url("next%2F%2B%3D"): listing([work("10.1000/c")], 3, "end"),
    }
    refs, found = walked(shelf)
    assert keys(refs) == ["10.1000/a", "10.1000/b", "10.1000/c"]
    assert (found.expected, found.shortfall) == (3, "")
    assert len(shelf.asked) == 2


def test_works_of_a_page_are_not_fetched_again_and_have_an_address_of_their_own() -> None:
    shelf = Asked()
    shelf.bodies = {url(): listing([work("10.1000/a")])}
    (ref,), _ = walked(shelf)
    assert ref.found[0].url == ref.url == address("10.1000/a")


def test_a_page_that_comes_twice_does_no_harm() -> None:
    shelf = Asked()
    page = [work("10.1000/a"), work("10.1000/b")]
    shelf.bodies = {
        url(): listing(page, 3, "2"),
        url("2"): listing(page, 3, "3"),
        url("3"): listing([work("10.1000/c")], 3, "4"),
    }
    refs, found = walked(shelf)
    assert keys(refs) == ["10.1000/a", "10.1000/b", "10.1000/c"]
    assert not found.shortfall


def test_a_cursor_that_leads_back_ends_and_is_a_shortfall() -> None:
    shelf = Asked()
    shelf.bodies = {url(): listing([work("10.1000/a")], 9, "*"), url("%2A"): listing([work("10.1000/a")], 9, "*")}
    refs, found = walked(shelf)
    assert keys(refs) == ["10.1000/a"]
    assert found.expected == 9
    assert "9 records and gave 1" in found.shortfall
    assert len(shelf.asked) == 3


def test_a_cursor_that_stays_the_same_is_asked_again_as_long_as_works_come(tmp_path: Path) -> None:
    pages = [[work(f"10.1000/{page}.{number}") for number in range(5)] for page in range(8)]

    class Scrolled(Asked):
        """Keeps the place itself, as Crossref does: each request for the cursor gives the next page."""

        def fetch(self, ask: Ask | str) -> Body:
            assert Ask.of(ask).accept == "application/json"
            self.bodies = {Ask.of(ask).url: listing(pages[min(len(self.asked), 7)], 40, "stays")}
            return super().fetch(ask)

    shelf = Scrolled()
    bench = Bench(tmp_path, CachedFetcher(shelf), lambda: config(members={}, listings=(PATH,)).source(tmp_path, BASE))
    (outcome,) = bench.outcomes()
    assert (outcome.report.outcome, outcome.report.seen, outcome.report.dead) == ("complete", 40, 0)
    assert shelf.asked == [url(), *[url("stays")] * 7]


def test_a_page_that_is_lost_leaves_what_came_before_and_a_shortfall() -> None:
    shelf = Asked()
    shelf.bodies = {url(): listing([work("10.1000/a")], 2, "lost")}
    refs, found = walked(shelf)
    assert keys(refs) == ["10.1000/a"]
    assert found.expected == 2
    assert "broke off" in found.shortfall


def test_an_empty_page_before_the_total_is_a_shortfall() -> None:
    shelf = Asked()
    shelf.bodies = {url(): listing([work("10.1000/a")], 2, "2"), url("2"): listing([], 2, "3")}
    refs, found = walked(shelf)
    assert keys(refs) == ["10.1000/a"]
    assert found.shortfall


def test_one_listing_that_fails_does_not_take_the_others_with_it() -> None:
    shelf = Asked()
    shelf.bodies = {url(): listing([work("10.1000/a")])}
    refs, found = walked(shelf, listings=("types/tape/works?cursor=*", PATH))
    assert keys(refs) == ["10.1000/a"]
    assert "types/tape" in found.shortfall


def test_when_no_listing_can_be_had_the_source_cannot_be_listed() -> None:
    with pytest.raises(FetchFailed):
        walked(Asked())


@pytest.mark.parametrize(
    "body", [b"[]", b"{}", b'{"message": {}}', b'{"message": {"items": {}}}', b'{"status": "failed"}']
)
def test_what_is_no_listing_is_refused(body: bytes) -> None:
    shelf = Asked()
    shelf.bodies = {url(): body}
    with pytest.raises(RecordUnusable):
        walked(shelf)


def test_a_host_that_wants_to_be_left_alone_is_left_alone() -> None:
    class Away(Shelf):
        def fetch(self, ask: Ask | str) -> Body:
            raise Parked(Ask.of(ask).url, "come back later", datetime(2030, 1, 1, tzinfo=UTC), 429)

    with pytest.raises(Parked):
        walked(Away())


def test_an_item_that_cannot_be_read_is_a_problem_and_the_others_go_through() -> None:
    shelf = Asked()
    shelf.bodies = {url(): listing([work("10.1000/a"), 7, {"title": ["none"]}, work("no doi"), work("10.1000/b")], 5)}
    refs, found = walked(shelf)
    assert [ref.key for ref in refs if not ref.problem] == ["10.1000/a", "10.1000/b"]
    assert all("cannot be read" in ref.problem for ref in refs if ref.problem)
    assert len(refs) == 5
    assert not found.shortfall


def test_members_are_asked_for_by_award_person_and_organisation_with_a_cursor() -> None:
    shelf = Asked()
    source = config(rows=50).source(None, BASE)  # type: ignore[arg-type]
    with pytest.raises(FetchFailed):
        list(source.enumerate(Listing(shelf)))
    asked = [parse_qs(urlsplit(each).query) for each in shelf.asked]
    assert [each["filter"][0] for each in asked] == [
        f"award.number:2019625,award.funder:{NSF}",
        f"orcid:{CARBERRY}",
        f"ror-id:{COLUMBIA}",
    ]
    assert all(each["cursor"] == ["*"] and each["rows"] == ["50"] for each in asked)


def test_since_asks_for_what_was_updated() -> None:
    shelf = Asked()
    with pytest.raises(FetchFailed):
        walked(shelf, datetime(2026, 5, 4, 3, tzinfo=UTC), members={"people": [CARBERRY]})
    assert [parse_qs(urlsplit(each).query)["filter"] for each in shelf.asked] == [
        [f"orcid:{CARBERRY},from-update-date:2026-05-04"],
        ["from-update-date:2026-05-04"],
    ]


def test_since_keeps_the_filter_of_a_listing() -> None:
    shelf = Asked()
    with pytest.raises(FetchFailed):
        walked(shelf, datetime(2026, 5, 4, tzinfo=UTC), listings=("works?filter=type:dataset&cursor=*",))
    assert parse_qs(urlsplit(shelf.asked[0]).query) == {
        "filter": ["type:dataset,from-update-date:2026-05-04"],
        "cursor": ["*"],
    }


def test_a_version_changes_with_the_work_alone() -> None:
    def version(**more: object) -> str:
        shelf = Asked()
        shelf.bodies = {url(): listing([work("10.1000/a", **more)])}
        return walked(shelf)[0][0].version

    assert version(score=1.5, indexed={"timestamp": 1}, **{"is-referenced-by-count": 3}) == version(score=2)
    assert version() != version(title=["Another"])


def test_a_work_on_the_list_is_asked_for_by_its_doi_unless_a_listing_gave_it() -> None:
    shelf = Asked()
    shelf.bodies = {url(): listing([work("10.1000/a")])}
    refs, found = walked(shelf, members={"works": ["https://doi.org/10.1000/A", "10.1000/(SICI)1;2#x"]})
    assert keys(refs) == ["10.1000/a", "10.1000/(sici)1;2#x"]
    assert refs[1].url == f"{API}/works/10.1000%2F%28sici%291%3B2%23x"
    assert found.expected == 2
    shelf.bodies[refs[1].url] = single(work("10.1000/(SICI)1;2#x"))
    source = config().source(None, BASE)  # type: ignore[arg-type]
    assert source.map(source.fetch(refs[1], shelf)).subject.value == "https://doi.org/10.1000/(sici)1;2%23x"


def test_an_answer_without_a_work_is_refused() -> None:
    shelf = Asked()
    shelf.bodies = {address("10.1000/a"): b'{"status": "ok", "message": []}'}
    with pytest.raises(RecordUnusable):
        config().source(None, BASE).fetch(Ref("10.1000/a", address("10.1000/a")), shelf)  # type: ignore[arg-type]


def test_a_stored_record_without_its_work_says_to_harvest_again() -> None:
    with pytest.raises(RecordUnusable, match="harvest it again"):
        config().source(None, BASE).map(RawRecord("10.1000/a", ()))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "wrong",
    [
        {"members": {"people": ["0000-0002-1825-0098"]}},
        {"members": {"organisations": ["0abc"]}},
        {"members": {"works": ["no doi"]}},
        {"members": {"awards": [{"number": "1", "funder": "NSF", "funder_ids": []}]}},
        {"members": {"awards": [{"number": "2019625", "funder": "NSF", "funder_ids": ["NSF"]}]}},
        {"listings": ["https://elsewhere.example/works"]},
        {"rows": 0},
        {"api": "ftp://x"},
    ],
)
def test_a_mistake_in_the_configuration_is_an_error(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        config(**wrong)


def test_one_bad_work_of_a_hundred_is_a_dead_letter_and_no_other_is_lost(tmp_path: object) -> None:
    shelf = Asked()
    items = [work(f"10.1000/{number}", author=[]) for number in range(100)]
    items[41] = {"DOI": "10.1000/41"}
    shelf.bodies = {url(): listing(items)}
    made = config(members={}, listings=(PATH,))
    bench = Bench(tmp_path, shelf, lambda: Crossref(made, BASE))  # type: ignore[arg-type]
    report = bench.harvest()
    assert (report.published, report.dead, report.outcome) == (99, 1, "complete")
    assert list(bench.dead_letters()) == ["10.1000/41"]
    assert bench.harvest().revision == report.revision
