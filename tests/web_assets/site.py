"""A little site on 127.0.0.1: the rendered pages, the built assets and answers to `/search.json`, under the CSP."""

import json
import mimetypes
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.web_assets.render import POLICY, PREFIX, WEB, page
from tests.web_assets.samples import PAGES_TO_RENDER

CATALOGUE = [
    ("/dataset/eddy-heat", "Ocean heat uptake", "Dataset", "Daily heat content of the upper ocean"),
    ("/person/heath", "Heath Aldous", "Person", ""),
    ("/dataset/heatwaves", "Marine heatwaves", "Dataset", "Events since 1982"),
    ("/dataset/heat-flux", "Heat flux <b>at the surface</b>", "Dataset", "<img src=x onerror=alert(1)>"),
    ("javascript:alert(1)", "Heat with a hostile path", "Dataset", ""),
    ("//elsewhere.example/heat", "Heat on another host", "Dataset", ""),
]


@dataclass
class Site:
    """Where the site is, what was asked of it, and how it answers."""

    address: str
    asked: list[str] = field(default_factory=list)
    extra_hits: int = 0
    slow: dict[str, float] = field(default_factory=dict)
    broken: bool = False

    def queries(self) -> list[str]:
        """The texts that suggestions were asked for, in order."""
        return [parse_qs(urlsplit(one).query)["q"][0] for one in self.asked if one.startswith("/search.json")]

    def search(self, query: str) -> dict[str, Any]:
        """The answer of `/search.json`."""
        time.sleep(self.slow.get(query, 0))
        hits = [
            {"iri": f"https://w3id.org/leap-kg{path}", "path": path, "label": label, "kind": kind, "snippet": snippet}
            for path, label, kind, snippet in CATALOGUE
            if query.lower() in label.lower()
        ]
        return {"total": len(hits) + self.extra_hits if hits else 0, "hits": hits}


@contextmanager
def serving() -> Iterator[Site]:
    """Run the site on a free port until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            site.asked.append(self.path)
            if path.startswith(PREFIX):
                file = (WEB / "dist" / path.removeprefix(PREFIX)).resolve()
                known = file.is_relative_to(WEB / "dist") and file.is_file()
                kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
                self.answer(200 if known else 404, kind, file.read_bytes() if known else b"")
            elif path == "/search.json":
                query = parse_qs(urlsplit(self.path).query)["q"][0]
                body = json.dumps(site.search(query)).encode()
                self.answer(500 if site.broken else 200, "application/json", body)
            else:
                name = path.removeprefix("/") if path.endswith(".html") else "plain.html"
                self.answer(200, "text/html; charset=utf-8", page(name, **PAGES_TO_RENDER[name]).encode())

        def answer(self, status: int, kind: str, body: bytes) -> None:
            try:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Content-Security-Policy", POLICY)
                self.end_headers()
                self.wfile.write(body)
            except ConnectionError:
                # The browser took its request back.
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site = Site(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
