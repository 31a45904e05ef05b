"""How DataCite is walked: every page, every record once, and nowhere but at its API."""

import json
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest

from leap_kg.ingest.datacite.source import Datacite
from leap_kg.ingest.fetch import Ask, Body, FetchFailed
from leap_kg.ingest.source import Listing, RawRecord, RecordUnusable, Ref
from tests.ingest.crossref.records import CARBERRY, COLUMBIA
from tests.ingest.datacite.records import API, config, listing, record
from tests.ingest.shelf import BASE, Bench, Shelf

QUERY = "titles.title:zarr"


class Asked(Shelf):
    """A shelf that remembers what it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def fetch(self, ask: Ask | str) -> Body:
        self.asked.append(Ask.of(ask).url)
        return super().fetch(ask)


def first(query: str = QUERY) -> str:
    asked = {"query": query, "page[cursor]": "1", "page[size]": "200", "affiliation": "true", "publisher": "true"}
    return f"{API}/dois?{urlencode(asked)}"


def source(**more: object) -> Datacite:
    return Datacite(config(**{"members": {}, "queries": (QUERY,), **more}), BASE)


def walked(shelf: Shelf, **more: object) -> tuple[list[Ref], Listing]:
    found = Listing(shelf)
    return list(source(**more).enumerate(found)), found


def address(number: str) -> str:
    return f"{API}/dois/{quote(number, safe='/')}?affiliation=true&publisher=true"


def test_pages_are_followed_by_their_links() -> None:
    shelf = Asked()
    second = f"{API}/dois?page%5Bcursor%5D=abc"
    shelf.bodies = {
        first(): listing([record("10.1000/A"), record("10.1000/b")], 3, second),
        second: listing([record("10.1000/c")], 3),
    }
    refs, found = walked(shelf)
    assert [ref.key for ref in refs] == ["10.1000/a", "10.1000/b", "10.1000/c"]
    assert (found.expected, found.shortfall) == (3, "")
    assert refs[0].found[0].url == address("10.1000/a")


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/dois", "file:///etc/passwd", "https://api.datacite.org.evil.example/"]
)
def test_a_link_that_leads_elsewhere_is_not_followed(elsewhere: str) -> None:
    shelf = Asked()
    shelf.bodies = {first(): listing([record("10.1000/a")], 2, elsewhere)}
    _, found = walked(shelf)
    assert shelf.asked == [first()]
    assert "2 records and gave 1" in found.shortfall


def test_members_are_asked_for_by_award_person_and_organisation() -> None:
    shelf = Asked()
    with pytest.raises(FetchFailed):
        list(Datacite(config(), BASE).enumerate(Listing(shelf)))
    assert [parse_qs(urlsplit(each).query)["query"][0] for each in shelf.asked] == [
        'fundingReferences.awardNumber:"2019625"',
        f'creators.nameIdentifiers.nameIdentifier:"https://orcid.org/{CARBERRY}"',
        f'creators.affiliation.affiliationIdentifier:"https://ror.org/{COLUMBIA}"',
    ]


def test_since_asks_for_what_was_updated() -> None:
    shelf = Asked()
    with pytest.raises(FetchFailed):
        list(source().enumerate(Listing(shelf, since=datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC))))
    (asked,) = shelf.asked
    assert parse_qs(urlsplit(asked).query)["query"] == [f"({QUERY}) AND updated:[2026-05-04T03:02:01Z TO *]"]


def test_counters_make_no_new_version() -> None:
    def version(**more: object) -> str:
        shelf = Asked()
        shelf.bodies = {first(): listing([record("10.1000/a", **more)])}
        return walked(shelf)[0][0].version

    assert version(viewCount=1, citationCount=2) == version(viewCount=9)
    assert version() != version(version="2")


def test_an_item_that_cannot_be_read_is_a_problem() -> None:
    shelf = Asked()
    shelf.bodies = {first(): listing([record("10.1000/a"), 7, {"doi": "x"}])}
    refs, _ = walked(shelf)
    assert [bool(ref.problem) for ref in refs] == [False, True, True]


def test_a_record_on_the_list_is_asked_for_by_its_doi(tmp_path: Path) -> None:
    shelf = Asked()
    made = source(queries=(), members={"works": ["https://zenodo.org/doi/10.5281/zenodo.1", "10.5281/gone"]})
    answer = {"data": {"id": "10.5281/zenodo.1", "attributes": record("10.5281/zenodo.1")}}
    shelf.bodies = {address("10.5281/zenodo.1"): json.dumps(answer).encode()}
    bench = Bench(tmp_path, shelf, lambda: made)
    report = bench.harvest()
    assert (report.published, report.dead) == (1, 1)
    assert "404" in bench.dead_letters()["10.5281/gone"].reason


def test_an_answer_without_a_record_is_refused() -> None:
    shelf = Asked()
    shelf.bodies = {address("10.1000/a"): b'{"data": []}', first(): b'{"errors": []}'}
    with pytest.raises(RecordUnusable):
        source().fetch(Ref("10.1000/a", address("10.1000/a")), shelf)
    with pytest.raises(RecordUnusable):
        walked(shelf)
    with pytest.raises(RecordUnusable, match="harvest it again"):
        source().map(RawRecord("10.1000/a", ()))
