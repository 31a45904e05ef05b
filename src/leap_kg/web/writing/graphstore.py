"""`/graph-store`: the SPARQL 1.1 Graph Store HTTP Protocol. Whole graphs are read by anyone, written with a token.

What is written goes through the home's only door in, so it is validated, logged and makes a revision, as a harvest
does. https://www.w3.org/TR/sparql11-http-rdf-update/
"""

from uuid import uuid4

from fastapi import APIRouter, Request, Response
from pyoxigraph import NamedNode

from leap_kg.graph.tokens import Token
from leap_kg.sparql.guard import Refused
from leap_kg.web.answers import server_of, site_of
from leap_kg.web.writing.answering import FAILURES, done, failed
from leap_kg.web.writing.authorisation import authorised
from leap_kg.web.writing.graphnames import PATH, graph_of
from leap_kg.web.writing.graphreading import read
from leap_kg.web.writing.graphwriting import GraphWriting
from leap_kg.web.writing.patching import ACCEPTED, patch

router = APIRouter()

_METHODS = ["GET", "PUT", "POST", "PATCH", "DELETE"]


@router.api_route(PATH, methods=_METHODS, include_in_schema=False)
@router.api_route(PATH + "/{rest:path}", methods=_METHODS, include_in_schema=False)
async def graph_store(request: Request) -> Response:
    """Read, replace, extend, change or delete a graph."""
    try:
        return await _answered(request)
    except FAILURES as failure:
        response = failed(request, failure)
        if request.method == "PATCH" and response.status_code == 415:
            response.headers["Accept-Patch"] = ", ".join(ACCEPTED)
        return response


async def _answered(request: Request) -> Response:
    graph = graph_of(request, site_of(request).settings.base)
    if request.method == "GET":
        return await read(request, _required(graph))
    token = await authorised(request)
    if request.method == "POST":
        return await _post(request, token, graph)
    writing = GraphWriting.of(request, token, _required(graph))
    if request.method == "PATCH":
        return await patch(request, writing)
    return await (_put if request.method == "PUT" else _delete)(request, writing)


async def _put(request: Request, writing: GraphWriting) -> Response:
    triples = await writing.body(request)
    existed, publication = await writing.run(lambda writer: writing.replace(writer, triples))
    return done(204 if existed or not triples else 201, publication.revision)


async def _post(request: Request, token: Token, graph: NamedNode | None) -> Response:
    made = graph or NamedNode(f"{server_of(request)}{PATH}/{uuid4().hex}")
    writing = GraphWriting.of(request, token, made)
    triples = await writing.body(request)
    if graph is None and not triples:
        raise Refused(400, "a graph that says nothing cannot be made")
    existed, publication = await writing.run(lambda writer: writing.extend(writer, triples))
    if graph is None:
        return done(201, publication.revision, f"{made.value}\n", Location=made.value)
    if existed or not triples:
        return done(200, publication.revision, _new(len(publication.difference.added)))
    return done(201, publication.revision)


async def _delete(_: Request, writing: GraphWriting) -> Response:
    existed, publication = await writing.run(lambda writer: writing.replace(writer, ()))
    if not existed:
        raise Refused(404, f"there is no graph {writing.graph}")
    return done(200, publication.revision, "deleted\n")


def _required(graph: NamedNode | None) -> NamedNode:
    if graph is None:
        raise Refused(400, f"name a graph: {PATH}?graph=IRI, {PATH}?default, or an address below {PATH}/")
    return graph


def _new(count: int) -> str:
    return "1 triple is new\n" if count == 1 else f"{count} triples are new\n"
