"""The works that DataCite's REST API lists for a platform: https://support.datacite.org/docs/api.

A listing carries its records whole. Hazard: views, downloads and citations are counted in the record; they make no new
version of it.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from pydantic import Field

from leap_kg.ingest.datacite.reading import attributes_of, doi_in, read_work
from leap_kg.ingest.fetch import Ask, Fetcher
from leap_kg.ingest.source import Listing, Mapped, Part, RawRecord, RecordUnusable, Ref, Source
from leap_kg.ingest.works.document import JSON, cut, read_object, version
from leap_kg.ingest.works.mapping import map_work
from leap_kg.ingest.works.membership import Members
from leap_kg.ingest.works.reading import reading_of
from leap_kg.ingest.works.register import ROLE, Address, Register, RegisterConfig
from leap_kg.ingest.works.walk import Page, Walk
from leap_kg.ontology.identifiers import doi

_VOLATILE = (
    "viewCount", "viewsOverTime", "downloadCount", "downloadsOverTime", "citationCount", "citationsOverTime",
    "referenceCount", "partCount", "partOfCount", "versionCount", "versionOfCount", "xml", "metadataVersion",
)  # fmt: skip


class Datacite(Register["DataciteConfig"]):
    """The works of a platform; a record's key is its DOI in lower case."""

    incremental = True

    def enumerate(self, listing: Listing) -> Iterable[Ref]:
        """The works of each award, person, organisation and further query, then those that the list names."""
        walk = Walk(listing, self._page, self._ref)
        for query in self._queries():
            since = f" AND updated:[{listing.since:%Y-%m-%dT%H:%M:%SZ} TO *]" if listing.since else ""
            asked = {"query": f"({query}){since}" if since else query, "page[cursor]": "1"}
            asked |= {"page[size]": str(self._config.rows), "affiliation": "true", "publisher": "true"}
            yield from walk.through(self._below(f"dois?{urlencode(asked)}"))
        for value in self._config.members.works:
            yield from walk.named(Ref(value, self._address(value)))
        walk.finish()

    def fetch(self, ref: Ref, fetcher: Fetcher) -> RawRecord:
        """One record by its DOI."""
        body = fetcher.fetch(Ask(ref.url, JSON))
        attributes = attributes_of(read_object(body.data, body.url))
        if not attributes:
            raise RecordUnusable("the answer holds no record; open its address by hand, and ask DataCite", body.url)
        return RawRecord(ref.key, (cut(ROLE, ref.url, attributes),))

    def _map(self, key: str, part: Part) -> Mapped:
        """The work with its people, funding, versions and relations."""
        return map_part(key, part, self._config.members, self._base)

    def _queries(self) -> Iterator[str]:
        members = self._config.members
        for award in members.awards:
            yield f'fundingReferences.awardNumber:"{award.number}"'
        for person in members.people:
            yield f'creators.nameIdentifiers.nameIdentifier:"https://orcid.org/{person}"'
        for organisation in members.organisations:
            yield f'creators.affiliation.affiliationIdentifier:"https://ror.org/{organisation}"'
        yield from self._config.queries

    def _page(self, ask: Ask, fetcher: Fetcher) -> Page:
        url = ask.url
        answer = read_object(fetcher.fetch(ask).data, url)
        items, meta, links = answer.get("data"), answer.get("meta"), answer.get("links")
        if not isinstance(items, list):
            raise RecordUnusable("the answer is no listing of records; check the query, or ask DataCite", url)
        total = meta.get("total") if isinstance(meta, dict) else None
        following = links.get("next") if isinstance(links, dict) else None
        return Page(url, items, total if type(total) is int else None, self._same_host(following))

    def _same_host(self, following: object) -> str | None:
        """The address of the next page, which has to be below the API's."""
        base = self._below("")
        return following if isinstance(following, str) and following.startswith(base) else None

    def _ref(self, item: object, page: Page, number: int) -> Ref:
        attributes: dict[str, Any] = attributes_of(item) if isinstance(item, dict) else {}
        known = doi_in(attributes)
        if not isinstance(known, doi.Doi):
            problem = f"the item cannot be read: {known.reason}; ask DataCite"
            return Ref(f"item {number + 1} of {page.url}", page.url, problem)
        address = self._address(known.value)
        found = (cut(ROLE, address, attributes),)
        return Ref(known.value, address, version=version(attributes, _VOLATILE), found=found)

    def _address(self, name: str) -> str:
        return self._below(f"dois/{quote(name, safe='/')}?affiliation=true&publisher=true")


class DataciteConfig(RegisterConfig):
    """`members`: what makes a work the platform's; `queries`: further ones in the words of DataCite's search."""

    api: Address = "https://api.datacite.org"
    queries: tuple[Annotated[str, Field(min_length=3)], ...] = ()

    def source(self, folder: Path, base: str) -> Source:
        """The source."""
        return Datacite(self, base)


def map_part(key: str, part: Part, members: Members, base: str) -> Mapped:
    """One record of DataCite as triples; raises `Unreadable` or `RecordUnusable`."""
    reading = reading_of(part.url)
    work = read_work(attributes_of(read_object(part.data, part.url)), reading)
    triples = map_work(work, members, reading, base)
    return Mapped(key, work.node, triples, list(reading.findings))
