"""The registers that LEAP's own sources file names, against the mirror: what was not recorded is not made up."""

from pathlib import Path

import pytest

from leap_kg.ingest.fetch import FetchFailed, Limits
from leap_kg.ingest.mirror import MirrorFetcher, read_mirror
from leap_kg.ingest.source import Listing
from leap_kg.ingest.sources import chosen, read_sources
from leap_kg.resources import declarations
from tests.real.recorded import SOURCES
from tests.real.recordings import BASE, CROSSREF, MIRROR, WHY, crossref_listings

REGISTERS = ["crossref", "datacite", "openalex"]


@pytest.mark.parametrize("name", REGISTERS)
def test_a_register_of_which_nothing_was_recorded_fails_and_is_not_empty(name: str) -> None:
    (source,) = chosen(read_sources(declarations() / "ingest" / "leap.yaml", BASE), [name])
    with (
        MirrorFetcher(read_mirror(MIRROR), Limits()) as fetcher,
        pytest.raises(FetchFailed, match=r"is not recorded|no rule of the mirror"),
    ):
        list(source.enumerate(Listing(fetcher)))


@pytest.mark.skipif(not CROSSREF.is_dir(), reason=WHY)
def test_the_recorded_sources_ask_for_every_listing_that_was_recorded() -> None:
    asked = Path(SOURCES).read_text()
    assert all(f'"{url.removeprefix("https://api.crossref.org/")}"' in asked for url in crossref_listings())
