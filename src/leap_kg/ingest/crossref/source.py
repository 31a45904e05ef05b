"""The works that Crossref's REST API lists for a platform: https://api.crossref.org/.

A listing carries its works whole, so nothing more is fetched for them; only works that the configuration names by DOI
are asked for one by one. Hazard: Crossref gives each work a score and an indexing date that change from one answer to
the next, and counts of citations that change from day to day; none of these makes a new version of a record. Cursors
change too, so a work's address is its own, not that of the page it stood on.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated
from urllib.parse import quote, urlencode

from pydantic import Field

from leap_kg.ingest.crossref.reading import read_work
from leap_kg.ingest.fetch import Ask, Fetcher
from leap_kg.ingest.source import Listing, Mapped, Part, RawRecord, RecordUnusable, Ref, Source
from leap_kg.ingest.works.document import JSON, cut, read_object, version
from leap_kg.ingest.works.mapping import map_work
from leap_kg.ingest.works.membership import Members
from leap_kg.ingest.works.reading import reading_of
from leap_kg.ingest.works.register import ROLE, Address, Register, RegisterConfig
from leap_kg.ingest.works.walk import Page, Walk
from leap_kg.ontology.identifiers import Refusal, doi

_VOLATILE = ("indexed", "score", "is-referenced-by-count")


class Crossref(Register["CrossrefConfig"]):
    """The works of a platform; a record's key is its DOI in lower case."""

    incremental = True

    def enumerate(self, listing: Listing) -> Iterable[Ref]:
        """The works of each award, person, organisation and further listing, then those that the list names."""
        walk = Walk(listing, self._page, self._ref)
        for url in self._listings(listing):
            yield from walk.through(url)
        for value in self._config.members.works:
            yield from walk.named(Ref(value, self._address(value)))
        walk.finish()

    def fetch(self, ref: Ref, fetcher: Fetcher) -> RawRecord:
        """One work by its DOI."""
        body = fetcher.fetch(Ask(ref.url, JSON))
        message = read_object(body.data, body.url).get("message")
        if not isinstance(message, dict):
            raise RecordUnusable("the answer holds no work; open its address by hand, and ask Crossref", body.url)
        return RawRecord(ref.key, (cut(ROLE, ref.url, message),))

    def _map(self, key: str, part: Part) -> Mapped:
        """The work with its people, funding, references and relations."""
        return map_part(key, part, self._config.members, self._base)

    def _listings(self, listing: Listing) -> Iterator[str]:
        members, filters = self._config.members, list[str]()
        for award in members.awards:
            funders = [iri.removeprefix("https://doi.org/") for iri in award.funder_ids if "doi.org/10.13039" in iri]
            filters += [f"award.number:{award.number},award.funder:{funder}" for funder in funders]
            if not funders:
                filters.append(f"award.number:{award.number}")
        filters += [f"orcid:{person}" for person in members.people]
        filters += [f"ror-id:{organisation}" for organisation in members.organisations]
        since = [f"from-update-date:{listing.since:%Y-%m-%d}"] if listing.since else []
        for each in filters:
            asked = {"filter": ",".join([each, *since]), "rows": str(self._config.rows), "cursor": "*"}
            yield self._url("works", urlencode(asked))
        for path in self._config.listings:
            resource, _, query = path.partition("?")
            yield self._url(resource, _narrowed(query, since))

    def _url(self, resource: str, query: str) -> str:
        return self._below(resource) + (f"?{query}" if query else "")

    def _page(self, ask: Ask, fetcher: Fetcher) -> Page:
        url = ask.url
        message = read_object(fetcher.fetch(ask).data, url).get("message")
        items = message.get("items") if isinstance(message, dict) else None
        if not isinstance(message, dict) or not isinstance(items, list):
            raise RecordUnusable("the answer is no listing of works; check the listing, or ask Crossref", url)
        total, cursor = message.get("total-results"), message.get("next-cursor")
        following = _with_cursor(url, cursor) if isinstance(cursor, str) and "cursor=" in url else None
        return Page(url, items, total if type(total) is int else None, following)

    def _ref(self, item: object, page: Page, number: int) -> Ref:
        name = item.get("DOI") if isinstance(item, dict) else None
        known = doi.parse(name) if isinstance(name, str) else None
        if not isinstance(item, dict) or not isinstance(known, doi.Doi):
            why = known.reason if isinstance(known, Refusal) else "it has no DOI"
            return Ref(f"item {number + 1} of {page.url}", page.url, f"the item cannot be read: {why}; ask Crossref")
        address = self._address(known.value)
        return Ref(known.value, address, version=version(item, _VOLATILE), found=(cut(ROLE, address, item),))

    def _address(self, name: str) -> str:
        return self._below(f"works/{quote(name, safe='')}")


class CrossrefConfig(RegisterConfig):
    """`members`: what makes a work the platform's; `listings`: further paths below `api`.

    A listing such as `journals/2167-8359/works?cursor=*` is read to its end; without `cursor=` Crossref gives its first
    page only, and the run is partial.

    `rows` is the length of a page of the others.
    """

    api: Address = "https://api.crossref.org"
    listings: tuple[
        Annotated[
            str, Field(pattern=r"^(?:works|(?:funders|journals|members|prefixes|types)/\S+/works)(?:\?[^\s#]*)?$")
        ],
        ...,
    ] = ()

    def source(self, folder: Path, base: str) -> Source:
        """The source."""
        return Crossref(self, base)


def map_part(key: str, part: Part, members: Members, base: str) -> Mapped:
    """One work of Crossref as triples; raises `Unreadable` or `RecordUnusable`."""
    reading = reading_of(part.url)
    work = read_work(read_object(part.data, part.url), reading)
    triples = map_work(work, members, reading, base)
    return Mapped(key, work.node, triples, list(reading.findings))


def _narrowed(query: str, filters: list[str]) -> str:
    """The query with further filters; what it is otherwise stays as it is written."""
    pairs = query.split("&") if query else []
    stated = [pair.removeprefix("filter=") for pair in pairs if pair.startswith("filter=")]
    if not filters:
        return query
    chosen = ",".join([*stated, *(quote(each, safe=":,") for each in filters)])
    return "&".join([f"filter={chosen}", *(pair for pair in pairs if not pair.startswith("filter="))])


def _with_cursor(url: str, cursor: str) -> str:
    """The same listing from another cursor on."""
    address, _, query = url.partition("?")
    kept = [each for each in query.split("&") if not each.startswith("cursor=")]
    return f"{address}?" + "&".join([*kept, "cursor=" + quote(cursor, safe="")])
