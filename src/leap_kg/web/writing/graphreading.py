"""A whole graph for whoever asks: read by a query process, like any query, so that no page waits for it.

The IRIs that stand for blank nodes go out as blank nodes again; their labels hold the names.
"""

from fastapi import Request, Response
from pyoxigraph import NamedNode, RdfFormat, Triple, parse, serialize
from starlette.concurrency import run_in_threadpool

from leap_kg.graph.publication.provenance import graph_revision
from leap_kg.ingest.formats import genid
from leap_kg.ontology.namespaces import prefixes
from leap_kg.sparql.accept import best
from leap_kg.sparql.formats import GRAPHS, Format
from leap_kg.sparql.guard import Refused
from leap_kg.sparql.query import prepare
from leap_kg.web.answers import site_of
from leap_kg.web.negotiation import unchanged
from leap_kg.web.site import NoRevision
from leap_kg.web.sparql.endpoint import while_connected
from leap_kg.web.writing.authorisation import client_name
from leap_kg.web.writing.preconditions import exists, graph_tag

_EVERYTHING = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
_OFFERED = tuple(media_type for form in GRAPHS for media_type in form.media_types())
_PARSED_AS = {
    "ttl": RdfFormat.TURTLE,
    "nt": RdfFormat.N_TRIPLES,
    "jsonld": RdfFormat.JSON_LD,
    "rdf": RdfFormat.RDF_XML,
}


async def read(request: Request, graph: NamedNode) -> Response:
    """The graph in the format that the client likes best; raises `Refused` (404, 406) and `QueryFailed`."""
    site = site_of(request)
    try:
        revision = await run_in_threadpool(site.revision)
    except NoRevision:
        raise _missing(graph) from None
    snapshot = revision.reading.snapshot
    if not await run_in_threadpool(exists, snapshot.store, graph):
        raise _missing(graph)
    chosen = best(",".join(request.headers.getlist("accept")), _OFFERED)
    if chosen is None:
        raise Refused(406, f"a graph can be had as {', '.join(form.media_type for form in GRAPHS)}")
    # Without the prefix of our own nodes, so that an IRI of a blank node stands as it is in every format.
    known = {name: iri for name, iri in prefixes(site.settings.base).items() if iri != site.settings.base}
    query = prepare(_EVERYTHING, requested=chosen, default_graphs=[graph.value], prefixes=known)
    changed = await run_in_threadpool(graph_revision, snapshot.store, graph, site.settings.base)
    tag = graph_tag(changed or revision.number, query.format.name)
    headers = {
        "ETag": tag,
        "Vary": "Accept",
        "Cache-Control": "no-cache",
        "Leap-Revision": str(revision.number),
    }
    if unchanged(request, tag):
        return Response(status_code=304, headers=headers)
    question = site.asking.question(snapshot.directory, revision.number, query)
    kept = site.asking.kept(question)
    if kept is None:
        kept = await while_connected(request.receive, site.asking.answer(question, client_name(request)))
    body = kept.answer.body
    if genid.prefix(site.settings.base).encode() in body:
        body = await run_in_threadpool(_with_blank_nodes, body, query.format, site.settings.base, known)
    return Response(body, media_type=query.format.content_type, headers=headers)


def _with_blank_nodes(body: bytes, form: Format, base: str, known: dict[str, str]) -> bytes:
    chosen, back = _PARSED_AS[form.name], genid.blank(base)
    triples = (back(Triple(quad.subject, quad.predicate, quad.object)) for quad in parse(body, format=chosen))
    shortened = known if chosen in (RdfFormat.TURTLE, RdfFormat.RDF_XML) else None
    return serialize(triples, format=chosen, prefixes=shortened) or b""


def _missing(graph: NamedNode) -> Refused:
    return Refused(404, f"there is no graph {graph}")
