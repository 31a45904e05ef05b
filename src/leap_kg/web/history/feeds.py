"""`/changes.atom`: the Atom feed of all changes, or of those that somebody follows, and its archive."""

from fastapi import APIRouter, Request, Response

from leap_kg.web.answers import page, server_of, site_of
from leap_kg.web.history.atom import MEDIA_TYPE, Feed, archived, current
from leap_kg.web.history.changes import title_of
from leap_kg.web.history.following import Following
from leap_kg.web.history.refusal import NotThen
from leap_kg.web.negotiation import unchanged

router = APIRouter(include_in_schema=False)

_LASTING = "public, max-age=31536000, immutable"


@router.get("/changes.atom")
def changes_atom(request: Request) -> Response:
    """The feed of what the address asks for, as it is now or (`archive=`) a part of its past."""
    site, given = site_of(request), request.query_params
    revision = site.revision()
    timeline, base = site.history.timeline, site.settings.base
    following = Following.read(given, base).require_kinds(base)
    if following.since:
        raise NotThen(400, "a feed begins where its archive does: leave out since=, or read /changes.json")
    filters = following.filters(base)
    newest, archive = timeline.last(), given.get("archive", "")
    if not archive:
        document = current(timeline, following, filters, newest)
    else:
        block = int(archive) if archive.isascii() and archive.isdecimal() and len(archive) < 9 else 0
        found = archived(timeline, following, filters, newest, block)
        if found is None:
            text = "This feed has no such archive; its current document leads to those it has."
            return page(request, "message.html", revision, 404, title="No such archive", text=text)
        document = found
    tag = f'W/"{archive or newest}-{"final" if document.final else newest}-atom-{site.build}"'
    headers = {"ETag": tag, "Cache-Control": _LASTING if document.final else "no-cache"}
    if unchanged(request, tag):
        return Response(status_code=304, headers=headers)
    feed = Feed(timeline, site.settings.name, base, server_of(request))
    body = feed.write(document, filters, title_of(revision.reading, following))
    return Response(body, media_type=f"{MEDIA_TYPE}; charset=utf-8", headers=headers)
