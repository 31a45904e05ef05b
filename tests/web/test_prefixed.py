"""A server below a path of its host: the same pages, and nothing in them that leads out of it."""

import re

import pytest
from fastapi import FastAPI
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from leap_kg.graph.home import Home
from leap_kg.settings import DEFAULT_BASE, Settings
from leap_kg.web.app import create_app
from leap_kg.web.prefixed import Prefixed
from tests.web.local import Local
from tests.web.platform import ALPHA

PREFIX = "/services/leap-kg"
PAGES = (
    "/", "/browse?kind=dataset", "/search?q=sea", "/findings", "/changes", "/changes/3", "/about", "/ontology",
    "/queries", "/curation", "/curation/sign-in", "/dataset/leap-test/alpha", "/dataset/leap-test/alpha?at=2",
    "/dataset/leap-test/hostile", "/hub/leap/prod", f"/history?iri={ALPHA}", "/stac", "/nothing/here", "/sparql",
)  # fmt: skip
DOCUMENTS = (
    "/dataset/leap-test/alpha.ttl", "/dataset/leap-test/alpha.jsonld", "/changes.atom", "/robots.txt",
    "/stac/", "/stac/api", "/records/api", "/stac/collections", "/stac/conformance", "/records/",
    "/records/collections", "/ldes", f"/timemap?iri={ALPHA}", "/catalog.ttl", "/context.jsonld",
)  # fmt: skip


@pytest.fixture(scope="module")
def plain(home: Home) -> Local:
    return Local(create_app(Settings(home=home.path)))


@pytest.fixture(scope="module")
def below(home: Home) -> Local:
    app: ASGIApp = Prefixed(create_app(Settings(home=home.path, path=PREFIX)), PREFIX)
    assert not isinstance(app, FastAPI)
    return Local(app)


@pytest.mark.all
@pytest.mark.parametrize("address", PAGES)
def test_a_page_leads_nowhere_else(plain: Local, below: Local, address: str) -> None:
    was, now = plain.get(address), below.get(PREFIX + address)
    assert now.status_code == was.status_code
    text = now.content.decode()
    own = re.findall(r'\s(?:href|src|action|formaction)="(/[^"]*)"', text)
    assert [link for link in own if not link.startswith(f"{PREFIX}/")] == []
    if was.status_code == 200:
        assert len(own) > 10
        assert int(now.headers["content-length"]) == len(now.content)
        assert now.headers["etag" if "etag" in was.headers else "cache-control"]
    assert text.replace(PREFIX, "") == was.content.decode()
    assert now.headers.get("link", "").replace(PREFIX, "") == was.headers.get("link", "")
    assert not re.search(r"</(?!services/)", now.headers.get("link", ""))


@pytest.mark.all
@pytest.mark.parametrize("address", DOCUMENTS)
def test_a_document_names_this_server_with_its_path(plain: Local, below: Local, address: str) -> None:
    was, now = plain.get(address, "*/*"), below.get(PREFIX + address, "*/*")
    assert now.status_code == was.status_code
    text = now.content.decode()
    assert re.findall(rf"http://local(?!{PREFIX}/|{PREFIX}\b)[^\s\"<>]*", text) == []
    if "/stac/" not in address:  # where items lie differs in no other way, but it is packed
        assert text.replace(PREFIX, "") == was.content.decode()
    location = now.headers.get("location", "")
    assert location.replace(PREFIX, "") == was.headers.get("location", "")
    assert not location or location.startswith((f"{PREFIX}/", f"http://local{PREFIX}/"))


@pytest.mark.all
def test_only_what_is_below_the_path_is_answered(below: Local) -> None:
    assert below.get("/").status_code == 404
    assert below.get(f"{PREFIX}-other/").status_code == 404
    moved = below.get(f"{PREFIX}?q=1")
    assert (moved.status_code, moved.headers["location"]) == (308, f"{PREFIX}/?q=1")
    assert below.get(f"{PREFIX}/health", "*/*").status_code == 200


@pytest.mark.all
def test_text_of_others_that_looks_like_a_link_stays_text(below: Local) -> None:
    shown = below.get(f'{PREFIX}/search?q=x"+href="/y').content.decode()
    assert "href=&#34;/y" in shown or "href=&quot;/y" in shown


async def _small(scope: Scope, receive: Receive, send: Send) -> None:
    """An app that answers with its path, in a page or in pieces of something else, with addresses in its headers."""
    body = (
        f'<a href="/x">{scope["path"]} {scope["raw_path"].decode()}</a> <a href="//y"> href="/z" <a href="https://w/">'
    )
    kind = scope["query_string"].decode() or "text/html; charset=utf-8"
    headers = {"Location": "/there", "Content-Location": "//elsewhere/", "Link": '</a>; rel="up", </b>; title="x </c"'}
    await Response(body, media_type=kind, headers=headers)(scope, receive, send)


def test_pages_and_headers_get_the_path_and_nothing_else_does() -> None:
    below = Local(Prefixed(_small, PREFIX))
    page = below.get(f"{PREFIX}/a%20b")
    shown = '<a href="P/x">/a b /a%20b</a> <a href="//y"> href="P/z" <a href="https://w/">'
    assert page.content.decode() == shown.replace("P/", f"{PREFIX}/").replace("/a b", "/a%20b")
    assert int(page.headers["content-length"]) == len(page.content)
    assert page.headers["location"] == f"{PREFIX}/there"
    assert page.headers["content-location"] == "//elsewhere/"
    assert page.headers["link"] == f'<{PREFIX}/a>; rel="up", <{PREFIX}/b>; title="x </c"'
    assert b'href="/x"' in below.get(f"{PREFIX}/a?application/json").content
    assert below.get("/a").status_code == 404


@pytest.mark.parametrize("path", ["services", "/a//b", "/a/../b", "/a b", "/é", "/a?b", "//evil.example"])
def test_a_path_that_is_none_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="LEAP_KG_PATH must be a path"):
        Settings.from_environment({"LEAP_KG_PATH": path})


def test_base_is_not_touched() -> None:
    assert Settings.from_environment({"LEAP_KG_PATH": f"{PREFIX}/"}).path == PREFIX
    assert Settings.from_environment({}).base == DEFAULT_BASE
