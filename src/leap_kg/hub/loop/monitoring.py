"""What an operator counts, for Prometheus, and the small server that tells it, with whether it lives and works.

The numbers are the process's own; every scrape reads them as they are by then.
"""

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_VALUES: dict[str, list[tuple[str, ...]]] = {
    "healed": [()],
    "events_lost": [()],
    "reconciles": [("unchanged",), ("changed",), ("blocked",), ("waiting",), ("failed",)],
    "publications": [("published",), ("unchanged",), ("failed",)],
    "watches": [("followed",), ("listed",), ("broken",)],
}
"""The counters with the values of their labels beside `cluster`."""


class Numbers:
    """The metrics of one process, all with the label `cluster`."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        by = ("cluster",)
        self.reconciles = Counter(
            "leap_kg_hub_reconciles",
            "Looks at a group, by what came of them.",
            ("cluster", "result"),
            registry=registry,
        )
        self.seconds = Histogram(
            "leap_kg_hub_reconcile_seconds", "Time for one look.", by, registry=registry, buckets=_BUCKETS
        )
        self.healed = Counter("leap_kg_hub_healed", "Changes by others that were set back.", by, registry=registry)
        self.not_ready = Gauge("leap_kg_hub_groups_not_ready", "Groups that are not ready.", by, registry=registry)
        self.drifted = Gauge("leap_kg_hub_groups_drifted", "Groups that others changed.", by, registry=registry)
        self.stalled = Gauge("leap_kg_hub_groups_stalled", "Groups that cannot be brought on.", by, registry=registry)
        self.refused = Gauge("leap_kg_hub_leftovers", "Objects that are not wanted and stay.", by, registry=registry)
        self.queue = Gauge("leap_kg_hub_queue", "Groups that wait to be looked at.", by, registry=registry)
        self.leading = Gauge("leap_kg_hub_leading", "1 if this operator may write.", by, registry=registry)
        self.looked = Gauge("leap_kg_hub_looked_seconds", "When all was last looked at.", by, registry=registry)
        self.revision = Gauge("leap_kg_hub_revision", "The revision that is wanted.", by, registry=registry)
        self.problem = Gauge("leap_kg_hub_graph_problem", "1 if the graph gives no wishes.", by, registry=registry)
        self.watches = Counter(
            "leap_kg_hub_watches",
            "Streams of changes: listed, followed, broken.",
            ("cluster", "what"),
            registry=registry,
        )
        self.publications = Counter(
            "leap_kg_hub_publications", "Observations, by what came of them.", ("cluster", "outcome"), registry=registry
        )
        self.events_lost = Counter("leap_kg_hub_events_lost", "Events that were not taken.", by, registry=registry)

    def begin(self, cluster: str) -> None:
        """Tell of the cluster from now on: of a counter that begins with 1, Prometheus does not see that increase."""
        for counter, values in _VALUES.items():
            for value in values:
                getattr(self, counter).labels(cluster, *value)
        self.looked.labels(cluster)
        self.rest(cluster)

    def rest(self, cluster: str) -> None:
        """Another may work on the cluster, and tells how it is."""
        for gauge in (self.not_ready, self.drifted, self.stalled, self.refused):
            gauge.labels(cluster).set(0)

    def text(self) -> bytes:
        """All of it as Prometheus reads it."""
        return generate_latest(self.registry)


class Monitor:
    """Answers `/healthz`, `/readyz` and `/metrics`; each of the first two is asked for what is wrong, `[]` for nothing.

    Raises `OSError` if it cannot listen there.
    """

    def __init__(
        self, host: str, port: int, numbers: Numbers, alive: Callable[[], list[str]], ready: Callable[[], list[str]]
    ) -> None:
        asked = {"/healthz": alive, "/readyz": ready}

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = self.path.partition("?")[0]
                if path == "/metrics":
                    self._answer(200, CONTENT_TYPE, numbers.text())
                elif path in asked:
                    wrong = asked[path]()
                    body = "".join(f"{each}\n" for each in wrong) or "ok\n"
                    self._answer(503 if wrong else 200, "text/plain; charset=utf-8", body.encode())
                else:
                    self._answer(404, "text/plain; charset=utf-8", b"there are /healthz, /readyz and /metrics\n")

            def _answer(self, status: int, kind: str, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
                """Probes and scrapes are not worth a line."""

        self._server = ThreadingHTTPServer((host, port), Handler)
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])
        threading.Thread(target=self._server.serve_forever, name="monitor", daemon=True).start()

    def end(self) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._server.server_close()
