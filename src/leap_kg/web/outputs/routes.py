"""The addresses of publications, reports and what is missing; wrong parameters are answered with what to give."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response
from starlette.responses import PlainTextResponse

from leap_kg.ontology.iri import slug
from leap_kg.outputs.formats import FORMATS
from leap_kg.outputs.formats.tables import csv_table
from leap_kg.outputs.method import method_of
from leap_kg.outputs.page import period_in_words, report_file
from leap_kg.outputs.report import Report
from leap_kg.outputs.selection import EVER
from leap_kg.sparql.formats import Format
from leap_kg.web.answers import Resource, answer, page, render, site_of, twins
from leap_kg.web.curation.queue import PATH as QUEUE
from leap_kg.web.history.memento import headers
from leap_kg.web.history.moments import revision_asked
from leap_kg.web.listing import number
from leap_kg.web.negotiation import CSV, HTML, JSON, wants_page
from leap_kg.web.nodes.routes import by_path
from leap_kg.web.outputs import facets, missing
from leap_kg.web.outputs.asked import Asked, NotAsked
from leap_kg.web.outputs.kept import MOST, Held, StillReading
from leap_kg.web.outputs.publications import node_of, publications_page
from leap_kg.web.revision import Revision

router = APIRouter(include_in_schema=False)

_LABELS = {"bibtex": "BibTeX", "ris": "RIS", "csl-json": "CSL-JSON", "csv": "CSV", "json": "JSON"}
_WRITERS = {
    Format(suffix, _LABELS[name], media_type, (), is_graph=False): writer
    for name, (suffix, media_type, writer) in FORMATS.items()
}
_PUBLICATIONS = (HTML, *_WRITERS)
_FILE = Format("html", "One file", "text/html", (), is_graph=False)
_REPORT = (HTML, _FILE, CSV, JSON)
_MISSING = (HTML, CSV, JSON)
_LISTED = 100


class _TooMany(Exception):
    """More outputs than a server counts while somebody waits."""

    def __str__(self) -> str:
        return f"there are more than {MOST:,} outputs: on the machine that has the graph, `leap-kg report` counts them"


@router.get("/publications")
@router.get("/publications{suffix}")
def publications(request: Request, suffix: str = "") -> Response:
    """The database of publications, newest first."""

    def made(revision: Revision, asked: Asked, form: Format) -> bytes | str:
        held = revision.outputs.publications
        found = asked.selection.of(held.outputs)
        if form is not HTML:
            return _encoded(_WRITERS[form](found))
        given = request.query_params
        current, whole = number(given.get("page"), 1, 1_000_000), given.get("all", "")
        return render(
            request,
            "publications.html",
            revision,
            page=publications_page(revision.reading, held, asked, found, current, whole),
            section="publications",
            formats=twins(asked.href(facets.PATH), _PUBLICATIONS),
        )

    return _answered(request, facets.PATH, suffix, _PUBLICATIONS, made)


@router.get("/report")
@router.get("/report{suffix}")
def report(request: Request, suffix: str = "") -> Response:
    """What was produced in a period, by default the last whole year in which anything was."""

    def made(revision: Revision, asked: Asked, form: Format) -> bytes | str:
        held = revision.outputs.everything
        if form is not HTML and not held.whole:
            raise _TooMany
        asked = _with_period(held, asked)
        found = Report.of(held.outputs, asked.selection)
        settings, snapshot = site_of(request).settings, revision.reading.snapshot
        if form is CSV:
            return _encoded(csv_table(found.outputs))
        if form is JSON:
            return _encoded(json.dumps(found.as_json(), ensure_ascii=False, indent=1) + "\n")
        method = method_of(found.outputs, snapshot.store, revision.number, settings.base)
        if form is _FILE:
            return _encoded(report_file(found, settings.name, method))
        return render(
            request,
            "report.html",
            revision,
            report=found,
            method=method,
            asked=asked,
            period=period_in_words(found.selection.period),
            most=0 if held.whole else MOST,
            page_of=lambda thing: node_of(revision.reading, thing).path,
            listed=_LISTED,
            file_path=asked.href("/report.html"),
            missing_path=asked.href(missing.PATH),
            section="report",
            formats=twins(asked.href("/report"), _REPORT),
        )

    return _answered(request, "/report", suffix, _REPORT, made, stamp=str(datetime.now(UTC).year))


@router.get("/missing")
@router.get("/missing{suffix}")
def lacking(request: Request, suffix: str = "") -> Response:
    """Publications, datasets and people that lack something."""
    what = request.query_params.get("what", "").strip()

    def made(revision: Revision, asked: Asked, form: Format) -> bytes | str:
        held = revision.outputs.everything
        if form is not HTML and not held.whole:
            raise _TooMany
        found = Report.of(held.outputs, asked.selection)
        names = missing.missing_of(found)
        if what and what not in names:
            raise NotAsked(f"there is no list {what[:60]!r}: give one of {', '.join(names)}, or leave it out")
        if form is CSV:
            return _encoded(missing.as_table(found, what))
        if form is JSON:
            return _encoded(json.dumps(missing.as_lists(found, what), ensure_ascii=False, indent=1) + "\n")
        return render(
            request,
            "missing.html",
            revision,
            gaps=[gap for gap in revision.outputs.gaps if not asked.pairs and not what],
            shown=missing.SHOWN,
            last_year=datetime.now(UTC).year - 1,
            decide=QUEUE,
            page=[lack for lack in missing.lacks(revision.reading, found, asked) if what in ("", lack.name)],
            asked=asked,
            period="" if found.selection.period == EVER else period_in_words(found.selection.period),
            most=0 if held.whole else MOST,
            section="missing",
            formats=twins(asked.href(missing.PATH, [("what", what)] if what else []), _MISSING),
        )

    return _answered(request, missing.PATH, suffix, _MISSING, made)


def _answered(
    request: Request,
    path: str,
    suffix: str,
    forms: Sequence[Format],
    made: Callable[[Revision, Asked, Format], bytes | str],
    stamp: str = "",
) -> Response:
    form = next((each for each in forms if each is not HTML and each.suffix == suffix), None)
    if suffix and form is None:
        return by_path(request)
    revision = revision_asked(request, site_of(request))
    query = request.scope["query_string"].decode("latin-1")
    address = f"{path}?{query}" if query else path
    try:
        asked = Asked.read(request.query_params)
        resource = Resource(
            revision=revision.number,
            address=address,
            about=address,
            forms=forms,
            make=lambda chosen: made(revision, asked, chosen),
            stamp="-".join(filter(None, (stamp, site_of(request).build if form is _FILE else ""))),
            moment=headers(request, revision, path),
        )
        response = answer(request, resource, form)
    except (NotAsked, _TooMany) as error:
        return _refused(request, revision, form, 400, "This cannot be chosen", str(error))
    except StillReading as error:
        response = _refused(request, revision, form, 503, "Not yet", str(error))
        response.headers.update({"Retry-After": str(error.retry_after), "Cache-Control": "no-store"})
        return response
    if form is not None and response.status_code == 200:
        name = "-".join((slug(site_of(request).settings.name), path.strip("/"), *_period(asked)))
        response.headers["Content-Disposition"] = f'attachment; filename="{name}{form.suffix}"'
    return response


def _refused(
    request: Request, revision: Revision, form: Format | None, status: int, title: str, error: str
) -> Response:
    if form is not None or not wants_page(request):
        return PlainTextResponse(f"{error}\n", status, headers={"Vary": "Accept"})
    text = f"{error[:1].upper()}{error[1:]}."
    return page(request, "message.html", revision, status, title=title, text=text)


def _period(asked: Asked) -> list[str]:
    """The period as a file name says it."""
    return [slug(text) for text in (asked.year, asked.since, asked.until) if text]


def _with_period(held: Held, asked: Asked) -> Asked:
    """The same with the last whole year that has outputs, if nothing was said of a period."""
    if asked.since or asked.until or asked.year:
        return asked
    wanted = asked.selection
    years = {each.year for each in held.outputs if each.year and wanted.takes(each)}
    past = {year for year in years if year < str(datetime.now(UTC).year)}
    year = max(past or years, default="")
    return replace(asked, since=year, until=year)


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "replace")
