"""The STAC API against stac-fastapi-pgstac on PostgreSQL and PostGIS, with the same items, on the same machine.

`LEAP_KG_BENCH_ITEMS` sets how many items there are; the goals are stated for 100000, which takes some ten minutes. What
is missing (PostgreSQL with PostGIS, the peer's packages, `wrk`) is said, and its comparisons are left out.

Places and times are drawn anew for each request, the same ones for both, so that nothing is answered from memory. The
first answers of both are compared: they hold the same items.
"""

import http.client
import json
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from bench import homes, pgstac
from bench.items import COLLECTIONS, VARIABLES, YEARS, Files, item_name, written
from bench.measure import Comparison
from leap_kg.graph.home import Home

_ITEMS = int(os.environ.get("LEAP_KG_BENCH_ITEMS", "100000"))
_LOADS = 1
_ROUNDS = 3
_REQUESTS = 100
_CLIENTS = 8
_SECONDS = 6

Request = tuple[str, dict[str, Any] | None]
"""A path with its query, and what is posted, `None` for a GET."""


def comparisons(folder: Path) -> Iterator[Comparison]:
    """Loading, requests of one client after the other, and the rate that eight clients get."""
    files = written(folder / "items", _ITEMS)
    home = Home(folder / "home")
    try:
        with pgstac.running(folder) as peer:
            yield _loading(home, peer, files)
            peer.settle()
            with homes.ours(home) as own, peer.served(1) as other:
                for what, make in _REQUEST_KINDS.items():
                    yield _latency(what, make, f"{own}/stac", other)
                yield from _rates(folder, f"{own}/stac", other, "one process each")
            with homes.ours(home, processes=2) as own, peer.served(2) as other:
                yield from _rates(folder, f"{own}/stac", other, "two processes each")
    except pgstac.Absent as lack:
        print(f"stac: left out, for there is no {lack}")


def _loading(home: Home, peer: pgstac.Peer, files: Files) -> Comparison:
    """From documents on disk to a served catalogue: for us checked, logged, in the graph, indexed, in a snapshot."""
    times: tuple[list[float], list[float]] = ([], [])
    command = [sys.executable, "-c", "from leap_kg.cli import main; main()", "harvest"]
    command += ["--sources", str(files.sources), "--mirror", str(files.mirror)]
    for _ in range(_LOADS):
        shutil.rmtree(home.path, ignore_errors=True)
        began = time.perf_counter()
        subprocess.run(
            command, env={**os.environ, "LEAP_KG_HOME": str(home.path)}, check=True, stdout=subprocess.DEVNULL
        )
        times[0].append(time.perf_counter() - began)
        times[1].append(peer.load(files))
    ours, theirs = map(statistics.median, times)
    print(f"stac: {_ITEMS / ours:,.0f} items a second here, {_ITEMS / theirs:,.0f} there", file=sys.stderr)
    return Comparison(f"load {_ITEMS:,} items", "pypgstac 0.10.0", ours, theirs, _LOADS)


def _box(chance: random.Random) -> list[float]:
    """Twenty degrees a side."""
    west, south = round(chance.uniform(-180, 160), 3), round(chance.uniform(-90, 70), 3)
    return [west, south, west + 20, south + 20]


def _year(chance: random.Random) -> str:
    year = chance.choice(YEARS)
    return f"{year}-01-01T00:00:00Z/{year + 1}-01-01T00:00:00Z"


def _name(chance: random.Random) -> tuple[str, str]:
    return item_name(chance.randrange(_ITEMS))


def _by_address(limit: int) -> Callable[[random.Random], Request]:
    def request(chance: random.Random) -> Request:
        asked = {"bbox": ",".join(map(str, _box(chance))), "datetime": _year(chance), "limit": limit}
        return f"/search?{urlencode(asked)}", None

    return request


def _by_body(limit: int) -> Callable[[random.Random], Request]:
    return lambda chance: ("/search", {"bbox": _box(chance), "datetime": _year(chance), "limit": limit})


def _item(chance: random.Random) -> Request:
    collection, name = _name(chance)
    return f"/collections/{collection}/items/{name}", None


def _filter(chance: random.Random) -> Request:
    west, south, east, north = _box(chance)
    corners = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    tests = [
        {"op": "=", "args": [{"property": "variable"}, chance.choice(VARIABLES)]},
        {"op": "<", "args": [{"property": "eo:cloud_cover"}, chance.randrange(5, 90)]},
        {"op": "s_intersects", "args": [{"property": "geometry"}, {"type": "Polygon", "coordinates": [corners]}]},
    ]
    return "/search", {"filter-lang": "cql2-json", "filter": {"op": "and", "args": tests}, "limit": 10}


_REQUEST_KINDS: dict[str, Callable[[random.Random], Request]] = {
    "GET search by box and time, limit 10": _by_address(10),
    "GET search by box and time, limit 100": _by_address(100),
    "POST search by box and time, limit 10": _by_body(10),
    "POST search by box and time, limit 100": _by_body(100),
    "POST search by box, limit 10": lambda chance: ("/search", {"bbox": _box(chance), "limit": 10}),
    "POST search by box, limit 100": lambda chance: ("/search", {"bbox": _box(chance), "limit": 100}),
    "item by id": _item,
    "list of collections": lambda _: (f"/collections?limit={COLLECTIONS}", None),
    "items of a collection, limit 10": lambda chance: (f"/collections/{_name(chance)[0]}/items?limit=10", None),
    "CQL2: two properties and s_intersects": _filter,
    "ten items by their ids": lambda chance: (
        "/search",
        {"ids": sorted({_name(chance)[1] for _ in range(10)}), "limit": 10},
    ),
}


class _Client:
    """One connection that stays open from request to request."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
        self._place = parts.path

    def ask(self, request: Request) -> bytes:
        """The body of the answer; raises `RuntimeError` for any answer but a good one."""
        path, body = request
        data = None if body is None else json.dumps(body)
        headers = {"Accept": "application/json"} | ({} if data is None else {"Content-Type": "application/json"})
        self._connection.request("GET" if data is None else "POST", self._place + path, data, headers)
        answer = self._connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path} is answered with {answer.status}: {text[:300]!r}")
        return text

    def close(self) -> None:
        """Let the connection go."""
        self._connection.close()


def _latency(what: str, make: Callable[[random.Random], Request], own: str, other: str) -> Comparison:
    """Medians over all requests; both get the same ones, round by round in turn, and the first round does not count."""
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(_ROUNDS + 1):
        answers: tuple[list[bytes], list[bytes]] = ([], [])
        for side, address in enumerate((own, other)):
            # Servers close connections that are idle, as one is while the other is asked.
            client = _Client(address)
            chance = random.Random(turn)  # noqa: S311
            for _ in range(_REQUESTS):
                request = make(chance)
                began = time.perf_counter()
                answer = client.ask(request)
                if turn:
                    times[side].append(time.perf_counter() - began)
                else:
                    answers[side].append(answer)
            client.close()
        for one, theirs in zip(*answers, strict=True):
            if _ids(one) != _ids(theirs):
                raise RuntimeError(f"{what}: {_ids(one)} here, {_ids(theirs)} there")
    return Comparison(what, pgstac.NAME, statistics.median(times[0]), statistics.median(times[1]), _ROUNDS)


def _ids(answer: bytes) -> list[str]:
    value = json.loads(answer)
    return sorted(each["id"] for each in value.get("features", value.get("collections", [value])))


_SCRIPT = """
math.randomseed({seed})
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
request = function()
  local west, south = math.random(-180000, 160000) / 1000, math.random(-90000, 70000) / 1000
  local year = math.random({first}, {last})
  return wrk.format(nil, "{path}", nil, string.format(
    '{{"bbox": [%.3f, %.3f, %.3f, %.3f], "datetime": "%d-01-01T00:00:00Z/%d-01-01T00:00:00Z", "limit": 10}}',
    west, south, west + 20, south + 20, year, year + 1))
end
"""


def _rates(folder: Path, own: str, other: str, how: str) -> Iterator[Comparison]:
    """Median times of one search at full load, alternating."""
    if shutil.which("wrk") is None:
        print(f"stac: the rate with {how} is left out, for there is no wrk")
        return
    times: tuple[list[float], list[float]] = ([], [])
    script = folder / "wrk.lua"
    for turn in range(_ROUNDS + 1):
        for side, address in enumerate((own, other)):
            parts = urlsplit(address)
            text = _SCRIPT.format(seed=turn, path=f"{parts.path}/search", first=YEARS[0], last=YEARS[-1])
            script.write_text(text)
            command = ["wrk", "-t1", f"-c{_CLIENTS}", f"-d{_SECONDS}", "--timeout", "30s", "-s", str(script)]
            origin = f"{parts.scheme}://{parts.netloc}"
            said = subprocess.run([*command, origin], capture_output=True, text=True, check=True).stdout
            if "Non-2xx" in said or "Socket errors" in said:
                raise RuntimeError(f"{address} did not answer all requests:\n{said}")
            rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
            if rate is None:
                raise RuntimeError(f"wrk said no rate:\n{said}")
            if turn:
                times[side].append(1 / float(rate[1]))
    ours, theirs = map(statistics.median, times)
    print(f"stac, {how}: {1 / ours:,.0f} searches a second here, {1 / theirs:,.0f} there", file=sys.stderr)
    yield Comparison(f"search from {_CLIENTS} clients, {how}", pgstac.NAME, ours, theirs, _ROUNDS)
