"""`….fair`: how FAIR a dataset is, by the metrics of F-UJI, tried on what this server answers about it."""

from dataclasses import replace

from fastapi import Request, Response
from pyoxigraph import NamedNode
from starlette.concurrency import run_in_threadpool

from leap_kg.catalog.fair.report import LETTERS, Report, report
from leap_kg.catalog.fair.served import NOTHING, Answer, Served
from leap_kg.catalog.lacks import lacks
from leap_kg.catalog.page import CROISSANT_JSON, DCAT_TURTLE, LINKSET, SCHEMAORG
from leap_kg.ontology.iri import path_of
from leap_kg.sparql.formats import Format
from leap_kg.web.answers import Resource, answer, render, server_of, site_of
from leap_kg.web.catalog.asking import ask
from leap_kg.web.catalog.documents import place_at, place_of
from leap_kg.web.links import at_moment, url
from leap_kg.web.negotiation import HTML, JSON
from leap_kg.web.revision import Revision
from leap_kg.web.tables import as_json

_PAGE, _RDF, _ANY = "text/html", "text/turtle", "*/*"


async def fair_answer(request: Request, revision: Revision, node: NamedNode, form: Format | None) -> Response:
    """The report as a page or as JSON."""
    known = place_of(request).page(node.value)
    kept = revision.catalog.reports
    try:
        found = kept.get(known, _unknown)
    except LookupError:
        made = await tried(request, revision, node)
        found = kept.get(known, lambda _: made)
    return await run_in_threadpool(_answered, request, revision, node, found, form)


async def tried(request: Request, revision: Revision, node: NamedNode) -> Report:
    """Ask for everything that this server gives about the dataset, and try each metric on it."""

    async def get(address: str, accept: str) -> Answer:
        """An answer; its address is the whole one."""
        moment = at_moment(address, revision.number) if revision.fixed is not None else address
        return replace(await ask(request, moment, accept), address=f"{place.origin}{address}")

    place = await run_in_threadpool(place_at, request, revision, node)
    page = path_of(place.base, node.value)
    twins = {
        twin: place.twin(node.value, twin.suffix).removeprefix(place.origin)
        for twin in (DCAT_TURTLE, SCHEMAORG, CROISSANT_JSON, LINKSET)
    }
    served = Served(
        iri=node.value,
        page=await get(page, _PAGE),
        turtle=await get(page, _RDF),
        dcat=await get(twins[DCAT_TURTLE], _ANY),
        schema_org=await get(twins[SCHEMAORG], _ANY),
        croissant=await get(twins[CROISSANT_JSON], _ANY),
        stac=await get(place.stac.removeprefix(place.origin), _ANY) if place.stac else NOTHING,
        linkset=await get(twins[LINKSET], _ANY),
        timemap=await ask(request, url("/timemap", iri=node.value), _ANY),
        robots=await ask(request, "/robots.txt", _ANY),
    )
    return await run_in_threadpool(_report, revision, node, served, place.base)


def _report(revision: Revision, node: NamedNode, served: Served, base: str) -> Report:
    record = revision.catalog.record(node)
    return report(served, record.title, revision.number, tuple(lacks(record, base)))


def _unknown(key: str) -> Report:
    raise LookupError(key)


def _answered(request: Request, revision: Revision, node: NamedNode, found: Report, form: Format | None) -> Response:
    base = site_of(request).settings.base
    page = path_of(base, node.value)
    path, mark, query = page.partition("?")
    address = f"{path}.fair{mark}{query}"
    if revision.fixed is not None:
        page, address = at_moment(page, revision.number), at_moment(address, revision.number)

    def body(chosen: Format) -> bytes | str:
        if chosen is JSON:
            return as_json(found.as_json())
        return render(
            request,
            "fair.html",
            revision,
            report=found,
            letters=LETTERS,
            dataset=revision.reading.link(node),
            page_path=page,
            description=f"How FAIR {found.title} is, by the metrics of F-UJI",
            formats=[{"label": "JSON", "path": f"{path}.fair.json{mark}{query}", "type": JSON.media_type}],
            section="browse",
        )

    resource = Resource(
        revision=revision.number,
        address=address,
        about=f"{server_of(request)}{address}",
        forms=(HTML, JSON),
        make=body,
        stamp=site_of(request).build,
    )
    response = answer(request, resource, form)
    # A check of a page is nothing to be found in its place.
    response.headers["X-Robots-Tag"] = "noindex"
    return response
