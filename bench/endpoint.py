"""The SPARQL endpoint against `oxigraph serve-read-only` on the same snapshot, and against rdflib-endpoint.

Needs `oxigraph` and `wrk` on the path and the generator of the graph beside the repository; what is missing is
said, and its comparisons are left out. `LEAP_KG_BENCH_TRIPLES` sets the size of the graph. Each pair is measured in
turn on the same machine, both servers running, by clients that need next to no time themselves: `wrk`, or one
connection that stays open.
"""

import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from bench import homes
from bench.analytic import QUERIES
from bench.measure import Comparison
from leap_kg.graph.home import Home

_GENERATOR = Path(__file__).parents[2] / "shared" / "tools" / "gen_graph.py"
_STORES = int(os.environ.get("LEAP_KG_BENCH_TRIPLES", "4000000")) // 8
_SMALL = 50_000
_ROUNDS = 5
_SECONDS = 4
_HEADERS = {"Accept": "application/sparql-results+json"}
_ENGINE = "oxigraph serve-read-only"
_PEER = "rdflib-endpoint==0.6.3"

_SCRIPT = """
math.randomseed({seed})
request = function()
  local body = "/{path}?query=SELECT%20%3Fp%20%3Fo%20WHERE%20%7B%20%3Chttps%3A%2F%2Fleap.example%2Fid%2Fstore%2F"
    .. {number} .. "%3E%20%3Fp%20%3Fo%20%7D"
  return wrk.format("GET", body, {{["Accept"] = "application/sparql-results+json"}})
end
"""
_PEER_SERVER = """
import sys, uvicorn
from rdflib import Graph
from rdflib_endpoint import SparqlEndpoint
graph = Graph()
graph.parse(sys.argv[1], format="nt")
uvicorn.run(SparqlEndpoint(graph=graph, path="/"), host="127.0.0.1", port=int(sys.argv[2]), log_level="error")
"""


def comparisons(folder: Path) -> Iterator[Comparison]:
    """Look-ups from 8 clients, uncached and cached, and twelve analytic queries."""
    missing = [name for name in ("oxigraph", "wrk") if shutil.which(name) is None]
    missing += [] if _GENERATOR.is_file() else [str(_GENERATOR)]
    if missing:
        print(f"endpoint: left out, for there is no {' and no '.join(missing)}")
        return
    large = homes.generated(folder / "large", _graph(folder, _STORES))
    yield from _against_the_engine(folder, large)
    shutil.rmtree(folder / "large")
    yield from _against_the_peer(folder, _graph(folder, _SMALL))


def _graph(folder: Path, stores: int) -> Path:
    """A file of eight triples for each store."""
    path = folder / f"{stores}.nt"
    subprocess.run([sys.executable, str(_GENERATOR), str(stores), str(path)], check=True)
    return path


def _against_the_engine(folder: Path, home: Home) -> Iterator[Comparison]:
    with ExitStack() as servers:
        own = servers.enter_context(homes.ours(home, processes=2)) + "/sparql"
        fresh = servers.enter_context(homes.ours(home, environment={"LEAP_KG_CACHE_BYTES": "0"})) + "/sparql"
        other = servers.enter_context(homes.oxigraph(home)) + "/query"
        any_store = f"math.random(0, {_STORES - 1})"
        yield _rates(folder, "a look-up from 8 clients, uncached", own, _ENGINE, other, any_store)
        yield _rates(folder, "a look-up from 8 clients, cached", own, _ENGINE, other, "77")
        yield from _analytic(fresh, other, _ENGINE, "")
        yield from _analytic(own, other, _ENGINE, ", cached")


def _rates(folder: Path, what: str, own: str, name: str, other: str, number: str) -> Comparison:
    """Median times of one request at full load, alternating."""
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(_ROUNDS + 1):
        for side, address in enumerate((own, other)):
            origin, _, path = address.rpartition("/")
            script = folder / "wrk.lua"
            script.write_text(_SCRIPT.format(seed=turn, path=path, number=number))
            command = ["wrk", "-t1", "-c8", f"-d{_SECONDS}", "-s", str(script), origin]
            said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            if "Non-2xx" in said or "Socket errors" in said:
                raise RuntimeError(f"{address} did not answer all requests:\n{said}")
            rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
            if rate is None:
                raise RuntimeError(f"wrk said no rate:\n{said}")
            if turn:
                times[side].append(1 / float(rate[1]))
    return Comparison(what, name, statistics.median(times[0]), statistics.median(times[1]), _ROUNDS)


def _analytic(own: str, other: str, name: str, how: str) -> Iterator[Comparison]:
    for what, text in QUERIES.items():
        yield _times(f"{what}{how}", own, name, other, text)


def _times(what: str, own: str, name: str, other: str, text: str) -> Comparison:
    times: tuple[list[float], list[float]] = ([], [])
    answers: list[int] = []
    with ExitStack() as connections:
        sides = [connections.enter_context(closing(HTTPConnection(urlsplit(each).netloc))) for each in (own, other)]
        for turn in range(_ROUNDS + 1):
            for side, address in enumerate((own, other)):
                began = time.perf_counter()
                sides[side].request("GET", f"{urlsplit(address).path}?{urlencode({'query': text})}", headers=_HEADERS)
                answer = sides[side].getresponse()
                body = answer.read()
                taken = time.perf_counter() - began
                if answer.status != 200:
                    raise RuntimeError(f"{what}: {address} answered {answer.status}: {body[:500]!r}")
                if turn:
                    times[side].append(taken)
                else:
                    answers.append(len(json.loads(body)["results"]["bindings"]))
    if answers[0] != answers[1]:
        raise RuntimeError(f"{what}: {answers[0]} rows here, {answers[1]} there")
    return Comparison(what, name, statistics.median(times[0]), statistics.median(times[1]), _ROUNDS)


def _against_the_peer(folder: Path, graph: Path) -> Iterator[Comparison]:
    """The same look-ups and queries on a graph that the peer holds in memory in reasonable time."""
    environment = folder / "peer"
    try:
        subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
        pip = [str(environment / "bin" / "python"), "-m", "pip", "install", "-q", _PEER, "uvicorn"]
        subprocess.run(pip, check=True, capture_output=True)
    except subprocess.CalledProcessError:
        print(f"endpoint: the comparison with {_PEER} is left out, for it could not be installed")
        return
    port = homes.free_port()
    command = [str(environment / "bin" / "python"), "-c", _PEER_SERVER, str(graph), str(port)]
    home = homes.generated(folder / "small", graph)
    with homes.ours(home, environment={"LEAP_KG_CACHE_BYTES": "0"}) as own, homes.running(command, {}, port) as other:
        any_store = f"math.random(0, {_SMALL - 1})"
        yield _rates(folder, "a look-up from 8 clients, uncached", f"{own}/sparql", _PEER, f"{other}/", any_store)
        yield from _analytic(f"{own}/sparql", f"{other}/", _PEER, f" ({8 * _SMALL} triples)")
