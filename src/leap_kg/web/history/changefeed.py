"""`/changes`: the list of revisions, each revision as a page and as data, and the patches themselves.

A revision never changes, so its data is immutable; a patch of any size is sent as a stream.
"""

import gzip
import re
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from fastapi import APIRouter, Request, Response
from pyoxigraph import Literal
from starlette.responses import FileResponse, PlainTextResponse, StreamingResponse

from leap_kg.graph.history.changestore import change_node
from leap_kg.graph.history.feed import in_feed
from leap_kg.graph.history.timeline import Revised
from leap_kg.graph.log.patch import PatchLog
from leap_kg.graph.log.patchfile import Header, LogError
from leap_kg.ontology.namespaces import PROV, XSD
from leap_kg.web.answers import Resource, answer, page, render, site_of, twins
from leap_kg.web.history.change import NO_KIND, change_page
from leap_kg.web.history.changes import change_list
from leap_kg.web.history.following import Following, since_revision
from leap_kg.web.listing import number
from leap_kg.web.negotiation import HTML, JSON, unchanged
from leap_kg.web.nodes.routes import by_path, missing
from leap_kg.web.revision import Revision
from leap_kg.web.site import Site
from leap_kg.web.tables import as_json

router = APIRouter(include_in_schema=False)

_FORMS = (HTML, JSON)
_PATCH = "application/rdf-patch"
_TRIG = "application/trig"
_LASTING = "public, max-age=31536000, immutable"
_JSON_ENTITIES = 1000
_PIECE = 1 << 16
_LARGEST = 1_000_000_000


@router.get("/changes")
@router.get("/changes.json")
def changes(request: Request) -> Response:
    """The revisions, all or those that somebody follows."""
    site, given = site_of(request), request.query_params
    revision, following = site.revision(), Following.read(given, site.settings.base)
    if request.url.path.endswith(".json"):
        # A page says that there is nothing; a program would take that for an answer.
        following.require_kinds(site.settings.base)
    since = since_revision(following.since, site.history, datetime.now(UTC))
    before = number(given.get("before"), 0, _LARGEST) or None
    view = change_list(site.history.timeline, revision.reading, following, since, before)
    address = following.href("/changes", before)

    def make(chosen: object) -> bytes | str:
        if chosen is HTML:
            feeds = [{"path": view.atom, "title": "These changes"}]
            formats = twins(address, _FORMS)
            return render(request, "changes.html", revision, page=view, section="changes", formats=formats, feeds=feeds)
        return as_json(
            {
                "total": view.total,
                "revision": revision.number,
                "since": since,
                "changes": [asdict(one) for one in view.changes],
                "next": view.older.replace("/changes", "/changes.json", 1) or None,
            }
        )

    form = JSON if request.url.path.endswith(".json") else None
    stamp = f"{site.history.timeline.last()}-{since}"
    return answer(request, Resource(revision.number, address, "/changes", _FORMS, make, stamp), form)


@router.get("/changes/{name}")
def change(request: Request, name: str) -> Response:
    """One revision: as a page, as JSON, as TriG with a graph for each side, or as the patch itself."""
    site = site_of(request)
    revision = site.revision()
    found = re.fullmatch(r"([1-9]\d{0,8})(|\.json|\.trig|\.rdfp|\.rdfp\.gz)", name, re.ASCII)
    if found is None or int(found[1]) > revision.number:
        return missing(request, name) if found else by_path(request)
    wanted, suffix = int(found[1]), found[2]
    try:
        if suffix in (".rdfp", ".rdfp.gz", ".trig"):
            return _file(request, site, wanted, suffix)
        revised = _revised(site, wanted)
        if suffix == ".json":
            return _json(request, site, revised)
        return _page(request, site, revision, revised)
    except LogError:
        title = f"Revision {wanted} cannot be shown"
        text = "Its patch file is missing or damaged; `leap-kg log verify` on the server says which."
        if suffix:
            return PlainTextResponse(f"{title}. {text}\n", 500)
        return page(request, "message.html", revision, 500, title=title, text=text)


def _page(request: Request, site: Site, revision: Revision, revised: Revised) -> Response:
    wanted = revised.revision
    given = request.query_params
    current = number(given.get("page"), 1, 1_000_000)
    how, kind = given.get("how", ""), given.get("kind", "")
    chosen = (how, "" if kind == NO_KIND else kind) if how else ("", "") if "list" in given or "page" in given else None
    view = change_page(site.log, site.history.timeline, site.patch_gate, revision.reading, revised, chosen, current)
    names = (("JSON", ".json", JSON.media_type), ("RDF Patch", ".rdfp", _PATCH), ("TriG", ".trig", _TRIG))
    formats = [{"label": label, "path": f"/changes/{wanted}{end}", "type": kind} for label, end, kind in names]
    return page(request, "change.html", revision, page=view, section="changes", formats=formats)


def _json(request: Request, site: Site, revised: Revised) -> Response:
    current = number(request.query_params.get("page"), 1, 1_000_000)
    timeline = site.history.timeline
    touched = timeline.touched(revised.revision, _JSON_ENTITIES, (current - 1) * _JSON_ENTITIES)
    total = timeline.touched_count(revised.revision)
    following = f"/changes/{revised.revision}.json?page={current + 1}" if total > current * _JSON_ENTITIES else None
    document = {
        **asdict(revised),
        "at": revised.at.isoformat(),
        "total": total,
        "entities": [{**asdict(one), "at": one.at.isoformat()} for one in touched],
        "next": following,
    }
    known = timeline.last() >= revised.revision
    headers = {"Cache-Control": _LASTING if known else "no-cache"}
    return Response(as_json(document), media_type="application/json", headers=headers)


def _file(request: Request, site: Site, revision: int, suffix: str) -> Response:
    """The patch as a stream: nothing of it is in memory but what is on its way."""
    header = site.log.header(revision)
    tag = f'"{header.id.rpartition(":")[2]}{suffix}"'
    headers = {"Cache-Control": _LASTING, "ETag": tag, "Leap-Revision": str(revision)}
    if unchanged(request, tag):
        return Response(status_code=304, headers=headers)
    path = site.log.files()[revision]
    if suffix == ".rdfp.gz":
        return FileResponse(path, media_type="application/gzip", headers=headers)
    if request.scope.get("head"):
        return Response(media_type=_PATCH if suffix == ".rdfp" else _TRIG, headers=headers)
    if suffix == ".rdfp":
        return StreamingResponse(_inflated(path), media_type=_PATCH, headers=headers)
    return StreamingResponse(_trig(site.log, header, site.settings.base), media_type=_TRIG, headers=headers)


def _inflated(path: Path) -> Iterator[bytes]:
    with gzip.open(path) as file:
        while piece := file.read(_PIECE):
            yield piece


def _trig(log: PatchLog, header: Header, base: str) -> Iterator[str]:
    """What was removed and what was added, each in a graph of its own, with where they come from."""
    node = change_node(base, header.revision)
    graphs = {side: f"<{node.value}/{side}>" for side in ("removed", "added")}
    moment = Literal(header.at.isoformat(), datatype=XSD("dateTime"))
    yield f"{node} {PROV('endedAtTime')} {moment} ; {PROV('wasInformedBy')} <{header.run}> ;\n"
    yield f"  {PROV('invalidated')} {graphs['removed']} ; {PROV('generated')} {graphs['added']} .\n"
    side = ""
    for is_added, quad in log.changes(header.revision):
        if not in_feed(getattr(quad.graph_name, "value", ""), base):
            continue
        now = "added" if is_added else "removed"
        if now != side:
            yield ("}\n" if side else "") + f"{graphs[now]} {{\n"
            side = now
        yield f"{quad.subject} {quad.predicate} {quad.object} .\n"
    yield "}\n" if side else ""


def _revised(site: Site, number: int) -> Revised:
    """What is known of a revision; from its patch's header alone where the timeline does not have it yet."""
    revised = site.history.timeline.revision(number)
    if revised is not None:
        return revised
    header = site.log.header(number)
    return Revised(number, header.source, header.run, header.at, 0, 0, header.id)
