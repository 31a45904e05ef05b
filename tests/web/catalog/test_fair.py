"""How FAIR a dataset is, asked of a running server, which asks itself."""

from datetime import UTC, datetime
from pathlib import Path

import html5lib
import pytest
from pyoxigraph import Quad, RdfFormat, parse, serialize

from leap_kg.catalog.fair.report import METRICS
from leap_kg.graph.activity import Activity
from leap_kg.graph.home import Home
from leap_kg.graph.names import source_graph
from leap_kg.graph.publish import Writer
from leap_kg.settings import DEFAULT_BASE
from tests.web.platform import ALPHA, CATALOGUE, triples
from tests.web.server import Server, running

DATASET = "/dataset/leap-test/alpha"


def verdicts(server: Server, path: str = DATASET) -> dict[str, str]:
    found = server.get(f"{path}.fair.json")
    assert found.status_code == 200
    return {each["metric"]: each["verdict"] for each in found.json()["metrics"]}


def test_the_report_is_a_page_and_json(server: Server) -> None:
    answer = server.get(f"{DATASET}.fair")
    assert (answer.status_code, answer.headers["X-Robots-Tag"]) == (200, "noindex")
    document = html5lib.parse(answer.text, namespaceHTMLElements=False)
    rows = {row.get("id") for row in document.iter("tr")} - {None}
    metrics = {metric.identifier.replace(".", "-") for metric in METRICS}
    assert metrics <= rows
    found = server.get(f"{DATASET}.fair", accept="application/json").json()
    assert found == server.get(f"{DATASET}.fair.json").json()
    assert found["dataset"] == ALPHA
    assert {f"lack-{each['name']}" for each in found["lacks"]} == rows - metrics


def test_what_is_served_decides(server: Server) -> None:
    alpha, gamma = verdicts(server), verdicts(server, "/dataset/leap-test/gamma")
    for metric in ("FsF-F1-01D", "FsF-F4-01M", "FsF-A1-02M", "FsF-I1-01M"):
        assert alpha[metric] == gamma[metric] == "pass"
    for metric in ("FsF-F3-01M", "FsF-R1.1-01M", "FsF-R1.3-02D"):
        assert (alpha[metric], gamma[metric]) == ("pass", "fail")
    # Nobody looked whether the stores of the platform answer, and its base is another host's.
    assert alpha["FsF-A1-03D"] == alpha["FsF-F1-02D"] == "partial"


def test_hostile_texts_are_texts(server: Server) -> None:
    page = server.get("/dataset/leap-test/hostile.fair").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_the_past_is_tried_as_it_was(server: Server) -> None:
    past = server.get(f"{DATASET}.fair.json?at=2").json()
    assert past["revision"] == 2
    # A page of the past is not for search engines.
    assert next(m["verdict"] for m in past["metrics"] if m["metric"] == "FsF-F4-01M") == "partial"
    assert server.get(f"{DATASET}.fair.json").json()["revision"] == 4


@pytest.mark.all
def test_a_graph_below_the_address_of_its_server_has_identifiers_that_lead_here(tmp_path: Path) -> None:
    base, home = "http://kg.example/", Home(tmp_path / "home")
    text = serialize(triples(CATALOGUE), format=RdfFormat.N_TRIPLES) or b""
    moved = text.replace(DEFAULT_BASE.encode(), base.encode())
    graph, now = source_graph(base, "test"), datetime(2026, 3, 1, tzinfo=UTC)
    quads = [Quad(q.subject, q.predicate, q.object, graph) for q in parse(moved, format=RdfFormat.N_TRIPLES)]
    with Writer(home, base) as writer:
        writer.publish("test", quads, Activity("test-1", "Test", now, now, "https://example.org/test"))
    with running(home.path, {"LEAP_KG_BASE": base}) as alone:
        there = alone.get(f"{DATASET}.fair.json", headers={"Host": "kg.example"}).json()
        elsewhere = alone.get(f"{DATASET}.fair.json").json()
    points = [
        [each["points"] for metric in report["metrics"] if metric["metric"] == "FsF-F1-02D" for each in metric["tests"]]
        for report in (there, elsewhere)
    ]
    assert points == [[0.0, 0.5], [0.0, 0.0]]
