"""`/watch?since=REV`: server-sent events, one for each revision, for programs that act on changes.

Contract: list the graph, note its revision (`Leap-Revision`), watch from there. Events are `revision` (what changed),
`bookmark` (nothing for you up to here) and `relist` (list again: `since` is too far back, or of another graph); the
id of each is the revision, so a client that reconnects with `Last-Event-ID` goes on where it was.
"""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack

from fastapi import APIRouter, Request, Response
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.types import Receive, Scope, Send

from leap_kg.web.answers import site_of
from leap_kg.web.history.following import Filter, Following
from leap_kg.web.history.refusal import NotThen
from leap_kg.web.history.watchers import Event, Full, Watchers

router = APIRouter(include_in_schema=False)

_EVENTS = "text/event-stream"
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_RETRY_MILLISECONDS = 3000


@router.get("/watch")
async def watch(request: Request) -> Response:
    """Tell of every revision after `since`, of all or of those that somebody follows."""
    site = site_of(request)
    following = Following.read(request.query_params, site.settings.base).require_kinds(site.settings.base)
    filters, since = following.filters(site.settings.base), _since(request)
    if request.scope.get("head"):
        return Response(media_type=_EVENTS, headers=_HEADERS)
    return Watching(site.watchers, since, filters)


class Watching(StreamingResponse):
    """The stream of one watcher, which has a place from its first byte to its end; 503 if there is none."""

    def __init__(self, watchers: Watchers, since: int | None, filters: Sequence[Filter]) -> None:
        super().__init__(_stream(watchers, since, filters), media_type=_EVENTS, headers=_HEADERS)
        self._watchers = watchers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, for as long as the client listens."""
        with ExitStack() as held:
            try:
                held.enter_context(self._watchers.place())
            except Full:
                text = f"There are {self._watchers.most} watchers, and there may be no more; follow /changes.atom.\n"
                refusal = PlainTextResponse(text, status_code=503, headers={"Retry-After": str(Full.retry_after)})
                await refusal(scope, receive, send)
                return
            await super().__call__(scope, receive, send)


async def _stream(watchers: Watchers, since: int | None, filters: Sequence[Filter]) -> AsyncIterator[str]:
    yield f"retry: {_RETRY_MILLISECONDS}\n\n"
    async for event in watchers.events(since, filters):
        yield written(event)


def written(event: Event) -> str:
    """The event as it goes over the wire; a sign of life is a comment."""
    if not event.kind:
        return ":\n\n"
    data = json.dumps(event.data, ensure_ascii=False)
    return f"event: {event.kind}\nid: {event.revision}\ndata: {data}\n\n"


def _since(request: Request) -> int | None:
    """The revision that the watcher knows; what it says when it reconnects comes before its address."""
    text = request.headers.get("last-event-id", "").strip() or request.query_params.get("since", "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        raise NotThen(
            400, f"there is no revision {text[:60]!r} to begin after: give the number of the last revision you know"
        )
    return int(text)
