"""The addresses: `/catalog`, and what follows the path of a dataset's or store's page as a suffix.

A suffix that is part of another node's IRI, or that follows what has no such twin, leads to that node's page, or to
none.
"""

from collections.abc import Callable
from functools import partial

from fastapi import APIRouter, Request, Response
from pyoxigraph import NamedNode
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from leap_kg.catalog.page import FAIR, Twin
from leap_kg.ontology.iri import iri_of, path_of
from leap_kg.sparql.formats import Format
from leap_kg.web.answers import site_of
from leap_kg.web.catalog.documents import TWINS, twin_answer, twins_of
from leap_kg.web.catalog.fair import fair_answer
from leap_kg.web.catalog.feed import FORMS, PATH, feed
from leap_kg.web.history.moments import revision_asked
from leap_kg.web.negotiation import JSON
from leap_kg.web.nodes.routes import by_path
from leap_kg.web.revision import Revision
from leap_kg.web.security import raw_path

router = APIRouter(include_in_schema=False)

_NODE = "/node"


@router.get(PATH)
def catalog(request: Request) -> Response:
    """A page of the feed in the form that the client likes best."""
    return feed(request, None)


@router.get(f"{PATH}.{{suffix}}")
def catalog_as(request: Request, suffix: str) -> Response:
    """A page of the feed in the form of a suffix."""
    form = next((form for form in FORMS if form.name == suffix), None)
    return feed(request, form) if form else by_path(request)


@router.get(f"/{{path:path}}{FAIR}")
async def fair(request: Request) -> Response:
    """How FAIR a dataset is."""
    return await _fair(request, FAIR, None)


@router.get(f"/{{path:path}}{FAIR}.json")
async def fair_as_json(request: Request) -> Response:
    """The same for programs."""
    return await _fair(request, f"{FAIR}.json", JSON)


def _as_twin(twin: Twin) -> Callable[[Request], Response]:
    def answered(request: Request) -> Response:
        found = _asked(request, twin.suffix)
        if not isinstance(found, tuple):
            return found
        chosen = next(each for each in twins_of(*found) if each.suffix == twin.suffix)
        return twin_answer(request, *found, chosen)

    return answered


for _twin in TWINS:
    router.add_api_route(f"/{{path:path}}{_twin.suffix}", _as_twin(_twin), methods=["GET"])


async def _fair(request: Request, suffix: str, form: Format | None) -> Response:
    found = await run_in_threadpool(partial(_asked, request, suffix))
    return await fair_answer(request, *found, form) if isinstance(found, tuple) else found


def _asked(request: Request, suffix: str) -> tuple[Revision, NamedNode] | Response:
    """The node whose path is followed by the suffix of one of its twins; else the answer that there is."""
    site = site_of(request)
    revision = revision_asked(request, site)
    reading, path = revision.reading, raw_path(request.scope)
    stem = path.removesuffix(suffix)
    whole = _named(iri_of(site.settings.base, path))
    if stem == path or (whole is not None and reading.exists(whole)):
        return by_path(request)
    node = _named(request.query_params.get("iri", "") if stem == _NODE else iri_of(site.settings.base, stem))
    if node is None:
        return by_path(request)
    if revision.catalog.is_dataset(node) or any(twin.suffix == suffix for twin in twins_of(revision, node)):
        return revision, node
    if set(reading.types(node)) == {reading.leap("Tombstone")}:
        # Its page leads on, or says that it is gone.
        return RedirectResponse(path_of(site.settings.base, node.value), 303, headers={"Cache-Control": "no-cache"})
    return by_path(request)


def _named(iri: str) -> NamedNode | None:
    try:
        return NamedNode(iri) if ":" in iri else None
    except ValueError:
        return None
