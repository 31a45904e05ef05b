"""Pages while others run heavy queries against the same pages alone, and pages of large graphs against small ones."""

import statistics
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import requests

from bench import homes
from bench.graph import BASE, SOURCE, activity, datasets
from bench.measure import Comparison
from leap_kg.graph.home import Home
from leap_kg.graph.publish import Writer

_DATASETS = 2_000
_PAGES = 100
_CLIENTS = 4
_ROUNDS = 3
_SMALL = 40_000 // 6
_LARGE = 4_000_000 // 6
_HEAVY = "SELECT (COUNT(*) AS ?n%d) WHERE { ?a ?p ?x . ?b ?q ?y . ?c ?r ?z }"


def comparisons(folder: Path) -> Iterator[Comparison]:
    """Dataset pages: their slowest twentieth beside four clients with endless cross products, and their median."""
    home = Home(folder / "pages")
    with Writer(home, BASE) as writer:
        writer.publish(SOURCE, datasets(_DATASETS), activity("first"))
    with homes.ours(home, environment={"LEAP_KG_QUERY_SECONDS": "3"}) as address:
        yield _beside(address)
    yield from _sizes(folder)


def _beside(address: str) -> Comparison:
    busy, over = threading.Event(), threading.Event()
    clients = [threading.Thread(target=_burden, args=(address, n, busy, over)) for n in range(_CLIENTS)]
    for client in clients:
        client.start()
    slowest: tuple[list[float], list[float]] = ([], [])
    try:
        for turn in range(_ROUNDS + 1):
            for side in (0, 1):
                (busy.clear if side else busy.set)()
                time.sleep(3.5 if side else 0.5)  # the last queries are stopped after three seconds
                times = _pages(address, range(turn * _PAGES, (turn + 1) * _PAGES))
                if turn:
                    slowest[side].append(statistics.quantiles(times, n=20)[-1])
    finally:
        over.set()
        busy.set()
        for client in clients:
            client.join()
    what = f"pages beside {_CLIENTS} heavy clients, p95"
    return Comparison(
        what, "the same pages alone", statistics.median(slowest[0]), statistics.median(slowest[1]), _ROUNDS
    )


def _sizes(folder: Path) -> Iterator[Comparison]:
    large = homes.of_datasets(folder / "large", _LARGE)
    small = homes.of_datasets(folder / "small", _SMALL)
    medians: tuple[list[float], list[float]] = ([], [])
    with homes.ours(large) as one, homes.ours(small) as other:
        for turn in range(_ROUNDS + 1):
            for side, address in enumerate((one, other)):
                times = _pages(address, range(turn * _PAGES, (turn + 1) * _PAGES))
                if turn:
                    medians[side].append(statistics.median(times))
    what = "a dataset page at 4 million triples, p50"
    yield Comparison(what, "at 40 thousand", statistics.median(medians[0]), statistics.median(medians[1]), _ROUNDS)


def _pages(address: str, numbers: Sequence[int]) -> list[float]:
    """The times of one page after the other."""
    times, session = [], requests.Session()
    for number in numbers:
        began = time.perf_counter()
        session.get(f"{address}/dataset/bench/d{number}", timeout=60).raise_for_status()
        times.append(time.perf_counter() - began)
    return times


def _burden(address: str, number: int, busy: threading.Event, over: threading.Event) -> None:
    while busy.wait() and not over.is_set():
        requests.get(f"{address}/sparql", params={"query": _HEAVY % number}, timeout=60)
