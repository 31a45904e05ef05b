"""The site map: the address of every node that has a page, and when it last changed, for search engines; lists too.

Read from the timeline a few thousand nodes at a time and sent as a stream, so that a graph of any size costs neither a
pass over it nor the memory for all its addresses. More than 50,000 addresses, which is as many as one file may have,
are in files of their own. Format: https://www.sitemaps.org/protocol.html.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from html import escape

from fastapi import APIRouter, Request, Response
from starlette.responses import StreamingResponse

from leap_kg.graph.history.timeline import Timeline
from leap_kg.ontology.iri import path_of
from leap_kg.web.answers import server_of, site_of
from leap_kg.web.nodes.routes import by_path

router = APIRouter(include_in_schema=False)

MOST = 50_000
_BATCH = 5_000
# Lists that people look for by their subject; they close the last file.
_LISTS = ("/publications", "/report", "/missing")
_XML = "application/xml"
_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


@router.get("/sitemap.xml")
def sitemap(request: Request) -> Response:
    """All addresses, or the list of the files that have them."""
    site = site_of(request)
    revision, timeline = site.revision(), site.history.timeline
    starts, place = timeline.page_starts(MOST), server_of(request)
    files = _files(timeline, starts)
    lines = (
        _index(files, place) if len(files) > 1 else _addresses(timeline, files[0], site.settings.base, place, _LISTS)
    )
    return _sent(lines, revision.number)


@router.get("/sitemap-{number}.xml")
def part(request: Request, number: str) -> Response:
    """One file of the list."""
    site = site_of(request)
    timeline = site.history.timeline
    files = _files(timeline, timeline.page_starts(MOST))
    if not (number.isascii() and number.isdecimal() and len(number) < 9 and 1 <= int(number) <= len(files)):
        return by_path(request)
    lists = _LISTS if int(number) == len(files) else ()
    lines = _addresses(timeline, files[int(number) - 1], site.settings.base, server_of(request), lists)
    return _sent(lines, site.revision().number)


def _files(timeline: Timeline, starts: list[int]) -> list[int | None]:
    """Where the nodes of each file begin; `None` for one of lists only, where the last has no room for them."""
    last = sum(map(len, _batches(timeline, starts[-1]))) if starts else MOST
    return [*starts, *([None] if last + len(_LISTS) > MOST else [])]


def _sent(lines: Iterator[str], revision: int) -> Response:
    headers = {"Cache-Control": "no-cache", "Leap-Revision": str(revision)}
    return StreamingResponse(lines, media_type=_XML, headers=headers)


def _index(files: Sequence[int | None], place: str) -> Iterator[str]:
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<sitemapindex xmlns="{_NAMESPACE}">\n'
    for number, _ in enumerate(files, 1):
        yield f"<sitemap><loc>{escape(place)}/sitemap-{number}.xml</loc></sitemap>\n"
    yield "</sitemapindex>\n"


def _addresses(timeline: Timeline, start: int | None, base: str, place: str, lists: Sequence[str]) -> Iterator[str]:
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="{_NAMESPACE}">\n'
    for batch in _batches(timeline, start) if start is not None else ():
        yield "".join(
            f"<url><loc>{escape(place + path_of(base, iri))}</loc><lastmod>{at:%Y-%m-%dT%H:%M:%SZ}</lastmod></url>\n"
            for _, iri, at in batch
        )
    yield "".join(f"<url><loc>{escape(place)}{path}</loc></url>\n" for path in lists)
    yield "</urlset>\n"


def _batches(timeline: Timeline, start: int) -> Iterator[list[tuple[int, str, datetime]]]:
    for _ in range(MOST // _BATCH):
        batch = timeline.pages(start, _BATCH)
        if not batch:
            return
        yield batch
        start = batch[-1][0]
