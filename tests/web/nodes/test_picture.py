"""Pictures of stores on their pages, and as files: those that the graph names, and nothing else that was harvested."""

import hashlib
from collections.abc import Iterator

import pytest
from pyoxigraph import NamedNode

from leap_kg.graph.home import Home
from leap_kg.graph.publish import Writer
from leap_kg.ingest.mapping.statements import ANY_URI, Statements
from leap_kg.ingest.raw import RawStore
from leap_kg.ontology.namespaces import DCT, FOAF, ONTOLOGY_PATH, SCHEMA, Namespace
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.web.platform import fill, followed, publish
from tests.web.server import Server, running

LEAP = Namespace(BASE + ONTOLOGY_PATH)
STORE = NamedNode(f"{BASE}store/nyu1.osn.mghpcc.org/leap-test/alpha.zarr")
PNG = b"\x89PNG\r\n\x1a\n and so on"
PLAIN = b"not a picture"
pytestmark = pytest.mark.all


def said(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    say = Statements()
    for number, data in enumerate((PNG, PLAIN, b"lost")):
        node = NamedNode(f"{STORE.value if not number else f'{BASE}store/file/{number}'}#thumbnail-1")
        say.link(NamedNode(node.value.partition("#")[0]), FOAF("thumbnail"), node)
        say.type(node, FOAF("Image"))
        say.text(node, SCHEMA("contentUrl"), f"{BASE}thumbnail/{said(data)}.png", ANY_URI)
        say.text(node, DCT("description"), "height of <waves> (swh), 0 to 9 m")

    def more(writer: Writer) -> None:
        publish(writer, "pictures", "Pictures", say.triples(), 5)

    home = followed(fill(tmp_path_factory.mktemp("home") / "kg", more))
    raw = RawStore(Home(home.path).raw)
    for data in (PNG, PLAIN, b"\x89PNG\r\n\x1a\n that no store has"):
        raw.put(data)
    with running(home.path) as started:
        yield started


def test_the_store_and_its_dataset_show_the_picture_with_words(server: Server) -> None:
    path = f"/thumbnail/{said(PNG)}.png"
    for page in (STORE.value.removeprefix(BASE), "dataset/leap-test/alpha"):
        html = server.get(f"/{page}").text
        assert f'<img src="{path}" alt="Map of height of &lt;waves&gt; (swh), 0 to 9 m"' in html
    past = server.get(f"/{STORE.value.removeprefix(BASE)}?at=5").text
    assert f'src="{path}?at=5"' in past
    assert server.get(f"{path}?at=5").content == PNG
    assert server.get(f"{path}?at=4").status_code == 404


def test_the_file_may_be_kept_for_ever(server: Server) -> None:
    path = f"/thumbnail/{said(PNG)}.png"
    found = server.get(path)
    assert (found.status_code, found.content, found.headers["Content-Type"]) == (200, PNG, "image/png")
    assert found.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    again = server.get(path, headers={"If-None-Match": found.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_no_other_body_is_given_out(server: Server) -> None:
    for data in (PLAIN, b"lost", b"\x89PNG\r\n\x1a\n that no store has"):
        assert server.get(f"/thumbnail/{said(data)}.png").status_code == 404
    for name in ("../raw", "x", "0" * 64, "%2e%2e"):
        assert server.get(f"/thumbnail/{name}.png").status_code == 404
