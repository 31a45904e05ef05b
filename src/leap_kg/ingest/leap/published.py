"""Source `leap-published`: the JSON of the published catalogue, as a second opinion on the feedstocks.

Each entry is a catalogue record about a dataset. Where the feedstock's files can be read, they hold and
the entry is only compared with them, and says which stores are public, as no file does; where they cannot, the entry
itself describes the dataset, so that nothing that is published is missing from the graph. A listed feedstock that has
no entry is a record too: a finding on the dataset.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from pyoxigraph import NamedNode, Triple

from leap_kg.ingest.configuration import SourceConfig
from leap_kg.ingest.fetch import Fetcher, FetchFailed, Parked
from leap_kg.ingest.formats.reading import File, Reading
from leap_kg.ingest.formats.yamltext import Unreadable
from leap_kg.ingest.leap.catalog import listed
from leap_kg.ingest.leap.compare import compare
from leap_kg.ingest.leap.naming import Subject, file_key, meta_url, record_key, subject_of
from leap_kg.ingest.leap.record import map_merged, merge, read_mapping
from leap_kg.ingest.leap.stores import say_published
from leap_kg.ingest.mapping.finding import Finding, Severity
from leap_kg.ingest.mapping.statements import Statements, printable
from leap_kg.ingest.source import Listing, Mapped, Part, RawRecord, RecordUnusable, Ref, Source
from leap_kg.ontology.identifiers import Repository, github
from leap_kg.ontology.iri import iri_text, mint
from leap_kg.ontology.namespaces import DCAT, DCT, FOAF
from leap_kg.redaction import hide

_DEEPEST = 64


@dataclass(frozen=True, slots=True)
class _Listed:
    """What is known of a record before its files are read: its entry, its feedstock, or both."""

    entry: Part | None
    feedstock: Ref | None
    repeated: bool = False


class LeapPublished(Source):
    """The entries of the consolidated catalogue at `catalog`, joined with the input list at `input`.

    A record's key is its feedstock's, whether that is listed, published or both, so that a dataset which leaves
    the one or the other stays the same record.
    """

    def __init__(
        self,
        id: str,  # noqa: A002
        title: str,
        catalog: str,
        input: str,  # noqa: A002
        site: str,
        stale_after: timedelta,
        base: str,
    ) -> None:
        self.id = id
        self.title = title
        self.origin = catalog
        self.stale_after = stale_after
        self._input = input
        self._site = site
        self._base = base
        self._listed: dict[str, _Listed] = {}

    def covers(self, repository: Repository) -> bool:
        """Whether the catalogue or the input list is in that repository."""
        return github.has_file(repository, self.origin or "", self._input)

    def enumerate(self, listing: Listing) -> Sequence[Ref]:
        """The published entries, and the listed feedstocks that have none."""
        url = self.origin or ""
        entries, faulty = _entries(url, listing.fetcher)
        refs = listed(self._input, listing.fetcher)
        feedstocks = _by_meta(refs, listing.fetcher)
        self._listed = {}
        for home, entry in entries:
            waiting = feedstocks.get(file_key(home))
            feedstock = waiting.pop(0) if waiting else None
            key = feedstock.key if feedstock else record_key(home)
            self._listed[_unused(key, self._listed)] = _Listed(entry, feedstock, repeated=key in self._listed)
        for feedstock in (ref for waiting in feedstocks.values() for ref in waiting):
            self._listed[_unused(feedstock.key, self._listed)] = _Listed(None, feedstock)
        found = [Ref(key, _address(what, url)) for key, what in self._listed.items()]
        return [*found, *faulty, *(ref for ref in refs if ref.problem)]

    def fetch(self, ref: Ref, fetcher: Fetcher) -> RawRecord:
        """The entry, and the feedstock's files as far as they can be read."""
        found = self._listed[ref.key]
        if found.repeated:
            raise RecordUnusable("an entry before it describes the same feedstock; keep one of the two", ref.url)
        parts = [found.entry] if found.entry else []
        if found.feedstock is not None:
            parts.append(_listing(found.feedstock))
            parts += _files(found.feedstock, fetcher)
        return RawRecord(ref.key, tuple(parts))

    def map(self, record: RawRecord) -> Mapped:
        """The catalogue record with its comparison, or the whole dataset if its files cannot be read."""
        listing, entry = record.part("listing"), record.part("entry")
        if entry is None:
            return self._unpublished(record)
        published: dict[str, Any] = json.loads(entry.data)
        title = str(published.get("title") or "").strip()
        if not title:
            raise RecordUnusable("a published entry has no title; see to it that its feedstock has one", entry.url)
        meta = meta_url(published)
        home = listing.url if listing else _home(published)
        sources = [entry.url, meta] if iri_text(meta) else [entry.url]
        subject = subject_of(home, meta, sources, self._base)
        findings = [] if listing else [_not_in_input(title, entry.url)]
        catalog, described = record.part("catalog"), record.part("meta")
        if catalog is not None and described is not None:
            files = merge(read_mapping(catalog).value, read_mapping(described).value)
            findings += compare(published, files, title, iri_text(entry.url))
            added = Statements()
            say_published(published.get("stores"), files.get("stores"), added, self._base)
            triples = [*self._record(title, subject), *added.triples()]
            return Mapped(record.key, subject.dataset, triples, findings)
        mapped = map_merged(record.key, published, subject, Reading({}, File(entry.url)), self._base)
        triples = [*mapped.triples, *self._record(title, subject)]
        return Mapped(record.key, subject.dataset, triples, [*findings, *mapped.findings], mapped.logins)

    def _unpublished(self, record: RawRecord) -> Mapped:
        listing = record.part("listing")
        if listing is None or record.part("catalog") is None or record.part("meta") is None:
            address = listing.url if listing else record.key
            reason = "neither published nor readable; see the dead letters of the feedstocks, and mend it there"
            raise RecordUnusable(reason, address)
        finding = Finding(
            kind="not-published",
            severity=Severity.WARNING,
            message="the input list names this feedstock, but the published catalogue does not show it",
            hint="Run the nightly catalogue job, and look in its log for this feedstock.",
            value=listing.url,
            file=iri_text(self._input),
        )
        return Mapped(record.key, subject_of(listing.url, "", (), self._base).dataset, [], [finding])

    def _record(self, title: str, subject: Subject) -> list[Triple]:
        say = Statements()
        entry: NamedNode = mint(self._base, "entry", *subject.path)
        say.type(entry, DCAT("CatalogRecord"))
        say.text(entry, DCT("title"), title)
        say.link(entry, FOAF("primaryTopic"), subject.dataset)
        say.link(entry, FOAF("page"), iri_text(f"{self._site}{site_slug(title)}"))
        return say.triples()


class PublishedConfig(SourceConfig):
    """`catalog`: the published JSON; `input`: the input list it was made from; `site`: where its pages are."""

    catalog: str
    input: str
    site: str

    def source(self, folder: Path, base: str) -> Source:
        """The source."""
        return LeapPublished(self.id, self.title, self.catalog, self.input, self.site, self.stale_after, base)


def site_slug(title: str) -> str:
    """How the catalogue's site names a dataset in its addresses."""
    return re.sub(r"\s+", "-", re.sub(r"[^\w ]", "", hide(title).lower()).strip()) or "untitled"


def _entries(url: str, fetcher: Fetcher) -> tuple[list[tuple[str, Part]], list[Ref]]:
    """The entries, each with what names it, and references to what is no entry."""
    body = fetcher.fetch(url)
    try:
        entries = json.loads(body.data, parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise RecordUnusable(f"the published catalogue is not JSON: {error}", url) from None
    if not isinstance(entries, list):
        raise RecordUnusable("the published catalogue is not a list", url)
    found, problems = [], []
    for number, entry in enumerate(entries, start=1):
        if isinstance(entry, dict) and not _too_deep(entry):
            data = json.dumps(entry, sort_keys=True).encode()
            found.append((_home(entry), Part("entry", url, hashlib.sha256(data).hexdigest(), data)))
        else:
            problem = f"entry {number} is no object, or nested too deep; run the nightly catalogue job again"
            problems.append(Ref(f"entry {number}", url, problem))
    return found, problems


def _home(entry: dict[str, Any]) -> str:
    """What names the feedstock of an entry: where its meta.yaml is, else its title."""
    return printable(meta_url(entry) or f"entry {entry.get('title')}")


def _too_deep(value: object) -> bool:
    """Whether lists and objects are nested more than any entry needs."""
    level: list[object] = [value]
    for _ in range(_DEEPEST):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return False
    return True


def _inside(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def _by_meta(refs: Sequence[Ref], fetcher: Fetcher) -> dict[str, list[Ref]]:
    """The feedstocks by their meta.yaml's `file_key`, or by where that would be; in the list's order."""
    found: dict[str, list[Ref]] = {}
    for ref in (ref for ref in refs if not ref.problem):
        try:
            meta = meta_url(read_mapping(Part.of("catalog", fetcher.fetch(ref.url))).value)
        except Parked:
            raise
        except (FetchFailed, Unreadable, RecordUnusable):
            meta = ""
        found.setdefault(file_key(meta or ref.url.replace("catalog.yaml", "meta.yaml")), []).append(ref)
    return found


def _unused(key: str, taken: dict[str, _Listed]) -> str:
    """The key, told apart from those before it: two entries may describe one feedstock."""
    number, free = 1, key
    while free in taken:
        number += 1
        free = f"{key} ({number})"
    return free


def _address(what: _Listed, url: str) -> str:
    return what.feedstock.url if what.feedstock and not what.entry else url


def _listing(ref: Ref) -> Part:
    data = ref.url.encode()
    return Part("listing", ref.url, hashlib.sha256(data).hexdigest(), data)


def _files(ref: Ref, fetcher: Fetcher) -> list[Part]:
    try:
        catalog = Part.of("catalog", fetcher.fetch(ref.url))
        meta = Part.of("meta", fetcher.fetch(meta_url(read_mapping(catalog).value)))
        read_mapping(meta)
    except Parked:
        raise
    except (FetchFailed, Unreadable, RecordUnusable):
        return []
    return [catalog, meta]


def _not_in_input(title: str, url: str) -> Finding:
    return Finding(
        kind="not-in-input",
        severity=Severity.WARNING,
        message=f"{title!r} is published, but the input list does not name its feedstock",
        hint="Add the feedstock's catalog.yaml to the input list, or take the entry out of the catalogue.",
        file=iri_text(url),
    )
