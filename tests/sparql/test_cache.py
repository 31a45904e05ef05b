"""What is kept, for how long, and that equal queries at one time are run once."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap_kg.sparql.cache import Cache, Flights


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3000)), max_size=80))
def test_it_never_holds_more_than_it_may(puts: list[tuple[int, int]]) -> None:
    cache = Cache[int](8000)
    last: dict[int, int] = {}
    for key, size in puts:
        cache.put(key, size, size)
        if size + 512 <= 2000:
            last[key] = size
        assert cache.held <= 8000
        found = {key: cache.get(key) for key in range(10)}
        assert all(value is None or value == last.get(key) for key, value in found.items())


def test_the_longest_unused_leaves_first() -> None:
    cache = Cache[str](4096)
    for key in "abcd":
        cache.put(key, key, 500)
    assert cache.get("a") == "a"
    cache.put("e", "e", 500)
    assert [cache.get(key) for key in "abcde"] == ["a", None, "c", "d", "e"]


def test_what_is_large_is_not_kept_and_zero_keeps_nothing() -> None:
    cache = Cache[str](10_000)
    cache.put("large", "x", 5000)
    assert cache.get("large") is None
    nothing = Cache[str](0)
    nothing.put("a", "a", 0)
    assert nothing.get("a") is None


def test_equal_queries_share_one_run() -> None:
    runs = 0

    async def start() -> int:
        nonlocal runs
        runs += 1
        await asyncio.sleep(0.01)
        return runs

    async def work() -> None:
        flights = Flights[int]()
        assert await asyncio.gather(*(flights.share("a", start) for _ in range(5))) == [1] * 5
        assert await flights.share("a", start) == 2
        assert list(await asyncio.gather(flights.share("a", start), flights.share("b", start))) == [4, 4]

    asyncio.run(work())


def test_a_failure_is_shared_too() -> None:
    async def start() -> int:
        await asyncio.sleep(0.01)
        raise LookupError("no")

    async def work() -> None:
        flights = Flights[int]()
        done = await asyncio.gather(*(flights.share("a", start) for _ in range(3)), return_exceptions=True)
        assert [type(each) for each in done] == [LookupError] * 3
        assert not flights._runs

    asyncio.run(work())


def test_who_leaves_takes_nobody_along() -> None:
    runs = 0

    async def start() -> int:
        nonlocal runs
        runs += 1
        await asyncio.sleep(0.02)
        return runs

    async def work() -> None:
        flights = Flights[int]()
        tasks = [asyncio.create_task(flights.share("a", start)) for _ in range(4)]
        await asyncio.sleep(0.005)
        tasks[0].cancel()
        tasks[2].cancel()
        done = await asyncio.gather(*tasks, return_exceptions=True)
        assert isinstance(done[0], asyncio.CancelledError)
        assert isinstance(done[2], asyncio.CancelledError)
        assert list(done[1::2]) == [2, 2]
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(flights.share("a", start), 0.001)
        assert not flights._runs

    asyncio.run(work())
