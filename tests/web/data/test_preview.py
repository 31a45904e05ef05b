"""A store drawn in a real browser, from a host of its own, under the policy of the page."""

import functools
import gzip
import json
import re
import threading
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numcodecs
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
LIES = {
    "stated.zarr": "a chunk holds more than it should",
    "unstated.zarr": "a chunk holds more than it should",
    "gzip.zarr": "a chunk holds more than it should",
    "plain.zarr": "a chunk holds more than it should",
    "longer.zarr": "a chunk has 182 values where 180 should be",
    "shorter.zarr": "a chunk has 180 values where 2,160 should be",
    "shorter-v2.zarr": "a chunk has 180 values where 2,160 should be",
    "cut.zarr": "a chunk ends before it should",
    "noise.zarr": "a chunk cannot be unpacked",
    "nothing.zarr": "its chunks have no lengths that can be",
}
CALENDARS = {"360_day": "2024-02-30", "noleap": "2024-03-02", "julian": "2024-03-01", "standard": "2024-03-01"}
STORES = ("globe.zarr", "huge.zarr", "closed.zarr", *LIES, *(f"{name}.zarr" for name in CALENDARS))
pytestmark = pytest.mark.all


class Host(SimpleHTTPRequestHandler):
    """Serves a folder to pages of other sites, but for what is called closed."""

    def end_headers(self) -> None:
        if "closed" not in self.path:
            self.send_header("Access-Control-Allow-Origin", "*")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the library names it
        """Say nothing."""


def lie(store: Path) -> None:
    """Make the store one whose first chunk, or the metadata of it, is not what it should be."""
    name = store.name.removesuffix(".zarr")
    metadata = store / "warmth" / (".zarray" if name == "shorter-v2" else "zarr.json")
    chunk = store / "warmth" / ("0.0.0.0" if name == "shorter-v2" else "c/0/0/0/0")
    document = json.loads(metadata.read_text())
    little: dict[str, Any] = {"name": "bytes", "configuration": {"endian": "little"}}
    if name in ("gzip", "plain", "longer", "noise"):
        packed = {"name": "gzip", "configuration": {"level": 1}}
        document["codecs"] = [little] if name in ("plain", "longer") else [little, packed]
    if name.startswith("shorter"):
        grid = document if name == "shorter-v2" else document["chunk_grid"]["configuration"]
        grid["chunks" if name == "shorter-v2" else "chunk_shape"] = [6, 2, 9, 20]
    elif name == "nothing":
        document["chunk_grid"]["configuration"]["chunk_shape"] = [1, 1, 0, 20]
    else:
        made: dict[str, Callable[[], bytes]] = {
            "stated": lambda: bytes(numcodecs.Zstd(1).encode(bytes(2**26))),
            "unstated": lambda: endless(1_500_000_000),
            "gzip": lambda: gzip.compress(bytes(2**27), 1),
            "plain": lambda: bytes(2**21),
            "longer": lambda: bytes(182 * 4),
            "cut": lambda: chunk.read_bytes()[:-9],
            "noise": lambda: bytes(range(256)),
        }
        chunk.write_bytes(made[name]())
    metadata.write_text(json.dumps(document))


def endless(length: int) -> bytes:
    """A frame of Zstandard that unpacks to so many zeros and does not say so: RFC 8878, section 3.1.1."""
    block = (2**17 << 3 | 1 << 1).to_bytes(3, "little") + b"\0"
    last = (1 << 3 | 1 << 1 | 1).to_bytes(3, "little") + b"\0"
    return b"\x28\xb5\x2f\xfd\x00\x50" + block * (length // 2**17) + last


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("host")
    for name in STORES:
        calendar = name.removesuffix(".zarr") if name.removesuffix(".zarr") in CALENDARS else "standard"
        if name == "shorter-v2.zarr":
            saved(folder / name, 2, compressors=[numcodecs.Zlib(1)])
        else:
            saved(folder / name, calendar=calendar)
        if name in LIES:
            lie(folder / name)
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
    expect(status).to_have_text("warmth: 3.000 to 176.0 K, time 1 of 6 (2024-02-27), depth 1 of 2 (0.5 m)")
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


def test_a_map_has_the_ends_of_its_axes_beside_it(server: Server, host: str, page: Page) -> None:
    page.goto(f"{server.origin}{path_of(host, 'globe.zarr')}/preview")
    expect(page.locator(".preview__ticks--up > span")).to_have_text(["80° N", "0°", "80° S"])
    # Of 20 longitudes none is in the middle; those of the store run from 0° to 342° E.
    expect(page.locator(".preview__ticks--along > span")).to_have_text(["180°", "162° E"])
    drawing = page.get_by_role("img", name="Map of warmth")
    expect(drawing).to_have_accessible_name(re.compile("; 80° N to 80° S, 180° to 162° E$"))


@pytest.mark.parametrize(("calendar", "date"), CALENDARS.items())
def test_times_are_dates_of_their_calendar(server: Server, host: str, page: Page, calendar: str, date: str) -> None:
    page.goto(f"{server.origin}{path_of(host, f'{calendar}.zarr')}/preview")
    expect(page.get_by_role("status")).to_contain_text("time 1 of 6 (2024-02-27)")
    for _ in range(3):
        page.get_by_role("slider", name="time").press("ArrowRight")
    expect(page.get_by_role("status")).to_contain_text(f"time 4 of 6 ({date})")


@pytest.mark.parametrize(("name", "told"), LIES.items())
def test_a_store_that_is_not_what_its_metadata_say_is_not_drawn(
    server: Server, host: str, page: Page, name: str, told: str
) -> None:
    page.goto(f"{server.origin}{path_of(host, name)}/preview")
    expect(page.get_by_role("status")).to_have_text(
        f"The store is not what its metadata say: {told}. The code on the page of the store opens it in Python."
    )
    expect(page.locator("canvas")).to_be_hidden()


def test_a_chunk_of_another_time_that_lies_takes_the_map_away(server: Server, host: str, page: Page) -> None:
    page.goto(f"{server.origin}{path_of(host, 'stated.zarr')}/preview")
    status = page.get_by_role("status")
    expect(status).to_contain_text("a chunk holds more than it should")
    page.get_by_role("slider", name="time").press("ArrowRight")
    expect(status).to_contain_text("time 2 of 6 (2024-02-28)")
    expect(page.locator("canvas")).to_be_visible()
    page.get_by_role("slider", name="time").press("ArrowLeft")
    expect(status).to_contain_text("a chunk holds more than it should")
    expect(page.locator("canvas")).to_be_hidden()


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
