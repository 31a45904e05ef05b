"""`/sparql`: the SPARQL 1.1 protocol for programs, and the editor with its answer for people.

Visitors' queries run in the pool's processes, never here. An answer is whole before its first byte is sent, so
that every failure has its status: 400, 403, 406, 413, 415, or 503 with Retry-After.
"""

import asyncio
import re
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, PlainTextResponse

from leap_kg.ontology.namespaces import prefixes
from leap_kg.sparql.accept import best
from leap_kg.sparql.formats import GRAPHS, ROWS
from leap_kg.sparql.guard import QueryForm, Refused, check
from leap_kg.sparql.query import Answer, Query, QueryFailed, prepare
from leap_kg.web.answers import render, site_of
from leap_kg.web.queryform import QueryRequest, read
from leap_kg.web.results import Table, asked_for, table
from leap_kg.web.revision import Revision

router = APIRouter()

_HTML = "text/html"
_MACHINE = tuple(media_type for form in (*ROWS, *GRAPHS) for media_type in form.media_types())
_PLACE = re.compile(r"line (\d{1,6})|error at (\d{1,6}):")
_RETRY = 5
_POLL = 0.25


@dataclass(frozen=True, slots=True)
class Problem:
    """Why there is no answer; `line` is the line of the query at fault, if one is known, and `text` what it says."""

    title: str
    reason: str
    line: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class QueryPage:
    """The editor: the query, and its answer or why there is none."""

    query: str
    answer: Table | None = None
    problem: Problem | None = None


@router.get("/sparql", include_in_schema=False)
@router.post("/sparql", include_in_schema=False)
async def sparql(request: Request) -> Response:
    """Answer a query, or show the editor."""
    accepts = ",".join(request.headers.getlist("accept"))
    people = best(accepts, [*_MACHINE, _HTML]) == _HTML
    asked = QueryRequest(None)
    try:
        asked = await read(request)
        return await _respond(request, asked, accepts, people)
    except (Refused, QueryFailed) as failure:
        return await _failed(request, asked, failure, people and asked.form is None)


async def _respond(request: Request, asked: QueryRequest, accepts: str, people: bool) -> Response:
    if asked.query is None:
        if request.method == "GET" and asked.form is None and best(accepts, [_HTML]):
            return await _editor(request)
        raise Refused(400, "there is no query: give it as the parameter query")
    if people and asked.form is None:
        return await _shown(request, asked, asked.query)
    return await _answered(request, asked, asked.query, accepts)


async def _answered(request: Request, asked: QueryRequest, text: str, accepts: str) -> Response:
    site = site_of(request)
    query = prepare(
        text,
        accept=accepts or None,
        requested=asked.form,
        default_graphs=asked.default_graphs,
        named_graphs=asked.named_graphs,
        prefixes=prefixes(site.settings.base),
    )
    revision, answer = await _run(request, query)
    headers = {"Vary": "Accept", "Cache-Control": "no-cache", "Leap-Revision": str(revision.number)}
    return Response(answer.body, media_type=answer.format.content_type, headers=headers)


async def _shown(request: Request, asked: QueryRequest, text: str) -> Response:
    form = check(text)
    query = prepare(
        text,
        requested=asked_for(form),
        default_graphs=asked.default_graphs,
        named_graphs=asked.named_graphs,
    )
    revision, answer = await _run(request, query)
    return await run_in_threadpool(_answer_page, request, revision, text, form, answer)


def _answer_page(request: Request, revision: Revision, text: str, form: QueryForm, answer: Answer) -> Response:
    return _page(request, revision, QueryPage(text, table(answer, form, text, revision.reading)), 200)


async def _run(request: Request, query: Query) -> tuple[Revision, Answer]:
    """Run the query on the newest revision; a client that leaves takes its query along."""
    site = site_of(request)
    revision = await run_in_threadpool(site.revision)
    site.warm()
    running = asyncio.create_task(site.pool.run(revision.reading.snapshot.directory, query))
    try:
        while not (await asyncio.wait({running}, timeout=_POLL))[0]:
            if await request.is_disconnected():
                raise QueryFailed(503, "the client has gone")
        return revision, running.result()
    finally:
        running.cancel()


async def _editor(request: Request) -> Response:
    site = site_of(request)
    revision = await run_in_threadpool(site.revision)
    sample = site.queries.get("pages/sample")
    page = QueryPage(sample.bind() if sample else "")
    return await run_in_threadpool(_page, request, revision, page, 200)


async def _failed(request: Request, asked: QueryRequest, failure: Refused | QueryFailed, people: bool) -> Response:
    headers = {"Vary": "Accept"}
    if failure.status == 503:
        headers["Retry-After"] = str(getattr(failure, "retry_after", None) or _RETRY)
    if not people:
        return PlainTextResponse(f"{failure.reason}\n", status_code=failure.status, headers=headers)
    revision = await run_in_threadpool(site_of(request).revision)
    page = QueryPage(asked.query or "", problem=_problem(asked.query or "", failure))
    response = await run_in_threadpool(_page, request, revision, page, failure.status)
    response.headers.update(headers)
    return response


def _problem(query: str, failure: Refused | QueryFailed) -> Problem:
    title = {503: "This query was stopped", 413: "Too much", 403: "Not allowed here"}.get(failure.status, "Not a query")
    found = _PLACE.search(failure.reason)
    number = int(found[1] or found[2]) if found else None
    lines = query.splitlines()
    text = lines[number - 1].strip()[:200] if number and number <= len(lines) else ""
    return Problem(title, failure.reason, number if text else None, text)


def _page(request: Request, revision: Revision, page: QueryPage, status: int) -> Response:
    body = render(request, "sparql.html", revision, page=page, section="query")
    headers = {"Vary": "Accept", "Cache-Control": "no-cache", "Leap-Revision": str(revision.number)}
    return HTMLResponse(body, status_code=status, headers=headers)
