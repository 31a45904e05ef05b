"""The cookie of a session: set, read and taken away.

It is HttpOnly, so no script reads it; SameSite=Strict, so no request that another site starts carries it; and Secure,
under a name that binds it to this host, wherever the client came by https.
"""

from fastapi import Request, Response

from leap_kg.graph.scopes import CURATE, REQUEST
from leap_kg.web.answers import origin, site_of
from leap_kg.web.curation.sessions import LIFE, Session, Sessions
from leap_kg.web.signin.member import member_of

_PLAIN = "leap-kg-curator"
_SECURE = f"__Host-{_PLAIN}"


def session_of(request: Request) -> Session | None:
    """Which curator is signed in, `None` for most visitors; raises `HomeError` if that cannot be told.

    Where a hub says who somebody is, our own cookie counts for nothing.
    """
    member = member_of(request)
    return member.session if member is not None else _found(request, (CURATE,))


def asker_of(request: Request) -> Session | None:
    """Who is signed in and may ask for data: curators, those with a token for that, and every member of the hub."""
    member = member_of(request)
    return member.asking if member is not None else _found(request, (REQUEST, CURATE))


def _found(request: Request, scopes: tuple[str, ...]) -> Session | None:
    secret = request.cookies.get(_name(request), "")
    return Sessions(site_of(request).home).find(secret, scopes) if secret else None


def give(request: Request, response: Response, session: Session) -> None:
    """Have the browser keep the session."""
    age = int(LIFE.total_seconds())
    response.set_cookie(
        _name(request), session.secret, max_age=age, path=_path(request), httponly=True, samesite="strict",
        secure=_secure(request),
    )  # fmt: skip


def take(request: Request, response: Response) -> None:
    """Have the browser forget the session."""
    response.delete_cookie(
        _name(request), path=_path(request), httponly=True, samesite="strict", secure=_secure(request)
    )


def private(response: Response) -> Response:
    """Mark an answer as this visitor's alone; its forms say where they come from, as only our own pages learn."""
    response.headers.update({"Cache-Control": "private, no-store", "Referrer-Policy": "same-origin"})
    del response.headers["ETag"]
    return response


def _name(request: Request) -> str:
    # A name that binds a cookie to its host is for the whole of it.
    return _SECURE if _secure(request) and _path(request) == "/" else _PLAIN


def _path(request: Request) -> str:
    return f"{site_of(request).settings.path}/"


def _secure(request: Request) -> bool:
    return origin(request).startswith("https://")
