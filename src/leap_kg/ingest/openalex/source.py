"""The works that OpenAlex lists for a platform: https://developers.openalex.org/.

OpenAlex wants a key for listings; the fetcher holds it (`api.openalex.org?api_key=env:…` among its tokens) and no
address here ever has it. Works that the configuration names are asked for one by one, which costs nothing. Two ids of
one work become one there: the id that was given up leads to the other (301), which is said as `owl:sameAs`.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated
from urllib.parse import quote, urlencode

from pydantic import Field

from leap_kg.ingest.fetch import Ask, Fetcher
from leap_kg.ingest.openalex.reading import map_part, name_of
from leap_kg.ingest.source import Listing, Mapped, Part, RawRecord, RecordUnusable, Ref, Source
from leap_kg.ingest.works.document import JSON, cut, read_object, version
from leap_kg.ingest.works.register import ROLE, Address, Register, RegisterConfig
from leap_kg.ingest.works.walk import Page, Walk

_FIELDS = (
    "id,doi,title,type,publication_year,open_access,best_oa_location,is_retracted,cited_by_count,awards,authorships,"
    "updated_date"
)
_VOLATILE = ("updated_date",)


class OpenAlex(Register["OpenAlexConfig"]):
    """The works of a platform; a record's key is its DOI in lower case, or its OpenAlex id if it has none."""

    def enumerate(self, listing: Listing) -> Iterable[Ref]:
        """The works of each award, person, organisation and further filter, then those that the list names."""
        walk = Walk(listing, self._page, self._ref)
        for each in self._filters():
            yield from walk.through(self._listing(each, "*"))
        for value in self._config.members.works:
            yield from walk.named(Ref(value, self._address(f"doi:{value}")))
        for identifier in self._config.ids:
            yield from walk.named(Ref(identifier, self._address(identifier)))
        walk.finish()

    def fetch(self, ref: Ref, fetcher: Fetcher) -> RawRecord:
        """One work by DOI or OpenAlex id, wherever that leads by now."""
        body = fetcher.fetch(Ask(ref.url, JSON))
        return RawRecord(ref.key, (cut(ROLE, ref.url, read_object(body.data, body.url)),))

    def _map(self, key: str, part: Part) -> Mapped:
        """How the work can be read, how often it is cited, and whether it still stands."""
        return map_part(key, part, self._config.members, self._base)

    def _filters(self) -> Iterator[str]:
        members = self._config.members
        yield from (f"awards.funder_award_id:{award.number}" for award in members.awards)
        yield from (f"authorships.author.orcid:https://orcid.org/{person}" for person in members.people)
        yield from (f"authorships.institutions.ror:https://ror.org/{each}" for each in members.organisations)
        yield from self._config.filters

    def _listing(self, chosen: str, cursor: str) -> str:
        asked = {"filter": chosen, "per_page": str(self._config.rows), "select": _FIELDS, "cursor": cursor}
        return self._below(f"works?{urlencode(asked)}")

    def _page(self, ask: Ask, fetcher: Fetcher) -> Page:
        url = ask.url
        answer = read_object(fetcher.fetch(ask).data, url)
        items, meta = answer.get("results"), answer.get("meta")
        if not isinstance(items, list):
            raise RecordUnusable("the answer is no listing of works; check the filter, or ask OpenAlex", url)
        total = meta.get("count") if isinstance(meta, dict) else None
        cursor = meta.get("next_cursor") if isinstance(meta, dict) else None
        stem = url.rpartition("&cursor=")[0]
        following = f"{stem}&cursor={quote(cursor, safe='')}" if isinstance(cursor, str) and cursor else None
        return Page(url, items, total if type(total) is int else None, following)

    def _ref(self, item: object, page: Page, number: int) -> Ref:
        names = name_of(item) if isinstance(item, dict) else None
        if names is None or not isinstance(item, dict):
            problem = "the item has no OpenAlex id; ask OpenAlex"
            return Ref(f"item {number + 1} of {page.url}", page.url, problem)
        identifier, number_of_doi = names
        address = self._address(identifier)
        found = (cut(ROLE, address, item),)
        return Ref(number_of_doi or identifier, address, version=version(item, _VOLATILE), found=found)

    def _address(self, name: str) -> str:
        return self._below(f"works/{quote(name, safe=':/')}?select={_FIELDS}")


class OpenAlexConfig(RegisterConfig):
    """`members`: what makes a work the platform's; `ids`: works by OpenAlex id; `filters`: in the words of its API."""

    api: Address = "https://api.openalex.org"
    ids: tuple[Annotated[str, Field(pattern=r"^W[1-9][0-9]*$")], ...] = ()
    filters: tuple[Annotated[str, Field(pattern=r"^[a-z_.]+:\S+$")], ...] = ()
    rows: Annotated[int, Field(ge=1, le=100)] = 100

    def source(self, folder: Path, base: str) -> Source:
        """The source."""
        return OpenAlex(self, base)
