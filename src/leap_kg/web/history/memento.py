"""Memento (RFC 7089): the headers by which every page leads to its past.

Every address is its own TimeGate and answers `Accept-Datetime` in place (section 4.1.2: 200, with `Content-Location`
naming the memento); a memento is the same address with `at=<revision>`, which never shows another state.
"""

from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import quote

from fastapi import Request

from leap_kg.web.answers import site_of
from leap_kg.web.history.mementos import Memento, Mementos
from leap_kg.web.links import at_moment, url, without_moment
from leap_kg.web.revision import Revision
from leap_kg.web.security import raw_path

LINK_FORMAT = "application/link-format"
LASTING = "public, max-age=86400"
_LONGEST_QUERY = 2000


def headers(request: Request, revision: Revision, original: str, iri: str = "") -> dict[str, str]:
    """What an answer about a node (or about the whole graph, without `iri`) says of its place in time.

    `original` is the path of the page, with its query string where that is short, for the links to other moments. The
    values of `Link` and `Vary` are to be joined with what else stands there.
    """
    site = site_of(request)
    original = without_moment(original)
    mementos = Mementos(site.history, iri, site.revision().number)
    subject = {"iri": iri} if iri else {"path": original.partition("?")[0]}
    links = [
        f'<{uri(original)}>; rel="original timegate"',
        f'<{uri(url("/timemap", **subject))}>; rel="timemap"; type="{LINK_FORMAT}"',
        *_links(mementos, revision, original),
    ]
    found = {"Link": ", ".join(links)}
    named = bool(request.query_params.get("at", "").strip())
    if not named:
        found["Vary"] = "Accept-Datetime"
    if revision.fixed is not None:
        found["Memento-Datetime"] = http_date(revision.fixed)
        found["X-Robots-Tag"] = "noindex"
        if revision.number < site.revision().number and named:
            found["Cache-Control"] = LASTING
        if not named:
            found |= _place(request, revision)
    return found


def _place(request: Request, revision: Revision) -> dict[str, str]:
    """Where the memento that was chosen by `Accept-Datetime` has an address of its own."""
    query = request.scope["query_string"].decode("latin-1")
    if request.method != "GET" or len(query) > _LONGEST_QUERY:
        return {}
    return {
        "Content-Location": at_moment(uri(f"{raw_path(request.scope)}{'?' if query else ''}{query}"), revision.number)
    }


def http_date(moment: datetime) -> str:
    """A time as HTTP writes it."""
    return format_datetime(moment.astimezone(UTC).replace(microsecond=0), usegmt=True)


def _links(mementos: Mementos, revision: Revision, original: str) -> list[str]:
    """Links to the first and the last memento, and from a memento to those beside it."""
    held = mementos.in_force(revision.number) if revision.fixed else None
    wanted = [("first", mementos.first()), ("last", mementos.last())]
    if revision.fixed:
        wanted += [("prev", mementos.previous(revision.number)), ("next", mementos.next(revision.number))]
    relations: dict[Memento, list[str]] = {}
    for name, memento in wanted:
        if memento is not None:
            relations.setdefault(memento, []).append(name)
    if held is not None:
        relations.setdefault(held, [])
    return [
        f'<{uri(at_moment(original, memento.revision))}>; rel="{" ".join([*names, "memento"])}"; '
        f'datetime="{http_date(memento.at)}"'
        for memento, names in sorted(relations.items(), key=lambda item: item[0].revision)
    ]


def uri(iri: str) -> str:
    """The address as a URI, fit for a header."""
    return quote(iri, safe="/-._~!$&'()*+,;=:@?#%[]")
