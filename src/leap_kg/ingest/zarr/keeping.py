"""The chunks of a store by their keys, wherever its format keeps them.

Zarr keeps each under its key. A repository of Icechunk has them under names that only its library finds out, so they
are read where the repository itself can be opened: if it is a folder of this machine. Chunks that are references to
other files are not followed, as these may be anything that this machine reaches.
"""

import asyncio
import threading
from typing import Any

from leap_kg.ingest.fetch import Body, Fetcher, FetchFailed
from leap_kg.ingest.zarr.asking import LARGEST_FILE, Asking, path_of
from leap_kg.ingest.zarr.hierarchy import Hierarchy
from leap_kg.ingest.zarr.snapshots import tip
from leap_kg.ingest.zarr.targets import Target


class Elsewhere(FetchFailed):
    """A chunk lies in another file, which is not opened."""

    def __init__(self, url: str) -> None:
        super().__init__(url, "lies in another file, which is not opened from here", "refused")
        self.args = (self.url,)


def keeping(target: Target, hierarchy: Hierarchy, fetcher: Fetcher) -> Asking | None:
    """What is asked for the store's chunks; `None` if nobody can be."""
    if hierarchy.kind == "zarr":
        return Asking(target, fetcher)
    if hierarchy.kind == "icechunk" and hierarchy.arrays and target.location.provider == "file":
        return _Repository(target, fetcher)
    return None


class _Repository(Asking):
    """Chunks at the tip of the main branch, as they are stored."""

    def __init__(self, target: Target, fetcher: Fetcher) -> None:
        super().__init__(target, fetcher)
        self._session: Any = None
        self._opening = threading.Lock()

    def _one(self, key: str) -> Body | FetchFailed:
        url = self.target.address(key)
        try:
            with self._opening:
                self._session = self._session or tip(path_of(self.target.root))
            return asyncio.run(self._read(key, url))
        except FetchFailed as failure:
            return failure
        except Exception as error:  # noqa: BLE001 - the library raises errors of its own, and Zarr's
            return FetchFailed(url, f"cannot be read by Icechunk ({type(error).__name__})", "unreachable")

    async def _read(self, key: str, url: str) -> Body:
        from zarr.core.buffer import default_buffer_prototype

        array, _, place = f"/{key}".rpartition("/c")  # as Icechunk has all keys of chunks: deep/lat/c/0
        numbers = [int(number) for number in place.split("/") if number]
        kind = str(await self._session.chunk_type_async(array or "/", numbers)).rpartition(".")[2].lower()
        if kind == "virtual":
            raise Elsewhere(url)
        if kind == "uninitialized":
            raise FetchFailed(url, "was never written", "missing", 404)
        store = self._session.store
        if await store.getsize(key) > LARGEST_FILE:
            raise FetchFailed(url, f"is larger than {LARGEST_FILE} bytes", "too-large")
        data = await store.get(key, default_buffer_prototype())
        return Body.of(url, url, data.to_bytes(), None)
