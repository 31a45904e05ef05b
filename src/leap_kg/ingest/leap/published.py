"""Source `leap-published`: the JSON of the published catalogue, as a second opinion on the feedstocks.

Each entry is a catalogue record about a dataset. Where the feedstock's files can be read, they hold and
the entry is only compared with them; where they cannot, the entry itself describes the dataset, so that
nothing that is published is missing from the graph.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from pyoxigraph import NamedNode, Triple

from leap_kg.ingest.fetch import Fetcher, FetchFailed
from leap_kg.ingest.finding import Finding, Severity
from leap_kg.ingest.leap.catalog import listed, part
from leap_kg.ingest.leap.compare import compare
from leap_kg.ingest.leap.feedstock import meta_url
from leap_kg.ingest.leap.mapping import Subject, dataset_node
from leap_kg.ingest.leap.reading import File, Reading
from leap_kg.ingest.leap.record import map_merged, read_mapping
from leap_kg.ingest.source import Mapped, Part, RawRecord, RecordUnusable, Ref, Source
from leap_kg.ingest.statements import Statements
from leap_kg.ingest.yamltext import Unreadable
from leap_kg.ontology.identifiers import Refusal, github
from leap_kg.ontology.iri import iri_text, mint, slug
from leap_kg.ontology.namespaces import DCAT, DCT, FOAF


class LeapPublished(Source):
    """The entries of the consolidated catalogue at `catalog`, joined with the input list at `input`."""

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
        self._entries: dict[str, Part] = {}
        self._feedstocks: dict[str, Ref] = {}

    def enumerate(self, fetcher: Fetcher) -> Sequence[Ref]:
        """The published entries, and the listed feedstocks that have none."""
        self._entries = _entries(self.origin or "", fetcher)
        self._feedstocks = _by_meta(self._input, fetcher)
        unpublished = [ref for meta, ref in self._feedstocks.items() if meta not in self._entries]
        return [
            *(Ref(key, self.origin or "") for key in self._entries),
            *(Ref(f"unpublished {ref.key}", ref.url) for ref in unpublished),
        ]

    def fetch(self, ref: Ref, fetcher: Fetcher) -> RawRecord:
        """The entry, and the feedstock's files as far as they can be read."""
        entry = self._entries.get(ref.key)
        feedstock = self._feedstocks.get(ref.key) if entry else Ref(ref.key, ref.url)
        parts = [entry] if entry else []
        if feedstock is not None:
            parts.append(_listing(feedstock))
            parts += _files(feedstock, fetcher)
        return RawRecord(ref.key, tuple(parts))

    def map(self, record: RawRecord) -> Mapped:
        """The catalogue record with its comparison, or the whole dataset if its files cannot be read."""
        listing, entry = record.part("listing"), record.part("entry")
        if entry is None:
            return self._unpublished(record)
        published: dict[str, Any] = json.loads(entry.data)
        title = str(published.get("title") or "").strip()
        if not title:
            raise RecordUnusable("a published entry has no title", entry.url)
        home = listing.url if listing else meta_url(published)
        dataset, repository = dataset_node(home or f"{entry.url}#{slug(title)}", self._base)
        findings = [] if listing else [_not_in_input(title, entry.url)]
        catalog, meta = record.part("catalog"), record.part("meta")
        if catalog is not None and meta is not None:
            files = {**read_mapping(catalog).value, **read_mapping(meta).value}
            findings += compare(published, files, title, iri_text(entry.url))
            described: list[Triple] = []
        else:
            mapped = self._from_entry(record.key, published, dataset, repository, entry.url)
            findings += mapped.findings
            described = mapped.triples
        return Mapped(record.key, dataset, [*described, *self._record(title, dataset)], findings)

    def _unpublished(self, record: RawRecord) -> Mapped:
        listing, catalog = record.part("listing"), record.part("catalog")
        if listing is None or catalog is None or record.part("meta") is None:
            raise RecordUnusable("neither published nor readable; see the dead letters of the feedstocks", record.key)
        dataset, _ = dataset_node(listing.url, self._base)
        finding = Finding(
            kind="not-published",
            severity=Severity.WARNING,
            message="the input list names this feedstock, but the published catalogue does not show it",
            hint="Run the nightly catalogue job, and look in its log for this feedstock.",
            value=listing.url,
            file=iri_text(self._input),
        )
        return Mapped(record.key, dataset, [], [finding])

    def _from_entry(
        self,
        key: str,
        published: dict[str, Any],
        dataset: NamedNode,
        repository: github.Repository | None,
        url: str,
    ) -> Mapped:
        reading = Reading(files={}, default=File(url))
        code = github.parse_file(meta_url(published))
        subject = Subject(dataset, repository, None if isinstance(code, Refusal) else code, (url,))
        return map_merged(key, published, subject, reading, self._base)

    def _record(self, title: str, dataset: NamedNode) -> list[Triple]:
        say = Statements()
        name = site_slug(title)
        record = mint(self._base, "entry", name)
        say.type(record, DCAT("CatalogRecord"))
        say.text(record, DCT("title"), title)
        say.link(record, FOAF("primaryTopic"), dataset)
        say.link(record, FOAF("page"), iri_text(f"{self._site}{name}"))
        return say.triples()


def site_slug(title: str) -> str:
    """How the catalogue's site names a dataset in its addresses."""
    return re.sub(r"\s+", "-", re.sub(r"[^\w ]", "", title.lower()).strip()) or "untitled"


def _entries(url: str, fetcher: Fetcher) -> dict[str, Part]:
    body = fetcher.fetch(url)
    try:
        entries = json.loads(body.data)
    except (ValueError, RecursionError) as error:
        raise RecordUnusable(f"the published catalogue is not JSON: {error}", url) from None
    if not isinstance(entries, list):
        raise RecordUnusable("the published catalogue is not a list", url)
    found = {}
    for number, entry in enumerate(entries):
        if not isinstance(entry, dict):
            raise RecordUnusable(f"entry {number} of the published catalogue is not an object", url)
        data = json.dumps(entry, sort_keys=True).encode()
        key = meta_url(entry) or f"entry {slug(str(entry.get('title')))}"
        found[key] = Part("entry", url, hashlib.sha256(data).hexdigest(), data)
    return found


def _by_meta(url: str, fetcher: Fetcher) -> dict[str, Ref]:
    """The listed feedstocks by the address of their meta.yaml; by the repository's own if that is unknown."""
    found = {}
    for ref in listed(url, fetcher):
        try:
            meta = meta_url(read_mapping(part("catalog", fetcher.fetch(ref.url))).value)
        except (FetchFailed, Unreadable, RecordUnusable):
            meta = ""
        found[meta or ref.url.replace("catalog.yaml", "meta.yaml")] = ref
    return found


def _listing(ref: Ref) -> Part:
    data = ref.url.encode()
    return Part("listing", ref.url, hashlib.sha256(data).hexdigest(), data)


def _files(ref: Ref, fetcher: Fetcher) -> list[Part]:
    try:
        catalog = part("catalog", fetcher.fetch(ref.url))
        meta = part("meta", fetcher.fetch(meta_url(read_mapping(catalog).value)))
        read_mapping(meta)
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
