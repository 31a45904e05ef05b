"""Hosts: whatever they wish, and however often we start anew, nobody is asked before the time it named."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap_kg.ingest.http.hosts import Held, Hosts, authority
from leap_kg.ingest.http.store import FetchStore
from tests.ingest.clock import START, Clock

WISHES = st.fixed_dictionaries(
    {},
    optional={
        "retry-after": st.integers(0, 500).map(str),
        "x-ratelimit-remaining": st.integers(0, 2).map(str),
        "x-ratelimit-reset": st.integers(0, 500).map(str),
        "x-ratelimit-resource": st.sampled_from(["core", "search"]),
        "x-rate-limit-limit": st.integers(1, 5).map(str),
        "x-rate-limit-interval": st.sampled_from(["1s", "30s"]),
    },
)
STEPS = st.lists(
    st.tuples(st.just("ask"), st.sampled_from(["/repos/x", "/search/y"]), st.sampled_from([200, 403, 429, 503]), WISHES)
    | st.tuples(st.just("wait"), st.integers(0, 200))
    | st.tuples(st.just("restart")),
    max_size=25,
)


class Judge:
    """A host that keeps its own account of what it has asked for."""

    def __init__(self) -> None:
        self.until = START
        self.last = START - timedelta(days=1)
        self.gap = timedelta(0)
        self.budgets: dict[str, tuple[int, datetime]] = {}
        self.resources: dict[str, str] = {}

    def asked(self, path: str, now: datetime) -> None:
        assert now >= self.until, "before the moment that was named"
        assert now >= self.last + self.gap, "without the pause that was wanted"
        resource = self.resources.get(path)
        if resource is not None:
            remaining, reset = self.budgets[resource]
            assert remaining > 0 or now >= reset, "with nothing left"
        self.last = now
        if resource is not None:
            self.budgets[resource] = (remaining - 1, reset)

    def answered(self, path: str, status: int, headers: dict[str, str], now: datetime) -> None:
        seconds = int(headers.get("retry-after", "0"))
        if status != 200:
            self.until = max(self.until, now + timedelta(seconds=seconds))
        if "x-ratelimit-remaining" in headers and "x-ratelimit-reset" in headers:
            resource = headers.get("x-ratelimit-resource", "")
            reset = now + timedelta(seconds=int(headers["x-ratelimit-reset"]))
            self.budgets[resource] = (int(headers["x-ratelimit-remaining"]), reset)
            self.resources[path] = resource
        interval = headers.get("x-rate-limit-interval", "")
        if "x-rate-limit-limit" in headers and interval:
            self.gap = timedelta(seconds=int(interval[:-1]) / int(headers["x-rate-limit-limit"]))
        elif status == 200:
            self.gap = timedelta(0)


@given(steps=STEPS, longest=st.sampled_from([0.0, 60.0, 1000.0]))
def test_no_host_is_asked_early(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[Any, ...]], longest: float
) -> None:
    path, clock, judge = tmp_path_factory.mktemp("hosts") / "f.sqlite", Clock(), Judge()
    store = FetchStore(path).__enter__()
    hosts = Hosts(longest, store, clock.now, clock.sleep)
    refused: list[timedelta] = []
    for step in steps:
        if step[0] == "restart":
            store.__exit__(None, None, None)
            store = FetchStore(path).__enter__()
            hosts = Hosts(longest, store, clock.now, clock.sleep)
        elif step[0] == "wait":
            clock.forward(step[1])
        else:
            _, part, status, headers = step
            try:
                with hosts.turn(f"https://h{part}") as host:
                    judge.asked(part, clock.now())
                    host.answered(f"https://h{part}", status, headers, b"")
                    judge.answered(part, status, headers, clock.now())
            except Held as held:
                refused.append(held.hold.until - clock.now())
    store.__exit__(None, None, None)
    assert all(wait.total_seconds() > longest for wait in refused)
    assert all(0 < seconds <= longest for seconds in clock.slept)


@pytest.mark.parametrize(
    "manners",
    ["", "{", "[]", '{"until": "soon"}', '{"budgets": {"core": [1]}}', '{"unknown": 1}', '{"gap": "x"}', "null"],
)
def test_manners_that_cannot_be_read_are_none(tmp_path: Path, manners: str) -> None:
    clock = Clock()
    with FetchStore(tmp_path / "f.sqlite") as store:
        store.put_manners("h", manners)
        with Hosts(60, store, clock.now, clock.sleep).turn("https://h/x") as host:
            host.answered("https://h/x", 429, {"retry-after": "400"}, b"")
        assert json.loads(store.manners("h") or "")["until"] == (START + timedelta(seconds=400)).isoformat()
    assert clock.slept == []


def test_parts_of_a_host_without_end_do_not_fill_the_memory(tmp_path: Path) -> None:
    clock = Clock()
    with FetchStore(tmp_path / "f.sqlite") as store:
        hosts = Hosts(60, store, clock.now, clock.sleep)
        for number in range(500):
            url, left = f"https://h/{number}", {"x-ratelimit-remaining": "9", "x-ratelimit-reset": "9999"}
            with hosts.turn(url) as host:
                host.answered(url, 200, left | {"x-ratelimit-resource": str(number)} if number % 2 else {}, b"")
        assert len(store.manners("h") or "") < 10_000


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("https://H.example.org/x", "h.example.org"), ("https://h.example.org.:443/", "h.example.org"),
        ("http://h:80/", "h"), ("https://h:80/", "h:80"),
        ("http://[::1]:8000/", "[::1]:8000"), ("https://me:pw@h/", "h"),
    ],
)  # fmt: skip
def test_a_host_is_named_in_one_way(url: str, wanted: str) -> None:
    assert authority(url) == wanted
