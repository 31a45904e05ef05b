"""Answers a request for a moment that cannot be shown: as a page to people, as one line to programs."""

from fastapi import Request, Response
from starlette.responses import PlainTextResponse

from leap_kg.web.answers import page
from leap_kg.web.history.refusal import Busy, NotThen
from leap_kg.web.negotiation import wants_page

_TITLES = {400: "No such moment", 404: "Not then"}
_BUSY = "The server is working out other states of the past. Come again in a few seconds."


def refused(request: Request, error: Exception) -> Response:
    """400 and 404 for a moment that is none or that the graph does not know, 503 while too much is being made."""
    status, reason, headers = 503, _BUSY, {"Retry-After": str(Busy.retry_after)}
    if isinstance(error, NotThen):
        status, reason, headers = error.status, f"{error.reason[:1].upper()}{error.reason[1:]}.", {}
    headers |= {"Vary": "Accept, Accept-Datetime", "Cache-Control": "no-store"}
    if not wants_page(request):
        return PlainTextResponse(f"{reason}\n", status_code=status, headers=headers)
    response = page(request, "message.html", status=status, title=_TITLES.get(status, "Not now"), text=reason)
    response.headers.update(headers)
    return response
