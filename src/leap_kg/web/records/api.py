"""The routes of OGC API Records."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI, Query, Request
from pyoxigraph import NamedNode
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response

from leap_kg.stac.links import GEOJSON, JSON, link
from leap_kg.stac.refusal import BadSearch
from leap_kg.web.answers import server_of, site_of
from leap_kg.web.reading import Reading
from leap_kg.web.records.asked import LARGEST_PAGE, Asked, asked
from leap_kg.web.records.catalogues import CATALOGUES, Catalogue
from leap_kg.web.records.record import node_of, record
from leap_kg.web.site import NoRevision, Site

PREFIX = "/records"
_SPEC = "http://www.opengis.net/spec"
_OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
_CLASSES = (
    *(f"{_SPEC}/ogcapi-common-1/1.0/conf/{name}" for name in ("core", "json")),
    f"{_SPEC}/ogcapi-common-2/1.0/conf/collections",
    *(f"{_SPEC}/ogcapi-features-1/1.0/conf/{name}" for name in ("core", "geojson", "oas30")),
    # `core`, `record-collection` and `record-api` are names of drafts that clients still look for.
    *(
        f"{_SPEC}/ogcapi-records-1/1.0/conf/{name}"
        for name in (
            *("record-core", "record-core-query-parameters", "searchable-catalog", "json"),
            *("core", "record-collection", "record-api"),
        )
    ),
)


class NotHere(LookupError):
    """There is no such collection or record."""


def records_app(site: Site) -> FastAPI:
    """The API, to be mounted below `PREFIX`."""
    app = FastAPI(
        title=site.settings.name, openapi_url="/api", docs_url=None, redoc_url=None,
        servers=[{"url": site.settings.path + PREFIX}], root_path_in_servers=False,
    )  # fmt: skip
    app.state.site = site
    for path, endpoint in (
        ("/", _landing),
        ("/conformance", _conformance),
        ("/collections", _collections),
        ("/collections/{collection}", _collection),
        ("/collections/{collection}/items", _items),
        ("/collections/{collection}/items/{name:path}", _item),
    ):
        app.add_api_route(path, endpoint, methods=["GET"], summary=(endpoint.__doc__ or "").split("\n")[0])
    for failure, status in ((BadSearch, 400), (NotHere, 404), (NoRevision, 503), (HTTPException, 0)):
        app.add_exception_handler(failure, _refusing(status))
    return app


def enter() -> Response:
    """The catalogue is at the address with a slash."""
    return RedirectResponse(f"{PREFIX}/", 308)


def place_of(request: Request) -> str:
    """The address of the API as the client knows it, without a slash at its end."""
    return f"{server_of(request)}{PREFIX}"


def _landing(request: Request) -> Response:
    """The catalogue itself."""
    place = place_of(request)
    links = [
        link("self", f"{place}/"),
        link("service-desc", f"{place}/api", _OPENAPI, title="OpenAPI"),
        link("conformance", f"{place}/conformance"),
        link("data", f"{place}/collections"),
        link("alternate", f"{server_of(request)}/", "text/html", title=site_of(request).settings.name),
    ]
    title = site_of(request).settings.name
    return _answer({"title": title, "description": "Records of what the graph lists", "links": links})


def _conformance(request: Request) -> Response:
    """What of the standard there is."""
    return _answer({"conformsTo": list(_CLASSES), "links": [link("self", f"{place_of(request)}/conformance")]})


def _collections(request: Request) -> Response:
    """The collections of records."""
    place = place_of(request)
    documents = [_document(catalogue, place) for catalogue in CATALOGUES.values()]
    links = [link("self", f"{place}/collections"), link("root", f"{place}/")]
    return _answer({"collections": documents, "links": links})


def _collection(request: Request, collection: str) -> Response:
    """One collection of records."""
    return _answer(_document(_known(collection), place_of(request)))


def _items(
    request: Request,
    collection: str,
    q: str = Query("", description="Words, or beginnings of words, that a record has."),
    bbox: str = Query("", description="west,south,east,north in degrees; across the antimeridian west is greater."),
    datetime: str = Query("", description="A moment, a day, or an interval with .. for an open end."),
    type: str = Query("", description="Types of records, by commas."),  # noqa: A002 - as the standard has it
    ids: str = Query("", description="Ids of records, by commas."),
    externalIds: str = Query("", description="DOIs or IRIs, by commas."),  # noqa: N803 - as the standard has it
    limit: str = Query("10", description=f"From 1 to {LARGEST_PAGE:,}; a larger one counts as that."),
    offset: str = Query("0", description="How many to leave out first."),
) -> Response:
    """Records that match."""
    catalogue = _known(collection)
    wanted = asked(catalogue, request.query_params.multi_items())
    site = site_of(request)
    reading, home = site.revision().reading, f"{place_of(request)}/collections/{catalogue.id}"
    found, matched = _named(reading, catalogue, wanted) if wanted.names is not None else _searched(site, wanted)
    features = [record(reading, node, kind, home, server_of(request)) for node, kind in found]
    document = {
        "type": "FeatureCollection",
        "timeStamp": _now(),
        "numberMatched": matched,
        "numberReturned": len(features),
        "features": features,
        "links": [link("collection", home), *_pages(request, wanted, matched)],
    }
    return _answer(document, GEOJSON)


def _item(request: Request, collection: str, name: str) -> Response:
    """One record."""
    catalogue, reading = _known(collection), site_of(request).revision().reading
    node = node_of(reading, name)
    kind = reading.kind(node) if node is not None else None
    if node is None or kind is None or kind.name not in catalogue.kinds:
        raise NotHere(f"{catalogue.id} has no record {name[:200]}")
    home = f"{place_of(request)}/collections/{catalogue.id}"
    return _answer(record(reading, node, kind.name, home, server_of(request)), GEOJSON)


def _known(collection: str) -> Catalogue:
    found = CATALOGUES.get(collection)
    if found is None:
        raise NotHere(f"there is no collection {collection[:100]}; there are {', '.join(CATALOGUES)}")
    return found


def _searched(site: Site, wanted: Asked) -> tuple[list[tuple[NamedNode, str]], int]:
    with site.search() as index:
        found = index.find(wanted.words, limit=wanted.limit, offset=wanted.offset, narrowing=wanted.narrowing)
    return [(NamedNode(hit.iri), hit.kind) for hit in found.hits], found.total


def _named(reading: Reading, catalogue: Catalogue, wanted: Asked) -> tuple[list[tuple[NamedNode, str]], int]:
    found: dict[NamedNode, str] = {}
    for name in wanted.names or ():
        node = node_of(reading, name)
        kind = reading.kind(node) if node is not None else None
        if node is not None and kind is not None and kind.name in catalogue.kinds:
            found[node] = kind.name
    return list(found.items())[wanted.offset : wanted.offset + wanted.limit], len(found)


def _document(catalogue: Catalogue, place: str) -> dict[str, Any]:
    home = f"{place}/collections/{catalogue.id}"
    return {
        "id": catalogue.id,
        "type": "Collection",
        "title": catalogue.title,
        "description": catalogue.description,
        "itemType": "record",
        "conformsTo": [f"{_SPEC}/ogcapi-records-1/1.0/conf/record-core"],
        "links": [
            link("self", home),
            link("items", f"{home}/items", GEOJSON, title=catalogue.title),
            link("root", f"{place}/"),
            link("parent", f"{place}/collections"),
        ],
    }


def _pages(request: Request, wanted: Asked, matched: int) -> list[dict[str, Any]]:
    """This page, the next and the one before."""
    pairs = [(name, value) for name, value in request.query_params.multi_items() if name != "offset"]
    here = f"{server_of(request)}{request.url.path}"

    def page(relation: str, offset: int) -> dict[str, Any]:
        query = urlencode([*pairs, *([("offset", str(offset))] if offset else [])])
        return link(relation, f"{here}{'?' if query else ''}{query}", GEOJSON)

    links = [page("self", wanted.offset)]
    if wanted.offset + wanted.limit < matched:
        links.append(page("next", wanted.offset + wanted.limit))
    if wanted.offset:
        links.append(page("prev", max(wanted.offset - wanted.limit, 0)))
    return links


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _answer(document: dict[str, Any], media_type: str = JSON) -> Response:
    return Response(json.dumps(document, ensure_ascii=False), media_type=media_type)


def _refusing(status: int) -> Any:  # noqa: ANN401 - what Starlette takes
    def refusal(_: Request, error: Exception) -> Response:
        text = str(error) or "the graph is empty: nothing has been harvested yet"
        code, said = status, text
        if isinstance(error, HTTPException):
            code, said = error.status_code, str(error.detail)
        headers = {"Retry-After": "5"} if code == 503 else None
        return JSONResponse({"code": type(error).__name__, "description": said}, code, headers)

    return refusal
