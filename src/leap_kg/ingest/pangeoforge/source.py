"""Where feedstocks are found: named one by one, in an organisation, and behind the entries of a catalogue's list."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from leap_kg.ingest.configuration import SourceConfig
from leap_kg.ingest.fetch import Ask, Fetcher, FetchFailed, Parked
from leap_kg.ingest.formats.reading import Reading
from leap_kg.ingest.formats.yamltext import Unreadable
from leap_kg.ingest.github import fields
from leap_kg.ingest.github.listing import JSON
from leap_kg.ingest.github.names import Repositories
from leap_kg.ingest.leap.catalog import listed
from leap_kg.ingest.leap.feedstock import read_feedstock
from leap_kg.ingest.leap.naming import meta_url, record_key
from leap_kg.ingest.leap.record import read_mapping
from leap_kg.ingest.pangeoforge.mapping import MODULE, OWN, map_recipes_of
from leap_kg.ingest.source import Listing, Mapped, Part, RawRecord, RecordUnusable, Ref, Source
from leap_kg.ontology.identifiers import Refusal, Repository, github

META = "feedstock/meta.yaml"

_FEEDSTOCK = re.compile(r"[\w.-]+[-_]feedstock", re.ASCII | re.IGNORECASE)
_MODULE = re.compile(r"[A-Za-z_]\w{0,100}", re.ASCII)
_MOST_MODULES = 20
_MOST_PAGES = 100


class PangeoForge(Source):
    """Feedstocks, each by its `meta.yaml` and its modules of recipes; keys are those of the catalogue.

    `catalog` is the address of a list of `catalog.yaml` files, `""` for none: a feedstock that one of them points at is
    the dataset of that entry.
    """

    def __init__(
        self,
        id: str,  # noqa: A002
        title: str,
        feedstocks: tuple[str, ...],
        organisation: str,
        catalog: str,
        ref: str,
        api: str,
        stale_after: timedelta,
        base: str,
    ) -> None:
        self.id = id
        self.title = title
        self.origin = f"https://github.com/{organisation}" if organisation else None
        self.stale_after = stale_after
        self._feedstocks = feedstocks
        self._organisation = organisation
        self._catalog = catalog
        self._ref = ref
        self._api = api
        self._base = base

    def covers(self, repository: Repository) -> bool:
        """Whether recipes of that repository are taken, as far as its name tells."""
        named = (github.parse_repository(name) for name in self._feedstocks)
        if any(not isinstance(each, Refusal) and each.key == repository.key for each in named):
            return True
        member = repository.owner.lower() == self._organisation.lower()
        return bool(_FEEDSTOCK.fullmatch(repository.name)) and (member or bool(self._catalog))

    def enumerate(self, listing: Listing) -> Iterator[Ref]:
        """The feedstocks behind the catalogue, then those that it does not list."""
        known: set[str] = set()
        for entry in listed(self._catalog, listing.fetcher) if self._catalog else []:
            if (meta := _meta_of(entry, listing.fetcher)) is None:
                continue
            known |= {meta, record_key(entry.url)}
            yield entry
        repositories = [github.parse_repository(name) for name in self._feedstocks]
        found = {each.key: each for each in repositories if not isinstance(each, Refusal)}
        if self._organisation:
            try:
                found |= {each.key: each for each in self._members(listing.fetcher)}
            except FetchFailed as failure:
                if not found or isinstance(failure, Parked):
                    raise
                listing.shortfall = f"{self._organisation} could not be listed: {failure}"
        for key, repository in found.items():
            if key not in known:
                yield Ref(key, github.File(repository, self._ref, META).blob_url)

    def _members(self, fetcher: Fetcher) -> Iterator[Repository]:
        """The repositories of the organisation that are called feedstocks."""
        page: str | None = f"{self._api}/orgs/{self._organisation}/repos?type=public&per_page=100"
        for _ in range(_MOST_PAGES):
            if page is None:
                return
            body = fetcher.fetch(Ask(page, JSON))
            for item in fields.items(body.data, page):
                repository = fields.repository_of(item, page)
                if _FEEDSTOCK.fullmatch(repository.name):
                    yield repository
            page = body.link("next")
        raise RecordUnusable(f"the repositories do not end after {_MOST_PAGES} pages; report it to GitHub", page or "")

    def fetch(self, ref: Ref, fetcher: Fetcher) -> RawRecord:
        """`meta.yaml`, the `catalog.yaml` that points at it or lies beside it, and the modules that are there."""
        parts: list[Part] = []
        address = ref.url
        if not ref.url.endswith("/meta.yaml"):
            catalog = Part.of("catalog", fetcher.fetch(ref.url))
            address = meta_url(read_mapping(catalog).value)
            if not address:
                reason = "catalog.yaml has no meta_yaml_url; add it, so that the recipes are found"
                raise RecordUnusable(reason, ref.url)
            parts.append(catalog)
        meta = Part.of("meta", fetcher.fetch(address))
        if not parts:
            parts += _optional(OWN, ref.url.removesuffix("meta.yaml") + "catalog.yaml", fetcher)
        return RawRecord(ref.key, (meta, *parts, *_modules(meta, fetcher)))

    def map(self, record: RawRecord) -> Mapped:
        """The recipes, and the dataset unless the catalogue has it."""
        return map_recipes_of(record, self._base)


class PangeoForgeConfig(SourceConfig):
    """`feedstocks` as `owner/name`, `organisation` for all that are called so, `catalog` the list of a catalogue.

    `ref` is the branch of feedstocks that no catalogue points at; `api` where GitHub's REST API is.
    """

    feedstocks: Repositories = ()
    organisation: Annotated[str, Field(pattern=r"^([A-Za-z0-9][A-Za-z0-9-]{0,38})?$")] = ""
    catalog: str = ""
    ref: Annotated[str, Field(pattern=r"^[\w./-]{1,100}$")] = "HEAD"
    api: Annotated[str, Field(pattern=r"^https?://")] = "https://api.github.com"

    @model_validator(mode="after")
    def _asks_for_something(self) -> Self:
        if not (self.feedstocks or self.organisation or self.catalog):
            raise ValueError("name feedstocks, an organisation or a catalog")
        return self

    def source(self, folder: Path, base: str) -> Source:
        """The source."""
        return PangeoForge(
            self.id,
            self.title,
            self.feedstocks,
            self.organisation,
            self.catalog,
            self.ref,
            self.api.rstrip("/"),
            self.stale_after,
            base,
        )


def _meta_of(entry: Ref, fetcher: Fetcher) -> str | None:
    """The feedstock whose meta.yaml an entry of the catalogue points at; `None` where the entry is the catalogue's
    own dead letter."""
    if entry.problem:
        return None
    try:
        catalog = Part.of("catalog", fetcher.fetch(entry.url))
        address = meta_url(read_mapping(catalog).value)
        fetcher.fetch(address)
    except Parked:
        raise
    except (FetchFailed, Unreadable, RecordUnusable):
        return None
    return record_key(address)


def _modules(meta: Part, fetcher: Fetcher) -> Iterator[Part]:
    """The modules beside meta.yaml that its recipes name, as far as they are there."""
    described = read_mapping(meta)
    place = github.parse_file(meta.url)
    if isinstance(place, Refusal):
        return
    entries = read_feedstock(described.value, Reading({}, described.file)).recipes
    names = [entry.object.partition(":")[0] for entry in entries]
    for name in dict.fromkeys(name for name in names if _MODULE.fullmatch(name)):
        folder = place.path.rpartition("/")[0]
        file = github.File(place.repository, place.ref, f"{folder}/{name}.py" if folder else f"{name}.py")
        yield from _optional(f"{MODULE}{name}", file.blob_url, fetcher)


def _optional(role: str, url: str, fetcher: Fetcher) -> Iterator[Part]:
    """The file, if it is there and not too large."""
    try:
        yield Part.of(role, fetcher.fetch(url))
    except FetchFailed as failure:
        if failure.kind not in ("missing", "too-large"):
            raise
