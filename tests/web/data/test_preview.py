"""A store drawn in a real browser, from a host of its own, under the policy of the page."""

import functools
import json
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Page, expect
from pyoxigraph import NamedNode

from leap_kg.graph.publish import Writer
from leap_kg.ingest.mapping.statements import ANY_URI, Statements
from leap_kg.ingest.mapping.variables import Variable, say_variable
from leap_kg.ontology.identifiers import Location, storage
from leap_kg.ontology.iri import mint
from leap_kg.ontology.namespaces import DCAT, DCT, ONTOLOGY_PATH, Namespace
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.web.data.stores import saved
from tests.web.platform import fill, followed, publish
from tests.web.server import Server, running
from tests.web_assets.chromium import chromium

LEAP = Namespace(BASE + ONTOLOGY_PATH)
STORES = ("globe.zarr", "huge.zarr", "closed.zarr")
pytestmark = pytest.mark.all


class Host(SimpleHTTPRequestHandler):
    """Serves a folder to pages of other sites, but for what is called closed."""

    def end_headers(self) -> None:
        if "closed" not in self.path:
            self.send_header("Access-Control-Allow-Origin", "*")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the library names it
        """Say nothing."""


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("host")
    for name in STORES:
        saved(folder / name)
    metadata = folder / "huge.zarr" / "warmth" / "zarr.json"
    document = json.loads(metadata.read_text())
    document["shape"] = [6, 2, 90_000, 180_000]
    metadata.write_text(json.dumps(document))
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Host, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def path_of(host: str, name: str) -> str:
    location = storage.parse(f"{host}/{name}")
    assert isinstance(location, Location)
    return f"/store/{location.slug}"


@pytest.fixture(scope="module")
def server(host: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    say = Statements()
    for name in STORES:
        node = say.type(NamedNode(BASE + path_of(host, name)[1:]), DCAT("Distribution"), LEAP("ZarrStore"))
        say.text(node, DCT("title"), name)
        say.link(node, DCT("format"), mint(BASE, "format", "zarr"))
        say.text(node, LEAP("storageURI"), f"{host}/{name}", ANY_URI)
        dimensions = ("time", "depth", "lat", "lon")
        say_variable(node, Variable(name="warmth", dimensions=dimensions, shape=(6, 2, 9, 20)), say, BASE)

    def more(writer: Writer) -> None:
        publish(writer, "stores", "Stores", say.triples(), 5)

    with running(followed(fill(tmp_path_factory.mktemp("home") / "kg", more)).path) as started:
        yield started


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with chromium() as browser:
        yield browser.new_page()


def test_a_slider_changes_the_map_and_its_words(server: Server, host: str, page: Page) -> None:
    path = path_of(host, "globe.zarr")
    assert f'href="{path}/preview"' in server.get(path).text
    policy = server.get(f"{path}/preview").headers["Content-Security-Policy"]
    assert policy.endswith(f"connect-src 'self' {host}")
    assert "eval" not in policy
    page.goto(f"{server.origin}{path}/preview")
    status = page.get_by_role("status")
    expect(status).to_have_text(
        "warmth: 3.000 to 176.0 K, time 1 of 6 (0 days since 2024-02-27 00:00:00), depth 1 of 2 (0.5 m)"
    )
    drawing = "document.querySelector('canvas').toDataURL()"
    assert page.evaluate("(({width, height}) => [width, height])(document.querySelector('canvas'))") == [20, 9]
    # The cell without a value lies on the equator, 54° E: in the middle row, at the thirteenth of columns from 180° W.
    row = "document.querySelector('canvas').getContext('2d').getImageData(0, 4, 20, 1).data"
    shown = page.evaluate(f"Array.from({row}).filter((_, at) => at % 4 === 3)")
    assert [at for at, alpha in enumerate(shown) if not alpha] == [13]
    before = page.evaluate(drawing)
    page.get_by_role("slider", name="depth").press("ArrowRight")
    expect(status).to_contain_text("depth 2 of 2 (10 m)")
    assert page.evaluate(drawing) == before, "the field is a ramp: only its numbers grow"
    expect(status).to_contain_text("warmth: 183.0 to 356.0 K")


def test_a_map_that_is_too_large_is_counted_and_not_fetched(server: Server, host: str, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{server.origin}{path_of(host, 'huge.zarr')}/preview")
    expect(page.get_by_role("status")).to_contain_text("One map takes 90,000,000 chunks, 64,800 MB unpacked")
    assert not [url for url in asked if "/warmth/c/" in url]


def test_a_host_that_lets_nobody_ask_is_said_to(server: Server, host: str, page: Page) -> None:
    page.goto(f"{server.origin}{path_of(host, 'closed.zarr')}/preview")
    expect(page.get_by_role("status")).to_contain_text("The store could not be read from here")
    expect(page.get_by_role("status")).to_contain_text("let no pages of other sites ask")


def test_what_is_no_store_at_a_web_address_has_no_such_page(server: Server) -> None:
    for path in ("/store/gs/nothing/there", "/store/gs/leap-test/beta", "/dataset/leap-test/alpha"):
        assert server.get(f"{path}/preview").status_code == 404
