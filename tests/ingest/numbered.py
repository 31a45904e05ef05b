"""A source of numbered records behind a real server on this machine, which counts what it is asked.

`python -m tests.ingest.numbered` is the parent of processes that harvest it once, to be killed. A process tells when
all records are taken, before any is published, and when it is done.
"""

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from pyoxigraph import Literal, NamedNode, Triple

from leap_kg.graph.home import Home
from leap_kg.ingest.fetch import Fetcher, HttpFetcher, Limits
from leap_kg.ingest.runs.harvest import Outcome
from leap_kg.ingest.runs.rounds import Options, harvest_round
from leap_kg.ingest.source import Listing, Mapped, Part, RawRecord, Ref, Source
from leap_kg.ontology.iri import mint
from leap_kg.ontology.namespaces import DCAT, DCT, RDF
from tests.children import teller
from tests.ingest.harvesters import be_parent
from tests.ingest.shelf import BASE


class Numbered(Source):
    """The records that `ORIGIN/list` names; each is a dataset with the text of its body as title."""

    id = "lab"
    title = "Numbered records"
    stale_after = timedelta(days=1)

    def __init__(self, origin: str) -> None:
        self.origin = origin

    def enumerate(self, listing: Listing) -> Iterator[Ref]:
        for name in json.loads(listing.fetcher.fetch(f"{self.origin}/list").data):
            yield Ref(name, f"{self.origin}/record/{name}")

    def fetch(self, ref: Ref, fetcher: Fetcher) -> RawRecord:
        return RawRecord(ref.key, (Part.of("text", fetcher.fetch(ref.url)),))

    def map(self, record: RawRecord) -> Mapped:
        node = mint(BASE, "dataset", "lab", record.key)
        triples = [
            Triple(node, RDF("type"), DCAT("Dataset")),
            Triple(node, DCT("title"), Literal(record.parts[0].data.decode())),
            Triple(node, DCT("source"), NamedNode("https://example.org/")),
        ]
        return Mapped(record.key, node, triples, [])


class Numbers:
    """What the server has: `names` and their texts; it counts requests and calls `asked` with the number of each."""

    def __init__(self, names: Sequence[str]) -> None:
        self.texts = {name: f"Text of {name}" for name in names}
        self.counts: Counter[str] = Counter()
        self.asked: Callable[[int], object] = lambda number: None

    def answer(self, path: str) -> bytes:
        self.counts[path] += 1
        self.asked(self.counts.total())
        return json.dumps(list(self.texts)).encode() if path == "/list" else self.texts[path[8:]].encode()

    @property
    def repeated(self) -> int:
        """How many requests were for something that had been asked for before."""
        return sum(count - 1 for count in self.counts.values())


@contextmanager
def served(numbers: Numbers) -> Iterator[str]:
    """A server on a free port of this machine; its origin."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # head and body go out in two writes

        def do_GET(self) -> None:
            body = numbers.answer(urlsplit(self.path).path)
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            pass  # clients are killed in the middle of things

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def harvest(
    home: Path, origin: str, options: Options | None = None, tell: Callable[[str], object] = lambda line: None
) -> list[Outcome]:
    """One round over the server at `origin`, which takes up what an interrupted one has fetched."""

    def progress(source: Source) -> Callable[[int, int, str], None]:
        def told(done: int, total: int, key: str) -> None:
            if not key:
                tell("taken")

        return told

    with HttpFetcher(Limits(), frozenset({urlsplit(origin).netloc})) as fetcher:
        chosen = options or Options(resume=True)
        return list(harvest_round(Home(home), BASE, [Numbered(origin)], fetcher, progress=progress, options=chosen))


def harvest_and_tell(home: Path, origin: str) -> None:
    tell = teller(home)
    harvest(home, origin, tell=tell)
    tell("done")


if __name__ == "__main__":
    be_parent(harvest_and_tell)
