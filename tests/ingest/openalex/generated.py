"""Answers of OpenAlex, made by a small generator from the documented form of its works, and a server that gives them.

The same seed gives the same works. https://developers.openalex.org/api-reference/works/get-a-single-work
"""

import json
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.ingest.crossref.records import CARBERRY, COLUMBIA

WAYS = ("diamond", "gold", "hybrid", "bronze", "green", "closed")
TYPES = ("article", "preprint", "book-chapter", "dataset", "dissertation", "paratext")
KEY = "a-key-that-nobody-may-see"


def works(count: int, seed: int = 5) -> list[dict[str, Any]]:
    """So many works of all kinds; every seventh has no DOI."""
    dice = random.Random(seed)
    return [_work(dice, number) for number in range(1, count + 1)]


def _work(dice: random.Random, number: int) -> dict[str, Any]:
    way = dice.choice(WAYS)
    copy = {
        "is_oa": True,
        "landing_page_url": f"https://repository.example/{number}",
        "pdf_url": dice.choice([None, f"https://repository.example/{number}.pdf"]),
        "license": dice.choice([None, "cc-by"]),
        "version": dice.choice([None, "publishedVersion", "acceptedVersion"]),
    }
    return {
        "id": f"https://openalex.org/W{number + 1000}",
        "doi": f"https://doi.org/10.1000/work.{number}" if number % 7 else None,
        "title": f"Work {number} on {dice.choice(('heat', 'ice', '<i>El Niño</i>'))}",
        "type": dice.choice(TYPES),
        "publication_year": dice.randint(2021, 2026),
        "open_access": {
            "is_oa": way != "closed",
            "oa_status": way,
            "oa_url": None if way == "closed" else copy["landing_page_url"],
            "any_repository_has_fulltext": way == "green",
        },
        "best_oa_location": None if way == "closed" else copy,
        "is_retracted": dice.random() < 0.1,
        "cited_by_count": dice.randint(0, 500),
        "awards": [
            {
                "id": f"https://openalex.org/G{number}",
                "funder_award_id": "2019625",
                "funder_id": "https://openalex.org/F4320306076",
                "funder_display_name": "National Science Foundation",
            }
        ],
        "authorships": [
            {
                "author_position": "first",
                "author": {
                    "id": "https://openalex.org/A5",
                    "display_name": "J. Carberry",
                    "orcid": f"https://orcid.org/{CARBERRY}",
                },
                "institutions": [{"id": "https://openalex.org/I7", "ror": f"https://ror.org/{COLUMBIA}"}],
            },
            {
                "author_position": "last",
                "author": {"id": "https://openalex.org/A6", "display_name": "A. Ode", "orcid": None},
            },
        ],
        "updated_date": f"2026-05-{dice.randint(1, 28):02d}T03:46:38.306776",
    }


@dataclass
class Catalogue:
    """What the server holds: works, ids that were merged into others, and what it was asked."""

    works: list[dict[str, Any]]
    merged: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def found(self, name: str) -> dict[str, Any] | None:
        """The work with that OpenAlex id or DOI."""
        names = {f"https://openalex.org/{name}", f"https://doi.org/{name.removeprefix('doi:')}"}
        return next((work for work in self.works if {work["id"], work["doi"]} & names), None)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body go out in two writes
    server: "_Server"

    def do_GET(self) -> None:
        catalogue, parts = self.server.catalogue, urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        catalogue.asked.append(self.path)
        if asked.get("api_key") != KEY:
            return self._answer(401, {"error": "Unauthorized", "message": f"no key in {self.path}"})
        if parts.path == "/works":
            return self._answer(200, self._listing(asked))
        name = unquote(parts.path.removeprefix("/works/"))
        if name in catalogue.merged:
            self.send_response(301)
            self.send_header("Location", f"/works/{catalogue.merged[name]}?{parts.query}")
            self.send_header("Content-Length", "0")
            return self.end_headers()
        work = catalogue.found(name)
        return self._answer(200, work) if work else self._answer(404, {"error": "Not found"})

    def _listing(self, asked: dict[str, str]) -> dict[str, Any]:
        rows, works = int(asked["per_page"]), self.server.catalogue.works
        start = 0 if asked["cursor"] == "*" else int(asked["cursor"].removeprefix("after+="))
        chosen = works[start : start + rows]
        following = f"after+={start + rows}" if chosen else None
        return {"meta": {"count": len(works), "per_page": rows, "next_cursor": following}, "results": chosen}

    def _answer(self, status: int, value: object) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, catalogue: Catalogue) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.catalogue = catalogue


@contextmanager
def serving(catalogue: Catalogue) -> Iterator[str]:
    """A server that gives the catalogue while the context lasts; its `host:port`."""
    server = _Server(catalogue)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
