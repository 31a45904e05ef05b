"""Wires the app: one `Site` per process, the routes in the order in which they are tried, the answers to failures."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse

from leap_kg import __version__
from leap_kg.graph.remote.protocol import RemoteError
from leap_kg.settings import Settings
from leap_kg.web import hooks, pages, sitemap, wellknown
from leap_kg.web.answers import page
from leap_kg.web.assets import PREFIX, AssetFiles
from leap_kg.web.catalog import routes as catalog
from leap_kg.web.curation import routes as curation
from leap_kg.web.data import preview
from leap_kg.web.data import routes as data
from leap_kg.web.environments import routes as environments
from leap_kg.web.history import changefeed, feeds, histories, ldes, timemaps, watch
from leap_kg.web.history.refusal import Busy, NotThen
from leap_kg.web.history.refusing import refused
from leap_kg.web.negotiation import wants_page
from leap_kg.web.nodes import picture
from leap_kg.web.nodes import routes as nodes
from leap_kg.web.operations import health
from leap_kg.web.outputs import routes as outputs
from leap_kg.web.records import api as records
from leap_kg.web.requests import routes as requests
from leap_kg.web.security import Security
from leap_kg.web.site import NoRevision, Site
from leap_kg.web.sparql import editor, void
from leap_kg.web.stac.api import stac_app
from leap_kg.web.stac.manual import entrance
from leap_kg.web.stac.place import PREFIX as STAC
from leap_kg.web.writing import graphstore, updating

log = structlog.get_logger(__name__)

_HARVEST = """leap-kg init
leap-kg harvest --sources ingest/leap.yaml"""


def create_app(settings: Settings | None = None) -> FastAPI:
    """The web app, by default with the settings of the environment."""
    site = Site(settings or Settings.from_environment())

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await site.start()
        yield
        await site.stop()

    app = FastAPI(
        title=site.settings.name,
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=lifespan,
    )
    app.state.site = site
    app.mount(PREFIX, AssetFiles(site.assets.dist), name="static")
    app.mount(STAC, stac_app(site), name="stac")
    app.include_router(entrance)
    app.mount(records.PREFIX, records.records_app(site), name="records")
    app.add_api_route(records.PREFIX, records.enter, include_in_schema=False)
    for module in (
        health,
        wellknown,
        sitemap,
        editor,
        graphstore,
        updating,
        hooks,
        void,
        feeds,
        watch,
        changefeed,
        histories,
        timemaps,
        ldes,
        outputs,
        curation,
        requests,
        environments,
        picture,
        data,
        preview,
        catalog,
        pages,
        nodes,
    ):
        app.include_router(module.router)
    app.add_middleware(Security)
    app.add_exception_handler(NoRevision, _empty)
    app.add_exception_handler(NotThen, refused)
    app.add_exception_handler(Busy, refused)
    app.add_exception_handler(RemoteError, _away)
    app.add_exception_handler(sqlite3.Error, _unsearchable)
    app.add_exception_handler(HTTPException, _plain)
    app.add_exception_handler(Exception, _broken)
    return app


def _empty(request: Request, _: Exception) -> Response:
    """What a server without data shows: how to get some."""
    home = request.url.path == "/"
    if not home and not wants_page(request):
        return PlainTextResponse("Nothing harvested yet: the graph is empty.\n", 503, headers={"Vary": "Accept"})
    return page(
        request,
        "message.html",
        status=200 if home else 503,
        title="Nothing harvested yet",
        text="This server works, but its graph is empty.",
        commands=_HARVEST,
    )


def _plain(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return PlainTextResponse(f"{status}: nothing at {request.url.path}\n", status_code=status)


def _away(request: Request, error: Exception) -> Response:
    """The SPARQL server that answers for this graph cannot be used; the log says why."""
    log.error("the SPARQL server cannot be used", path=request.url.path, reason=str(error))
    text = "The server that holds the graph does not answer; try again later."
    return _failed(request, 503, "This page cannot be shown now", text)


def _unsearchable(request: Request, error: Exception) -> Response:
    """The search index cannot be read, for want of room on the disk, say; `/ready` says so too."""
    log.error("the search index cannot be read", path=request.url.path, reason=str(error))
    text = "The search index cannot be read at the moment; try again later."
    return _failed(request, 503, "This page cannot be shown now", text)


def _broken(request: Request, error: Exception) -> Response:
    """A fault of ours: the log has it, the visitor learns only that there was one."""
    log.error("request failed", path=request.url.path, exc_info=error)
    return _failed(request, 500, "This page cannot be shown", "The server made a mistake; its log says which.")


def _failed(request: Request, status: int, title: str, text: str) -> Response:
    """As a page to people, as one line to programs."""
    if not wants_page(request):
        return PlainTextResponse(f"{text}\n", status, headers={"Vary": "Accept"})
    return page(request, "message.html", status=status, title=title, text=text)
