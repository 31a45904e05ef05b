"""The pages that are not about one node: first page, lists, questions, help."""

from collections.abc import Sequence
from dataclasses import asdict, replace

from fastapi import APIRouter, Request, Response
from pyoxigraph import NamedNode
from starlette.responses import PlainTextResponse, RedirectResponse

from leap_kg.sparql.formats import Format
from leap_kg.sparql.parameters import ParameterError
from leap_kg.stac.refusal import BadSearch
from leap_kg.web.answers import Resource, answer, page, render, site_of, twins
from leap_kg.web.cells import Node
from leap_kg.web.findings import FILTERS, as_rows, chosen, findings_page
from leap_kg.web.gallery import bound, endpoint_of, gallery, instead, strangers, suggested
from leap_kg.web.hints import hints, uncountable, unknown
from leap_kg.web.history.memento import headers
from leap_kg.web.history.moments import named_moment, revision_asked
from leap_kg.web.home import home_page
from leap_kg.web.identified import identified
from leap_kg.web.links import query_url
from leap_kg.web.listing import (
    FACETS,
    FIELDS,
    LARGEST_PAGE,
    PAGE,
    Listing,
    State,
    as_document,
    hits_as_rows,
    listing,
    number,
)
from leap_kg.web.negotiation import CSV, HTML, JSON, LIST_FORMS, NODE_FORMS, wants_page
from leap_kg.web.nodes.routes import by_path
from leap_kg.web.reading import Reading
from leap_kg.web.revision import Revision
from leap_kg.web.samples import samples
from leap_kg.web.site import NoRevision
from leap_kg.web.tables import as_csv, as_json

router = APIRouter(include_in_schema=False)

_JSON_FORMS = (HTML, JSON)
_LARGEST_CSV = 10_000
_COUNTED = 10_000
"""Hits of a short list without facets, as fields ask for while somebody types, are counted no farther than this."""

_HIT_COLUMNS = ("iri", "path", "label", "kind", "snippet")
_FINDING_COLUMNS = (
    *("iri", "severity", "kind", "record", "title", "focus", "message", "hint", "pointer", "value", "file", "source"),
)


@router.get("/")
def home(request: Request) -> Response:
    """The first page."""
    site = site_of(request)
    revision = revision_asked(request, site)
    with site.search() as index:
        sources = site.freshness.states(revision).values()
        view = home_page(revision, None if revision.fixed else index, site.history.timeline, sources)
    resource = Resource(
        revision=revision.number,
        address="/",
        about="/",
        forms=(HTML,),
        make=lambda _: render(request, "home.html", revision, page=view, sample=samples(request, view.example)),
        stamp="".join(source.state[0] for source in view.sources),
        moment=headers(request, revision, "/"),
    )
    return answer(request, resource, None)


@router.get("/browse")
@router.get("/browse{suffix}")
def browse(request: Request, suffix: str = "") -> Response:
    """All nodes, narrowed by words and facets."""
    return _listed(request, "/browse", suffix, "Browse")


@router.get("/search")
@router.get("/search{suffix}")
def search(request: Request, suffix: str = "") -> Response:
    """The nodes that have the words of `q`."""
    return _listed(request, "/search", suffix, "Search")


@router.get("/findings")
@router.get("/findings{suffix}")
def findings(request: Request, suffix: str = "") -> Response:
    """What is wrong with the records."""
    form = _form(suffix, LIST_FORMS)
    if suffix and form is None:
        return by_path(request)
    revision = revision_asked(request, site_of(request))
    given = request.query_params
    wanted = {name: given.get(name, "")[:200] for name in FILTERS}
    current = number(given.get("page"), 1, 1_000_000)
    address = _address("/findings", request)

    def make(chosen_form: Format) -> bytes | str:
        if chosen_form is HTML:
            return _findings_html(request, revision, wanted, current, address)
        rows = as_rows(chosen(revision.findings, wanted))
        if chosen_form is CSV:
            return as_csv(rows, _FINDING_COLUMNS)
        return as_json({"total": len(rows), "revision": revision.number, "findings": rows})

    moment = headers(request, revision, "/findings")
    return answer(request, Resource(revision.number, address, address, LIST_FORMS, make, moment=moment), form)


@router.get("/queries")
@router.get("/queries{suffix}")
def queries(request: Request, suffix: str = "") -> Response:
    """The named queries."""
    form = _form(suffix, _JSON_FORMS)
    if suffix and form is None:
        return by_path(request)
    site = site_of(request)
    entries, revision = gallery(site.queries), _revision_if_any(request)

    def make(chosen_form: Format) -> bytes | str:
        if chosen_form is HTML:
            formats = twins("/queries", _JSON_FORMS)
            lists = suggested(revision.reading, entries) if revision else {}
            return render(
                request, "queries.html", revision, page=entries, lists=lists, section="query", formats=formats
            )
        return as_json([asdict(entry) for entry in entries])

    read_from = revision.number if revision else 0
    return answer(request, Resource(read_from, "/queries", "/queries", _JSON_FORMS, make, stamp=site.build), form)


@router.get("/queries/{name:path}")
def run_query(request: Request, name: str) -> Response:
    """A named query with values for its parameters: leads to the editor with its answer.

    404 where the graph does not have what a value names, with what it has instead.
    """
    site, moment, values = site_of(request), named_moment(request), dict(request.query_params)
    try:
        text = bound(site.queries, name, values, _reading_if_any(request))
    except ParameterError as error:
        if not wants_page(request):
            return PlainTextResponse(f"{error}\n", 400, headers={"Vary": "Accept"})
        return page(request, "message.html", _revision_if_any(request), 400, title="Not a value", text=f"{error}.")
    if not text:
        return by_path(request)
    answered_at = query_url(text, moment, endpoint_of(name))
    return _stranger(request, name, values, answered_at) or RedirectResponse(answered_at, status_code=303)


@router.get("/about")
def about(request: Request) -> Response:
    """How to use the graph."""
    site, revision = site_of(request), _revision_if_any(request)
    example, sources = None, []
    if revision is not None:
        sources = list(site.freshness.states(revision).values())
        with site.search() as index:
            view = listing(index, State(facets={"kind": ("dataset",)}, size=1), site.settings.base)
        example = view.results[0].node if view.results else None
    return page(
        request,
        "about.html",
        revision,
        sources=sources,
        forms=NODE_FORMS[1:],
        sample=samples(request, example),
        settings=site.settings,
        base=site.settings.base,
        section="about",
    )


def _stranger(request: Request, name: str, values: dict[str, str], answered_at: str) -> Response | None:
    """404 for a value that the graph does not have; `None` if there is none, or no graph yet."""
    site = site_of(request)

    def was_there(node: NamedNode) -> bool:
        return bool(site.history.timeline.count(entity=node.value.partition("#")[0]))

    try:
        revision = revision_asked(request, site)
        with site.search() as index:
            missed = next(iter(strangers(revision.reading, index, name, values, was_there)), None)
    except NoRevision:
        return None
    if missed is None:
        return None
    if not wants_page(request):
        return PlainTextResponse(f"{missed}\n", 404, headers={"Vary": "Accept, Accept-Datetime"})
    reason = f"{missed.reason[:1].upper()}{missed.reason[1:]}."
    anyway = Node("Ask it as it stands", answered_at, answered_at)
    return page(
        request,
        "message.html",
        revision,
        404,
        title="Not in the graph",
        text=reason,
        suggestions=[*instead(name, values, missed), anyway],
    )


def _listed(request: Request, path: str, suffix: str, heading: str) -> Response:
    form = _form(suffix, LIST_FORMS)
    if suffix and form is None:
        return by_path(request)
    site = site_of(request)
    if revision_asked(request, site).fixed:
        return _newest_only(request)
    revision, state = site.revision(), State.read(path, request.query_params)
    reading = revision.reading
    state = replace(state, named=identified(state.text, reading.snapshot.store, reading.base, str(request.base_url)))
    address = _address(path, request)
    uncounted = request.query_params.get("facets") == "none"

    def make(chosen_form: Format) -> bytes | str:
        ignored = unknown(request.query_params) or uncountable(request.query_params)
        if ignored and chosen_form is not HTML:
            raise BadSearch(ignored)
        with site.search() as index:
            if chosen_form is HTML:
                view = listing(index, state, site.settings.base)
                # What is near a standard name the page has as links.
                meant = view.state.without("standard_name") if view.near else view.state
                said = [] if view.total else hints(index, meant)
                return _list_html(request, revision, view, heading, address, [ignored, *said] if ignored else said)
            size = _LARGEST_CSV if chosen_form is CSV else min(state.size, LARGEST_PAGE)
            offset = 0 if chosen_form is CSV else (state.number - 1) * size
            counted = () if chosen_form is CSV or uncounted else tuple(FACETS)
            most = _COUNTED if uncounted and size <= PAGE else None
            resolved = state.resolved(index)
            found = resolved.found(index, size, offset, counted, most)
            said = [] if found.total else hints(index, resolved)
        if chosen_form is CSV:
            return as_csv(hits_as_rows(found.hits, site.settings.base), _HIT_COLUMNS)
        return as_json(as_document(found, state, site.settings.base, revision.number, said))

    try:
        return answer(request, Resource(revision.number, address, address, LIST_FORMS, make), form)
    except BadSearch as error:
        return _no_search(request, revision, state, str(error), shown=form is None and wants_page(request))


def _no_search(request: Request, revision: Revision, state: State, reason: str, *, shown: bool) -> Response:
    """400 for a place, a time or a standard name that is none."""
    if not shown:
        return PlainTextResponse(f"{reason}\n", 400, headers={"Vary": "Accept"})
    return page(
        request,
        "message.html",
        revision,
        400,
        title="Not a search",
        text=f"{reason}.",
        suggestions=[Node("The list without place, time and standard name", state.without(*FIELDS).href(), "")],
        section="browse",
    )


def _newest_only(request: Request) -> Response:
    """404 for a list at a past moment: the search index knows the newest revision only."""
    revision = revision_asked(request, site_of(request))
    text = (
        "Lists and search show the newest revision only. Look at a single node, or ask in SPARQL, at that moment; "
        "or see the list as it is now."
    )
    if not wants_page(request):
        return PlainTextResponse(f"{text}\n", 404, headers={"Vary": "Accept, Accept-Datetime"})
    return page(
        request,
        "message.html",
        revision,
        404,
        title="No lists of the past",
        text=text,
        section="browse",
    )


def _list_html(
    request: Request, revision: Revision, view: Listing, heading: str, address: str, said: Sequence[str]
) -> str:
    text = view.state.text
    return render(
        request,
        "browse.html",
        revision,
        page=view,
        hints=said,
        heading=f"{heading}: {text}" if text else heading,
        q=text,
        section="browse",
        formats=twins(address, LIST_FORMS),
    )


def _findings_html(request: Request, revision: Revision, wanted: dict[str, str], current: int, address: str) -> str:
    view = findings_page(revision.findings, wanted, current)
    labels = {"severity": "Severity", "kind": "Check", "source": "Source"}
    return render(
        request,
        "findings.html",
        revision,
        page=view,
        filters=[(labels[name], values) for name, values in view.filters],
        section="findings",
        formats=twins(address, LIST_FORMS),
    )


def _form(suffix: str, forms: Sequence[Format]) -> Format | None:
    return next((form for form in forms if form is not HTML and form.suffix == suffix), None)


def _address(path: str, request: Request) -> str:
    query = request.scope["query_string"].decode("latin-1")
    return f"{path}?{query}" if query else path


def _reading_if_any(request: Request) -> Reading | None:
    """What a named query is put to."""
    try:
        return revision_asked(request, site_of(request)).reading
    except NoRevision:
        return None


def _revision_if_any(request: Request) -> Revision | None:
    try:
        return site_of(request).revision()
    except NoRevision:
        return None
