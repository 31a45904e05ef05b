"""`/history?iri=…`: the history of one entity, and what differs between a day (`then=`) and now."""

from dataclasses import asdict

from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from leap_kg.graph.history.timeline import Revised
from leap_kg.graph.log.patchfile import LogError
from leap_kg.ontology.iri import iri_of
from leap_kg.web.answers import Resource, answer, page, render, site_of, twins
from leap_kg.web.history.entity import Histories, HistoryPage, ThenAndNow
from leap_kg.web.history.moments import revision_at
from leap_kg.web.links import url
from leap_kg.web.listing import number
from leap_kg.web.negotiation import HTML, JSON
from leap_kg.web.nodes.routes import by_path, missing
from leap_kg.web.revision import Revision
from leap_kg.web.site import Site
from leap_kg.web.tables import as_json

router = APIRouter(include_in_schema=False)

_FORMS = (HTML, JSON)


@router.get("/history")
@router.get("/history{suffix}")
def history(request: Request, suffix: str = "") -> Response:
    """What happened to the node `iri` (its IRI, or its path here)."""
    form = next((form for form in _FORMS if form is not HTML and form.suffix == suffix), None)
    if suffix and form is None:
        return by_path(request)
    site, given = site_of(request), request.query_params
    revision, iri = site.revision(), given.get("iri", "").strip()
    iri = iri_of(site.settings.base, iri) if iri.startswith("/") else iri
    if not iri:
        return RedirectResponse("/changes", status_code=303)
    then = given.get("then", "").strip()
    histories = Histories(site.log, site.history.timeline, site.patch_gate, revision.reading)
    try:
        comparison = histories.compare(iri, _revised(site, then)) if then else None
    except LogError:
        return page(
            request,
            "message.html",
            revision,
            500,
            title="This cannot be compared",
            text="A patch file in between is missing or damaged; `leap-kg log verify` on the server says which.",
        )
    view = histories.page(iri, number(given.get("page"), 1, 1_000_000), comparison)
    if view is None:
        return missing(request, iri)
    address = url("/history", iri=iri, then=then, page=given.get("page"))

    def make(chosen: object) -> bytes | str:
        if chosen is HTML:
            return _html(request, revision, view, then, address)
        return as_json(_document(view, comparison))

    stamp = f"then{comparison.revision}" if comparison else ""
    return answer(request, Resource(revision.number, address, iri, _FORMS, make, stamp), form)


def _revised(site: Site, then: str) -> Revised:
    found = revision_at(then, site)
    revised = site.history.timeline.revision(found)
    return revised or Revised(found, "", "", site.history.committed(found), 0, 0, "")


def _html(request: Request, revision: Revision, view: HistoryPage, then: str, address: str) -> str:
    return render(
        request,
        "history.html",
        revision,
        page=view,
        then=then,
        section="changes",
        formats=twins(address, _FORMS),
        feeds=[{"path": view.feed, "title": f"Changes of {view.node.label}"}],
    )


def _document(view: HistoryPage, comparison: ThenAndNow | None) -> dict[str, object]:
    document: dict[str, object] = {
        "iri": view.iri,
        "label": view.node.label,
        "total": view.total,
        "page": view.pages.number,
        "events": [asdict(event) for event in view.events],
    }
    if comparison is not None:
        document["comparison"] = asdict(comparison)
    return document
