"""Reads what a form of ours sends, within bounds, and makes sure that it is one of ours.

Hazard: a browser sends cookies along with whatever makes it send a form. So a form counts only if the browser does not
say that another site sent it, and if it carries the token that only pages of its session know.
"""

import re
from urllib.parse import parse_qsl

from fastapi import Request

from leap_kg.hub.declared.members import ADMINS, CURATORS
from leap_kg.sparql.guard import Refused
from leap_kg.web.answers import site_of
from leap_kg.web.curation.sessions import Session
from leap_kg.web.signin.member import member_of
from leap_kg.web.sparql.queryform import FORM, collect
from leap_kg.web.writing.access import Denied
from leap_kg.web.writing.authorisation import require_same_origin

_MOST_BYTES = 32 * 1024
_MOST_SECONDS = 30.0
_MOST_FIELDS = 20
_PATH = re.compile(r"/(?!/)[!-\[\]-~]{0,4000}")
NO_CURATOR = f"you are signed in on the hub, but in neither of its groups {CURATORS} and {ADMINS}, whose members decide"
_SIGNED_OUT = "you are not signed in, or not any more: sign in at /curation/sign-in with a token that may curate"


async def read_form(request: Request, most_bytes: int = _MOST_BYTES) -> dict[str, str]:
    """The fields of a form that this site sent; raises `Refused` (400, 403, 408, 413, 415)."""
    require_same_origin(request)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != FORM:
        raise Refused(415, f"a form is sent as {FORM}")
    seconds = min(_MOST_SECONDS, site_of(request).settings.body_seconds)
    body = await collect(request.stream(), seconds, most_bytes)
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except UnicodeDecodeError:
        raise Refused(400, "the form is not percent-encoded UTF-8") from None
    except ValueError:
        raise Refused(400, f"the form has more than {_MOST_FIELDS} fields") from None
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise Refused(400, "a field of the form is given twice")
    return fields


def require_session(request: Request, session: Session | None, fields: dict[str, str]) -> Session:
    """The session that the form was made for; raises `Denied` (401 without one, 403 for a form of somebody else)."""
    if session is None:
        raise Denied(403, NO_CURATOR) if member_of(request) else Denied(401, _SIGNED_OUT)
    if not session.made(fields.get("form", "")):
        raise Denied(403, "this form was not made for your session: load the page again, and send it from there")
    return session


def local_path(text: str, default: str = "/curation") -> str:
    """The text if it is a path of this server, so that nobody is led elsewhere."""
    return text if _PATH.fullmatch(text) else default
