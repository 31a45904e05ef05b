"""`/sparql` and `/changes/sparql` for people: the editor with an answer as a table, and what the endpoint hands on.

What programs ask is answered by `leap_kg.web.sparql.endpoint` before it comes here.
"""

import re
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, PlainTextResponse

from leap_kg.sparql.guard import QueryForm, Refused
from leap_kg.sparql.normal import verdict
from leap_kg.sparql.query import Answer, QueryFailed
from leap_kg.sparql.template import limit
from leap_kg.web.answers import render, site_of
from leap_kg.web.gallery import anchor_of
from leap_kg.web.history.moments import revision_asked
from leap_kg.web.revision import Revision
from leap_kg.web.sparql import servicedescription
from leap_kg.web.sparql.endpoint import client_of, is_for_people, retry_after, while_connected
from leap_kg.web.sparql.queryform import FORM, QUERY, UPDATE, QueryRequest, collect, media_type, read, read_body
from leap_kg.web.sparql.questions import CHANGES
from leap_kg.web.sparql.results import Table, asked_for, table
from leap_kg.web.writing import updating

router = APIRouter()

_PLACE = re.compile(r"line (\d{1,6})|error at (\d{1,6}):")
_TITLES = {429: "Too much for now", 503: "This query was stopped", 413: "Too much", 403: "Not allowed here"}


@dataclass(frozen=True, slots=True)
class Problem:
    """Why there is no answer; `line` is the line of the query at fault, if one is known, and `text` what it says."""

    title: str
    reason: str
    line: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class QueryPage:
    """The editor: the query, and its answer or why there is none; `address` is that of the endpoint.

    `full` is the LIMIT of the query where the answer has that many rows, so that there may be more. `description` is
    that of a named query, `question` leads to where values for its parameters can be given.
    """

    query: str
    address: str
    answer: Table | None = None
    problem: Problem | None = None
    full: int | None = None
    description: str = ""
    question: str = ""


@router.api_route("/changes/sparql", methods=["GET", "POST", "QUERY"], include_in_schema=False)
@router.api_route("/sparql", methods=["GET", "POST", "QUERY"], include_in_schema=False)
async def sparql(request: Request) -> Response:
    """Show the editor, with the answer to a query; or answer an update, or describe the endpoint."""
    asked = QueryRequest(None)
    try:
        asked = await _read(request)
        return await _answered(request, asked)
    except (Refused, QueryFailed) as failure:
        return await _failed(request, asked, failure)


async def _answered(request: Request, asked: QueryRequest) -> Response:
    if asked.update is not None:
        if request.method == "QUERY":
            raise Refused(415, "the method QUERY only reads, and may be repeated on its way: send an update by POST")
        if request.url.path == CHANGES:
            raise Refused(403, "the history is only read: send updates to /sparql")
        return await updating.respond(request, asked)
    if asked.query is not None:
        return await _shown(request, asked, asked.query)
    if request.method == "GET" and asked.form is None and is_for_people(_accepts(request).encode("latin-1")):
        return await _editor(request)
    if request.method == "GET" and not request.scope["query_string"]:
        return await servicedescription.respond(request)
    raise Refused(400, "there is no query: give it as the parameter query")


async def _read(request: Request) -> QueryRequest:
    encoded = request.scope["query_string"]
    if request.method == "GET":
        return read(encoded)
    kind = media_type(request.headers.get("content-type", ""))
    if request.method == "QUERY" and kind == UPDATE:
        raise Refused(415, "the method QUERY only reads, and may be repeated on its way: send an update by POST")
    if kind not in (FORM, QUERY, UPDATE):
        return read_body(encoded, kind, b"")
    settings = site_of(request).settings
    if kind == QUERY or "authorization" not in request.headers:
        return read_body(encoded, kind, await collect(request.stream(), settings.body_seconds))
    return read_body(encoded, kind, await collect(request.stream(), settings.body_seconds, settings.body_bytes))


def _accepts(request: Request) -> str:
    return ",".join(request.headers.getlist("accept"))


async def _shown(request: Request, asked: QueryRequest, text: str) -> Response:
    site = site_of(request)
    form = verdict(text).form
    question, _ = await site.questions.question(request.scope, asked, "", requested=asked_for(form))
    kept = site.asking.kept(question)
    if kept is None:
        client = client_of(request.scope, request.headers.getlist("x-forwarded-for"), site)
        kept = await while_connected(request.receive, site.asking.answer(question, client))
    revision = await run_in_threadpool(revision_asked, request, site, asked.at)
    return await run_in_threadpool(_answer_page, request, revision, text, form, kept.answer)


def _answer_page(request: Request, revision: Revision, text: str, form: QueryForm, answer: Answer) -> Response:
    named = site_of(request).queries.of(text)
    labels, description = (named.columns, named.description) if named else ({}, "")
    found = table(answer, form, text, revision.reading, request.url.path, labels)
    most = limit(text)
    full = most if most and found.total == most else None
    question = f"/queries#query-{anchor_of(named.name)}" if named and named.parameters else ""
    page = QueryPage(text, request.url.path, found, full=full, description=description, question=question)
    return _page(request, revision, page, 200)


async def _editor(request: Request) -> Response:
    site = site_of(request)
    revision = await run_in_threadpool(revision_asked, request, site)
    sample = site.queries.get("pages/sample")
    page = QueryPage(sample.bind() if sample else "", request.url.path)
    return await run_in_threadpool(_page, request, revision, page, 200)


async def _failed(request: Request, asked: QueryRequest, failure: Refused | QueryFailed) -> Response:
    headers = {"Vary": "Accept", **getattr(failure, "headers", {})}
    if (wait := retry_after(failure)) is not None:
        headers["Retry-After"] = str(wait)
    if not is_for_people(_accepts(request).encode("latin-1")) or asked.update is not None:
        return PlainTextResponse(f"{failure.reason}\n", status_code=failure.status, headers=headers)
    revision = await run_in_threadpool(site_of(request).revision)
    page = QueryPage(asked.query or "", request.url.path, problem=_problem(asked.query or "", failure))
    response = await run_in_threadpool(_page, request, revision, page, failure.status)
    response.headers.update(headers)
    return response


def _problem(query: str, failure: Refused | QueryFailed) -> Problem:
    title = _TITLES.get(failure.status, "Not a query")
    found = _PLACE.search(failure.reason)
    number = int(found[1] or found[2]) if found else None
    lines = query.splitlines()
    text = lines[number - 1].strip()[:200] if number and number <= len(lines) else ""
    return Problem(title, failure.reason, number if text else None, text)


def _page(request: Request, revision: Revision, page: QueryPage, status: int) -> Response:
    body = render(request, "sparql.html", revision, page=page, section="query")
    headers = {"Vary": "Accept", "Cache-Control": "no-cache", "Leap-Revision": str(revision.number)}
    return HTMLResponse(body, status_code=status, headers=headers)
