"""The addresses of data, below the page of their store: a form to put one together, and the files themselves.

`…/series.csv?variable=sst&lat=-3&lon=240` and `…/subset.nc?variable=sst&bbox=…&datetime=…` can be shared: they say all
that is wanted. A form page reads nothing but the graph.
"""

import asyncio
import os
import re
import time
from collections.abc import Iterator
from typing import BinaryIO
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from pyoxigraph import NamedNode
from starlette.responses import PlainTextResponse, StreamingResponse

from leap_kg.ontology.iri import iri_of, path_of
from leap_kg.sparql.query import QueryFailed
from leap_kg.web.answers import page, server_of, site_of
from leap_kg.web.cells import Node
from leap_kg.web.data.asked import NotAsked, read
from leap_kg.web.data.files import FORMS
from leap_kg.web.data.places import can_read, data_path, place_of, readable
from leap_kg.web.data.reading import File, Job, NotRead
from leap_kg.web.negotiation import wants_page
from leap_kg.web.nodes.extents import coverage_of
from leap_kg.web.nodes.routes import by_path
from leap_kg.web.nodes.variables import Variable, variables_of
from leap_kg.web.reading import Reading
from leap_kg.web.security import raw_path
from leap_kg.web.site import Site
from leap_kg.web.sparql.endpoint import client_of

router = APIRouter(include_in_schema=False)

_PIECE = 2**18
_CHANGING = "public, max-age=300"


@router.get("/store/{slug:path}/data")
def form(request: Request, slug: str) -> Response:
    """What can be asked for of a store, as forms."""
    site = site_of(request)
    revision = site.revision()
    reading, node = revision.reading, _node(site, raw_path(request.scope).removesuffix("/data"))
    if node is None or place_of(reading, node) is None or _is_node(site, reading, request):
        return by_path(request)
    path = path_of(reading.base, node.value)
    variables = [variable for variable in variables_of(reading, node).shown if not _is_axis(variable)]
    coverage = coverage_of(reading, node)
    box = next((extent.box for extent in coverage.extents if extent.box is not None), None)
    period = next((extent for extent in coverage.extents if extent.start and extent.end), None)
    return page(
        request,
        "data.html",
        revision,
        store=reading.link(node),
        path=path,
        is_open=bool(data_path(site.settings, reading, node)),
        variables=variables,
        coverage=coverage,
        middle=((box.south + box.north) / 2, _turned(box.west + box.width / 2)) if box else None,
        box=f"{box.west:g},{box.south:g},{box.east:g},{box.north:g}" if box else "",
        first=period.start[:10] if period else "",
        period=f"{period.start[:10]}/{period.end[:10]}" if period else "",
        most=site.settings.data_bytes,
        section="browse",
    )


@router.get("/store/{slug:path}/series.{suffix}")
async def series(request: Request, slug: str, suffix: str) -> Response:
    """The values of a variable at the cell nearest to a point."""
    return await _file(request, f"/series.{suffix}", suffix, is_series=True)


@router.get("/store/{slug:path}/subset.{suffix}")
async def subset(request: Request, slug: str, suffix: str) -> Response:
    """The values of a variable in a box and a period."""
    return await _file(request, f"/subset.{suffix}", suffix, is_series=False)


async def _file(request: Request, end: str, suffix: str, *, is_series: bool) -> Response:
    site = site_of(request)
    path = raw_path(request.scope).removesuffix(end)
    node = _node(site, path)
    reading = site.revision().reading
    place = place_of(reading, node) if node is not None else None
    if node is None or place is None or suffix not in FORMS or _is_node(site, reading, request):
        return await asyncio.to_thread(by_path, request)
    if not readable(place, site.settings.data_places):
        reason = "this server does not open this store for visitors; its page has the code that opens it in Python"
        return _refused(request, path, NotRead(403, reason))
    if not can_read():
        return _refused(request, path, NotRead(501, "the server lacks what reads data: install leap-kg[data]"))
    client = client_of(request.scope, request.headers.getlist("x-forwarded-for"), site)
    began = time.monotonic()
    try:
        wish = read(request.query_params.multi_items(), series=is_series)
        site.asking.budget.check(client)
        job = Job(place.uri, place.endpoint, wish, suffix, node.value, f"{server_of(request)}{_address(request)}")
        found = await site.data.read(job)
    except NotAsked as problem:
        return _refused(request, path, NotRead(400, str(problem)))
    except QueryFailed as failure:
        return _refused(request, path, NotRead(failure.status, failure.reason))
    except NotRead as problem:
        return _refused(request, path, problem, end)
    finally:
        site.asking.budget.spend(client, time.monotonic() - began)
    return _given(found, path, wish.variable, suffix)


def _given(found: File, path: str, variable: str, suffix: str) -> Response:
    words = re.sub(r"[^A-Za-z0-9._-]+", "-", f"{path.rpartition('/')[2]}-{variable}").strip("-.")[:100]
    # Not as a path that the server sends: it would open the file after it is deleted. An open file stays readable.
    file = found.path.open("rb")
    found.delete()
    headers = {
        "Cache-Control": _CHANGING,
        "Content-Disposition": f'attachment; filename="{words}.{suffix}"',
        "Content-Length": str(os.fstat(file.fileno()).st_size),
        "Link": f'<{path}>; rel="describedby"',
        "Leap-Chunks": str(found.chunks),
        "Leap-Bytes": str(found.bytes),
    }
    return StreamingResponse(_pieces(file), media_type=FORMS[suffix], headers=headers)


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while piece := file.read(_PIECE):
            yield piece


def _refused(request: Request, path: str, problem: NotRead, end: str = "") -> Response:
    """Why there are no data, and the address of fewer where that would do."""
    fewer = f"{path}{end}?{urlencode(problem.example)}" if problem.example and end else ""
    reason = f"{problem.reason}."
    if not wants_page(request):
        lines = [reason, *([f"Less, for example: {server_of(request)}{fewer}"] if fewer else [])]
        later = {"Retry-After": "60"} if problem.status in (429, 503) else {}
        return PlainTextResponse("\n".join(lines) + "\n", problem.status, headers={"Vary": "Accept", **later})
    nodes = [Node("The form", f"{path}/data", ""), Node("The store", path, "")]
    nodes = [*([Node("A smaller part", fewer, "")] if fewer else []), *nodes]
    return page(
        request, "message.html", status=problem.status, title="No data for this", text=reason, suggestions=nodes
    )


def _node(site: Site, path: str) -> NamedNode | None:
    try:
        return NamedNode(iri_of(site.settings.base, path))
    except ValueError:
        return None


def _is_node(site: Site, reading: Reading, request: Request) -> bool:
    """Whether the whole path names a node itself: a store may well be called `data`."""
    whole = _node(site, raw_path(request.scope))
    return whole is not None and reading.exists(whole)


def _address(request: Request) -> str:
    query = request.scope["query_string"].decode("latin-1")
    return f"{raw_path(request.scope)}?{query}"


def _is_axis(variable: Variable) -> bool:
    """Whether the variable is the coordinate of a dimension of its own name."""
    dimension, _, rest = variable.shape.partition(" ")
    return dimension == variable.name.rpartition("/")[2] and "×" not in rest


def _turned(longitude: float) -> float:
    return (longitude + 180) % 360 - 180
