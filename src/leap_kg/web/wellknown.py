"""The small documents that programs look for: robots, context, icon; and the ontology."""

from fastapi import APIRouter, Request, Response
from starlette.responses import FileResponse, PlainTextResponse

from leap_kg.ontology.jsonld import compact, context
from leap_kg.ontology.namespaces import ONTOLOGY_PATH
from leap_kg.sparql.formats import Format
from leap_kg.web.answers import Resource, answer, render, server_of, site_of, twins
from leap_kg.web.negotiation import HTML, JSONLD, RDF_FORMS
from leap_kg.web.nodes.describe import serialised
from leap_kg.web.nodes.routes import by_path, missing
from leap_kg.web.tables import as_json
from leap_kg.web.vocabulary import ontology_triples, vocabulary

router = APIRouter()

_FORMS = (HTML, *RDF_FORMS)
# What crawlers would walk through for ever: queries, combinations of filters, and the past of everything.
_CLOSED = (
    *("/sparql", "/search", "/browse?", "/browse.", "/findings?", "/changes?", "/changes/sparql"),
    *("/*?at=", "/*&at=", "/history", "/timemap", "/ldes", "/watch", "/*.fair"),
)


@router.get("/context.jsonld", include_in_schema=False)
def jsonld_context(request: Request) -> Response:
    """The JSON-LD context."""
    return Response(as_json(context(site_of(request).settings.base)), media_type=JSONLD.media_type)


@router.get("/ontology", include_in_schema=False)
@router.get("/ontology{suffix}", include_in_schema=False)
def ontology(request: Request, suffix: str = "") -> Response:
    """The ontology as a page or in RDF; it is there before anything was published."""
    form = next((form for form in RDF_FORMS if form.suffix == suffix), None)
    if suffix and form is None:
        return by_path(request)
    site = site_of(request)
    view = vocabulary(site.settings.base)
    resource = Resource(
        revision=0,
        address="/ontology",
        about=view.iri,
        forms=_FORMS,
        make=lambda chosen: _ontology_body(request, chosen),
        stamp=view.version,
    )
    return answer(request, resource, form)


@router.get("/robots.txt", include_in_schema=False)
def robots(request: Request) -> PlainTextResponse:
    """Crawlers may read all nodes, but neither run queries nor walk through every combination of filters."""
    closed = "".join(f"Disallow: {path}\n" for path in _CLOSED)
    return PlainTextResponse(f"User-agent: *\n{closed}Sitemap: {server_of(request)}/sitemap.xml\n")


@router.get("/favicon.svg", include_in_schema=False)
def favicon(request: Request) -> Response:
    """The icon."""
    file = site_of(request).assets.file("src/favicon.svg")
    return FileResponse(file, media_type="image/svg+xml") if file else missing(request, "favicon.svg")


def _ontology_body(request: Request, form: Format) -> bytes | str:
    base = site_of(request).settings.base
    triples = ontology_triples(base)
    document = compact(triples, base, base + ONTOLOGY_PATH.removesuffix("#"))
    if form is HTML:
        return render(
            request,
            "ontology.html",
            page=vocabulary(base),
            formats=twins("/ontology", _FORMS),
            jsonld=document,
            section="about",
        )
    return as_json(document) if form is JSONLD else serialised(triples, form, base)
