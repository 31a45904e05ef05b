"""Stores made with the zarr library for a test, and a fetcher that serves a folder as a bucket's web address does."""

import threading
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import zarr

from leap_kg.ingest.fetch import Ask, Body, Fetcher, FetchFailed
from leap_kg.ingest.source import Listing, Mapped, RawRecord, RecordUnusable
from leap_kg.ingest.zarr.source import ZarrConfig, ZarrStores
from leap_kg.settings import DEFAULT_BASE as BASE

WEB = "https://data.example.org/"
ATTRIBUTES: dict[str, Any] = {"title": "Warmth of the sea", "license": "CC-BY-4.0"}


def build(
    path: Path,
    zarr_format: int,
    *,
    consolidated: bool = True,
    variables: int = 1,
    pieces: int = 1,
    calendar: str = "360_day",
    group: str = "",
    attributes: dict[str, Any] | None = None,
    **options: Any,
) -> Path:
    """A store with latitudes, longitudes, 360 days and some variables; `pieces` is the chunks of each coordinate."""
    root = zarr.open_group(str(path), mode="w", zarr_format=2 if zarr_format == 2 else 3)
    root.attrs.update(ATTRIBUTES if attributes is None else attributes)
    home = root.require_group(group) if group else root

    def add(name: str, dimensions: list[str], values: Any, chunks: tuple[int, ...], **stated: Any) -> None:
        more: dict[str, Any] = {"dimension_names": dimensions} if zarr_format == 3 else {}
        array = home.create_array(name, shape=values.shape, chunks=chunks, dtype=values.dtype, **more, **options)
        array[:] = values
        array.attrs.update({**stated, **({"_ARRAY_DIMENSIONS": dimensions} if zarr_format == 2 else {})})

    add("lat", ["lat"], np.linspace(-40, 40, 81), (-(-81 // pieces),), units="degrees_north", standard_name="latitude")
    add("lon", ["lon"], np.linspace(160, 200, 41), (-(-41 // pieces),), units="degrees_east", standard_name="longitude")
    days = np.arange(360, dtype="i8")
    add("time", ["time"], days, (-(-360 // pieces),), units="days since 2000-01-01", calendar=calendar)
    for number in range(variables):
        stated = {"standard_name": "sea_surface_temperature", "units": "K", "long_name": "warmth"}
        add(f"v{number}", ["time", "lat"], np.zeros((2, 3), "f4"), (1, 3), **stated)
    if consolidated:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that Zarr 3 has no word for it yet
            zarr.consolidate_metadata(str(path), zarr_format=2 if zarr_format == 2 else 3)
    return path


class Folder(Fetcher):
    """The files of a folder below `WEB`; `pages` are answers of their own, by address. Keeps what was asked for."""

    def __init__(self, folder: Path, pages: dict[str, bytes | FetchFailed] | None = None) -> None:
        self.folder = folder
        self.pages = pages or {}
        self.asked: list[str] = []
        self._lock = threading.Lock()

    def fetch(self, ask: Ask | str) -> Body:
        url = Ask.of(ask).url
        with self._lock:
            self.asked.append(url.removeprefix(WEB))
        answer = self.pages.get(url)
        if isinstance(answer, FetchFailed):
            raise answer
        path = self.folder / url.removeprefix(WEB)
        if answer is None and not (url.startswith(WEB) and path.is_file()):
            raise FetchFailed(url, "404 Not Found: mend the address", "missing", 404)
        return Body.of(url, url, path.read_bytes() if answer is None else answer, None)


def source(*stores: Any, catalog: str | None = None) -> ZarrStores:
    """The source for these stores."""
    config = ZarrConfig(id="zarr", kind="zarr", title="Stores", stores=stores, catalog=catalog)
    made = config.source(Path.cwd(), BASE)
    assert isinstance(made, ZarrStores)
    return made


def taken(made: ZarrStores, fetcher: Fetcher) -> tuple[dict[str, Mapped], dict[str, str]]:
    """What the source maps, by key, and the reason of each record that it could not."""
    good: dict[str, Mapped] = {}
    bad: dict[str, str] = {}
    for ref in made.enumerate(Listing(fetcher)):
        try:
            raw = made.fetch(ref, fetcher)
            good[ref.key] = made.map(raw)
            assert made.map(RawRecord(raw.key, raw.parts)).triples == good[ref.key].triples
        except RecordUnusable as problem:
            bad[ref.key] = problem.reason
    return good, bad
