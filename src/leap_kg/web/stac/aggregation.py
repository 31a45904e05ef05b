"""The aggregation extension: counts over what a search finds, in place of its items."""

# ruff: noqa: ANN401 - stac-fastapi hands over what its models hold

from typing import Annotated, Any

import attr
from fastapi import FastAPI, Query, Request
from pydantic import Field
from stac_fastapi.api.models import CollectionUri, EmptyRequest
from stac_fastapi.api.routes import create_async_endpoint
from stac_fastapi.extensions.aggregation import AggregationConformanceClasses, AggregationExtension
from stac_fastapi.extensions.aggregation.client import BaseAggregationClient
from stac_fastapi.extensions.aggregation.request import AggregationExtensionGetRequest, AggregationExtensionPostRequest
from stac_fastapi.types.errors import NotFoundError
from starlette.responses import JSONResponse

from leap_kg.stac.aggregating import Aggregation, Grain, aggregated, available, is_frequency
from leap_kg.stac.links import link
from leap_kg.stac.naming import step
from leap_kg.stac.refusal import BadSearch
from leap_kg.stac.searching import Index
from leap_kg.web.stac.asking import search_of
from leap_kg.web.stac.bodies import OfObject
from leap_kg.web.stac.indexes import Indexes
from leap_kg.web.stac.place import place_of

CLASSES = [f"{AggregationConformanceClasses.AGGREGATION}{part}" for part in ("", "#query", "#filter")]


@attr.s
class AggregateByAddress(AggregationExtensionGetRequest):
    """What is asked by an address, beside the filters of a search."""

    datetime_frequency_interval: Annotated[str | None, Query(description="year, month or day")] = attr.ib(default=None)
    centroid_geohash_grid_frequency_precision: Annotated[
        int | None, Query(description="How many digits the cells have, from 1 to 12.")
    ] = attr.ib(default=None)


class AggregateByBody(OfObject, AggregationExtensionPostRequest):
    """What is asked by a body, beside the filters of a search."""

    datetime_frequency_interval: str | None = Field(None, description="year, month or day")
    centroid_geohash_grid_frequency_precision: int | None = Field(
        None, description="How many digits the cells have, from 1 to 12."
    )


@attr.s
class Aggregations(BaseAggregationClient):
    """What the routes of the extension call."""

    indexes: Indexes = attr.ib(kw_only=True)

    def get_aggregations(self, collection_id: str | None = None, **kwargs: Any) -> Any:
        """What can be asked for."""
        with self.indexes.one() as index:
            collection = _named(index, collection_id) if collection_id is not None else None
            found = available(index, collection)
        return _document(
            kwargs["request"], collection, "aggregations", [_head(name, kind) for name, kind in found.items()]
        )

    def aggregate(self, body: Any = None, **kwargs: Any) -> Any:  # type: ignore[override]
        """The answers over the items that match."""
        request: Request = kwargs.pop("request")
        collection = request.path_params.get("collection_id")
        asked = kwargs if body is None else {name: getattr(body, name, None) for name in type(body).model_fields}
        names = [name.strip() for name in asked.get("aggregations") or ()]
        digits = asked.get("centroid_geohash_grid_frequency_precision")
        grain = Grain(asked.get("datetime_frequency_interval") or "", 1 if digits is None else digits)
        with self.indexes.one() as index:
            if collection is not None:
                collection = _named(index, collection)
                asked = {**asked, "collections": [collection]}
                known = available(index, collection)
                for name in names:
                    if name not in known:
                        raise BadSearch(f"the items of {collection} have no {name[:100]}: see aggregations there")
            found = aggregated(index, search_of({**asked, "limit": None}), names, grain)
        return _document(request, collection, "aggregate", [_body(each) for each in found])


@attr.s
class Aggregating(AggregationExtension):
    """The extension, with a route for each method, so that each has a name of its own in the description of the API."""

    def register(self, app: FastAPI) -> None:
        """Add the routes to an app."""
        self.router.prefix = app.state.router_prefix
        for name, prefix, model in (
            ("", "", EmptyRequest),
            ("Collection ", "/collections/{collection_id}", CollectionUri),
        ):
            listing = create_async_endpoint(self.client.get_aggregations, model)
            for method, asked in (("GET", self.GET), ("POST", self.POST)):
                counting = create_async_endpoint(self.client.aggregate, asked)
                for title, path, endpoint in (
                    ("Aggregations", "/aggregations", listing),
                    ("Aggregate", "/aggregate", counting),
                ):
                    self.router.add_api_route(f"{prefix}{path}", endpoint, methods=[method], name=f"{name}{title}")
        app.include_router(self.router, tags=["Aggregation Extension"])


def _named(index: Index, collection: str) -> str:
    """What the collection is called that this step of an address stands for."""
    row = index.collection(collection)
    if row is None:
        raise NotFoundError(f"there is no collection {collection}")
    return row.name


def _document(request: Request, collection: str | None, name: str, found: list[dict[str, Any]]) -> JSONResponse:
    place = place_of(request)
    home = f"{place}/collections/{step(collection)}" if collection is not None else place
    links = [link("self", f"{home}/{name}"), link("root", f"{place}/")]
    if collection is not None:
        links.append(link("collection", home))
    return JSONResponse({"type": "AggregationCollection", "aggregations": found, "links": links})


def _head(name: str, kind: str) -> dict[str, Any]:
    if is_frequency(name):
        return {"name": name, "data_type": "frequency_distribution", "frequency_distribution_data_type": kind}
    return {"name": name, "data_type": kind}


def _body(found: Aggregation) -> dict[str, Any]:
    head = _head(found.name, found.kind)
    if found.buckets is None:
        return {**head, "value": found.value}
    buckets = [{"key": key, "data_type": found.kind, "frequency": frequency} for key, frequency in found.buckets]
    return {**head, "buckets": buckets, "overflow": found.overflow}
