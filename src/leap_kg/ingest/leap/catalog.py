"""Source `leap-catalog`: from the input list through each feedstock's `catalog.yaml` to its `meta.yaml`."""

import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from leap_kg.ingest.configuration import SourceConfig
from leap_kg.ingest.fetch import Fetcher
from leap_kg.ingest.formats.yamltext import read_yaml
from leap_kg.ingest.leap.naming import meta_url, record_key
from leap_kg.ingest.leap.record import map_files, read_mapping
from leap_kg.ingest.source import Listing, Mapped, Part, RawRecord, RecordUnusable, Ref, Source
from leap_kg.ontology.identifiers import Refusal, Repository, github


class LeapCatalog(Source):
    """The feedstocks that an input list names; each is one record, keyed by its repository."""

    def __init__(self, id: str, title: str, input: str, stale_after: timedelta, base: str) -> None:  # noqa: A002
        self.id = id
        self.title = title
        self.origin = input
        self.stale_after = stale_after
        self._base = base

    def covers(self, repository: Repository) -> bool:
        """Whether the list is in that repository, or may name it: one of the same owner, or one that is a feedstock."""
        place = github.parse_file(self.origin or "")
        if isinstance(place, Refusal):
            return False
        same = place.repository.owner.lower() == repository.owner.lower()
        return same or "feedstock" in repository.name.lower()

    def enumerate(self, listing: Listing) -> Sequence[Ref]:
        """The feedstocks of the input list, each once."""
        return listed(self.origin or "", listing.fetcher)

    def fetch(self, ref: Ref, fetcher: Fetcher) -> RawRecord:
        """The `catalog.yaml` and the `meta.yaml` it points at."""
        catalog = Part.of("catalog", fetcher.fetch(ref.url))
        address = meta_url(read_mapping(catalog).value)
        if not address:
            raise RecordUnusable("catalog.yaml has no meta_yaml_url; add it, so that the description is found", ref.url)
        return RawRecord(ref.key, (catalog, Part.of("meta", fetcher.fetch(address))))

    def map(self, record: RawRecord) -> Mapped:
        """The dataset with its stores, recipes and people."""
        catalog, meta = record.part("catalog"), record.part("meta")
        if catalog is None or meta is None:
            raise RecordUnusable("the stored record lacks one of its two files; harvest it again", record.key)
        return map_files(record.key, catalog, meta, self._base)


class CatalogConfig(SourceConfig):
    """`input`: the address of the input list."""

    input: str

    def source(self, folder: Path, base: str) -> Source:
        """The source."""
        return LeapCatalog(self.id, self.title, self.input, self.stale_after, base)


def listed(url: str, fetcher: Fetcher) -> list[Ref]:
    """The feedstocks that the input list at `url` names; raises `RecordUnusable` if it is none.

    An entry that is no text becomes a `Ref` with a problem. Of entries that name one feedstock the first counts.
    """
    document = read_yaml(fetcher.fetch(url).data, what=url)
    value = document.value.get("feedstocks") if isinstance(document.value, dict) else None
    if not isinstance(value, list):
        raise RecordUnusable("the input list has no list under 'feedstocks'", url)
    refs: dict[str, Ref] = {}
    for number, item in enumerate(value):
        if isinstance(item, str) and item.strip():
            ref = Ref(record_key(item.strip()), item.strip())
        else:
            line = document.lines.get(("feedstocks", number))
            shown = json.dumps(item)[:100]
            problem = f"line {line} of the input list is {shown}; write the address of a catalog.yaml there"
            ref = Ref(f"entry {number + 1} of the input list", url, problem)
        refs.setdefault(ref.key, ref)
    return list(refs.values())
