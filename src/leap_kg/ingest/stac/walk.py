"""The walk through a catalogue: from its roots along the links of static files and the pages of APIs.

Each object is yielded as it is found, so a catalogue of any size needs the memory of its addresses only. No address is
asked for twice, so links in a circle end. A document that cannot be had or read is a reference with a problem: what
lies below it is not known to be gone.
"""

import json
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qs

from leap_kg.ingest.fetch import Ask, Body, FetchFailed
from leap_kg.ingest.formats.jsonvalue import Json, canonical, read_value
from leap_kg.ingest.formats.yamltext import Unreadable
from leap_kg.ingest.source import Listing, Part, Ref
from leap_kg.ingest.stac.naming import item_url, quoted, resolved
from leap_kg.ingest.stac.pages import Pages, following, shortfall

ACCEPT = "application/geo+json, application/json;q=0.9, */*;q=0.1"

Kind = Literal["catalog", "collection", "item", "items", "collections"]

_OBJECT_LINKS = ("child", "item")
_PAGE_LINKS = ("data", "items")


@dataclass(slots=True)
class Walk:
    """One walk from `roots`. `items` says whether items of APIs are wanted, `page` how many to ask for at a time.

    Without `follow` the roots are all there is. After `most` objects it ends, and says so in the listing.
    """

    listing: Listing
    roots: tuple[str, ...]
    follow: bool = True
    items: bool = True
    page: int = 200
    most: int = 1_000_000
    _seen: set[str] = field(default_factory=set)
    _waiting: deque[tuple[Ask, str, Pages | None]] = field(default_factory=deque)
    _lists: list[Pages] = field(default_factory=list)
    _collections: dict[str, str] = field(default_factory=dict)
    """The address of each collection by its id, `""` if several have it."""

    def refs(self) -> Iterator[Ref]:
        """Every object once. A root that cannot be had raises `FetchFailed` or `Unreadable` if it is the only one."""
        self._waiting.extend((Ask(root, ACCEPT), "root", None) for root in self.roots)
        found = 0
        while self._waiting:
            ask, relation, pages = self._waiting.popleft()
            if relation in _OBJECT_LINKS and ask.url in self._seen:
                # A page that came in the meantime held it.
                continue
            try:
                body = self.listing.fetcher.fetch(ask)
                document = read_value(body.data, what=body.url)
            except (FetchFailed, Unreadable) as failure:
                if (relation == "root" and len(self.roots) == 1) or getattr(failure, "kind", "") == "parked":
                    raise
                yield Ref(ask.url, ask.url, str(failure))
                continue
            for ref in self._open(ask, relation, pages, body, document):
                found += 1
                if found > self.most:
                    self.listing.shortfall = f"there are more than {self.most} objects: raise max_objects to see all"
                    return
                yield ref
        self.listing.shortfall = shortfall(self._lists)
        if any(pages.matched is not None for pages in self._lists):
            self.listing.expected = found + sum(pages.missing for pages in self._lists)

    def _open(self, ask: Ask, relation: str, pages: Pages | None, body: Body, document: Json) -> Iterator[Ref]:
        value, kind = document.value, kind_of(document.value)
        if kind is None and not self.follow:
            yield Ref(ask.url, ask.url, version=body.sha256, found=(Part.of("stac", body),))
        elif kind is None:
            reason = "the document is no STAC catalogue, collection, item or page of them: mend or remove the link"
            yield Ref(ask.url, ask.url, reason)
        elif kind in ("items", "collections"):
            if pages is None:
                pages = Pages(ask.url.partition("?")[0])
                self._lists.append(pages)
            yield from self._page(ask, relation, pages, body, document)
        elif self._first(ask.url):
            yield Ref(ask.url, ask.url, version=body.sha256, found=(Part.of("stac", body), *self._home(ask.url, value)))
            yield from self._follow(ask.url, value)

    def _page(self, ask: Ask, relation: str, pages: Pages, body: Body, document: Json) -> Iterator[Ref]:
        """The objects of one page; the next page waits first in the queue, so that few pages are under way.

        Below the address of the first page each object has its own.
        """
        value, kind = document.value, kind_of(document.value)
        members = value["features"] if kind == "items" else value["collections"]
        for number, member in enumerate(members):
            identifier = member.get("id") if isinstance(member, dict) else None
            if not isinstance(identifier, str) or not identifier:
                pages.count(f"{ask.url}#{number}")
                yield Ref(f"{ask.url}#{number}", ask.url, "a member of this page has no id: give it one")
                continue
            pages.count(identifier)
            # A file with many items has no address for each.
            listed = pages.address
            url = item_url(listed, identifier) if relation != "root" else f"{listed}#{quoted(identifier)}"
            if not self._first(url):
                continue
            part = Part.cut("stac", url, canonical(member).encode(), member)
            gaps = (Part.cut("gaps", url, b"1"),) if document.gaps else ()
            yield Ref(url, url, version=part.sha256, found=(part, *gaps, *self._home(url, member)))
            if kind == "collections":
                yield from self._follow(url, member, body.url)
        if not self.follow:
            return
        pages.read(value)
        further = following(value, body, ask)
        if further is not None and self._first(f"{further.url} {further.data!r}"):
            self._waiting.appendleft((further, relation, pages))
        else:
            pages.end()

    def _home(self, url: str, value: dict[str, Any]) -> tuple[Part, ...]:
        """Where the collection is that an item names and does not link to, if the walk came by it."""
        if value.get("type") != "Feature":
            if kind_of(value) == "collection":
                self._collections[value["id"]] = url if self._collections.get(value["id"], url) == url else ""
            return ()
        name = value.get("collection")
        known = self._collections.get(name, "") if isinstance(name, str) else ""
        if not known or any(relation == "collection" for relation, _ in links(value)):
            return ()
        return (Part.cut("collection", url, known.encode()),)

    def _follow(self, url: str, value: dict[str, Any], listed_at: str = "") -> Iterator[Ref]:
        """Line up what an object links to; pages of an API go before single objects, which they may hold.

        A link to an object that leads nowhere is a reference with a problem: what is behind it is not known.
        """
        if not self.follow:
            return
        found: dict[str, list[str]] = {}
        for number, (relation, href) in enumerate(links(value)):
            target = resolved(listed_at or url, href)
            found.setdefault(relation, []).append(target)
            if not target and (relation in _OBJECT_LINKS or (relation == "items" and self.items)):
                yield Ref(f"{url}#links[{number}]", url, _leads_nowhere(number, relation, href))
        if "conformsTo" not in value:
            # Only the first page of an API has its collections behind this link; elsewhere it means a file.
            found.pop("data", None)
        for relation in (*_PAGE_LINKS, *_OBJECT_LINKS):
            if relation == "items" and not self.items:
                continue
            for target in dict.fromkeys(filter(None, found.get(relation, ()))):
                if relation in _PAGE_LINKS:
                    if self._first(f"page {target}"):
                        self._waiting.append((Ask(self._limited(target, relation), ACCEPT), relation, None))
                elif target not in self._seen and self._first(f"link {target}"):
                    self._waiting.append((Ask(target, ACCEPT), relation, None))

    def _limited(self, url: str, relation: str) -> str:
        query = url.partition("?")[2]
        if relation != "items" or "limit" in parse_qs(query):
            return url
        return f"{url}{'&' if query else '?'}limit={self.page}"

    def _first(self, name: str) -> bool:
        if name in self._seen:
            return False
        self._seen.add(name)
        return True


def kind_of(value: object) -> Kind | None:
    """What a document is, in any version of STAC; `None` if it is neither an object of STAC nor a page of them."""
    if not isinstance(value, dict):
        return None
    if isinstance(value.get("features"), list):
        return "items"
    if isinstance(value.get("collections"), list) and "stac_version" not in value:
        return "collections"
    if not isinstance(value.get("id"), str) or not value["id"]:
        return None
    if value.get("type") == "Feature":
        return "item"
    return _container(value)


def _container(value: dict[str, Any]) -> Kind | None:
    stated = value.get("type")
    if stated == "Collection" or (stated != "Catalog" and "extent" in value and "license" in value):
        return "collection"
    if stated == "Catalog" or ("stac_version" in value and isinstance(value.get("links"), list)):
        return "catalog"
    return None


def _leads_nowhere(number: int, relation: str, href: object) -> str:
    if href is None:
        what = "has no href"
    elif not isinstance(href, str) or not href.strip():
        what = f"has the href {json.dumps(href)[:100]}"
    else:
        what = f"leads to {json.dumps(href[:200])}, which cannot be asked for over the network"
    return f"links[{number}], with rel {relation!r}, {what}: give an http or https address, or take the link out"


def links(value: dict[str, Any]) -> Iterator[tuple[str, object]]:
    """Relation of each link that has one, and its target, `None` if it has none."""
    listed = value.get("links")
    for link in listed if isinstance(listed, list) else ():
        if isinstance(link, dict) and isinstance(link.get("rel"), str):
            yield link["rel"], link.get("href")
