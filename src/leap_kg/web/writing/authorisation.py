"""Whether a request may write: its token, and whether it comes from where its sender thinks.

No cookie is read here (only `leap_kg.web.curation` reads one), so a page of another site cannot borrow a visitor's
rights; a request that a browser marks as cross-site is refused all the same, whatever it carries.
"""

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from leap_kg.graph.tokens import Token
from leap_kg.web.answers import origin, site_of
from leap_kg.web.signin.member import member_of
from leap_kg.web.sparql.endpoint import client_of
from leap_kg.web.writing.access import Denied


def _authority(address: str) -> str:
    """Host and port; the scheme may be that of a proxy before us."""
    return address.rpartition("://")[2]


async def authorised(request: Request) -> Token:
    """The token of a request to write; raises `Denied` with 401, 403 or 429."""
    require_same_origin(request)
    member = member_of(request)
    if member is not None:
        if member.by_cookie:
            raise Denied(401, "writing needs a token of the hub in the request itself: `Authorization: Bearer TOKEN`")
        return member.token
    headers = request.headers.getlist("authorization")
    if len(headers) > 1:
        raise Denied(400, "there is more than one Authorization header")
    check = site_of(request).authorisation.token
    return await run_in_threadpool(check, headers[0] if headers else None, client_name(request))


def client_name(request: Request) -> str:
    """Who sends the request, for turns and for counting what went wrong."""
    return client_of(request.scope, request.headers.getlist("x-forwarded-for"), site_of(request))


def require_same_origin(request: Request) -> None:
    """Raise `Denied` (403) if a browser sent this on behalf of another site."""
    site = request.headers.get("sec-fetch-site", "none")
    sender = request.headers.get("origin")
    if site not in ("none", "same-origin") or (
        sender is not None and _authority(sender) != _authority(origin(request))
    ):
        raise Denied(403, "pages of other sites cannot write here; send the request from a program, or from this site")
