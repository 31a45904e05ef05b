"""`/ldes`: the history of the graph as a Linked Data Event Stream (https://w3id.org/ldes/specification).

Three levels of pages: the root leads to groups of revisions, a group to the pages of its revisions, and those hold
the members. Relations give the times between which a page's members lie. A page of members is immutable from its
first day, a group from the day it is full.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from fastapi import APIRouter, Request, Response
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat, parse, serialize

from leap_kg.graph.history.timeline import Revised, Timeline
from leap_kg.ontology.namespaces import DCT, ONTOLOGY_PATH, PROV, RDF, RDFS, XSD, Namespace, prefixes
from leap_kg.sparql.accept import best
from leap_kg.web.answers import page, server_of, site_of
from leap_kg.web.history.members import ACTIVITY, LDES, TREE, last_path, member_quads, stream_iri
from leap_kg.web.history.refusal import NotThen
from leap_kg.web.negotiation import unchanged
from leap_kg.web.nodes.routes import missing
from leap_kg.web.site import Site

router = APIRouter(include_in_schema=False)

GROUP = 100
MEMBERS = 250
_TRIG, _N_QUADS, _HTML = "application/trig", "application/n-quads", "text/html"
_FORMATS = {_TRIG: RdfFormat.TRIG, _N_QUADS: RdfFormat.N_QUADS}
_LASTING = "public, max-age=31536000, immutable"
_POLLING = 60


@router.get("/ldes")
def root(request: Request) -> Response:
    """The stream: what it is, and where its groups of revisions are."""
    if given := sorted(request.query_params.keys()):
        raise NotThen(400, f"the stream holds everything: leave out {given[0][:40]}=, or read /changes.json")
    site, start = site_of(request), server_of(request)
    newest = _newest(site)
    quads = [*_description(site, start), *_groups(site.history.timeline, start, newest)]
    return _answered(request, quads, b"", f"{newest}", final=False)


@router.get("/ldes/from/{first}")
def group(request: Request, first: str) -> Response:
    """One group of revisions: where the pages of their members are."""
    site, start, number = site_of(request), server_of(request), _number(first)
    newest = _newest(site)
    if number is None or number % GROUP != 1 or number > newest:
        return missing(request, f"/ldes/from/{first}")
    full = number + GROUP - 1 <= newest
    node = NamedNode(f"{start}/ldes/from/{number}")
    timeline = site.history.timeline
    revisions = timeline.revisions(since=number - 1, before=number + GROUP, limit=GROUP)[::-1]
    quads = [*_node(site, node, full), *_pages(timeline, start, node, revisions)]
    return _answered(request, quads, b"", f"{number}-{'full' if full else newest}", final=full)


@router.get("/ldes/{revision}")
@router.get("/ldes/{revision}/{place}")
def members(request: Request, revision: str, place: str = "1") -> Response:
    """A page of the members of one revision."""
    site, number, which = site_of(request), _number(revision), _number(place)
    timeline = site.history.timeline
    if number is None or which is None or number > _newest(site):
        return missing(request, f"/ldes/{revision}")
    revised, total = timeline.revision(number), timeline.touched_count(number)
    if revised is None or (which - 1) * MEMBERS >= max(total, 1):
        return missing(request, f"/ldes/{revision}/{place}")

    def make() -> bytes:
        shown = timeline.touched(number, MEMBERS, (which - 1) * MEMBERS)
        quads = member_quads(site.past(number), site.settings.base, shown, which * MEMBERS >= total)
        return _written(quads, site, RdfFormat.TRIG)

    node = NamedNode(server_of(request) + _page_path(number, which))
    body = site.event_pages.get(f"{number:08d}-{which}-{revised.id[-16:]}", make)
    return _answered(request, list(_node(site, node, True)), body, f"{number}-{which}", final=True)


def _answered(request: Request, quads: Iterable[Quad], body: bytes, stamp: str, final: bool) -> Response:
    """A page: what is made for this address, and what lies ready as TriG."""
    site = site_of(request)
    kind = best(",".join(request.headers.getlist("accept")), [_TRIG, _N_QUADS, _HTML])
    if kind == _HTML:
        title, text = (
            "An event stream",
            "This is a page for programs: give its address to a client for Linked Data Event Streams.",
        )
        return page(request, "message.html", site.revision(), title=title, text=text, section="changes")
    if kind is None:
        text = f"The event stream can be had as {_TRIG} and {_N_QUADS}.\n"
        return Response(text, status_code=406, media_type="text/plain", headers={"Vary": "Accept"})
    tag = f'W/"{stamp}-ldes-{site.build}-{kind.rpartition("/")[2]}"'
    headers = {"ETag": tag, "Vary": "Accept", "Cache-Control": _LASTING if final else "no-cache"}
    if unchanged(request, tag):
        return Response(status_code=304, headers=headers)
    written = _written(quads, site, _FORMATS[kind])
    if kind == _N_QUADS and body:
        body = serialize(parse(body, format=RdfFormat.TRIG), format=RdfFormat.N_QUADS) or b""
    return Response(written + body, media_type=kind, headers=headers)


def _description(site: Site, start: str) -> Iterator[Quad]:
    """The context that a client finds on the root."""
    base = site.settings.base
    leap, stream, view = Namespace(base + ONTOLOGY_PATH), stream_iri(base), NamedNode(f"{start}/ldes")
    said: list[tuple[NamedNode, NamedNode | Literal]] = [
        (RDF("type"), LDES("EventStream")),
        (DCT("title"), Literal(f"{site.settings.name}: every version of every entity")),
        (TREE("view"), view),
        (LDES("timestampPath"), PROV("generatedAtTime")),
        (LDES("sequencePath"), leap("revision")),
        (LDES("versionOfPath"), DCT("isVersionOf")),
        (LDES("versionTimestampPath"), PROV("generatedAtTime")),
        (LDES("transactionPath"), leap("revision")),
        (LDES("transactionFinalizedPath"), last_path(base)),
        (LDES("pollingInterval"), Literal(str(_POLLING), datatype=XSD("integer"))),
    ]
    for name in ("Create", "Update", "Delete"):
        said += [(LDES(f"version{name}Path"), RDF("type")), (LDES(f"version{name}Object"), ACTIVITY(name))]
    yield from (_quad(stream, name, value) for name, value in said)
    yield _quad(view, RDF("type"), TREE("Node"))
    yield _quad(
        last_path(base), RDFS("comment"), Literal("Whether this is the last member of its revision.", language="en")
    )


def _node(site: Site, node: NamedNode, immutable: bool) -> Iterator[Quad]:
    """What a page below the root says of itself."""
    stream = stream_iri(site.settings.base)
    yield _quad(stream, RDF("type"), LDES("EventStream"))
    yield _quad(node, RDF("type"), TREE("Node"))
    yield _quad(node, DCT("isPartOf"), stream)
    if immutable:
        yield _quad(node, LDES("immutable"), Literal("true", datatype=XSD("boolean")))


def _groups(timeline: Timeline, start: str, newest: int) -> Iterator[Quad]:
    view = NamedNode(f"{start}/ldes")
    for first in range(1, newest + 1, GROUP):
        begin, end = timeline.revision(first), timeline.revision(first + GROUP - 1)
        if begin is not None:
            target = NamedNode(f"{start}/ldes/from/{first}")
            yield from _relations(view, f"from-{first}", target, begin.at, end.at if end else None)


def _pages(timeline: Timeline, start: str, node: NamedNode, revisions: Sequence[Revised]) -> Iterator[Quad]:
    for revised in revisions:
        total = timeline.touched_count(revised.revision)
        for place in range(1, -(-total // MEMBERS) + 1):
            target = NamedNode(start + _page_path(revised.revision, place))
            yield from _relations(node, f"{revised.revision}-{place}", target, revised.at, revised.at)


def _relations(node: NamedNode, name: str, target: NamedNode, begin: datetime, end: datetime | None) -> Iterator[Quad]:
    """The relations that say between which times the members behind a page lie."""
    bounds = [("GreaterThanOrEqualTo", begin), *([("LessThanOrEqualTo", end)] if end else [])]
    for kind, bound in bounds:
        relation = NamedNode(f"{node.value}#{name}-{kind[:1].lower()}")
        yield _quad(node, TREE("relation"), relation)
        yield _quad(relation, RDF("type"), TREE(f"{kind}Relation"))
        yield _quad(relation, TREE("node"), target)
        yield _quad(relation, TREE("path"), PROV("generatedAtTime"))
        yield _quad(relation, TREE("value"), Literal(bound.isoformat(), datatype=XSD("dateTime")))


def _quad(subject: NamedNode, predicate: NamedNode, value: NamedNode | Literal) -> Quad:
    return Quad(subject, predicate, value, DefaultGraph())


def _written(quads: Iterable[Quad], site: Site, syntax: RdfFormat) -> bytes:
    known = {**prefixes(site.settings.base), "ldes": str(LDES), "tree": str(TREE), "as": str(ACTIVITY)}
    del known["kg"]  # our paths have slashes, which a prefixed name must escape
    return serialize(quads, format=syntax, prefixes=known if syntax == RdfFormat.TRIG else None) or b""


def _page_path(revision: int, place: int) -> str:
    return f"/ldes/{revision}" if place == 1 else f"/ldes/{revision}/{place}"


def _newest(site: Site) -> int:
    """The newest revision that is both served and in the timeline."""
    return min(site.revision().number, site.history.timeline.last())


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[1-9][0-9]{0,8}", text) else None
