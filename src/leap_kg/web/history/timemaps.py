"""TimeMaps (RFC 7089, section 5): the list of the mementos of a node, or of a page about the whole graph.

A list longer than one page is an index of TimeMaps, each with its span, so that a client reads what it needs.
"""

from fastapi import APIRouter, Request, Response
from pyoxigraph import NamedNode

from leap_kg.ontology.iri import path_of
from leap_kg.sparql.accept import best
from leap_kg.web.answers import server_of, site_of
from leap_kg.web.history.memento import LINK_FORMAT, http_date, uri
from leap_kg.web.history.mementos import Memento, Mementos
from leap_kg.web.links import at_moment, url
from leap_kg.web.listing import number
from leap_kg.web.negotiation import unchanged
from leap_kg.web.nodes.routes import missing
from leap_kg.web.site import Site
from leap_kg.web.tables import as_json

router = APIRouter(include_in_schema=False)

_JSON = "application/json"
_PAGE = 1000
# Pages about the graph as a whole; each of them has every revision as a memento.
_WHOLE = ("/", "/sparql", "/findings")


@router.get("/timemap")
@router.get("/timemap.{suffix}")
def timemap(request: Request, suffix: str = "") -> Response:
    """The mementos of the node `iri`, or of the page `path`; a long list has pages."""
    site, given = site_of(request), request.query_params
    iri, path = given.get("iri", ""), given.get("path", "/sparql")
    newest = site.revision().number
    mementos = Mementos(site.history, iri, newest)
    known = bool(mementos.iri) or (_exists(site, iri) if iri else path in _WHOLE)
    kind = _kind(request, suffix)
    if not known or kind is None:
        return missing(request, iri or path) if kind else _refused()
    last = -(-mementos.total // _PAGE)
    page = min(number(given.get("page"), 0 if last > 1 else 1, 1_000_000), last)
    start, subject = server_of(request), ({"iri": iri} if iri else {"path": path})
    document = _Document(start, path_of(site.settings.base, iri) if iri else path, subject, mementos, page, last)
    tag = f'W/"{newest}-timemap-{page}-{kind.rpartition("/")[2]}"'
    headers = {"Vary": "Accept", "Cache-Control": "no-cache", "ETag": tag}
    if unchanged(request, tag):
        return Response(status_code=304, headers=headers)
    body = document.json() if kind == _JSON else document.link_format()
    return Response(body, media_type=kind, headers=headers)


def _exists(site: Site, iri: str) -> bool:
    try:
        return site.revision().reading.exists(NamedNode(iri))
    except ValueError:
        return False


class _Document:
    """One TimeMap, or one page of one; page 0 lists the pages."""

    def __init__(
        self, start: str, original: str, subject: dict[str, str], mementos: Mementos, page: int, last: int
    ) -> None:
        self._start = start
        self._original = original
        self._subject = subject
        self._mementos = mementos
        self._page = page
        self._last = last
        self._listed = mementos.oldest_first(_PAGE, (page - 1) * _PAGE) if page else []

    def link_format(self) -> str:
        """The list as RFC 7089, section 5, has it."""
        lines = [
            f'<{self._start}{uri(self._original)}>; rel="original timegate"',
            f'<{self._address(self._page)}>; rel="self"; type="{LINK_FORMAT}"{self._span(self._listed)}',
        ]
        for page in self._others():
            edges = self._edges(page)
            lines.append(f'<{self._address(page)}>; rel="timemap"; type="{LINK_FORMAT}"{self._span(edges)}')
        first, last = self._mementos.first(), self._mementos.last()
        for memento in self._listed:
            names = [name for name, edge in (("first", first), ("last", last)) if memento == edge]
            when = f'; datetime="{http_date(memento.at)}"'
            lines.append(f'<{self._memento(memento)}>; rel="{" ".join([*names, "memento"])}"{when}')
        return ",\n".join(lines) + "\n"

    def json(self) -> bytes:
        """The same as JSON."""
        first, last = self._mementos.first(), self._mementos.last()
        document: dict[str, object] = {
            "original_uri": f"{self._start}{uri(self._original)}",
            "timegate_uri": f"{self._start}{uri(self._original)}",
            "timemap_uri": {"link_format": self._address(self._page), "json": self._address(self._page, ".json")},
            "total": self._mementos.total,
        }
        if pages := self._others():
            document["pages"] = [{"uri": self._address(page, ".json")} for page in pages]
        document["mementos"] = {
            "first": self._entry(first),
            "last": self._entry(last),
            "list": [self._entry(memento) for memento in self._listed],
        }
        return as_json(document)

    def _others(self) -> list[int]:
        return [] if self._last <= 1 else [page for page in range(1, self._last + 1) if page != self._page]

    def _edges(self, page: int) -> list[Memento]:
        start = (page - 1) * _PAGE
        end = min(start + _PAGE, self._mementos.total) - 1
        return [*self._mementos.oldest_first(1, start), *self._mementos.oldest_first(1, end)]

    def _span(self, listed: list[Memento]) -> str:
        return f'; from="{http_date(listed[0].at)}"; until="{http_date(listed[-1].at)}"' if listed else ""

    def _entry(self, memento: Memento | None) -> dict[str, object] | None:
        if memento is None:
            return None
        return {"datetime": memento.at.isoformat(), "revision": memento.revision, "uri": self._memento(memento)}

    def _memento(self, memento: Memento) -> str:
        return self._start + uri(at_moment(self._original, memento.revision))

    def _address(self, page: int, suffix: str = "") -> str:
        several = self._last > 1 and page
        return self._start + uri(url(f"/timemap{suffix}", **self._subject, page=str(page) if several else None))


def _kind(request: Request, suffix: str) -> str | None:
    if suffix:
        return {"link": LINK_FORMAT, "json": _JSON}.get(suffix)
    return best(",".join(request.headers.getlist("accept")), [LINK_FORMAT, _JSON]) or (
        LINK_FORMAT if "text/html" in request.headers.get("accept", "") else None
    )


def _refused() -> Response:
    text = f"A TimeMap can be had as {LINK_FORMAT} (/timemap.link) and {_JSON} (/timemap.json).\n"
    return Response(text, status_code=406, media_type="text/plain", headers={"Vary": "Accept"})
