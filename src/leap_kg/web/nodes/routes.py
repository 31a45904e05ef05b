"""The pages of nodes: any IRI of the graph, at its path or at `/node?iri=`, in every form, at any moment.

An IRI that itself ends in a suffix comes first: only where no such node exists does the suffix name a form. A node
that is gone answers 410 with what is known of it, one that was renamed leads on.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request, Response
from pyoxigraph import NamedNode
from starlette.responses import PlainTextResponse, RedirectResponse

from leap_kg.catalog.page import from_store
from leap_kg.ontology.identifiers.canonical import canonical
from leap_kg.ontology.iri import iri_of, mint, path_of, readable, spelt_out
from leap_kg.ontology.namespaces import DCT, FOAF
from leap_kg.sparql.formats import Format
from leap_kg.web.answers import answer, page, render, server_of, site_of, twins
from leap_kg.web.catalog import documents
from leap_kg.web.cells import Node
from leap_kg.web.curation.cookies import private
from leap_kg.web.curation.desk import Desk
from leap_kg.web.data.places import data_path
from leap_kg.web.departed import departed, tombstone
from leap_kg.web.history.mementos import Mementos
from leap_kg.web.history.moments import named_moment, number_asked, revision_asked
from leap_kg.web.links import at_moment, url
from leap_kg.web.listing import kind_noun
from leap_kg.web.negotiation import (
    CSV,
    HTML,
    JSON,
    NODE_FORMS,
    by_suffix,
    not_acceptable,
    wants_page,
    with_suffix,
)
from leap_kg.web.nodes.agents import agent_page
from leap_kg.web.nodes.concept import concept_page
from leap_kg.web.nodes.dataset import dataset_page
from leap_kg.web.nodes.entity import EntityPage, entity_page
from leap_kg.web.nodes.gone import gone
from leap_kg.web.nodes.hub import hub_page
from leap_kg.web.nodes.image import image_page
from leap_kg.web.nodes.launching import launches_of
from leap_kg.web.nodes.link import link_page
from leap_kg.web.nodes.plainform import COLUMNS, as_document, as_rows
from leap_kg.web.nodes.portion import FIRST, from_value
from leap_kg.web.nodes.software import software_page
from leap_kg.web.nodes.store import store_page
from leap_kg.web.nodes.ways import ways_of
from leap_kg.web.nodes.work import work_page
from leap_kg.web.numbered import NotThere, first_asked, not_there
from leap_kg.web.placed import node_address, placed
from leap_kg.web.reading import Reading
from leap_kg.web.requests.shown import request_page
from leap_kg.web.requests.steps import steps_of
from leap_kg.web.revision import Revision
from leap_kg.web.security import raw_path
from leap_kg.web.site import Site
from leap_kg.web.tables import as_csv, as_json

router = APIRouter(include_in_schema=False)

_DATA = tuple(form for form in NODE_FORMS if form is not HTML)
_LONGEST_CHAIN = 20
_RUN = ("notebook", "dataset", "store")
"""Kinds whose pages say where notebooks can be run."""

_BUILDERS: dict[str, tuple[str, Callable[[Revision, NamedNode], Any]]] = {
    "dataset": ("dataset.html", dataset_page),
    "store": ("store.html", store_page),
    "file": ("store.html", store_page),
    "person": ("agent.html", agent_page),
    "organization": ("agent.html", agent_page),
    "agent": ("agent.html", agent_page),
    "repository": ("agent.html", agent_page),
    "paper": ("work.html", work_page),
    "work": ("work.html", work_page),
    "hub": ("hub.html", hub_page),
    "image": ("image.html", image_page),
    "software": ("software.html", software_page),
    "concept": ("concept.html", concept_page),
    "link": ("link.html", link_page),
    "request": ("request.html", request_page),
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
    base, path = site_of(request).settings.base, raw_path(request.scope)
    stem, form = by_suffix(path, NODE_FORMS)
    names = [(path, None), (stem, form)] if form else [(path, None)]
    spelt = [(spelt_out(name), chosen) for name, chosen in names]
    names += [each for each in spelt if each not in names]
    return _first(request, [(iri_of(base, name), chosen) for name, chosen in names])


def _shown(request: Request, iri: str, form: Format | None) -> Response:
    return _first(request, [(iri, form)])


def _first(request: Request, names: Sequence[tuple[str, Format | None]]) -> Response:
    """The page of the first of these nodes that is there, or else was once."""
    site = site_of(request)
    number = number_asked(request, site)
    nodes = [(node, form) for iri, form in names if (node := _node(iri))]
    for node, form in nodes:
        revision = _revision_for(request, site, node, number)
        if revision.reading.exists(node):
            return node_answer(request, revision, node, form)
    for node, form in nodes:
        revision = _revision_for(request, site, node, number)
        if lost := gone(site.history.timeline, node.value, revision.number):
            return departed(request, revision, lost, form)
    for node, form in nodes:
        spelt = NamedNode(canonical(node.value))
        reading = _revision_for(request, site, spelt, number).reading
        if spelt != node and reading.exists(spelt):
            place = with_suffix(path_of(reading.base, spelt.value), form or HTML)
            place = at_moment(place, number) if number is not None and named_moment(request) else place
            return RedirectResponse(place, status_code=301, headers={"Cache-Control": "no-cache"})
    return missing(request, names[-1][0])


def _revision_for(request: Request, site: Site, node: NamedNode, number: int | None) -> Revision:
    """The revision asked for; where `Accept-Datetime` asks for a time before the node, the first that has it.

    Not the memento of the node that held then: its page also shows others, which may have changed since.
    """
    if number is None:
        return site.revision()
    if not named_moment(request):
        mementos = Mementos(site.history, node.value, site.revision().number)
        if mementos.in_force(number) is None and (first := mementos.first()):
            number = first.revision
    return site.past(number)


def node_answer(request: Request, revision: Revision, node: NamedNode, form: Format | None) -> Response:
    """The page of a node that is there; one that was replaced leads on, one that is gone says so."""
    reading = revision.reading
    if heir := _heir(reading, node):
        place = with_suffix(path_of(reading.base, heir.value), form or HTML)
        if revision.fixed is not None and named_moment(request):
            place = at_moment(place, revision.number)
        return RedirectResponse(place, status_code=301, headers={"Cache-Control": "no-cache"})
    if not reading.described(node):
        lost = gone(site_of(request).history.timeline, node.value, revision.number)
        if lost is not None:
            return departed(request, revision, lost, form)
    buried = reading.types(node) == [reading.leap("Tombstone")]
    try:
        first, value = documents.first_store(request, revision, node), _first_value(request, revision, node)
    except NotThere as error:
        return not_there(request, error)
    plain, forms = from_store(node_address(revision, node), first), revision.descriptions.forms(node)
    address = from_value(plain, value)
    here = at_moment(plain, revision.number) if revision.fixed is not None else plain
    if form is not None and form not in forms:
        return not_acceptable(forms, address)
    twin = documents.twin_of(request, revision, node, forms) if form is None else None
    if twin is not None:
        return documents.twin_answer(request, revision, node, twin)
    # The past takes no verdicts.
    desk = Desk.of(request, reading) if revision.fixed is None else None
    resource = placed(
        request,
        revision,
        node.value,
        address,
        forms,
        lambda chosen: _body(request, revision, node, plain, first, here, value, chosen, buried, desk),
        410 if buried else 200,
    )
    resource = replace(resource, page_links=documents.page_links(request, revision, node, first))
    if desk is None:
        return _leading(answer(request, resource, form), revision, node, here, value)
    # A browser that signs in must not take the page of before for that of now.
    found = answer(request, replace(resource, page_stamp=f"{resource.page_stamp}{desk.form_token[:12]}"), form)
    return private(_leading(found, revision, node, here, value))


def _first_value(request: Request, revision: Revision, node: NamedNode) -> int:
    """Which value of each property a document of data begins with; raises `NotThere`."""
    number = first_asked(request, FIRST, "a value")
    if number > 1 and number > (longest := revision.descriptions.portion(node, number).longest):
        most = f"the longest property has {longest:,}" if longest else "they are all in one document"
        raise NotThere(404, "No such value", f"There is no value {number:,}: {most}.")
    return number


def _leading(found: Response, revision: Revision, node: NamedNode, here: str, value: int) -> Response:
    """The answer with links to the documents beside it, if it is one of data that has only some of the values."""
    form = next((each for each in _DATA if found.headers.get("Content-Type") == each.content_type), None)
    if found.status_code in (200, 410) and form is not None:
        links = revision.descriptions.portion(node, value).links(here, form)
        found.headers["Link"] = ", ".join((found.headers["Link"], *links))
    return found


def _heir(reading: Reading, node: NamedNode) -> NamedNode | None:
    """The node that has taken the place of this one, at the end of the chain of renamings; a ring has no end."""
    seen, current = [node], node
    while set(reading.types(current)) <= {reading.leap("Tombstone")}:
        heir = reading.one(current, DCT("isReplacedBy"))
        if heir is None:
            break
        if heir in seen or len(seen) > _LONGEST_CHAIN:
            return None
        seen.append(heir)
        current = heir
    return current if current != node else None


def missing(request: Request, iri: str) -> Response:
    """404 with what the words of the address find; words are looked for in the newest revision only."""
    site = site_of(request)
    revision = revision_asked(request, site)
    if revision.fixed is not None:
        text = "The graph knew nothing of this address then."
        if not wants_page(request):
            return PlainTextResponse(f"{text}\n", 404, headers={"Vary": "Accept, Accept-Datetime"})
        return page(request, "message.html", revision, 404, title="Not found", text=text, iri=iri[:500])
    words = " ".join(re.split(r"[^\w]+", readable(iri))[:6]).strip()
    with site.search() as index:
        hits = index.find(words, limit=6).hits if words else []
    base = site.settings.base
    suggestions = [Node(hit.label, path_of(base, hit.iri), hit.iri, kind_noun(hit.kind, hit.iri, base)) for hit in hits]
    text = "The graph knows nothing of this address."
    if not wants_page(request):
        alike = "".join(f"{server_of(request)}{node.path} {node.label}\n" for node in suggestions)
        return PlainTextResponse(
            f"{text}\n" + (f"These have words of it:\n{alike}" if alike else ""), 404, headers={"Vary": "Accept"}
        )
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


def _body(
    request: Request,
    revision: Revision,
    node: NamedNode,
    address: str,
    first: int,
    here: str,
    value: int,
    form: Format,
    gone: bool,
    desk: Desk | None,
) -> bytes | str:
    if form is HTML:
        if gone:
            return tombstone(request, revision, node)
        return _html(request, revision, node, address, first, here, desk)
    if form is JSON:
        return as_json(as_document(revision, node, here, value))
    if form is CSV:
        return as_csv(as_rows(revision, node, value), COLUMNS)
    return revision.descriptions.serialised(node, form, here, value)


def _html(
    request: Request, revision: Revision, node: NamedNode, address: str, first: int, here: str, desk: Desk | None
) -> str:
    reading = revision.reading
    kind = reading.kind(node)
    template, build = _BUILDERS.get(kind.name if kind else "", ("entity.html", entity_page))
    view = build(revision, node) if first == 1 else dataset_page(revision, node, first)
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
        formats=[
            *twins(address, revision.descriptions.forms(node)),
            *documents.listed(request, revision, node, address),
        ],
        whole_twins=documents.listed_of_datasets(revision, node),
        twin=documents.embedded(request, revision, node, first),
        fair=documents.fair_path(revision, node, address),
        history=url("/history", iri=node.value),
        changed=site_of(request).history.timeline.count(entity=node.value),
        states=site_of(request).freshness.states(revision),
        says_this=url("/queries/questions/who-says-this", node=node.value),
        feeds=[{"path": url("/changes.atom", entity=node.value), "title": f"Changes of {entity.node.label}"}],
        jsonld=revision.descriptions.jsonld(node, here),
        desk=desk,
        ways=ways_of(request, revision, node, view),
        launches=launches_of(reading, node) if kind and kind.name in _RUN else [],
        steps=steps_of(site_of(request), revision, node) if kind and kind.name == "request" else [],
        data_path=data_path(site_of(request).settings, reading, node) if revision.fixed is None else "",
        section="browse",
    )
