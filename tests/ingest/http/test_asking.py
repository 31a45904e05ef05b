"""Questions and answers: links of listings, failures that travel, and what they show."""

import copy
import pickle
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap_kg.ingest.fetch import Ask, Body, Parked

URL = "https://h/items?page=1"


def listing(link: str) -> Body:
    return Body.of(URL, URL, b"", None, {"link": link})


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ('<https://h/2>; rel="next", <https://h/9>; rel="last"', "https://h/2"),
        ('<https://h/9>; rel="last",<https://h/2>;rel="next"', "https://h/2"),
        ('<?page=2&q=a,b;c>; title="a, b; rel=prev"; rel=next', "https://h/items?page=2&q=a,b;c"),
        ('</2>; rel="prefetch next"; type="application/json"', "https://h/2"),
        ('<//other/2>; REL="NEXT"', "https://other/2"),
        ('<https://h/2>; rel="nextpage"', None),
        ("<https://h/2>", None),
        ("https://h/2; rel=next", None),
        ("<http://[>; rel=next", None),
        ("", None),
    ],
)
def test_links_are_found(header: str, wanted: str | None) -> None:
    assert listing(header).link("next") == wanted


@given(header=st.text() | st.text(alphabet='<>;," =relnxt/h:', max_size=60))
def test_any_link_header_is_read(header: str) -> None:
    found = listing(header).link("next")
    assert found is None or isinstance(found, str)


@given(url=st.text(alphabet="abc/?&=%:;,", max_size=30))
def test_a_link_that_is_written_is_found(url: str) -> None:
    assert listing(f'<https://h/{url}>; rel="next"').link("next") == f"https://h/{url}"


def test_a_parked_failure_travels_whole_and_shows_no_secret() -> None:
    until = datetime(2026, 6, 1, tzinfo=UTC)
    parked = Parked("https://h/x?token=s3cret", "wait\na while", until, 429)
    pickled: Parked = pickle.loads(pickle.dumps(parked))  # noqa: S301 - our own bytes
    for again in (copy.copy(parked), pickled):
        assert (str(again), again.until, again.kind, again.status) == (str(parked), until, "parked", 429)
    assert "s3cret" not in repr(parked)
    assert str(parked).endswith(": wait a while")


def test_a_bare_address_is_a_question() -> None:
    assert Ask.of("https://h/") == Ask("https://h/")
    assert Ask.of(Ask("https://h/", "text/turtle")) == Ask("https://h/", "text/turtle")
