"""What the routes of stac-fastapi call: searches of the index, answered as texts put together, never parsed again."""

# ruff: noqa: ANN401 - stac-fastapi hands over what its models hold, and takes an answer for any of its documents

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import attr
from fastapi import Request
from pyoxigraph import NamedNode
from stac_fastapi.types.core import BaseCoreClient
from stac_fastapi.types.errors import NotFoundError
from starlette.responses import Response

from leap_kg.ontology.namespaces import DCAT
from leap_kg.stac.collection import Shown, collection
from leap_kg.stac.links import link
from leap_kg.stac.naming import step
from leap_kg.stac.refusal import BadSearch
from leap_kg.stac.searching import Index, Page, Row
from leap_kg.stac.stores import stores_of
from leap_kg.web.answers import server_of, site_of
from leap_kg.web.reading import Reading
from leap_kg.web.revision import Revision
from leap_kg.web.site import Site
from leap_kg.web.stac.asking import names_in, search_of, store_asked
from leap_kg.web.stac.fields import Fields, fields_of
from leap_kg.web.stac.indexes import Indexes
from leap_kg.web.stac.links import aggregation_links, children, collection_links, item_text, related
from leap_kg.web.stac.place import PREFIX, place_of

_GEOJSON, _JSON = "application/geo+json", "application/json"
_SCHEMA, _QUERYABLES = "application/schema+json", "http://www.opengis.net/def/rel/ogc/1.0/queryables"
_MOST_CHILDREN = 1_000
"""Collections that the first page links to."""

_MOST_STORES, _MOST_STORES_LISTED = 10_000, 1_000
"""Stores that the document of a collection shows, alone and in a list."""


@attr.s
class Client(BaseCoreClient):
    """The core of the API over the newest revision."""

    indexes: Indexes = attr.ib(kw_only=True)

    def landing_page(self, **kwargs: Any) -> Any:
        """The catalogue itself."""
        request: Request = kwargs["request"]
        place = place_of(request)
        landing: dict[str, Any] = {
            **self._landing_page(
                base_url=f"{place}/", conformance_classes=self.conformance_classes(), extension_schemas=[]
            )
        }
        landing["links"] += [
            link("service-desc", f"{place}/api", "application/vnd.oai.openapi+json;version=3.0", title="OpenAPI"),
            link("service-doc", f"{place}/api.html", "text/html", title="What can be asked here"),
            link(_QUERYABLES, f"{place}/queryables", _SCHEMA, title="Properties to filter by"),
            link("alternate", f"{place.removesuffix(PREFIX)}/", "text/html", title=self.title),
            *aggregation_links(place),
        ]
        with self._reading(request) as (index, _):
            landing["links"] += children(index.listed(search_of({"limit": _MOST_CHILDREN})), place)
        return _answer(json.dumps(landing, ensure_ascii=False), _JSON)

    def all_collections(self, **kwargs: Any) -> Any:
        """Collections that match, or all of them."""
        request: Request = kwargs.pop("request")
        with self._reading(request) as (index, revision):
            found = index.listed(search_of(kwargs, root=""))
            place, fields = place_of(request), fields_of(kwargs.get("fields"))
            made = [_made(row, revision, index, place, _MOST_STORES_LISTED) for row in found.rows]
        documents = [fields.of(each) for each in made] if fields else made
        links = [
            link("self", _asked(request)),
            link("root", f"{place}/"),
            link(_QUERYABLES, f"{place}/collections-queryables", _SCHEMA, title="Properties to filter collections by"),
            *_next(request, found, _JSON),
        ]
        return _answer(
            json.dumps(
                {
                    "collections": documents,
                    "numberMatched": found.matched,
                    "numberReturned": len(documents),
                    "links": links,
                },
                ensure_ascii=False,
            ),
            _JSON,
        )

    def get_collection(self, collection_id: str, **kwargs: Any) -> Any:
        """One collection."""
        request: Request = kwargs["request"]
        with self._reading(request) as (index, revision):
            row = self._collection(index, collection_id)
            first = store_asked(kwargs.get("stores_from"))
            document = _made(row, revision, index, place_of(request), _MOST_STORES, first)
        return _answer(json.dumps(document, ensure_ascii=False), _JSON)

    def item_collection(self, collection_id: str, **kwargs: Any) -> Any:  # type: ignore[override]
        """The items of a collection."""
        request: Request = kwargs.pop("request")
        with self._reading(request) as (index, _):
            name = self._collection(index, collection_id).name
            wholes, ids = names_in(kwargs.get("collections")), names_in(kwargs.get("ids"))
            if wholes and not {name, collection_id} & set(wholes):
                raise BadSearch("collections names another collection than the address: ask /search for both")
            found = index.items(search_of({**kwargs, "ids": ids, "collections": [name]}))
            return self._items(request, index, found, fields_of(kwargs.get("fields")))

    def get_item(self, item_id: str, collection_id: str, **kwargs: Any) -> Any:
        """One item."""
        request: Request = kwargs["request"]
        with self._reading(request) as (index, _):
            name = self._collection(index, collection_id).name
            row = index.item(name, item_id)
            if row is None:
                raise NotFoundError(f"there is no item {item_id} in the collection {collection_id}")
            text = item_text(row, place_of(request), name, alike=bool(index.alike([row])))
            return _answer(text, _GEOJSON)

    def get_search(self, **kwargs: Any) -> Any:  # type: ignore[override]
        """A search by address."""
        return self._search(kwargs.pop("request"), kwargs)

    def post_search(self, search_request: Any, **kwargs: Any) -> Any:
        """A search by its body."""
        asked = {name: getattr(search_request, name, None) for name in type(search_request).model_fields}
        return self._search(kwargs["request"], asked)

    def _search(self, request: Request, asked: dict[str, Any]) -> Response:
        with self._reading(request) as (index, _):
            found = index.items(search_of(asked))
            return self._items(request, index, found, fields_of(asked.get("fields")), asked)

    def _items(
        self, request: Request, index: Index, found: Page, fields: Fields, asked: dict[str, Any] | None = None
    ) -> Response:
        place = place_of(request)
        wholes = index.by_iri(sorted({row.series for row in found.rows}))
        names = {iri: row.name for iri, row in wholes.items() if row.form != "item"}
        alike = index.alike(found.rows)
        texts = [item_text(row, place, names.get(row.series, ""), alike=row.node in alike) for row in found.rows]
        if fields:
            texts = [json.dumps(fields.of(json.loads(text)), ensure_ascii=False) for text in texts]
        links = [
            link("self", _asked(request), _GEOJSON),
            link("root", f"{place}/"),
            *_next(request, found, _GEOJSON, asked),
        ]
        head = f'"numberMatched":{found.matched},"numberReturned":{len(texts)}'
        body = f'{{"type":"FeatureCollection",{head},"features":[{",".join(texts)}],"links":{json.dumps(links)}}}'
        return _answer(body, _GEOJSON)

    def _collection(self, index: Index, name: str) -> Row:
        row = index.collection(name)
        if row is None:
            raise NotFoundError(f"there is no collection {name}")
        return row

    @contextmanager
    def _reading(self, request: Request) -> Iterator[tuple[Index, Revision]]:
        """The index and the revision for one request."""
        site: Site = site_of(request)
        revision = site.revision()
        with self.indexes.one() as index:
            yield index, revision


def _asked(request: Request) -> str:
    query = request.url.query
    return f"{server_of(request)}{request.url.path}{'?' if query else ''}{query}"


def _next(request: Request, found: Page, media_type: str, asked: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """How to ask for the next page: in the same way."""
    if not found.token:
        return []
    if request.method == "POST" and asked is not None:
        return [
            link(
                "next",
                f"{server_of(request)}{request.url.path}",
                _GEOJSON,
                method="POST",
                body={"token": found.token},
                merge=True,
            )
        ]
    pairs: Sequence[tuple[str, str]] = [
        (name, value) for name, value in request.query_params.multi_items() if name != "token"
    ]
    query = urlencode([*pairs, ("token", found.token)])
    return [link("next", f"{server_of(request)}{request.url.path}?{query}", media_type, method="GET")]


def _made(row: Row, revision: Revision, index: Index, place: str, most: int, first: int = 1) -> dict[str, Any]:
    """A collection as the API serves it below `place`, with at most so many of its stores."""
    shown = Shown(most, first, f"{place}/collections/{step(row.name)}")
    document = collection(row, revision.reading, index, place.removesuffix(PREFIX), shown)
    links = collection_links(row.name, place, items=not row.made)
    if row.made:
        links += related(_relatives(row, revision.reading), index, place)
    document["links"] = [*links, *document["links"]]
    return document


def _relatives(row: Row, reading: Reading) -> list[NamedNode]:
    """The stores of a dataset, or the datasets of a store."""
    node = NamedNode(row.iri)
    stores = [each.node for each in stores_of(reading, node) if each.node != node]
    return stores or reading.subjects(DCAT("distribution"), node)


def _answer(text: str, media_type: str) -> Response:
    return Response(text, media_type=media_type)
