"""The memory of a run: one answer to one question, and no more bodies than there is room for."""

from datetime import UTC, datetime

import pytest

from leap_kg.ingest.fetch import Ask, Body, CachedFetcher, Fetcher, FetchFailed, Parked

SIZE = 10_000


class Counting(Fetcher):
    def __init__(self) -> None:
        self.asked: list[Ask] = []

    def fetch(self, ask: Ask | str) -> Body:
        wanted = Ask.of(ask)
        self.asked.append(wanted)
        if wanted.url == "limited":
            raise Parked(wanted.url, "later", datetime(2026, 6, 1, tzinfo=UTC), 429)
        return Body.of(wanted.url, wanted.url, b"x" * SIZE, None)


def test_questions_differ_by_media_type_and_by_what_is_posted() -> None:
    inner = Counting()
    cached = CachedFetcher(inner)
    asks: list[Ask | str] = ["u", Ask("u"), Ask("u", "text/turtle"), Ask("u", data=b"1"), Ask("u", data=b"2")]
    for ask in asks * 3:
        cached.fetch(ask)
    assert inner.asked == [Ask("u"), Ask("u", "text/turtle"), Ask("u", data=b"1"), Ask("u", data=b"2")]


def test_a_host_that_is_parked_stays_parked_with_its_moment() -> None:
    inner = Counting()
    cached = CachedFetcher(inner)
    found: list[FetchFailed] = []
    for _ in range(2):
        with pytest.raises(Parked) as caught:
            cached.fetch("limited")
        found.append(caught.value)
    assert [failure.until.year for failure in found if isinstance(failure, Parked)] == [2026, 2026]
    assert found[0] is not found[1]
    assert len(inner.asked) == 1


def test_what_was_asked_for_longest_ago_is_let_go() -> None:
    inner = Counting()
    cached = CachedFetcher(inner, most_bytes=4 * SIZE)
    for number in range(1000):
        cached.fetch("often")
        cached.fetch(str(number))
    assert [ask.url for ask in inner.asked].count("often") == 1
    del inner.asked[:]
    cached.fetch("999")
    cached.fetch("0")
    assert inner.asked == [Ask("0")]


def test_a_body_larger_than_all_room_is_kept_until_the_next_comes() -> None:
    inner = Counting()
    cached = CachedFetcher(inner, most_bytes=SIZE // 2)
    for url in ("a", "a", "b", "b", "a"):
        cached.fetch(url)
    assert [ask.url for ask in inner.asked] == ["a", "b", "a"]
