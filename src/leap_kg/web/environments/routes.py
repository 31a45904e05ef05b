"""The addresses of these pages, each in three forms; what an address asks for and the graph does not have is told."""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse

from leap_kg.sparql.formats import Format
from leap_kg.sparql.guard import Refused
from leap_kg.sparql.parameters import ParameterError
from leap_kg.sparql.query import QueryFailed
from leap_kg.web.answers import Resource, answer, page, render, site_of, twins
from leap_kg.web.environments import costs, dependents, hubs, images
from leap_kg.web.environments.asking import Asker, NotKnown
from leap_kg.web.environments.view import View
from leap_kg.web.history.memento import headers
from leap_kg.web.history.moments import revision_asked
from leap_kg.web.negotiation import CSV, HTML, JSON, LIST_FORMS, wants_page
from leap_kg.web.nodes.routes import by_path
from leap_kg.web.revision import Revision
from leap_kg.web.sparql.endpoint import retry_after
from leap_kg.web.tables import as_csv, as_json

router = APIRouter(include_in_schema=False)

PAGES: dict[str, Callable[[Asker], Awaitable[View]]] = {
    hubs.HUBS: hubs.overview,
    images.AGES: images.ages,
    hubs.PROFILES: hubs.profiles,
    hubs.ACCESS: hubs.access,
    hubs.COSTS: costs.costs,
    images.COMPARE: images.compare,
    images.PACKAGE: images.package,
    hubs.CODE: dependents.code,
    hubs.IMPACT: dependents.impact,
}
"""What each address shows."""


def _route(path: str, build: Callable[[Asker], Awaitable[View]]) -> None:
    async def shown(request: Request, suffix: str = "") -> Response:
        form = next((each for each in LIST_FORMS if each is not HTML and each.suffix == suffix), None)
        if suffix and form is None:
            return await run_in_threadpool(by_path, request)
        return await _shown(request, path, form, build)

    router.add_api_route(path, shown)
    router.add_api_route(path + "{suffix}", shown)


for _path, _build in PAGES.items():
    _route(_path, _build)


async def _shown(
    request: Request, path: str, form: Format | None, build: Callable[[Asker], Awaitable[View]]
) -> Response:
    site = site_of(request)
    revision = await run_in_threadpool(revision_asked, request, site)
    try:
        view = await build(Asker(request, site, revision))
    except (NotKnown, ParameterError) as error:
        return await run_in_threadpool(_refused, request, revision, form, error)
    except (QueryFailed, Refused) as failure:
        return await run_in_threadpool(_failed, request, revision, form, failure)
    return await run_in_threadpool(_answered, request, revision, path, form, view)


def _answered(request: Request, revision: Revision, path: str, form: Format | None, view: View) -> Response:
    query = request.scope["query_string"].decode("latin-1")
    address = f"{path}?{query}" if query else path

    def make(chosen: Format) -> bytes | str:
        if chosen is JSON:
            return as_json(view.as_document(revision.number))
        if chosen is CSV:
            return as_csv(list(view.as_rows()), view.columns)
        formats = twins(address, LIST_FORMS)
        return render(request, "environments.html", revision, page=view, path=path, section="hubs", formats=formats)

    moment = headers(request, revision, path)
    return answer(request, Resource(revision.number, address, address, LIST_FORMS, make, moment=moment), form)


def _refused(request: Request, revision: Revision, form: Format | None, error: NotKnown | ParameterError) -> Response:
    """404 for what the graph does not have, 300 for what is several things, 400 for no value; with what there is."""
    known = error if isinstance(error, NotKnown) else None
    status, text = (known.status if known else 400), f"{str(error).rstrip('.')}."
    near, title = (known.near, known.title) if known else ((), NotKnown.title)
    if form is not None or not wants_page(request):
        alike = "".join(f"{node.iri or node.path} {node.label}\n" for node in near)
        return PlainTextResponse(f"{text}\n{alike}", status, headers={"Vary": "Accept"})
    return page(request, "message.html", revision, status, title=title, text=text, suggestions=near)


def _failed(request: Request, revision: Revision, form: Format | None, failure: QueryFailed | Refused) -> Response:
    more = {"Vary": "Accept", **getattr(failure, "headers", {})}
    if (wait := retry_after(failure)) is not None:
        more["Retry-After"] = str(wait)
    text = f"{failure.reason[:1].upper()}{failure.reason[1:].rstrip('.')}."
    if form is not None or not wants_page(request):
        return PlainTextResponse(f"{text}\n", failure.status, headers=more)
    response = page(request, "message.html", revision, failure.status, title="No answer now", text=text)
    response.headers.update(more)
    return response
