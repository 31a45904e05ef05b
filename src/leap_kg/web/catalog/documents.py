"""A dataset's twins as answers, chosen by suffix or by the profile of an `Accept` header, and the links of its page."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from fastapi import Request, Response
from pyoxigraph import NamedNode

from leap_kg.catalog.croissant import croissant
from leap_kg.catalog.dcat import dcat_ap
from leap_kg.catalog.page import (
    CROISSANT_JSON,
    DCAT_JSON,
    DCAT_TURTLE,
    DESCRIPTIONS,
    FAIR,
    LINKSET,
    SCHEMAORG,
    Place,
    Twin,
)
from leap_kg.catalog.record import Record
from leap_kg.catalog.schemaorg import schema_org
from leap_kg.catalog.signposts import back, header, linkset
from leap_kg.ontology.jsonld import compact
from leap_kg.sparql.accept import best
from leap_kg.sparql.formats import Format
from leap_kg.web.answers import answer, origin, site_of
from leap_kg.web.negotiation import RDF_FORMS, TURTLE
from leap_kg.web.nodes.describe import serialised
from leap_kg.web.placed import node_address, placed
from leap_kg.web.revision import Revision

TWINS = (*DESCRIPTIONS, LINKSET)
"""Everything that follows the path of a dataset as a suffix, but the report on how FAIR it is."""

_FORMATS = {
    twin: Format(twin.suffix.removeprefix("."), twin.label, twin.content_type, (), is_graph=False) for twin in TWINS
}


def place_of(request: Request) -> Place:
    """The server as the client knows it."""
    settings = site_of(request).settings
    return Place(origin(request), settings.base, settings.name)


def twin_of(request: Request, forms: Sequence[Format]) -> Twin | None:
    """The twin that the `Accept` header asks for by its profile; `None` where one of these forms suits better."""
    accepted = ",".join(request.headers.getlist("accept"))
    if "profile" not in accepted:
        return None
    chosen = best(accepted, [*(form.media_type for form in forms), *(twin.content_type for twin in DESCRIPTIONS)])
    return next((twin for twin in DESCRIPTIONS if twin.content_type == chosen), None)


def twin_answer(request: Request, revision: Revision, node: NamedNode, twin: Twin) -> Response:
    """One of the twins of a dataset, with links back to its page."""
    record, place, form = revision.catalog.record(node), place_of(request), _FORMATS[twin]
    address = node_address(revision, node)
    resource = placed(
        request, revision, node.value, address, (form,), lambda _: _body(revision, node, record, place, twin), 200
    )
    found = answer(request, replace(resource, stamp=site_of(request).build), form)
    if found.status_code == 200:
        links = (found.headers.get("Link", ""), back(record, place))
        found.headers["Link"] = ", ".join(filter(None, links))
    if found.status_code == 200 and revision.fixed is None:
        found.headers["Content-Location"] = place.twin(node.value, twin.suffix).removeprefix(place.origin)
    return found


def _body(revision: Revision, node: NamedNode, record: Record, place: Place, twin: Twin) -> bytes:
    """The text of a twin."""
    if twin is DCAT_TURTLE:
        return serialised(dcat_ap(record, place), TURTLE, place.base)
    if twin is DCAT_JSON:
        return _json(compact(dcat_ap(record, place), place.base, record.iri))
    made = {
        SCHEMAORG: lambda: schema_org(record, place),
        CROISSANT_JSON: lambda: croissant(record, place, revision.number),
        LINKSET: lambda: linkset(record, place, _forms(revision, node)),
    }
    return _json(made[twin]())


def _forms(revision: Revision, node: NamedNode) -> list[tuple[str, str]]:
    """The other forms of the page in RDF, each by its suffix."""
    return [(form.suffix, form.media_type) for form in revision.descriptions.forms(node) if form in RDF_FORMS]


def embedded(request: Request, revision: Revision, node: NamedNode) -> dict[str, Any] | None:
    """What the page of a dataset embeds for search engines; `None` for any other node."""
    if not revision.catalog.is_dataset(node):
        return None
    return schema_org(revision.catalog.record(node), place_of(request))


def page_links(request: Request, revision: Revision, node: NamedNode) -> str:
    """The signposts of the page of a dataset; `""` for any other node."""
    if not revision.catalog.is_dataset(node):
        return ""
    return header(revision.catalog.record(node), place_of(request))


def listed(revision: Revision, node: NamedNode, address: str) -> list[dict[str, str]]:
    """The twins as the frame of a page lists them; none for what is no dataset."""
    if not revision.catalog.is_dataset(node):
        return []
    return [{"label": twin.label, "path": _suffixed(address, twin.suffix), "type": twin.media_type} for twin in TWINS]


def fair_path(revision: Revision, node: NamedNode, address: str) -> str:
    """Where it is said how FAIR a dataset is; `""` for any other node."""
    return _suffixed(address, FAIR) if revision.catalog.is_dataset(node) else ""


def _suffixed(address: str, suffix: str) -> str:
    path, mark, query = address.partition("?")
    return f"{path}{suffix}{mark}{query}"


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode("utf-8", "replace")
