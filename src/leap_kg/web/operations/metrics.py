"""What a server counts, for Prometheus: requests, queries, workers, publications, revision, lag, memory.

Several web processes answer on one address, and a scrape reaches one of them. So each counts in plain numbers of its
own (the files that `prometheus_client` can share between processes take ten times as long for each request), writes
them to a folder of the server every other second, and whichever is asked adds up what all have written. What a process
counted stays when it ends; what it said of the present does not.

Hazard: no label has a value that a visitor could choose.
"""

import contextlib
import json
import os
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from leap_kg import __version__

if TYPE_CHECKING:
    from prometheus_client.core import Metric

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
OUTCOMES = ("published", "unchanged", "refused", "failed")
"""What can become of a publication."""

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY"))
_REQUESTS, _QUERIES = "leap_kg_http_requests", "leap_kg_sparql_queries"
_SECONDS, _QUERY_SECONDS = "leap_kg_http_request_seconds", "leap_kg_sparql_query_seconds"
_PUBLICATIONS, _KILLED, _CPU = "leap_kg_publications", "leap_kg_query_workers_killed", "leap_kg_process_cpu_seconds"
_COUNTERS = {
    _REQUESTS: ("Requests answered.", ("method", "route", "status")),
    _QUERIES: ("Queries by what became of them.", ("outcome",)),
    _PUBLICATIONS: ("Publications over HTTP by what became of them.", ("outcome",)),
    _KILLED: ("Query workers that were ended.", ()),
    _CPU: ("CPU time.", ("process",)),
}
_HISTOGRAMS = {
    _SECONDS: ("Time to answer; not of event streams.", ("route",)),
    _QUERY_SECONDS: ("Time to answer a query; not from the cache.", ()),
}
_GAUGES = {
    "leap_kg_http_requests_running": ("Requests being answered, event streams left out.", ()),
    "leap_kg_watchers": ("Event streams that are open.", ()),
    "leap_kg_query_workers_busy": ("Query workers that run a query.", ()),
    "leap_kg_queries_waiting": ("Queries that wait for a worker.", ()),
    "leap_kg_process_resident_bytes": ("Memory in use.", ("process",)),
    "leap_kg_processes": ("Processes.", ("process",)),
}

Labels = tuple[str, ...]
Numbers = dict[str, dict[Labels, float]]


class Workers(Protocol):
    """What is told of the query workers of one web process; the total only grows."""

    @property
    def busy(self) -> int:
        """How many run a query."""

    @property
    def waiting(self) -> int:
        """How many queries wait for a worker."""

    @property
    def killed(self) -> int:
        """How many workers were ended since the process began."""


class Counts:
    """The numbers of one process, or of several added up."""

    def __init__(self) -> None:
        self.counters: Numbers = {name: defaultdict(float) for name in _COUNTERS}
        self.gauges: Numbers = {name: defaultdict(float) for name in _GAUGES}
        # The counts of the buckets, of what is above the last, and the sum of the values.
        self.histograms: dict[str, dict[Labels, list[float]]] = {name: {} for name in _HISTOGRAMS}

    def observe(self, name: str, labels: Labels, value: float) -> None:
        """Add a value to a histogram."""
        held = self.histograms[name].get(labels)
        if held is None:
            held = self.histograms[name][labels] = [0.0] * (len(_BUCKETS) + 2)
        held[bisect_left(_BUCKETS, value)] += 1
        held[-1] += value

    def written(self) -> str:
        """All numbers as JSON."""
        parts = (self.counters, self.gauges, self.histograms)
        return json.dumps([{name: list(held.items()) for name, held in part.items()} for part in parts])

    def add(self, text: str | bytes, present: bool) -> None:
        """Add what another process wrote; without `present`, leave out what it said of the present."""
        counters, gauges, histograms = json.loads(text)
        for here, there in ((self.counters, counters), (self.gauges, gauges if present else {})):
            for name, held in there.items():
                for labels, value in held:
                    here[name][tuple(labels)] += value
        for name, held in histograms.items():
            for labels, values in held:
                known = self.histograms[name].setdefault(tuple(labels), [0.0] * len(values))
                known[:] = [a + b for a, b in zip(known, values, strict=True)]

    def families(self) -> Iterator["Metric"]:
        """The numbers as `prometheus_client` has them."""
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

        for name, (about, labels) in _COUNTERS.items():
            counter = CounterMetricFamily(name, about, labels=labels)
            for values, count in self.counters[name].items():
                counter.add_metric(values, count)
            yield counter
        for name, (about, labels) in _GAUGES.items():
            gauge = GaugeMetricFamily(name, about, labels=labels)
            for values, value in self.gauges[name].items():
                gauge.add_metric(values, value)
            yield gauge
        for name, (about, labels) in _HISTOGRAMS.items():
            histogram = HistogramMetricFamily(name, about, labels=labels)
            for values, held in self.histograms[name].items():
                histogram.add_metric(values, list(_cumulative(held)), held[-1])
            yield histogram


class Metrics:
    """The counters of one web process; `folder` is where it meets the others, if there are any."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self._counts = Counts()
        self._requests = self._counts.counters[_REQUESTS]

    def request(self, method: str, route: str, status: int, seconds: float | None) -> None:
        """Count an answered request; `route` must be a template of ours, `seconds` is `None` for a stream."""
        self._requests[(method if method in _METHODS else "other", route, str(status))] += 1
        if seconds is not None:
            self._counts.observe(_SECONDS, (route,), seconds)

    def query(self, status: int, cache: bytes, seconds: float) -> None:
        """Count a query by its status; `cache` is the value of its header `leap-cache`."""
        outcome = "cached" if cache == b"hit" else _outcome(status)
        self._counts.counters[_QUERIES][(outcome,)] += 1
        if outcome in ("answered", "stopped"):
            self._counts.observe(_QUERY_SECONDS, (), seconds)

    def publication(self, outcome: str) -> None:
        """Count a publication; `outcome` is one of `OUTCOMES`."""
        if outcome not in OUTCOMES:
            raise ValueError(f"{outcome!r} is none of {', '.join(OUTCOMES)}")
        self._counts.counters[_PUBLICATIONS][(outcome,)] += 1

    def sample(self, running: int, watchers: int, workers: Workers | None) -> None:
        """Note what only this process knows, now, and let the others have it."""
        gauges = self._counts.gauges
        gauges["leap_kg_http_requests_running"][()] = running
        gauges["leap_kg_watchers"][()] = watchers
        if workers is not None:
            gauges["leap_kg_query_workers_busy"][()] = workers.busy
            gauges["leap_kg_queries_waiting"][()] = workers.waiting
            self._grow(_KILLED, (), workers.killed)
        children = _children()
        gauges["leap_kg_processes"][("web",)] = 1
        gauges["leap_kg_processes"][("query",)] = len(children)
        gauges["leap_kg_process_resident_bytes"][("web",)] = _resident("self")
        gauges["leap_kg_process_resident_bytes"][("query",)] = sum(map(_resident, children))
        spent = os.times()
        self._grow(_CPU, ("web",), spent.user + spent.system)
        ended = spent.children_user + spent.children_system
        self._grow(_CPU, ("query",), ended + sum(map(_cpu, children)))
        self._share()

    def text(self, facts: Mapping[str, tuple[str, float]], more: Iterable["Metric"] = ()) -> bytes:
        """All processes' counts, these facts (help and value by name), and `more`, as Prometheus reads them."""
        from prometheus_client import CollectorRegistry, Gauge, generate_latest

        registry = CollectorRegistry()
        registry.register(_Collector([*self._all().families(), *more]))
        for name, (about, value) in facts.items():
            Gauge(name, about, registry=registry).set(value)
        Gauge("leap_kg_info", "The program.", ["version"], registry=registry).labels(__version__).set(1)
        return bytes(generate_latest(registry))

    def _all(self) -> Counts:
        """The counts of all processes, those that have ended included."""
        if self.folder is None:
            return self._counts
        self._share()
        everybody = Counts()
        for path in self.folder.glob("*.json"):
            everybody.add(path.read_bytes(), present=Path(f"/proc/{path.stem}").exists())
        return everybody

    def _share(self) -> None:
        if self.folder is None:
            return
        path = self.folder / f"{os.getpid()}.json"
        partial = path.with_suffix(".partial")
        with contextlib.suppress(OSError):  # a full disk must not keep requests from being answered
            partial.write_text(self._counts.written())
            partial.replace(path)

    def _grow(self, name: str, labels: Labels, total: float) -> None:
        """Bring a counter to a total that was counted elsewhere; it never shrinks."""
        held = self._counts.counters[name]
        held[labels] = max(held[labels], total)


class _Collector:
    """Gives out metrics that are made already."""

    def __init__(self, families: Iterable["Metric"]) -> None:
        self._families = list(families)

    def collect(self) -> Iterable["Metric"]:
        """The metrics."""
        return self._families


def _cumulative(held: list[float]) -> Iterator[tuple[str, float]]:
    """The buckets of a histogram as Prometheus has them: each holds all values up to its bound."""
    count = 0.0
    for bound, number in zip((*map(str, _BUCKETS), "+Inf"), held, strict=False):
        count += number
        yield bound, count


def _outcome(status: int) -> str:
    if status < 400:
        return "answered" if status == 200 else "unchanged"
    if status == 429:
        return "limited"
    return "refused" if status < 500 else "stopped" if status == 503 else "failed"


def _children() -> list[str]:
    with contextlib.suppress(OSError):
        return [pid for task in Path("/proc/self/task").iterdir() for pid in (task / "children").read_text().split()]
    return []


def _resident(pid: str) -> int:
    """Bytes of memory, 0 if the process is gone."""
    with contextlib.suppress(OSError, IndexError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")
    return 0


def _cpu(pid: str) -> float:
    """Seconds of CPU that a live process has used, 0 if it is gone."""
    with contextlib.suppress(OSError, IndexError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0
