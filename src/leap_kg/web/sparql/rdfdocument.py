"""A document that exists in RDF only, such as the description of the endpoint: negotiated, with its validators."""

from collections.abc import Mapping, Sequence

from fastapi import Request, Response
from pyoxigraph import RdfFormat, Triple, serialize

from leap_kg.sparql.formats import Format
from leap_kg.web.answers import site_of
from leap_kg.web.negotiation import JSONLD, RDF_FORMS, TURTLE, by_accept, etag, not_acceptable, unchanged
from leap_kg.web.nodes.describe import serialised

_FORMS = (TURTLE, *(form for form in RDF_FORMS if form is not TURTLE))


def document(
    request: Request, triples: Sequence[Triple], revision: int, address: str, headers: Mapping[str, str]
) -> Response:
    """The triples in the format that the client likes best, Turtle without a wish; 304 and 406 where they are due."""
    form = by_accept(request, _FORMS)
    if form is None:
        return not_acceptable(_FORMS, address)
    tag = etag(revision, form, site_of(request).build)
    sent = {"ETag": tag, "Vary": "Accept", "Cache-Control": "no-cache", "Leap-Revision": str(revision), **headers}
    if unchanged(request, tag):
        return Response(status_code=304, headers=sent)
    return Response(_written(triples, form, site_of(request).settings.base), media_type=form.content_type, headers=sent)


def _written(triples: Sequence[Triple], form: Format, base: str) -> bytes:
    if form is JSONLD:
        return serialize(triples, format=RdfFormat.JSON_LD) or b""
    return serialised(triples, form, base)
