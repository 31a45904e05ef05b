"""Which revision a request asks for: by `?at=`, else by the header `Accept-Datetime`, else the newest.

Everything that reads the graph asks here, so that a page, its twins and a query about one moment agree. Hazard: a
state that is not at hand is made while the client waits; call this in a worker thread, never on the event loop.
"""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from fastapi import Request

from leap_kg.web.history.instants import read_moment
from leap_kg.web.history.refusal import NotThen
from leap_kg.web.revision import Revision
from leap_kg.web.site import Site

_SECOND = timedelta(microseconds=999_999)


def revision_asked(request: Request, site: Site, at: str | None = None) -> Revision:
    """The revision that a request asks for; one asked for by a moment is `fixed`.

    `at` takes the place of the parameter of that name where the caller has read it elsewhere. A moment after the
    newest revision is the newest; `Accept-Datetime` before the first is the first (RFC 7089, section 4.5.3). Raises
    `NotThen` with 400 or 404, `Busy` (503) while too many past states are being made, `NoRevision` for an empty home.
    """
    newest = site.revision()
    number = number_asked(request, site, at)
    return newest if number is None else site.past(number)


def number_asked(request: Request, site: Site, at: str | None = None) -> int | None:
    """The number of the revision that a request asks for, `None` for the newest as such; raises `NotThen`."""
    given = named_moment(request) if at is None else at.strip()
    if given:
        return revision_at(given, site)
    header = request.headers.get("accept-datetime", "").strip()
    return max(1, site.history.at(accept_datetime(header))) if header else None


def named_moment(request: Request) -> str:
    """The moment that the address of a request names, `""` without one; raises `NotThen` if it names several."""
    values = {value.strip() for value in request.query_params.getlist("at")} - {""}
    if len(values) > 1:
        raise NotThen(400, "the parameter at is given more than once; give one moment")
    return next(iter(values), "")


def revision_at(text: str, site: Site) -> int:
    """The number of the revision that `at` names; raises `NotThen`."""
    newest = site.revision().number
    try:
        moment = read_moment(text)
    except ValueError as error:
        raise NotThen(400, str(error)) from None
    if isinstance(moment, int):
        if 1 <= moment <= newest:
            return moment
        raise NotThen(404, f"there is no revision {moment}: the graph has revisions 1 to {newest}")
    found = site.history.at(moment)
    if found < 1:
        begin = site.history.committed(1)
        raise NotThen(404, f"the graph begins at {begin.isoformat()}, with revision 1; there is nothing before it")
    return min(found, newest)


def accept_datetime(text: str) -> datetime:
    """The last moment of the second that an `Accept-Datetime` names; raises `NotThen` (400)."""
    try:
        moment = parsedate_to_datetime(text.strip())
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC).replace(microsecond=0) + _SECOND
    except (ValueError, OverflowError):
        raise NotThen(
            400, f"{text[:60]!r} is no Accept-Datetime: give a time such as 'Sun, 01 Mar 2026 12:00:00 GMT'"
        ) from None
