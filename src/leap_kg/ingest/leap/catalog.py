"""Source `leap-catalog`: from the input list through each feedstock's `catalog.yaml` to its `meta.yaml`."""

from collections.abc import Sequence
from datetime import timedelta

from leap_kg.ingest.fetch import Body, Fetcher
from leap_kg.ingest.leap.feedstock import meta_url
from leap_kg.ingest.leap.record import map_files, read_mapping
from leap_kg.ingest.source import Mapped, Part, RawRecord, RecordUnusable, Ref, Source
from leap_kg.ingest.yamltext import read_yaml
from leap_kg.ontology.identifiers import Refusal, github


class LeapCatalog(Source):
    """The feedstocks that an input list names; each is one record, keyed by its repository."""

    def __init__(self, id: str, title: str, input: str, stale_after: timedelta, base: str) -> None:  # noqa: A002
        self.id = id
        self.title = title
        self.origin = input
        self.stale_after = stale_after
        self._base = base

    def enumerate(self, fetcher: Fetcher) -> Sequence[Ref]:
        """The feedstocks of the input list, each once."""
        return listed(self.origin or "", fetcher)

    def fetch(self, ref: Ref, fetcher: Fetcher) -> RawRecord:
        """The `catalog.yaml` and the `meta.yaml` it points at."""
        catalog = part("catalog", fetcher.fetch(ref.url))
        address = meta_url(read_mapping(catalog).value)
        if not address:
            raise RecordUnusable("catalog.yaml has no meta_yaml_url; add it, so that the description is found", ref.url)
        return RawRecord(ref.key, (catalog, part("meta", fetcher.fetch(address))))

    def map(self, record: RawRecord) -> Mapped:
        """The dataset with its stores, recipes and people."""
        catalog, meta = record.part("catalog"), record.part("meta")
        if catalog is None or meta is None:
            raise RecordUnusable("the stored record lacks one of its two files; harvest it again", record.key)
        return map_files(record.key, catalog, meta, self._base)


def listed(url: str, fetcher: Fetcher) -> list[Ref]:
    """The feedstocks that the input list at `url` names; raises `RecordUnusable` if it is none."""
    document = read_yaml(fetcher.fetch(url).data, what=url)
    value = document.value.get("feedstocks") if isinstance(document.value, dict) else None
    if not isinstance(value, list):
        raise RecordUnusable("the input list has no list under 'feedstocks'", url)
    refs: dict[str, Ref] = {}
    for item in value:
        if not isinstance(item, str) or not item.strip():
            raise RecordUnusable(f"an entry of the input list is not a URL: {item!r}", url)
        ref = Ref(record_key(item.strip()), item.strip())
        refs.setdefault(ref.key, ref)
    return list(refs.values())


def record_key(url: str) -> str:
    """What a feedstock is called for ever: `owner/repository` on GitHub, else its address."""
    repository = github.parse_repository(url)
    return url if isinstance(repository, Refusal) else repository.key


def part(role: str, body: Body) -> Part:
    """A fetched body as a part of a record."""
    return Part(role, body.url, body.sha256, body.data)
