"""The pages of nodes that are gone: 410, with the tombstone that a source left or one that is made from the log."""

from fastapi import Request, Response
from pyoxigraph import NamedNode

from leap_kg.graph.names import source_graph
from leap_kg.ontology.iri import path_of
from leap_kg.ontology.jsonld import compact
from leap_kg.ontology.namespaces import PROV
from leap_kg.sparql.formats import Format
from leap_kg.web.answers import answer, render, site_of, twins
from leap_kg.web.links import at_moment, url
from leap_kg.web.listing import kind_noun
from leap_kg.web.negotiation import HTML, JSON, JSONLD, RDF_FORMS, not_acceptable
from leap_kg.web.nodes.describe import serialised
from leap_kg.web.nodes.entity import rows
from leap_kg.web.nodes.gone import Gone, gone
from leap_kg.web.placed import node_address, placed
from leap_kg.web.revision import Revision
from leap_kg.web.tables import as_json

_FORMS = (HTML, *RDF_FORMS, JSON)


def departed(request: Request, revision: Revision, lost: Gone, form: Format | None) -> Response:
    """410 for a node that its source dropped."""
    base, iri = revision.reading.base, lost.touched.iri
    address = path_of(base, iri)
    if form is not None and form not in _FORMS:
        return not_acceptable(_FORMS, address)

    def make(chosen: Format) -> bytes | str:
        if chosen is JSON:
            return as_json(lost.document())
        if chosen is JSONLD:
            return as_json(compact(lost.triples(base), base, iri))
        if chosen is not HTML:
            return serialised(lost.triples(base), chosen, base)
        reading = revision.reading
        return render(
            request,
            "gone.html",
            revision,
            title=lost.touched.label,
            iri=iri,
            kind=kind_noun(lost.touched.kind, iri, base),
            when=lost.touched.at.isoformat(),
            source=reading.link(source_graph(base, lost.revised.source)),
            change=f"/changes/{lost.touched.revision}",
            before=at_moment(address, lost.touched.revision - 1),
            history=url("/history", iri=iri),
            facts=[],
            formats=twins(address, _FORMS),
        )

    return answer(request, placed(request, revision, iri, address, _FORMS, make, 410), form)


def tombstone(request: Request, revision: Revision, node: NamedNode) -> str:
    """The page of a node of which a source left a tombstone."""
    reading = revision.reading
    when = reading.text(node, PROV("invalidatedAtTime"))
    address = path_of(reading.base, node.value)
    lost = gone(site_of(request).history.timeline, node.value, revision.number)
    return render(
        request,
        "gone.html",
        revision,
        title=reading.label(node),
        iri=node.value,
        when=when,
        change=f"/changes/{lost.touched.revision}" if lost else "",
        before=at_moment(address, lost.touched.revision - 1) if lost else "",
        history=url("/history", iri=node.value),
        facts=rows(reading, node),
        formats=twins(node_address(revision, node), revision.descriptions.forms(node)),
    )
