"""Which properties a filter can name, and what to sort by: those that the newest items have."""

# ruff: noqa: ANN401 - stac-fastapi hands over what its models hold

from typing import Any

import attr
from fastapi import APIRouter, Request
from stac_fastapi.extensions.filter.client import BaseFiltersClient
from stac_fastapi.extensions.sort.client import BaseSortablesClient
from stac_fastapi.types.errors import NotFoundError
from starlette.responses import JSONResponse, Response

from leap_kg.stac.filters import STANDARD_NAME
from leap_kg.stac.naming import step
from leap_kg.stac.searching import COLLECTION_ORDERS, Index
from leap_kg.web.stac.indexes import Indexes
from leap_kg.web.stac.place import place_of

_SCHEMA = "https://json-schema.org/draft/2020-12/schema"
_TYPES = {"true": "boolean", "false": "boolean", "integer": "integer", "real": "number", "text": "string"}
_ITEM: dict[str, dict[str, Any]] = {
    "id": {"type": "string", "title": "Id"},
    "collection": {"type": "string", "title": "Collection"},
    "geometry": {"title": "Geometry", "$ref": "https://geojson.org/schema/Geometry.json"},
    "datetime": {"type": "string", "format": "date-time", "title": "Moment"},
}
_COLLECTION: dict[str, dict[str, Any]] = {name: {"type": "string"} for name in COLLECTION_ORDERS}
_OF_COLLECTIONS: dict[str, dict[str, Any]] = {
    **_COLLECTION,
    STANDARD_NAME: {
        "type": "string",
        "title": "Standard name",
        "description": "Of the CF convention: that of any variable of the collection, or of the stores of its dataset.",
    },
}
router = APIRouter(include_in_schema=False)


def _properties(index: Index, collection: str | None) -> dict[str, dict[str, Any]]:
    row = index.collection(collection) if collection is not None else None
    if collection is not None and row is None:
        raise NotFoundError(f"there is no collection {collection}")
    named = index.properties(row.name if row is not None else None)
    found = {name: {"type": _TYPES[kind]} for name, kind in named if kind in _TYPES}
    return {**found, **_ITEM}


@router.get("/collections-queryables")
def of_collections(request: Request) -> Response:
    """The properties by which a search of collections can be filtered."""
    document = _queryables(_address(request, None, "collections-queryables"), _OF_COLLECTIONS)
    return JSONResponse(document, media_type="application/schema+json")


@attr.s
class Queryables(BaseFiltersClient):
    """The properties to filter by."""

    indexes: Indexes = attr.ib(kw_only=True)

    def get_queryables(self, collection_id: str | None = None, **kwargs: Any) -> dict[str, Any]:
        """A JSON Schema of them, over all items or those of one collection."""
        with self.indexes.one() as index:
            properties = _properties(index, collection_id)
        return _queryables(_address(kwargs["request"], collection_id, "queryables"), properties)


@attr.s
class Sortables(BaseSortablesClient):
    """The properties to sort by: the same, but for the geometry."""

    indexes: Indexes = attr.ib(kw_only=True)

    def get_sortables(self, request: Request | None = None, **_: Any) -> dict[str, Any]:
        """Those of all items."""
        return self._schema(request, None, "sortables")

    def get_collection_sortables(self, collection_id: str, request: Request | None = None, **_: Any) -> dict[str, Any]:
        """Those of the items of a collection."""
        return self._schema(request, collection_id, "sortables")

    def get_collections_sortables(self, request: Request | None = None, **_: Any) -> dict[str, Any]:
        """Those of collections."""
        return _sortables(_address(request, None, "collections-sortables"), _COLLECTION)

    def _schema(self, request: Request | None, collection: str | None, name: str) -> dict[str, Any]:
        with self.indexes.one() as index:
            properties = _properties(index, collection)
        properties.pop("geometry")
        return _sortables(_address(request, collection, name), properties)


def _queryables(address: str, properties: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {
        "$schema": _SCHEMA,
        "$id": address,
        "type": "object",
        "title": "Properties to filter by",
        "properties": properties,
        # These are of the newest items: an older one may have more. What none has is null.
        "additionalProperties": True,
    }


def _sortables(address: str, properties: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {
        "$schema": _SCHEMA,
        "$id": address,
        "type": "object",
        "title": "Properties to sort by",
        "properties": properties,
    }


def _address(request: Request | None, collection: str | None, name: str) -> str:
    place = place_of(request) if request is not None else ""
    return f"{place}/collections/{step(collection)}/{name}" if collection is not None else f"{place}/{name}"
