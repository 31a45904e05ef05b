"""Tables made up for a test, and a fetcher that serves them."""

import json
from pathlib import Path
from typing import Any

from leap_kg.ingest.esm.source import EsmConfig
from leap_kg.ingest.fetch import Ask, Body, Fetcher, FetchFailed
from leap_kg.ingest.source import Listing, Mapped, RecordUnusable, Source
from leap_kg.settings import DEFAULT_BASE as BASE

WEB = "https://esm.example.org/"
COLUMNS = ("activity_id", "institution_id", "source_id", "experiment_id", "member_id", "table_id", "variable_id",
           "grid_label", "zstore", "dcpp_init_year", "version")  # fmt: skip
ROW = (
    "CMIP",
    "NOAA-GFDL",
    "GFDL-ESM4",
    "historical",
    "r1i1p1f1",
    "Omon",
    "tos",
    "gn",
    "gs://cmip6/a/b/",
    "",
    "20190726",
)
CSV = "\n".join([",".join(COLUMNS), ",".join(ROW)]) + "\n"
COLLECTION: dict[str, Any] = {
    "esmcat_version": "0.1.0",
    "id": "table",
    "description": "All stores.",
    "last_updated": "2022-03-24T19:51:54Z",
    "catalog_file": "table.csv",
    "attributes": [{"column_name": "source_id", "vocabulary": "https://cv.example.org/source_id.json"}],
    "assets": {"column_name": "zstore", "format": "zarr"},
}


class Files(Fetcher):
    """Files in memory by their names below `WEB`, or by whole addresses; keeps what was asked for."""

    def __init__(self, files: dict[str, Any]) -> None:
        self.files = {name if "://" in name else WEB + name: content for name, content in files.items()}
        self.asked: list[Ask] = []

    def fetch(self, ask: Ask | str) -> Body:
        self.asked.append(Ask.of(ask))
        url = self.asked[-1].url
        if url not in self.files:
            raise FetchFailed(url, "404 Not Found: mend the address", "missing", 404)
        content = self.files[url]
        data = content if isinstance(content, bytes) else content.encode() if isinstance(content, str) else None
        return Body.of(url, url, json.dumps(content).encode() if data is None else data, None)


def source(name: str = "table.json", **more: Any) -> Source:
    """The source for a collection."""
    return EsmConfig(id="esm", kind="esm", title="Table", collection=WEB + name, **more).source(Path(), BASE)


def taken(made: Source, fetcher: Fetcher) -> tuple[dict[str, Mapped], dict[str, str]]:
    """What the source maps, by key, and the reason of each record that it could not; no key twice."""
    good: dict[str, Mapped] = {}
    bad: dict[str, str] = {}
    for ref in made.enumerate(Listing(fetcher)):
        assert ref.key not in good
        assert ref.key not in bad
        assert ref.version == ref.found[0].sha256
        try:
            good[ref.key] = made.map(made.fetch(ref, fetcher))
        except RecordUnusable as problem:
            bad[ref.key] = problem.reason
    return good, bad
