"""The door of a service of a hub: nobody comes in whom the hub does not know.

People are sent to the hub, which sends them back with a code (OAuth); programs send a token of the hub. Who they are
and what groups they are in is looked up for every request.

Hazard: on a hub, servers of users share the origin of this service, and run what their owners like. A page of theirs
may fetch pages of ours with a visitor's cookie, so forms are made for top-level visits only; a form that is sent has to
carry what only such a page knows.
"""

import hmac
import re
import secrets

import structlog
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from leap_kg.ontology.iri import digest
from leap_kg.web.answers import origin, server_of
from leap_kg.web.curation.forms import local_path
from leap_kg.web.negotiation import wants_page
from leap_kg.web.security import raw_path
from leap_kg.web.signin.hub import COOKIE_SECONDS, STATE_SECONDS, Hub, HubAway, NotAllowed
from leap_kg.web.signin.member import Member
from leap_kg.web.site import Site
from leap_kg.web.sparql.endpoint import client_of
from leap_kg.web.writing.access import Denied, Failures

log = structlog.get_logger(__name__)

CALLBACK = "/oauth_callback"
_COOKIE = "leap-kg-hub"
_OPEN = frozenset({"/ready", "/health", "/metrics", "/favicon.svg", "/robots.txt"})
_SCHEME = re.compile(r"(?:bearer|token) +([!-~]{1,400})", re.IGNORECASE)
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="leap-kg"'}
_UNKNOWN = "the hub does not know this token; make one on the hub's page Token, or use that of your server"
_NOBODY = "sign in on the hub, or send a token of it as `Authorization: Bearer TOKEN`"


class Door:
    """Wraps an ASGI app, whose requests are then those of members of the hub."""

    def __init__(self, app: ASGIApp, site: Site, hub: Hub, failures: Failures | None = None) -> None:
        self._app = app
        self._site = site
        self._hub = hub
        self._failures = failures or Failures()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] != "http" or path in _OPEN or path.startswith("/static/"):
            await self._app(scope, receive, send)
            return
        request = Request({**scope, "app": _Holder(self._site)})
        answer = _Private(send)
        try:
            if path == CALLBACK:
                await (await self._called_back(request))(scope, receive, answer)
                return
            member = await self._member(request)
        except Denied as denied:
            response: Response = PlainTextResponse(f"{denied.reason}\n", denied.status, headers=denied.headers)
        except NotAllowed as refused:
            response = PlainTextResponse(f"{refused}\n", 403)
        except HubAway as away:
            log.error("the hub does not say who somebody is", reason=str(away.__cause__ or away))  # noqa: TRY400 - of it
            text = "The hub does not answer; try again later.\n"
            response = PlainTextResponse(text, 503, headers={"Retry-After": "5"})
        else:
            if member is not None:
                member.enter(request)
                await self._app({**request.scope, "app": scope.get("app")}, receive, answer)
                return
            response = self._nobody(request)
        await response(scope, receive, answer)

    async def _member(self, request: Request) -> Member | None:
        """Whose request it is; `None` for a browser that nobody signed in with. Raises `Denied` for a wrong token."""
        given = request.headers.getlist("authorization")
        if len(given) > 1:
            raise Denied(400, "there is more than one Authorization header")
        if given:
            return await self._by_token(request, given[0])
        sealed = self._hub.opened(request.cookies.get(_COOKIE, ""), COOKIE_SECONDS)
        if len(sealed) != 1:
            return None
        found = await self._hub.who(sealed[0], request.cookies.get("jupyterhub-session-id", ""))
        if found is None:
            return None
        secret = self._hub.form_secret(sealed[0]) if _may_show_forms(request) else ""
        return Member(found.name, found.groups, True, *self._pages(request), secret)

    async def _by_token(self, request: Request, header: str) -> Member:
        client = client_of(request.scope, request.headers.getlist("x-forwarded-for"), self._site)
        wait = self._failures.wait(client)
        if wait > 0:
            raise Denied(429, "too many wrong tokens; wait before the next try", {"Retry-After": str(int(wait) + 1)})
        token = _SCHEME.fullmatch(header.strip())
        found = await self._hub.who(token[1], "") if token else None
        if found is None:
            self._failures.add(client)
            raise Denied(401, _UNKNOWN, _CHALLENGE)
        return Member(found.name, found.groups, False, *self._pages(request))

    def _pages(self, request: Request) -> tuple[str, str]:
        return f"{origin(request)}{self._hub.home}", f"{origin(request)}{self._hub.logout}"

    def _nobody(self, request: Request) -> Response:
        """People are sent to the hub; programs are told what to send."""
        if request.method not in ("GET", "HEAD") or not wants_page(request) or not _is_visit(request):
            return PlainTextResponse(f"{_NOBODY}\n", 401, headers=_CHALLENGE)
        query = request.scope["query_string"].decode("latin-1")
        back = f"{raw_path(request.scope)}{'?' if query else ''}{query}"
        nonce = secrets.token_urlsafe(24)
        begun = RedirectResponse(f"{origin(request)}{self._hub.login(self._hub.sealed(nonce, back))}", 302)
        self._give(request, begun, _state_cookie(nonce), nonce, STATE_SECONDS)
        return begun

    async def _called_back(self, request: Request) -> Response:
        """The end of a sign-in that this very browser began."""
        state = self._hub.opened(request.query_params.get("state", ""), STATE_SECONDS)
        nonce, back = state if len(state) == 2 else ("", "")
        held = request.cookies.get(_state_cookie(nonce), "")
        code = request.query_params.get("code", "")
        if not nonce or not hmac.compare_digest(held.encode(), nonce.encode()):
            again = f"This sign-in was not begun in this browser, or too long ago: open {server_of(request)}/ again.\n"
            return PlainTextResponse(again, 403)
        if not code:
            return PlainTextResponse("The hub did not sign you in.\n", 403)
        token = await self._hub.token_for(code)
        if await self._hub.who(token, request.cookies.get("jupyterhub-session-id", "")) is None:
            raise HubAway("it gave out a token that it does not know")
        entered = RedirectResponse(f"{server_of(request)}{local_path(back, '/')}", 302)
        self._give(request, entered, _COOKIE, self._hub.sealed(token), COOKIE_SECONDS)
        entered.delete_cookie(_state_cookie(nonce), path=f"{self._site.settings.path}/", httponly=True, samesite="lax")
        return entered

    def _give(self, request: Request, response: Response, name: str, value: str, seconds: int) -> None:
        response.set_cookie(
            name, value, max_age=seconds, path=f"{self._site.settings.path}/", httponly=True, samesite="lax",
            secure=origin(request).startswith("https://"),
        )  # fmt: skip


class _Holder:
    """Stands for the app, which is further in, for what asks a request for its site."""

    def __init__(self, site: Site) -> None:
        self.state = self
        self.site = site


class _Private:
    """Marks what is sent as for this visitor alone, and for pages of this origin."""

    def __init__(self, send: Send) -> None:
        self._send = send

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=list(message.get("headers", ())))
            kept = headers.get("cache-control", "no-cache")
            if "private" not in kept:
                headers["Cache-Control"] = f"private, {kept.replace('public, ', '')}"
            del headers["access-control-allow-origin"]
            message = {**message, "headers": headers.raw}
        await self._send(message)


def _state_cookie(nonce: str) -> str:
    """A cookie for each sign-in that was begun: people open more than one tab."""
    return f"{_COOKIE}-{digest(nonce)}"


def _is_visit(request: Request) -> bool:
    """Whether a browser shows the answer as a page of its own; true for what does not say."""
    mode, place = request.headers.get("sec-fetch-mode"), request.headers.get("sec-fetch-dest")
    return mode in (None, "navigate") and place in (None, "document")


def _may_show_forms(request: Request) -> bool:
    return request.method == "POST" or _is_visit(request)
