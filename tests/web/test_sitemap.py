"""The site map: every node with a page and when it changed, in as many files as it takes."""

import asyncio
import xml.etree.ElementTree as ET
from types import SimpleNamespace

import pytest
from starlette.requests import Request
from starlette.responses import StreamingResponse

from leap_kg.graph.index.search import SearchIndex
from leap_kg.ontology.iri import path_of
from leap_kg.settings import DEFAULT_BASE as BASE
from leap_kg.web import sitemap
from leap_kg.web.site import Site
from tests.web.platform import GONE, REPLACED
from tests.web.server import Server

NAMES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


def locations(text: bytes | str) -> dict[str, str]:
    """The addresses of a file with the time of their last change, `""` if none is given."""
    root = ET.fromstring(text)  # noqa: S314
    return {e.findtext("s:loc", "", NAMES): e.findtext("s:lastmod", "", NAMES) for e in root}


def test_it_has_each_page_that_search_finds_and_the_time_of_its_last_change(server: Server, site: Site) -> None:
    found = locations(server.get("/sitemap.xml").content)
    for name, revision in (("alpha", 2), ("beta", 4)):
        when = site.history.committed(revision).strftime("%Y-%m-%dT%H:%M:%SZ")
        assert found[f"{server.origin}/dataset/leap-test/{name}"] == when
    index = SearchIndex(site.home.index)
    hits = {hit.iri for hit in index.find(limit=10_000).hits if hit.kind not in ("tombstone", "run", "source", "term")}
    index.close()
    wanted = {server.origin + path_of(BASE, iri) for iri in hits if "#" not in iri and iri not in (GONE, REPLACED)}
    assert wanted <= found.keys()
    for iri in (GONE, REPLACED):
        assert server.origin + path_of(BASE, iri) not in found


def test_it_has_the_lists_that_people_look_for(server: Server) -> None:
    found = locations(server.get("/sitemap.xml").content)
    assert {f"{server.origin}/{name}" for name in ("publications", "report", "missing")} <= found.keys()


async def _text(response: object) -> bytes:
    assert isinstance(response, StreamingResponse)
    return b"".join(
        [piece.encode() if isinstance(piece, str) else bytes(piece) async for piece in response.body_iterator]
    )


def _request(site: Site) -> Request:
    app = SimpleNamespace(state=SimpleNamespace(site=site))
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "scheme": "http", "app": app}
    return Request({**scope, "headers": [(b"host", b"kg.example")], "server": ("kg.example", 80), "client": None})


@pytest.mark.parametrize("most", [7, 8, 9, 10, 20])
def test_more_addresses_than_one_file_may_have_are_in_several(
    site: Site, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    whole = locations(asyncio.run(_text(sitemap.sitemap(_request(site)))))
    monkeypatch.setattr(sitemap, "MOST", most)
    monkeypatch.setattr(sitemap, "_BATCH", most)
    files = locations(asyncio.run(_text(sitemap.sitemap(_request(site)))))
    assert len(files) == -(-len(whole) // most)
    parts = [
        locations(asyncio.run(_text(sitemap.part(_request(site), address.rpartition("-")[2].removesuffix(".xml")))))
        for address in files
    ]
    assert max(map(len, parts)) <= most
    assert sum(map(len, parts)) == len(whole)
    assert {address: at for part in parts for address, at in part.items()} == whole


def test_there_is_no_file_beyond_the_last(server: Server) -> None:
    assert server.get("/sitemap-1.xml").status_code == 200
    for name in ("0", "2", "x", "٣", "99999999999"):
        assert server.get(f"/sitemap-{name}.xml").status_code == 404, name
