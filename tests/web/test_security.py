"""What every answer carries, and what is turned away before any page is made."""

import pytest
import requests

from tests.web.server import Server

EVERYWHERE = (
    "/",
    "/dataset/leap-test/hostile",
    "/dataset/leap-test/alpha.ttl",
    "/nothing",
    "/sparql?query=x",
    "/static/nothing.js",
    "/browse.csv",
)


@pytest.mark.parametrize("path", EVERYWHERE)
def test_every_answer_forbids_what_harvested_text_might_try(server: Server, path: str) -> None:
    headers = server.get(path).headers
    policy = headers["Content-Security-Policy"]
    for rule in ("default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert rule in policy
    assert "form-action 'self'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in headers


def test_programs_of_other_sites_may_read_data_but_not_frame_pages(server: Server) -> None:
    assert server.get("/dataset/leap-test/alpha.jsonld").headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Origin" not in server.get("/dataset/leap-test/alpha").headers
    preflight = server.ask("OPTIONS", "/dataset/leap-test/alpha")
    assert preflight.status_code == 204
    assert preflight.headers["Access-Control-Allow-Origin"] == "*"


def test_addresses_have_a_limit(server: Server) -> None:
    assert server.get("/" + "x" * 5000).status_code == 414
    assert server.get("/browse?q=" + "x" * 9000).status_code == 414
    assert server.get("/browse?q=" + "x" * 8000).status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE"])
def test_pages_can_only_be_read(server: Server, method: str) -> None:
    answer = server.ask(method, "/dataset/leap-test/alpha")
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("path", ["/", "/sparql", "/graph-store", "/update"])
def test_options_names_the_methods_that_are_answered(server: Server, path: str) -> None:
    offered = server.ask("OPTIONS", path)
    assert offered.headers["Allow"] == server.ask("PROPFIND", path).headers["Allow"]
    shared = set(offered.headers["Access-Control-Allow-Methods"].split(", "))
    assert shared <= {"GET", "HEAD", "POST", "QUERY", "OPTIONS"} & set(offered.headers["Allow"].split(", "))


@pytest.mark.parametrize(
    "path",
    [
        *("/static/../pyproject.toml", "/static/%2e%2e/%2e%2e/pyproject.toml", "/static/.vite/manifest.json"),
        *("/static/.stamp", "/static/assets/../.stamp", "/static/%2e%2e%2fpackage.json", "/static/"),
    ],
)
def test_only_built_files_are_served(server: Server, path: str) -> None:
    request = requests.Request("GET", server.origin).prepare()
    request.url = server.origin + path
    assert server.session.send(request, timeout=10).status_code in (404, 405)


def test_built_files_may_be_kept_for_ever(server: Server) -> None:
    page = server.get("/").text
    if "/static/assets/" not in page:
        pytest.skip("needs the built assets in web/dist")
    path = "/static/assets/" + page.partition("/static/assets/")[2].partition('"')[0]
    answer = server.get(path)
    assert answer.status_code == 200
    assert "immutable" in answer.headers["Cache-Control"]
    assert server.get("/favicon.svg").headers["Content-Type"].startswith("image/svg+xml")


@pytest.mark.parametrize(
    "path", ["/%00", "/%ff%fe", "/dataset/%0d%0aX-Evil:%201", "/node?iri=%0d%0a", "//evil.example/"]
)
def test_a_malformed_address_is_a_404(server: Server, path: str) -> None:
    request = requests.Request("GET", server.origin).prepare()
    request.url = server.origin + path
    answer = server.session.send(request, timeout=10, allow_redirects=False)
    assert answer.status_code == 404
    assert "X-Evil" not in answer.headers
