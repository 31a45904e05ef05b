"""Follows the links of all that the API has, to where they lead within it."""

from collections.abc import Iterator
from typing import Any

from tests.web.server import Server


def ask(server: Server, path: str) -> Any:
    """The document there, which must be there."""
    answer = server.get(path if path.startswith("http") else f"/stac{path}", accept="application/json, */*")
    assert answer.status_code == 200, f"{path}: {answer.status_code}"
    return answer.json()


def pages(server: Server, path: str, members: str) -> Iterator[dict[str, Any]]:
    """All members of a list, page by page."""
    href: str | None = path
    while href:
        page = ask(server, href)
        yield from page[members]
        href = next((link["href"] for link in page["links"] if link["rel"] == "next"), None)


def own_links(server: Server, value: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Relation and address of each link that stays within the API."""
    for link in value["links"]:
        if link["href"].startswith(f"{server.origin}/stac"):
            yield link["rel"], link["href"]


def follow(server: Server, value: dict[str, Any], seen: set[str]) -> None:
    """Each link of an object answers, that to itself with the object; what was `seen` is not asked for again."""
    for relation, href in own_links(server, value):
        if relation == "self":
            assert ask(server, href) == value, href
        elif href not in seen:
            answer = server.get(href, accept="*/*")
            assert answer.status_code == 200, f"{value['id']}, {relation}: {href}: {answer.status_code}"
        seen.add(href)


def follow_all(server: Server) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Follow the links of all collections and items; these."""
    seen: set[str] = set()
    collections = list(pages(server, "/collections?limit=7", "collections"))
    items = list(pages(server, "/search?limit=50", "features"))
    for value in (*collections, *items):
        follow(server, value, seen)
    listed = [item for each in collections for item in _items(server, each)]
    key = repr
    assert sorted(listed, key=key) == sorted(items, key=key)
    return collections, items


def _items(server: Server, collection: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for relation, href in own_links(server, collection):
        if relation == "items":
            yield from pages(server, f"{href}?limit=50", "features")
