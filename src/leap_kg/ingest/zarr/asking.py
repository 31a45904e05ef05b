"""One store under question: what it is asked, and what it gave.

All questions of one step are put to the fetcher together. How many of them are under way at a time is its matter: the
one for the web asks one host one thing at a time.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import unquote, urlsplit

from leap_kg.ingest.fetch import Ask, Body, Fetcher, FetchFailed
from leap_kg.ingest.zarr.names import MAX_NAMES, listed_names, listing_url
from leap_kg.ingest.zarr.targets import Target

_AT_ONCE = 8
LARGEST_FILE = 64 * 2**20
"""Bytes that are read of a file of this machine."""


class Asking:
    """The bodies that a store gave and the failures, by key below its root; the key `""` is the root itself."""

    def __init__(self, target: Target, fetcher: Fetcher) -> None:
        self.target = target
        self.bodies: dict[str, Body] = {}
        self.failures: dict[str, FetchFailed] = {}
        self._fetcher = fetcher

    def all(self, keys: Iterable[str]) -> bool:
        """Ask for all of these; whether any was there. Raises `FetchFailed` where a host wants no question."""
        wanted = [key for key in dict.fromkeys(keys) if key not in self.bodies and key not in self.failures]
        with ThreadPoolExecutor(min(_AT_ONCE, max(len(wanted), 1))) as pool:
            answers = list(pool.map(self._one, wanted))
        for key, answer in zip(wanted, answers, strict=True):
            if isinstance(answer, FetchFailed):
                self.failures[key] = answer
            else:
                self.bodies[key] = answer
        return any(key in self.bodies for key in wanted)

    def beginning(self, first: int) -> bytes | None:
        """The first bytes of what lies at the root itself, `None` if nothing is there or it was asked for in vain."""
        if "" in self.failures:
            return None
        url = self.target.address("")
        try:
            return (
                _read(url, first).data if url.startswith("file:") else self._fetcher.fetch(Ask(url, first=first)).data
            )
        except FetchFailed as failure:
            if failure.kind == "parked":
                raise
            self.failures[""] = failure
            return None

    def names(self, folder: str) -> list[str]:
        """The names of the folders in a folder of the store, as far as its server lists them."""
        target = self.target
        if target.location.provider == "file":
            try:
                children = path_of(target.address(folder)).iterdir()
                return sorted(child.name for child in children if child.is_dir())[:MAX_NAMES]
            except (OSError, ValueError):
                return []
        found: list[str] = []
        url, asked = listing_url(target.location, folder), set[str]()
        while url is not None and url not in asked and len(found) < MAX_NAMES:
            asked.add(url)
            body = self._get(url)
            if isinstance(body, FetchFailed):
                break
            names, after = listed_names(body.data, url)
            found += names
            url = listing_url(target.location, folder, after) if after else None
        return found[:MAX_NAMES]

    def _one(self, key: str) -> Body | FetchFailed:
        return self._get(self.target.address(key))

    def _get(self, url: str) -> Body | FetchFailed:
        try:
            return _read(url) if url.startswith("file:") else self._fetcher.fetch(url)
        except FetchFailed as failure:
            if failure.kind == "parked":
                raise
            return failure


def _read(url: str, first: int = 0) -> Body:
    """A file of this machine, which the configuration named, or its first bytes."""
    try:
        with path_of(url).open("rb") as file:
            data = file.read(first or LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        raise FetchFailed(url, f"cannot be read ({error}): check the path", "missing", 404) from None
    if len(data) > LARGEST_FILE:
        raise FetchFailed(url, f"is larger than {LARGEST_FILE} bytes", "too-large")
    return Body.of(url, url, data, None)


def path_of(url: str) -> Path:
    """The path of a `file:` address."""
    return Path(unquote(urlsplit(url).path))
