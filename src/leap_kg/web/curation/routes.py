"""The addresses of curation: the queue, signing in and out, and the one form that takes a verdict."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response
from pyoxigraph import NamedNode
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse

from leap_kg.graph.home import HomeError
from leap_kg.graph.lookup import stands
from leap_kg.graph.publish import Rejected, Writer
from leap_kg.graph.scopes import CURATE, REQUEST
from leap_kg.links.judged import DISPUTED, parts_of, stamp
from leap_kg.links.sameness import TwoPeople
from leap_kg.links.verdicts import NONE, Decided, NoLink, NoVerdict, Said, Unseen, write
from leap_kg.ontology.iri import path_of
from leap_kg.sparql.formats import Format
from leap_kg.sparql.guard import Refused
from leap_kg.web.answers import page, render, site_of, twins
from leap_kg.web.curation.cases import SAID, case_of, standing
from leap_kg.web.curation.cookies import asker_of, give, private, session_of, take
from leap_kg.web.curation.desk import Desk, curator_of
from leap_kg.web.curation.forms import NO_CURATOR, local_path, read_form, require_session
from leap_kg.web.curation.personal import list_form, personal_list
from leap_kg.web.curation.queue import COLUMNS, PATH, Asked, NotAsked, as_rows, queue_page
from leap_kg.web.curation.sessions import Session, Sessions
from leap_kg.web.negotiation import CSV, HTML, LIST_FORMS, wants_page
from leap_kg.web.nodes.gone import gone
from leap_kg.web.nodes.routes import by_path
from leap_kg.web.revision import Revision
from leap_kg.web.signin.member import member_of
from leap_kg.web.site import NoRevision
from leap_kg.web.tables import as_csv, as_json
from leap_kg.web.writing.access import Denied
from leap_kg.web.writing.answering import FAILURES, activity
from leap_kg.web.writing.authorisation import client_name
from leap_kg.web.writing.publishing import Busy

router = APIRouter(include_in_schema=False)

_SIGN_IN = f"{PATH}/sign-in"
_REQUESTS = "/requests"
_CONFLICT = (NoLink, Unseen, TwoPeople)
_UNKEPT = "sessions cannot be kept at the moment; try again later"


@router.get(PATH)
@router.get(f"{PATH}{{suffix}}")
def queue(request: Request, suffix: str = "") -> Response:
    """Links that wait for a curator, the most useful first."""
    form = list_form(suffix)
    if suffix and form is None:
        return by_path(request)
    revision = site_of(request).revision()
    try:
        asked = Asked.read(request.query_params, site_of(request).settings.base)
    except NotAsked as error:
        return _message(request, 400, "This cannot be chosen", str(error))
    desk = Desk.of(request, revision.reading)

    def make(chosen: Format) -> bytes | str:
        if chosen is HTML:
            return _queue_html(request, revision, asked, desk)
        rows = as_rows([link for link in revision.candidates.links if asked.takes(link)])
        if chosen is CSV:
            return as_csv(rows, COLUMNS)
        return as_json({"total": len(rows), "revision": revision.number, "links": rows})

    return personal_list(request, revision.number, PATH, make, form, desk.form_token if desk else "")


@router.get(_SIGN_IN)
def sign_in_page(request: Request) -> Response:
    """The form that takes a token; where a hub says who somebody is, what they lack to decide."""
    if (member := member_of(request)) and member.session is None:
        return _message(request, 403, "Only curators decide", NO_CURATOR)
    return _sign_in(request, 200, "", local_path(request.query_params.get("back", "")))


@router.post(_SIGN_IN)
async def sign_in(request: Request) -> Response:
    """Begin a session for a token that may curate or ask for data."""
    back = PATH
    if member_of(request):
        return _message(request, 404, "No tokens here", "the hub says who you are, and its groups what you may do")
    try:
        fields = await read_form(request)
        back = local_path(fields.get("back", ""))
        session = await run_in_threadpool(_begin, request, fields.get("token", ""))
    except Refused as refused:
        response = await run_in_threadpool(_sign_in, request, refused.status, refused.reason, back)
        if isinstance(refused, Denied) and "Retry-After" in refused.headers:
            response.headers["Retry-After"] = refused.headers["Retry-After"]
        return response
    except HomeError:
        return await run_in_threadpool(_sign_in, request, 503, _UNKEPT, back)
    if back == PATH and not session.token.allows(CURATE):
        back = _REQUESTS
    response = private(RedirectResponse(back, status_code=303))
    give(request, response, session)
    return response


@router.post(f"{PATH}/sign-out")
async def sign_out(request: Request) -> Response:
    """End the session."""

    async def ended(fields: dict[str, str], session: Session) -> Response:
        if member := member_of(request):  # signed in by the hub, so signed out there
            return private(RedirectResponse(member.logout, status_code=303))
        await run_in_threadpool(Sessions(site_of(request).home).end, session.secret)
        response = private(RedirectResponse(local_path(fields.get("back", "")), status_code=303))
        take(request, response)
        return response

    return await _answered(request, ended, asker_of)


@router.post(f"{PATH}/verdict")
async def verdict(request: Request) -> Response:
    """Take what a curator says of a link."""

    async def taken(fields: dict[str, str], session: Session) -> Response:
        said = _said(request, fields, session)
        now, name = datetime.now(UTC), session.token.name
        base = site_of(request).settings.base

        def work(writer: Writer) -> tuple[Decided, str, bool]:
            decided = write(writer, base, said, activity(session.token, f"Verdict on a link by {name}", now))
            parts = parts_of(writer.store, base, said.link)
            plain = parts is not None and stands(writer.store, *parts)
            return decided, stamp(writer.store, base, said.link), plain

        decided, seen, plain = await site_of(request).publishing.run(work)
        if not _wants_json(request):
            return private(RedirectResponse(local_path(fields.get("back", "")), status_code=303))
        told = {
            "link": said.link,
            "word": said.word,
            "status": decided.status,
            "revision": decided.revision,
            "seen": seen,
            "text": _in_words(said.word, decided.status),
            "standing": standing(published=plain),
        }
        return private(JSONResponse(told))

    return await _answered(request, taken)


def _said(request: Request, fields: dict[str, str], session: Session) -> Said:
    """What a form says; raises `Refused` (400)."""
    try:
        link = NamedNode(fields.get("link", "")).value
    except ValueError:
        raise Refused(400, "the form names no link") from None
    if not link.startswith(f"{site_of(request).settings.base}link/"):
        raise Refused(400, "verdicts are on links only, whose IRI is on their page")
    why = " ".join(fields.get("why", "").split())
    return Said(link, fields.get("word", ""), curator_of(request, session), why, fields.get("seen", ""))


async def _answered(
    request: Request,
    act: Callable[[dict[str, str], Session], Awaitable[Response]],
    of: Callable[[Request], Session | None] = session_of,
) -> Response:
    """What `act` makes of a form of a session, by default a curator's, or why it cannot be."""
    try:
        fields = await read_form(request)
        session = require_session(request, await run_in_threadpool(of, request), fields)
        return await act(fields, session)
    except _CONFLICT as conflict:
        return await run_in_threadpool(_conflict, request, conflict, fields.get("link", ""))
    except FAILURES as failure:
        return await run_in_threadpool(_failed, request, failure)
    except NoVerdict as error:
        return await run_in_threadpool(_message, request, 400, "This is no verdict", str(error))
    except HomeError:
        return await run_in_threadpool(_message, request, 503, "Not now", _UNKEPT)


def _begin(request: Request, text: str) -> Session:
    """A session for whoever has this token; raises `Denied`, and `HomeError`."""
    site = site_of(request)
    token = site.authorisation.token(f"Bearer {text.strip()}", client_name(request))
    if not (token.allows(CURATE) or token.allows(REQUEST)):
        raise Denied(403, "this token may neither curate nor ask for data: it needs the scope curate, request or admin")
    sessions = Sessions(site.home)
    before = asker_of(request)
    if before is not None:
        sessions.end(before.secret)
    return sessions.open(token)


def _conflict(request: Request, conflict: Exception, link: str) -> Response:
    """409 where a curator has to look again, 410 and 404 for a link that went or never was."""
    status, title = 409, "Look again"
    if isinstance(conflict, NoLink):
        site = site_of(request)
        lost = gone(site.history.timeline, link, site.revision().number)
        status, title = (410, "This link is gone") if lost else (404, "There is no such link")
        text = "the last mining did not find it any more, so there is nothing to decide" if lost else str(conflict)
    else:
        text = str(conflict)
    return _message(request, status, title, text, link)


def _failed(request: Request, failure: Exception) -> Response:
    if isinstance(failure, Rejected):
        return _message(request, 422, "This breaches the shapes", str(failure))
    if isinstance(failure, Busy):
        response = _message(request, 503, "Not now", failure.reason)
        response.headers["Retry-After"] = str(failure.retry_after)
        return response
    status = getattr(failure, "status", 500)
    response = _message(request, status, "This was not done", getattr(failure, "reason", ""))
    if status == 401:
        take(request, response)
    return response


def _message(request: Request, status: int, title: str, text: str, link: str = "") -> Response:
    """A refusal: a page for people, an object for scripts, a line for the rest."""
    if _wants_json(request):
        return private(JSONResponse({"error": text}, status_code=status))
    if not wants_page(request):
        return private(PlainTextResponse(f"{text}\n", status))
    base = site_of(request).settings.base
    back = path_of(base, link) if status == 409 and link.startswith(f"{base}link/") else PATH
    sentence = f"{text[:1].upper()}{text[1:]}."
    shown = page(request, "refused.html", None, status, title=title, text=sentence, back=back, sign_in=status == 401)
    return private(shown)


def _sign_in(request: Request, status: int, refusal: str, back: str) -> Response:
    desk = None
    try:
        revision: Revision | None = site_of(request).revision()
        desk = Desk.of(request, revision.reading) if revision else None
    except NoRevision:
        revision = None
    shown = page(
        request,
        "sign-in.html",
        revision,
        status,
        refusal=f"{refusal[:1].upper()}{refusal[1:]}." if refusal else "",
        back=back,
        desk=desk,
        asking=back.startswith(_REQUESTS),
        section="curation",
    )
    return private(shown)


def _queue_html(request: Request, revision: Revision, asked: Asked, desk: Desk | None) -> str:
    reading = revision.reading
    view = queue_page(reading, revision.candidates, asked, request.query_params.get("page"))
    cases = [case for link in view.shown if (case := case_of(reading, link.iri))]
    return render(
        request,
        "curation.html",
        revision,
        page=view,
        cases=cases,
        desk=desk,
        said=SAID,
        section="curation",
        formats=twins(asked.href(), LIST_FORMS),
    )


def _in_words(word: str, status: str) -> str:
    text = "Taken back" if word == NONE else SAID[word]
    return f"{text}; curators differ now" if status == DISPUTED else text


def _wants_json(request: Request) -> bool:
    return "application/json" in request.headers.get("accept", "") and not wants_page(request)
