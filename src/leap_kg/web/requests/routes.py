"""The addresses of requests: the list, the form that asks, and the form by which a curator decides."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from pyoxigraph import NamedNode
from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse, RedirectResponse

from leap_kg.graph.home import HomeError
from leap_kg.graph.publish import Rejected, Writer
from leap_kg.ingest.requests.asking import TooMany, ask
from leap_kg.ingest.requests.deciding import Decision, NoDecision, NoRequest, Unseen, decide
from leap_kg.ontology.iri import iri_of, path_of
from leap_kg.sparql.formats import Format
from leap_kg.sparql.guard import Refused
from leap_kg.web.answers import page, render, server_of, site_of, twins
from leap_kg.web.cells import Node
from leap_kg.web.curation.cookies import asker_of, private, session_of
from leap_kg.web.curation.forms import read_form, require_session
from leap_kg.web.curation.personal import list_form, personal_list
from leap_kg.web.curation.sessions import Session
from leap_kg.web.links import external_href
from leap_kg.web.negotiation import CSV, HTML, LIST_FORMS, wants_page
from leap_kg.web.nodes.routes import by_path
from leap_kg.web.requests.listed import COLUMNS, PATH, Asked, NotAsked, requests_page
from leap_kg.web.requests.typed import FIELDS, Typed
from leap_kg.web.revision import Revision
from leap_kg.web.signin.member import member_of
from leap_kg.web.site import NoRevision
from leap_kg.web.tables import as_csv, as_json
from leap_kg.web.writing.answering import FAILURES, activity
from leap_kg.web.writing.publishing import Busy

router = APIRouter(include_in_schema=False)

_NEW = f"{PATH}/new"
_DECISION = f"{PATH}/decision"
_MOST_BYTES = 256 * 1024
_LONGEST_KEY = 64
_UNKEPT = "who is signed in cannot be told at the moment; try again later"


@dataclass(frozen=True, slots=True)
class Asker:
    """Somebody who may ask: their name, and what their forms carry; `hub`: the hub says who they are."""

    name: str
    form_token: str
    hub: bool


@router.get(PATH)
@router.get(f"{PATH}{{suffix}}")
def listed(request: Request, suffix: str = "") -> Response:
    """All requests for data, with where each of them is."""
    form = list_form(suffix)
    if suffix and form is None:
        return by_path(request)
    revision = site_of(request).revision()
    try:
        asked = Asked.read(request.query_params)
    except NotAsked as error:
        return _message(request, 400, "This cannot be chosen", f"{error}: or leave it out")
    asker = _asker(request)

    def make(chosen: Format) -> bytes | str:
        if chosen is HTML:
            return _list_html(request, revision, asked, asker)
        rows = [{name: getattr(row, name) for name in COLUMNS} for row in asked.ordered(revision.requests)]
        if chosen is CSV:
            return as_csv(rows, COLUMNS)
        return as_json({"total": len(rows), "revision": revision.number, "requests": rows})

    return personal_list(request, revision.number, PATH, make, form, asker.form_token if asker else "")


@router.get(_NEW)
def new(request: Request) -> Response:
    """The form that asks for data; for those who may not use it, where else to ask."""
    return _form(request, 200, Typed({field.name: "" for field in FIELDS}), secrets.token_hex(12))


@router.post(_NEW)
async def sent(request: Request) -> Response:
    """Take what somebody asks for, or say at each field what is to be mended."""

    async def taken(fields: dict[str, str], session: Session) -> Response:
        typed, key = Typed.of(fields), fields.get("key", "")[:_LONGEST_KEY]
        if typed.mistakes:
            return await run_in_threadpool(_form, request, 422, typed, key)
        now, name, base = datetime.now(UTC), session.token.name, site_of(request).settings.base

        def work(writer: Writer) -> str:
            title = f"Request for data by {name}"
            return ask(writer, base, typed.wish, name, key, activity(session.token, title, now)).node.value

        try:
            made = await site_of(request).publishing.run(work)
        except TooMany as error:
            return await run_in_threadpool(_form, request, 429, typed, key, f"{error}")
        except (Busy, Rejected) as failure:
            reason = failure.reason if isinstance(failure, Busy) else "it breaks the shapes of the graph"
            return await run_in_threadpool(_form, request, 503, typed, key, f"this was not sent: {reason}")
        return private(RedirectResponse(path_of(base, made), status_code=303))

    return await _answered(request, asker_of, taken)


@router.post(_DECISION)
async def decided(request: Request) -> Response:
    """Take what a curator decides about a request."""

    async def taken(fields: dict[str, str], session: Session) -> Response:
        base, now, name = site_of(request).settings.base, datetime.now(UTC), session.token.name
        node = _node(fields.get("request", ""))
        if node is None or not node.value.startswith(base):
            raise Refused(400, "the form names no request")
        why = " ".join(fields.get("why", "").split())
        said = Decision(fields.get("word", ""), why, _dataset(request, fields.get("answer", "")), name)

        def work(writer: Writer) -> int:
            run = activity(session.token, f"Decision on a request by {name}", now)
            return decide(writer, base, node, said, fields.get("seen", ""), run)

        back = path_of(base, node.value)
        try:
            await site_of(request).publishing.run(work)
        except NoDecision as error:
            return await run_in_threadpool(_message, request, 400, "This cannot be decided", str(error), back)
        except Unseen as error:
            return await run_in_threadpool(_message, request, 409, "Look again", str(error), back)
        except NoRequest as error:
            return await run_in_threadpool(_message, request, 404, "There is no such request", str(error))
        return private(RedirectResponse(f"{back}#decision", status_code=303))

    return await _answered(request, session_of, taken)


async def _answered(
    request: Request,
    of: Callable[[Request], Session | None],
    act: Callable[[dict[str, str], Session], Awaitable[Response]],
) -> Response:
    """What `act` makes of a form of a session, or why it cannot be."""
    try:
        fields = await read_form(request, _MOST_BYTES)
        session = require_session(request, await run_in_threadpool(of, request), fields)
        return await act(fields, session)
    except FAILURES as failure:
        status = getattr(failure, "status", 503 if isinstance(failure, Busy) else 422)
        reason = getattr(failure, "reason", str(failure))
        shown = await run_in_threadpool(_message, request, status, "This was not done", reason)
        if isinstance(failure, Busy):
            shown.headers["Retry-After"] = str(failure.retry_after)
        return shown
    except HomeError:
        return await run_in_threadpool(_message, request, 503, "Not now", _UNKEPT)


def _asker(request: Request) -> Asker | None:
    """Who may ask here now; nobody where that cannot be told."""
    try:
        session = asker_of(request)
    except HomeError:
        return None
    return Asker(session.token.name, session.form_token, member_of(request) is not None) if session else None


def _dataset(request: Request, text: str) -> str:
    """The IRI that a curator means: given itself, as the address of its page here, or as a path."""
    plain, base = text.strip(), site_of(request).settings.base
    if not plain:
        return ""
    own = f"{server_of(request)}/"
    if plain.startswith(own):
        plain = f"/{plain.removeprefix(own)}"
    if plain.startswith("/"):
        plain = iri_of(base, urlsplit(plain).path)
    found = _node(plain)
    return found.value if found else f"{base}dataset/"


def _node(text: str) -> NamedNode | None:
    try:
        return NamedNode(text) if ":" in text and len(text) <= 2000 else None
    except ValueError:
        return None


def _list_html(request: Request, revision: Revision, asked: Asked, asker: Asker | None) -> str:
    view = requests_page(revision.reading, revision.requests, asked, request.query_params.get("page"))
    return render(
        request,
        "requests.html",
        revision,
        page=view,
        asker=asker,
        elsewhere=external_href(site_of(request).settings.request_form),
        section="requests",
        formats=twins(asked.href(), LIST_FORMS),
    )


def _form(request: Request, status: int, typed: Typed, key: str, refusal: str = "") -> Response:
    try:
        revision: Revision | None = site_of(request).revision()
    except NoRevision:
        revision = None
    shown = page(
        request,
        "request-new.html",
        revision,
        status,
        fields=FIELDS,
        typed=typed,
        key=key,
        refusal=f"{refusal[:1].upper()}{refusal[1:]}." if refusal else "",
        asker=_asker(request),
        elsewhere=external_href(site_of(request).settings.request_form),
        section="requests",
    )
    return private(shown)


def _message(request: Request, status: int, title: str, text: str, back: str = PATH) -> Response:
    """A refusal: a page for people, a line for programs."""
    if not wants_page(request):
        return private(PlainTextResponse(f"{text}\n", status))
    sentence = f"{text[:1].upper()}{text[1:]}."
    label = "All requests" if back == PATH else "Back to the request"
    ways = [Node(label, back, back)]
    ways += [Node("Sign in", f"/curation/sign-in?back={back}", "")] if status == 401 else []
    shown = page(request, "message.html", None, status, title=title, text=sentence, suggestions=ways)
    return private(shown)
