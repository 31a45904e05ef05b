"""The pages of nodes: any IRI of the graph, at its path or at `/node?iri=`, in every form.

An IRI that itself ends in a suffix comes first: only where no such node exists does the suffix name a form.
"""

import re
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request, Response
from pyoxigraph import NamedNode
from starlette.responses import RedirectResponse

from leap_kg.ontology.iri import iri_of, mint, path_of, readable
from leap_kg.ontology.namespaces import DCT, FOAF, PROV
from leap_kg.sparql.formats import Format
from leap_kg.web.agents import agent_page
from leap_kg.web.answers import Resource, answer, page, render, site_of, twins
from leap_kg.web.cells import Node
from leap_kg.web.dataset import dataset_page
from leap_kg.web.entity import EntityPage, entity_page, rows
from leap_kg.web.links import url
from leap_kg.web.listing import kind_label
from leap_kg.web.negotiation import CSV, HTML, JSON, NODE_FORMS, by_suffix, not_acceptable, with_suffix
from leap_kg.web.plainform import COLUMNS, as_document, as_rows
from leap_kg.web.reading import moment
from leap_kg.web.revision import Revision
from leap_kg.web.security import raw_path
from leap_kg.web.store import store_page
from leap_kg.web.tables import as_csv, as_json

router = APIRouter(include_in_schema=False)

_BUILDERS: dict[str, tuple[str, Callable[[Revision, NamedNode], Any]]] = {
    "dataset": ("dataset.html", dataset_page),
    "store": ("store.html", store_page),
    "file": ("store.html", store_page),
    "person": ("agent.html", agent_page),
    "organization": ("agent.html", agent_page),
    "repository": ("agent.html", agent_page),
}


@router.get("/node")
def any_node(request: Request) -> Response:
    """The page of the node that `iri` names."""
    return _shown(request, request.query_params.get("iri", ""), None)


@router.get("/node{suffix}")
def any_node_as(request: Request, suffix: str) -> Response:
    """The page of the node that `iri` names, in the form of a suffix."""
    form = next((form for form in NODE_FORMS if form is not HTML and form.suffix == suffix), None)
    return _shown(request, request.query_params.get("iri", ""), form) if form else by_path(request)


@router.get("/feedstock/{slug}")
def published_entry(request: Request, slug: str) -> Response:
    """The dataset behind an address of the published catalogue, which named its pages by the title."""
    reading = site_of(request).revision().reading
    dataset = reading.one(mint(reading.base, "entry", slug), FOAF("primaryTopic"))
    if dataset is None:
        return by_path(request)
    return RedirectResponse(
        path_of(reading.base, dataset.value), status_code=301, headers={"Cache-Control": "no-cache"}
    )


@router.get("/{path:path}")
def by_path(request: Request) -> Response:
    """The page of the node at a path, or one of its forms."""
    revision, base = site_of(request).revision(), site_of(request).settings.base
    path = raw_path(request.scope)
    node = _node(iri_of(base, path))
    if node is not None and revision.reading.exists(node):
        return node_answer(request, revision, node, None)
    stem, form = by_suffix(path, NODE_FORMS)
    return _shown(request, iri_of(base, stem if form else path), form)


def _shown(request: Request, iri: str, form: Format | None) -> Response:
    revision, node = site_of(request).revision(), _node(iri)
    if node is None or not revision.reading.exists(node):
        return missing(request, iri)
    return node_answer(request, revision, node, form)


def node_answer(request: Request, revision: Revision, node: NamedNode, form: Format | None) -> Response:
    """The page of a node that is there; one that was replaced leads on, one that is gone says so."""
    reading = revision.reading
    heir = reading.one(node, DCT("isReplacedBy"))
    if heir is not None and not reading.types(node):
        place = with_suffix(path_of(reading.base, heir.value), form or HTML)
        return RedirectResponse(place, status_code=301, headers={"Cache-Control": "no-cache"})
    gone = reading.types(node) == [reading.leap("Tombstone")]
    address, forms = node_address(revision, node), revision.descriptions.forms(node)
    if form is not None and form not in forms:
        return not_acceptable(forms, address)
    resource = Resource(
        revision=revision.number,
        address=address,
        about=node.value,
        forms=forms,
        make=lambda chosen: _body(request, revision, node, address, chosen, gone),
        status=410 if gone else 200,
    )
    return answer(request, resource, form)


def node_address(revision: Revision, node: NamedNode) -> str:
    """The path of a node to which suffixes can be put: not where another node's IRI is this one with a suffix."""
    path = path_of(revision.reading.base, node.value)
    taken = (NamedNode(node.value + form.suffix) for form in NODE_FORMS if form is not HTML)
    if "?" in path or not any(revision.reading.exists(other) for other in taken):
        return path
    return url("/node", iri=node.value)


def missing(request: Request, iri: str) -> Response:
    """404 with what the words of the address find."""
    site = site_of(request)
    revision = site.revision()
    words = " ".join(re.split(r"[^\w]+", readable(iri))[:6]).strip()
    with site.search() as index:
        hits = index.find(words, limit=6).hits if words else []
    base = site.settings.base
    suggestions = [Node(hit.label, path_of(base, hit.iri), hit.iri, kind_label(hit.kind, base)) for hit in hits]
    text = "The graph knows nothing of this address."
    return page(
        request,
        "message.html",
        revision,
        404,
        title="Not found",
        text=text,
        iri=iri[:500],
        q=words,
        suggestions=suggestions,
    )


def _node(iri: str) -> NamedNode | None:
    try:
        return NamedNode(iri) if iri and ":" in iri else None
    except ValueError:
        return None


def _body(request: Request, revision: Revision, node: NamedNode, address: str, form: Format, gone: bool) -> bytes | str:
    if form is HTML:
        return _tombstone(request, revision, node) if gone else _html(request, revision, node, address)
    if form is JSON:
        return as_json(as_document(revision, node))
    if form is CSV:
        return as_csv(as_rows(revision, node), COLUMNS)
    return revision.descriptions.serialised(node, form)


def _html(request: Request, revision: Revision, node: NamedNode, address: str) -> str:
    reading = revision.reading
    kind = reading.kind(node)
    template, build = _BUILDERS.get(kind.name if kind else "", ("entity.html", entity_page))
    view = build(revision, node)
    entity: EntityPage = view if isinstance(view, EntityPage) else view.entity
    return render(
        request,
        template,
        revision,
        page=view,
        entity=entity,
        anchors=getattr(view, "anchors", frozenset()),
        kind_plural=kind.plural if kind else "",
        description=entity.lead or f"{entity.node.kind or 'Node'}: {entity.node.label}",
        formats=twins(address, revision.descriptions.forms(node)),
        jsonld=revision.descriptions.jsonld(node),
        section="browse",
    )


def _tombstone(request: Request, revision: Revision, node: NamedNode) -> str:
    reading = revision.reading
    when = moment(reading.text(node, PROV("invalidatedAtTime")))
    return render(
        request,
        "message.html",
        revision,
        title=reading.label(node),
        text=f"This record is gone: its source no longer has it{f', as of {when}' if when else ''}.",
        iri=node.value,
        facts=rows(reading, reading.statements(node)),
        formats=twins(node_address(revision, node), revision.descriptions.forms(node)),
    )
