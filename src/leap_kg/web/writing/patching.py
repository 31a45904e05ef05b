"""PATCH of a graph: an update that stays in it, or a patch of triples to take and to add."""

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from leap_kg.graph.publication.change import Publication
from leap_kg.graph.publish import Writer
from leap_kg.sparql.guard import Refused
from leap_kg.web.sparql.queryform import UPDATE
from leap_kg.web.writing.answering import done
from leap_kg.web.writing.authorisation import client_name
from leap_kg.web.writing.bodies import received
from leap_kg.web.writing.graphwriting import GraphWriting
from leap_kg.web.writing.rdfpatch import MEDIA_TYPES, read_patch
from leap_kg.web.writing.updating import Update, update_options

ACCEPTED = (UPDATE, *sorted(MEDIA_TYPES))


async def patch(request: Request, writing: GraphWriting) -> Response:
    """Change the graph; 204, or 201 if it says something for the first time. Raises what writing raises."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == UPDATE:
        return await _update(request, writing)
    if kind not in MEDIA_TYPES:
        raise Refused(415, f"send a change as {', '.join(ACCEPTED)}, not as {kind or 'nothing'}")
    (body,) = await received(request, writing.site.settings)
    change = await run_in_threadpool(lambda: read_patch(body.read(), writing.graph, writing.site.settings.base))

    def job(writer: Writer) -> Publication:
        return writing.commit(writer, change.removed, change.added)

    existed, publication = await writing.run(job)
    return done(204 if existed or not change.added else 201, publication.revision)


async def _update(request: Request, writing: GraphWriting) -> Response:
    site, graph = writing.site, writing.graph.value
    (body,) = await received(request, site.settings)
    try:
        text = (await run_in_threadpool(body.read)).decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused(400, f"the update is not UTF-8: {error.reason} at byte {error.start}") from None
    options = update_options(site, graph)
    before = writing.check if writing.precondition else None
    update = Update(site, writing.token, client_name(request), text, options, only=graph, before=before)
    return done(204, await update.run())
