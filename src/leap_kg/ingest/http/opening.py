"""The fetcher of a home: with its memory, its bodies, and what the settings say of tokens and patience."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from leap_kg.fetching import Fetching
from leap_kg.graph.home import Home
from leap_kg.ingest.http.asking import Limits
from leap_kg.ingest.http.fetcher import HttpFetcher
from leap_kg.ingest.http.store import FetchStore
from leap_kg.ingest.http.tokens import Tokens
from leap_kg.ingest.raw import RawStore

FILE = "fetches.sqlite"
"""The name of the fetch store in a home."""


def limits_of(fetching: Fetching) -> Limits:
    """What one fetch may cost by these settings."""
    return Limits(body_bytes=fetching.most_bytes, longest_wait=fetching.wait_seconds)


@contextmanager
def open_fetcher(home: Home, fetching: Fetching, *, readonly: bool = False) -> Iterator[HttpFetcher]:
    """The fetcher, while the context lasts; with `readonly` nothing in the home changes. Raises `HomeError`.

    Hazard: one process at a time harvests into a home. Two that ask one host at once would not know of each other.
    """
    path = home.path / FILE
    with ExitStack() as stack:
        if not readonly:
            home.create()
        store = stack.enter_context(FetchStore(path, readonly)) if not readonly or path.is_file() else None
        yield stack.enter_context(
            HttpFetcher(
                limits_of(fetching),
                fetching.private_hosts,
                store=store,
                raw=RawStore(home.raw),
                tokens=Tokens(fetching.tokens, fetching.private_hosts),
                contact=fetching.contact,
            )
        )
