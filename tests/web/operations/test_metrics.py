"""What is counted, added up over processes, and what can become a label."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from leap_kg.web.operations.metrics import OUTCOMES, Metrics


@dataclass
class Workers:
    """Query workers as a pool would tell of them."""

    busy: int = 2
    waiting: int = 3
    killed: int = 0


def values(text: bytes) -> dict[tuple[str, tuple[str, ...]], float]:
    """Every sample by its name and the values of its labels, in the order of their names."""
    return {
        (sample.name, tuple(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
    }


def test_requests_queries_and_publications_are_counted() -> None:
    metrics = Metrics()
    metrics.request("GET", "/browse", 200, 0.02)
    metrics.request("GET", "/browse", 200, 0.3)
    metrics.request("GET", "/watch", 200, None)
    for status, cache in ((200, b"miss"), (200, b"hit"), (304, b""), (400, b""), (429, b""), (503, b""), (500, b"")):
        metrics.query(status, cache, 0.1)
    metrics.publication("published")
    found = values(metrics.text({"leap_kg_revision": ("The revision.", 7.0)}))
    assert found["leap_kg_http_requests_total", ("GET", "/browse", "200")] == 2
    assert found["leap_kg_http_request_seconds_count", ("/browse",)] == 2
    assert found["leap_kg_http_request_seconds_bucket", ("0.025", "/browse")] == 1
    assert found["leap_kg_http_requests_total", ("GET", "/watch", "200")] == 1
    assert found.get(("leap_kg_http_request_seconds_count", ("/watch",)), 0) == 0
    outcomes = {labels[0]: value for (name, labels), value in found.items() if name == "leap_kg_sparql_queries_total"}
    assert outcomes == dict.fromkeys(
        ("answered", "cached", "unchanged", "refused", "limited", "stopped", "failed"), 1.0
    )
    assert found["leap_kg_sparql_query_seconds_count", ()] == 2
    assert found["leap_kg_publications_total", ("published",)] == 1
    assert found["leap_kg_revision", ()] == 7


def test_an_outcome_that_nobody_knows_is_a_mistake() -> None:
    metrics = Metrics()
    for outcome in OUTCOMES:
        metrics.publication(outcome)
    with pytest.raises(ValueError, match="'lost' is none of"):
        metrics.publication("lost")


def test_a_sample_tells_of_workers_and_processes() -> None:
    metrics = Metrics()
    metrics.sample(4, 5, Workers(killed=2))
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE):
        metrics.sample(1, 0, Workers(killed=3))
    found = values(metrics.text({}))
    assert found["leap_kg_http_requests_running", ()] == 1
    assert found["leap_kg_watchers", ()] == 0
    assert found["leap_kg_queries_waiting", ()] == 3
    assert found["leap_kg_query_workers_killed_total", ()] == 3
    assert found["leap_kg_processes", ("query",)] >= 1
    assert found["leap_kg_process_resident_bytes", ("web",)] > 10_000_000
    assert found["leap_kg_process_cpu_seconds_total", ("web",)] > 0


@given(methods=st.lists(st.text(max_size=20), max_size=50))
def test_no_sender_can_make_a_label(methods: list[str]) -> None:
    metrics = Metrics()
    for method in methods:
        metrics.request(method, "none", 405, 0.0)
    known = {labels[0] for (name, labels) in values(metrics.text({})) if name == "leap_kg_http_requests_total"}
    assert known <= {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY", "other"}


PROCESS = """
import sys
from pathlib import Path
from leap_kg.web.operations.metrics import Metrics
metrics = Metrics(Path(sys.argv[2]))
metrics.request("GET", "/browse", 200, 0.01)
metrics.sample(int(sys.argv[1]), 0, None)
print("counted", flush=True)
input()
sys.stdout.write(metrics.text({}).decode())
"""


def test_processes_are_added_up_and_the_dead_forgotten(tmp_path: Path) -> None:
    started = [
        subprocess.Popen(
            [sys.executable, "-c", PROCESS, str(running), str(tmp_path)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for running in (2, 3, 4)
    ]  # fmt: skip
    for process in started:
        assert process.stdout is not None
        assert process.stdout.readline() == "counted\n"
    both = values(started[0].communicate("\n", timeout=60)[0].encode())
    assert both["leap_kg_http_requests_total", ("GET", "/browse", "200")] == 3
    assert both["leap_kg_http_requests_running", ()] == 9
    started[1].kill()
    started[1].communicate(timeout=60)
    rest = values(started[2].communicate("\n", timeout=60)[0].encode())
    assert rest["leap_kg_http_requests_total", ("GET", "/browse", "200")] == 3
    assert rest["leap_kg_http_requests_running", ()] == 4
