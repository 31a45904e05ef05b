"""The twins of datasets and stores as answers, and the links of their pages.

A twin is chosen by a suffix, or by the profile of an `Accept` header.
"""

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any

import structlog
from fastapi import Request, Response
from pyoxigraph import NamedNode

from leap_kg.catalog.croissant import croissant
from leap_kg.catalog.dcat import dcat_ap, stores_said
from leap_kg.catalog.distribution import Distribution, dcat_ap_of, linkset_of, schema_org_of, signposts_of
from leap_kg.catalog.page import (
    CITATIONS,
    CROISSANT_JSON,
    DCAT_JSON,
    DCAT_TURTLE,
    DESCRIPTIONS,
    DOWNLOAD,
    FAIR,
    LINKSET,
    SCHEMAORG,
    STORE_DESCRIPTIONS,
    Place,
    Twin,
    from_store,
)
from leap_kg.catalog.record import Record
from leap_kg.catalog.schemaorg import schema_org
from leap_kg.catalog.signposts import Signpost, back, beside, header, header_of, linkset, written
from leap_kg.catalog.span import FIRST
from leap_kg.ontology.iri import path_of
from leap_kg.ontology.jsonld import compact
from leap_kg.ontology.namespaces import DCAT
from leap_kg.sparql.accept import best
from leap_kg.sparql.formats import Format
from leap_kg.stac.naming import step
from leap_kg.stac.searching import Index
from leap_kg.web.answers import answer, server_of, site_of
from leap_kg.web.negotiation import RDF_FORMS, TURTLE
from leap_kg.web.nodes.describe import serialised
from leap_kg.web.numbered import NotThere, first_asked, not_there
from leap_kg.web.placed import node_address, placed
from leap_kg.web.revision import Revision
from leap_kg.web.stac.place import place_of as stac_place

TWINS = (*DESCRIPTIONS, LINKSET, *CITATIONS)
"""Everything that follows the path of a dataset as a suffix, but the report on how FAIR it is."""

log = structlog.get_logger(__name__)
_FORMATS = {
    twin: Format(twin.suffix.removeprefix("."), twin.label, twin.content_type, (), is_graph=False)
    for twin in (*TWINS, DOWNLOAD)
}
_PAGED = (*DESCRIPTIONS, LINKSET)
"""Those that have the stores of a dataset, some at a time."""

_WHOLES = 3
"""Datasets of a store whose twins the page of the store lists."""


def place_of(request: Request) -> Place:
    """The server as the client knows it."""
    settings = site_of(request).settings
    return Place(server_of(request), settings.base, settings.name)


def place_at(request: Request, revision: Revision, node: NamedNode) -> Place:
    """The same, with the STAC collection of a node, which only the newest revision has."""
    place = place_of(request)
    if revision.fixed is not None:
        return place
    try:
        name = revision.catalog.collections.get(node.value, lambda iri: _collection(request, iri))
    except sqlite3.Error as error:  # what is known of the node does not depend on the index
        log.warning("the search index cannot be read", path=request.url.path, reason=str(error))
        return place
    return replace(place, stac=f"{stac_place(request)}/collections/{step(name)}") if name else place


def _collection(request: Request, iri: str) -> str:
    """What a node is called as a collection of STAC; `""` if it is none."""
    with closing(Index(site_of(request).home.index)) as index:
        row = index.by_iri([iri]).get(iri)
    return row.name if row is not None and row.form == "collection" else ""


def twins_of(revision: Revision, node: NamedNode) -> tuple[Twin, ...]:
    """What follows the path of a node as a suffix; nothing for what is no dataset, store or publication."""
    if revision.catalog.is_dataset(node):
        return TWINS
    if revision.catalog.is_publication(node):
        return tuple(CITATIONS)
    return (*STORE_DESCRIPTIONS, LINKSET) if revision.catalog.is_store(node) else ()


def twin_of(request: Request, revision: Revision, node: NamedNode, forms: Sequence[Format]) -> Twin | None:
    """The twin that the `Accept` header asks for by its profile; `None` where one of these forms suits better."""
    accepted = ",".join(request.headers.getlist("accept"))
    if "profile" not in accepted:
        return None
    known = [twin for twin in twins_of(revision, node) if twin.profile]
    chosen = best(accepted, [*(form.media_type for form in forms), *(twin.content_type for twin in known)])
    return next((twin for twin in known if twin.content_type == chosen), None)


def twin_answer(request: Request, revision: Revision, node: NamedNode, twin: Twin) -> Response:
    """One of the twins of a dataset, store or work, with links back to its page."""
    place, form = place_at(request, revision, node), _FORMATS[twin]
    try:
        first = first_store(request, revision, node) if twin in _PAGED else 1
    except NotThere as error:
        return not_there(request, error)
    address = from_store(node_address(revision, node), first)
    resource = placed(
        request, revision, node.value, address, (form,), lambda _: _body(revision, node, place, twin, first), 200
    )
    found = answer(request, replace(resource, stamp=site_of(request).build), form)
    if found.status_code == 200:
        posts: list[Signpost] = []
        if twin in _PAGED and revision.catalog.is_dataset(node):
            posts = beside(revision.catalog.record(node, first), place, twin.suffix, twin.media_type)
        links = (found.headers.get("Link", ""), back(node.value, place), *map(written, posts))
        found.headers["Link"] = ", ".join(filter(None, links))
    if found.status_code == 200 and revision.fixed is None:
        found.headers["Content-Location"] = place.twin(node.value, twin.suffix, first).removeprefix(place.origin)
    return found


def first_store(request: Request, revision: Revision, node: NamedNode) -> int:
    """The first store to show of a dataset, counted from 1; 1 for any other node.

    Raises `NotThere` for what is no number, or one beyond the last.
    """
    if FIRST not in request.query_params or not revision.catalog.is_dataset(node):
        return 1
    number = first_asked(request, FIRST, "a store")
    total = revision.catalog.record(node).span.total
    if number > max(1, total):
        raise NotThere(404, "No such store", f"There is no store {number:,}: the dataset has {total:,}.")
    return number


def _body(revision: Revision, node: NamedNode, place: Place, twin: Twin, first: int) -> bytes:
    """The text of a twin."""
    known = revision.catalog
    if style := CITATIONS.get(twin):
        return known.citation(node).written(style).encode("utf-8", "replace")
    found: Record | Distribution = known.record(node, first) if known.is_dataset(node) else known.store(node)
    if twin in (DCAT_TURTLE, DCAT_JSON):
        triples = (
            [*dcat_ap(found, place), *stores_said(found, place)]
            if isinstance(found, Record)
            else dcat_ap_of(found, place)
        )
        if twin is DCAT_TURTLE:
            return serialised(triples, TURTLE, place.base)
        return _json(compact(triples, place.base, node.value))
    if isinstance(found, Distribution):
        of_store = {
            DOWNLOAD: lambda: schema_org_of(found, place),
            LINKSET: lambda: linkset_of(found, place, _forms(revision, node)),
        }
        return _json(of_store[twin]())
    of_dataset = {
        SCHEMAORG: lambda: schema_org(found, place),
        CROISSANT_JSON: lambda: croissant(found, place, revision.number),
        LINKSET: lambda: linkset(found, place, _forms(revision, node)),
    }
    return _json(of_dataset[twin]())


def _forms(revision: Revision, node: NamedNode) -> list[tuple[str, str]]:
    """The other forms of the page in RDF, each by its suffix."""
    return [(form.suffix, form.media_type) for form in revision.descriptions.forms(node) if form in RDF_FORMS]


def embedded(request: Request, revision: Revision, node: NamedNode, first: int) -> dict[str, Any] | None:
    """What the page of a dataset embeds for search engines; `None` for any other node."""
    if not revision.catalog.is_dataset(node):
        return None
    return schema_org(revision.catalog.record(node, first), place_at(request, revision, node))


def page_links(request: Request, revision: Revision, node: NamedNode, first: int) -> str:
    """The signposts of the page of a dataset or store; `""` for any other node."""
    if not (revision.catalog.is_dataset(node) or revision.catalog.is_store(node)):
        return ""
    place = place_at(request, revision, node)
    if revision.catalog.is_dataset(node):
        return header(revision.catalog.record(node, first), place)
    return header_of(node.value, signposts_of(revision.catalog.store(node), place), place)


def listed(request: Request, revision: Revision, node: NamedNode, address: str) -> list[dict[str, str]]:
    """The twins and the STAC collection as the frame of a page lists them; none for what has none."""
    twins = [_link(twin, twin.label, address) for twin in twins_of(revision, node)]
    place = place_at(request, revision, node) if twins else place_of(request)
    stac = place.stac.removeprefix(place.origin)
    return [*twins, *([{"label": "STAC", "path": stac, "type": "application/json"}] if stac else [])]


def listed_of_datasets(revision: Revision, node: NamedNode) -> list[dict[str, str]]:
    """The twins of the datasets that a store is in, for its page; none for any other node."""
    if DOWNLOAD not in twins_of(revision, node):
        return []
    reading = revision.reading
    wholes = reading.subjects(DCAT("distribution"), node)[:_WHOLES]
    return [
        _link(twin, f"{twin.label} of {reading.label(whole)}", path_of(reading.base, whole.value))
        for whole in wholes
        for twin in DESCRIPTIONS
    ]


def fair_path(revision: Revision, node: NamedNode, address: str) -> str:
    """Where it is said how FAIR a dataset is; `""` for any other node."""
    return _suffixed(address, FAIR) if revision.catalog.is_dataset(node) else ""


def _link(twin: Twin, label: str, address: str) -> dict[str, str]:
    return {"label": label, "path": _suffixed(address, twin.suffix), "type": twin.media_type}


def _suffixed(address: str, suffix: str) -> str:
    path, mark, query = address.partition("?")
    return f"{path}{suffix}{mark}{query}"


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode("utf-8", "replace")
