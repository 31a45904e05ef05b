"""Everything above the graph, on each server: pages, named queries, visitors' queries and a harvest."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from examples.platform.build import build
from leap_kg.graph.home import Home
from leap_kg.graph.index.search import SearchIndex
from leap_kg.graph.remote.protocol import RemoteError
from leap_kg.graph.remote.snapshot import RemoteSnapshots, served
from leap_kg.graph.snapshot import Snapshots
from leap_kg.ingest.fetch import CachedFetcher, Limits
from leap_kg.ingest.mirror import MirrorFetcher, read_mirror
from leap_kg.ingest.runs.rounds import harvest_round
from leap_kg.ingest.sources import read_sources
from leap_kg.ontology.iri import path_of
from leap_kg.ontology.namespaces import DCAT, DCT
from leap_kg.settings import DEFAULT_BASE as BASE
from leap_kg.sparql import run
from leap_kg.sparql.parameters import SAMPLES, Value
from tests.graph.engines.conftest import SERVERS
from tests.graph.engines.servers import Server
from tests.sparql.questions.asked import questions
from tests.web import server as web

pytestmark = pytest.mark.all


@pytest.fixture(scope="module", params=SERVERS)
def engine(request: pytest.FixtureRequest) -> Server:
    found: Server = request.getfixturevalue(f"{request.param}_server")
    found.clear()
    return found


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("platform") / "platform")


@pytest.fixture(scope="module")
def home(engine: Server, platform: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The example platform, harvested into a home with that server."""
    found = Home(tmp_path_factory.mktemp("home") / "kg", engine.remote)
    sources = read_sources(platform / "sources.yaml", BASE)
    fetcher = CachedFetcher(MirrorFetcher(read_mirror(platform / "mirror.yaml"), Limits()))
    outcomes = list(harvest_round(found, BASE, sources, fetcher, progress=lambda source: lambda done, total, key: None))
    assert {outcome.report.outcome for outcome in outcomes} == {"complete"}
    return found


def test_a_harvest_leaves_the_same_quads_on_the_server(home: Home) -> None:
    local, remote = Snapshots(home).current(), served(home).current()
    assert local is not None
    assert remote is not None
    assert remote.revision == local.revision > 5
    lines = [sorted(f"{quad} .\n" for quad in found.store) for found in (local, remote)]
    assert len(lines[0]) > 900
    assert lines[1] == lines[0]


QUERIES = questions()
# Those under `changes` are asked of the history of changes, which is the home's on every engine.
ASKED = [query.name for query in QUERIES.all() if not query.name.startswith("changes/")]
# What Virtuoso refuses: durations added to times, polygons, and patterns that its compiler cannot translate.
UNKNOWN = {
    ("questions/who-says-this", "Virtuoso"): "Wrong arguments for datetime arithmetic",
    ("questions/package-changes", "Virtuoso"): "SQ156",
    ("questions/papers-incomplete", "Virtuoso"): "SQ156",
    ("questions/no-orcid", "Virtuoso"): "SQ156",
    ("questions/versions", "Virtuoso"): "SQ074",
}
# Where Virtuoso answers, but not all, or another of several titles: docs/remote.md says so.
DIFFERENT = {("findings", "Virtuoso"), ("questions/users-of-variable", "Virtuoso")}


@pytest.mark.parametrize("name", ASKED)
def test_named_queries_answer_alike(home: Home, engine: Server, name: str) -> None:
    if (name, engine.name) in DIFFERENT:
        pytest.skip(f"{engine.name} answers differently, as docs/remote.md says")
    query = QUERIES.get(name)
    assert query is not None
    index = SearchIndex(home.index)
    nodes = [index.find(facets={"kind": [kind]}, limit=1).hits[0].iri for kind in index.kinds()]
    index.close()
    asked = nodes if any(parameter.type == "iri" for parameter in query.parameters.values()) else nodes[:1]
    known: list[dict[str, Value]] = [{**SAMPLES, "iri": node, "string": "ocean"} for node in asked]
    texts = [
        query.bind(**{each: p.sample if p.pattern else values[p.type] for each, p in query.parameters.items()})
        for values in known
    ]
    if reason := UNKNOWN.get((name, engine.name)):
        with pytest.raises(RemoteError, match=reason):
            _ = [_rows(served(home), text) for text in texts]
        return
    for text in texts:
        ours, theirs = (_rows(found, text) for found in (Snapshots(home), served(home)))
        assert theirs == ours, text


def _rows(snapshots: Snapshots | RemoteSnapshots, text: str) -> set[str]:
    found = snapshots.current()
    assert found is not None
    rows = ({name: str(value) for name, value in row.items()} for row in run.select(found.store, text))
    return {json.dumps(row, sort_keys=True) for row in rows}


@pytest.fixture(scope="module")
def sites(home: Home) -> Iterator[tuple[web.Server, web.Server]]:
    """The site on the embedded engine, and the same on the server."""
    assert home.remote is not None
    environment = {
        "LEAP_KG_STORE": f"sparql+{home.remote.query}",
        "LEAP_KG_STORE_UPDATE": home.remote.update,
        "LEAP_KG_QUERY_SECONDS": "20",
    }
    with web.running(home.path) as embedded, web.running(home.path, environment) as remote:
        yield embedded, remote


def _bodies(site: web.Server, paths: list[str]) -> dict[str, tuple[int, str]]:
    answers = {path: site.get(path) for path in paths}
    return {path: (a.status_code, a.text.replace(site.origin, "ORIGIN")) for path, a in answers.items()}


def _lines(answer: tuple[int, str]) -> tuple[int, list[str]]:
    """The lines of a page in order: rows of a query without ORDER BY come as the engine has them."""
    status, text = answer
    return status, sorted(text.splitlines())


def test_pages_are_the_same(sites: tuple[web.Server, web.Server], home: Home) -> None:
    index = SearchIndex(home.index)
    nodes = [hit.iri for hit in index.find(limit=1_000).hits]
    index.close()
    paths = ["/", "/search?q=ocean", "/findings", *sorted({path_of(BASE, iri).partition("#")[0] for iri in nodes})]
    for long in ("/finding-kind", "/link-method"):  # their lists are cut, and each engine shows other rows of them
        paths.remove(long)
    assert len(paths) > 60
    embedded, remote = (_bodies(site, paths) for site in sites)
    assert {status for status, _ in embedded.values()} <= {200, 301, 303}
    assert [path for path in paths if _lines(embedded[path]) != _lines(remote[path])] == []


@pytest.mark.parametrize("form", ["text/turtle", "application/ld+json", "application/n-triples"])
def test_data_of_a_node_is_the_same(sites: tuple[web.Server, web.Server], form: str) -> None:
    embedded, remote = (site.get("/dataset/example-lab/ocean-heat-content-feedstock", form) for site in sites)
    assert embedded.status_code == remote.status_code == 200
    assert embedded.text == remote.text


@pytest.mark.parametrize(
    ("text", "accept"),
    [
        ("SELECT ?d ?t { ?d a dcat:Dataset ; dct:title ?t } ORDER BY ?t", "application/sparql-results+json"),
        ("SELECT ?t { GRAPH ?g { ?d a dcat:Dataset ; dct:title ?t } } ORDER BY ?t", "text/csv"),
        ("ASK { ?d a dcat:Dataset }", "application/sparql-results+xml"),
        ("CONSTRUCT { ?d dct:title ?t } { ?d a dcat:Dataset ; dct:title ?t }", "application/n-triples"),
    ],
)
def test_queries_of_visitors_are_answered_by_the_server(
    sites: tuple[web.Server, web.Server], text: str, accept: str
) -> None:
    query = f"PREFIX dcat: <{DCAT}> PREFIX dct: <{DCT}> {text}"
    embedded, remote = (site.ask("GET", "/sparql", accept, params={"query": query}) for site in sites)
    assert embedded.status_code == remote.status_code == 200
    assert sorted(embedded.text.splitlines()) == sorted(remote.text.splitlines())


def test_queries_that_are_wrong_or_forbidden_are_refused_alike(sites: tuple[web.Server, web.Server]) -> None:
    for query in (
        "SELECT ?x {",
        "INSERT DATA { <urn:a> <urn:b> <urn:c> }",
        "SELECT * { SERVICE <http://127.0.0.1> {} }",
    ):
        embedded, remote = (site.ask("GET", "/sparql", "text/csv", params={"query": query}) for site in sites)
        assert embedded.status_code == remote.status_code
        assert 400 <= remote.status_code < 500
