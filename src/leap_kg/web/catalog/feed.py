"""`/catalog`: every dataset as DCAT-AP, a page of them at a time, for catalogues that harvest this one.

The pages of the feed are linked by `Link` headers and, for harvesters that read nothing but the document, by Hydra's
words in it: https://www.hydra-cg.com/spec/latest/core/#collections.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from fastapi import Request, Response
from pyoxigraph import Literal, NamedNode, Triple
from starlette.responses import PlainTextResponse

from leap_kg.catalog.dcat import HYDRA, catalogue_triples, dcat_ap, records
from leap_kg.catalog.page import Place
from leap_kg.ontology.jsonld import compact
from leap_kg.ontology.namespaces import RDF, XSD
from leap_kg.sparql.formats import Format
from leap_kg.web.answers import Resource, answer, site_of
from leap_kg.web.catalog.documents import place_of
from leap_kg.web.history.memento import headers
from leap_kg.web.history.mementos import Mementos
from leap_kg.web.history.moments import named_moment, revision_asked
from leap_kg.web.links import url
from leap_kg.web.negotiation import JSONLD, N_TRIPLES, TURTLE, with_suffix
from leap_kg.web.nodes.describe import serialised
from leap_kg.web.revision import Revision
from leap_kg.web.tables import as_json

PATH = "/catalog"
FORMS = (TURTLE, JSONLD, N_TRIPLES)
PAGE_SIZE = 100
STORES = 50
"""Stores of one dataset that the feed has; its own document, to which the feed leads, has more."""


@dataclass(frozen=True, slots=True)
class Paging:
    """Where a page is among all of them; `at` is the revision that the address names, `""` for now."""

    number: int
    last: int
    at: str

    def address(self, number: int, form: Format | None = None) -> str:
        """The path of a page, in a form if one is given."""
        path = url(PATH, page=number if number > 1 else None, at=self.at)
        return with_suffix(path, form) if form else path

    def around(self) -> Iterator[tuple[str, int]]:
        """The pages that this one leads to, by what they are to it."""
        yield "first", 1
        if self.number > 1:
            yield "prev", self.number - 1
        if self.number < self.last:
            yield "next", self.number + 1
        yield "last", self.last


def feed(request: Request, form: Format | None) -> Response:
    """One page of the catalogue; `page` counts from 1."""
    site = site_of(request)
    revision = revision_asked(request, site)
    last = max(1, -(-len(revision.catalog.datasets) // PAGE_SIZE))
    asked = request.query_params.get("page", "1")
    if not (asked.isascii() and asked.isdecimal() and len(asked) < 9 and 1 <= int(asked) <= last):
        return PlainTextResponse(f"There is no page {asked[:20]!r}: give a number from 1 to {last}.\n", 404)
    number = int(asked)
    paging = Paging(number, last, str(revision.number) if named_moment(request) else "")
    resource = Resource(
        revision=revision.number,
        address=paging.address(number),
        about=place_of(request).catalogue,
        forms=FORMS,
        make=lambda chosen: _body(request, revision, paging, chosen),
        stamp=site.build,
        moment=headers(request, revision, paging.address(number)),
    )
    response = answer(request, resource, form)
    if response.status_code == 200:
        # What a page leads to is in the form that it is in itself.
        chosen = next(each for each in FORMS if response.headers["Content-Type"] == each.content_type)
        links = (f'<{paging.address(each, chosen)}>; rel="{relation}"' for relation, each in paging.around())
        response.headers["Link"] = ", ".join(filter(None, (response.headers.get("Link", ""), *links)))
    return response


def _body(request: Request, revision: Revision, paging: Paging, form: Format) -> bytes | str:
    place = place_of(request)
    triples = list(dict.fromkeys(_triples(request, revision, place, paging, form)))
    if form is JSONLD:
        return as_json(compact(triples, place.base, place.catalogue))
    return serialised(triples, form, place.base)


def _triples(request: Request, revision: Revision, place: Place, paging: Paging, form: Format) -> Iterator[Triple]:
    site, kept = site_of(request), revision.catalog
    changed = site.history.committed(revision.number).isoformat(timespec="seconds")
    yield from catalogue_triples(place, changed, site.settings.licence)
    yield from _paging(place, paging, len(kept.datasets), form)
    for iri in kept.datasets[(paging.number - 1) * PAGE_SIZE : paging.number * PAGE_SIZE]:
        record = kept.brief(NamedNode(iri), STORES)
        held = Mementos(site.history, iri, revision.number).in_force(revision.number)
        when = held.at.isoformat(timespec="seconds") if held else changed
        yield from records(record, place, when)
        yield from dcat_ap(record, place)


def _paging(place: Place, paging: Paging, total: int, form: Format) -> Iterator[Triple]:
    catalogue, view = NamedNode(place.catalogue), NamedNode(place.origin + paging.address(paging.number, form))
    yield Triple(catalogue, RDF("type"), HYDRA("Collection"))
    yield Triple(catalogue, HYDRA("totalItems"), Literal(str(total), datatype=XSD("integer")))
    yield Triple(catalogue, HYDRA("view"), view)
    yield Triple(view, RDF("type"), HYDRA("PartialCollectionView"))
    words = {"first": "first", "prev": "previous", "next": "next", "last": "last"}
    for relation, each in paging.around():
        yield Triple(view, HYDRA(words[relation]), NamedNode(place.origin + paging.address(each, form)))
