"""A fetcher for runs that fetch nothing: whoever asks it has broken the promise that mapping is pure."""

from leap_kg.ingest.fetch import Ask, Body, Fetcher, FetchFailed


class NoFetcher(Fetcher):
    """Refuses everything."""

    def fetch(self, ask: Ask | str) -> Body:
        """Raises `FetchFailed`."""
        reason = "stored bodies are mapped again, and nothing is fetched: leave out --replay to fetch it"
        raise FetchFailed(Ask.of(ask).url, reason, "refused")
