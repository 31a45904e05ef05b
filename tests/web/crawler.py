"""Follows every link of the site from the first page and remembers what it saw.

Links that say `rel=nofollow` (combinations of facets) are followed from pages without a query string only, from
pages of the past none is, and queries are not run, but for each named one once: their number has no end.
"""

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urldefrag, urljoin

import html5lib

from tests.web.server import Server


@dataclass
class Site:
    """Every page by its address, every fragment it has, the kinds of elements on it, and what was wrong."""

    pages: dict[str, str] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    anchors: dict[str, list[str]] = field(default_factory=dict)
    markup: dict[str, set[tuple[str, ...]]] = field(default_factory=dict)
    fragments: list[tuple[str, str, str]] = field(default_factory=list)
    external: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)


def crawl(server: Server) -> Site:
    """The whole site."""
    site, waiting = Site(), ["/"]
    ran = set[str]()
    while waiting:
        address = waiting.pop()
        if address in site.statuses:
            continue
        answer = server.get(address)
        if answer.is_redirect:
            target, name = answer.headers["Location"], address.partition("?")[0]
            if not target.startswith("/sparql?") or name not in ran:
                ran.add(name)
                waiting.append(target)
        site.statuses[address] = answer.status_code
        if answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html"):
            site.pages[address] = answer.text
            waiting += _read(site, address, answer.text)
    return site


def _read(site: Site, address: str, text: str) -> list[str]:
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    document = parser.parse(text)
    site.faults += [f"{address}: {error}" for error in parser.errors]
    site.anchors[address] = [element.get("id") for element in document.iter() if element.get("id")]
    site.markup[address] = {_kind(parent, element) for parent in document.iter() for element in parent}
    found = []
    for element in document.iter():
        for name in ("href", "src", "action", "srcset", "poster", "data"):
            value = element.get(name) if isinstance(element.tag, str) else None
            if value is None:
                continue
            if re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//", value):
                site.external.add(f"{element.tag} {name} {value}")
                continue
            target, fragment = urldefrag(urljoin(address, value))
            if fragment:
                site.fragments.append((address, target, fragment))
            of_the_past = "at=" in address.partition("?")[2]
            endless = of_the_past or ("nofollow" in (element.get("rel") or "") and "?" in address)
            if not endless and not target.startswith("/sparql?"):
                found.append(target)
    return found


def _kind(parent: Any, element: Any) -> tuple[str, ...]:
    """All of an element but its text and the values that differ from page to page."""
    fixed = (f"{name}={element.get(name)}" for name in ("class", "role", "type") if element.get(name))
    return (str(parent.tag), str(element.tag), *sorted(element.keys()), *fixed)
