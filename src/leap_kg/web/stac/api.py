"""Puts the API together: the routes and models of stac-fastapi, our answers, our words for what is wrong."""

from typing import Any, cast

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from stac_fastapi.api.app import StacApi
from stac_fastapi.api.models import (
    create_get_request_model,
    create_post_request_model,
    create_request_model,
)
from stac_fastapi.extensions import (
    CollectionSearchExtension,
    CollectionSearchFilterExtension,
    FieldsExtension,
    FreeTextExtension,
    ItemCollectionFilterExtension,
    QueryExtension,
    TokenPaginationExtension,
)
from stac_fastapi.extensions.fields import FieldsConformanceClasses
from stac_fastapi.extensions.filter import FilterConformanceClasses
from stac_fastapi.extensions.free_text import FreeTextConformanceClasses
from stac_fastapi.extensions.sort import (
    CollectionSearchSortExtension,
    ItemCollectionSortExtension,
    SearchSortExtension,
    SortConformanceClasses,
)
from stac_fastapi.types.config import ApiSettings
from stac_fastapi.types.errors import NotFoundError
from stac_fastapi.types.search import APIRequest
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import JSONResponse, Response

from leap_kg.stac.collection import VERSION
from leap_kg.stac.refusal import BadSearch
from leap_kg.stac.searching import TooLong
from leap_kg.web.site import NoRevision, Site
from leap_kg.web.stac import manual, queryables
from leap_kg.web.stac.aggregation import CLASSES, AggregateByAddress, AggregateByBody, Aggregating, Aggregations
from leap_kg.web.stac.bodies import BoundedBody, SearchByBody
from leap_kg.web.stac.client import Client
from leap_kg.web.stac.filtering import Filtering
from leap_kg.web.stac.indexes import Indexes
from leap_kg.web.stac.parameters import CollectionAsked, ItemsAsked, describe_limits, only_known
from leap_kg.web.stac.place import PREFIX
from leap_kg.web.stac.refusing import malformed, unreadable

_FILTERS = (
    FilterConformanceClasses.FILTER,
    FilterConformanceClasses.BASIC_CQL2,
    FilterConformanceClasses.CQL2_JSON,
    FilterConformanceClasses.CQL2_TEXT,
    FilterConformanceClasses.ADVANCED_COMPARISON_OPERATORS,
    FilterConformanceClasses.BASIC_SPATIAL_FUNCTIONS,
    FilterConformanceClasses.PROPERTY_PROPERTY,
    FilterConformanceClasses.ARITHMETIC,
    FilterConformanceClasses.CASE_INSENSITIVE_COMPARISON,
    FilterConformanceClasses.ACCENT_INSENSITIVE_COMPARISON,
)


def stac_app(site: Site) -> FastAPI:
    """The API, to be mounted below `client.PREFIX`."""
    app = FastAPI(
        title=site.settings.name, openapi_url="/api", docs_url=None, redoc_url=None,
        servers=[{"url": site.settings.path + PREFIX}], root_path_in_servers=False,
        dependencies=[Depends(only_known)],
    )  # fmt: skip
    app.state.site = site
    app.include_router(manual.router)
    app.include_router(queryables.router)
    indexes = Indexes(site.home.index, manual.SECONDS)
    filters, sortables = queryables.Queryables(indexes=indexes), queryables.Sortables(indexes=indexes)
    search = [
        Filtering(client=filters, conformance_classes=[*_FILTERS, FilterConformanceClasses.SEARCH]),
        # Clients look for the version before, too, which asks for the same.
        SearchSortExtension(
            client=sortables,
            conformance_classes=[
                SortConformanceClasses.ITEM_SEARCH_SORT,
                SortConformanceClasses.ITEM_SEARCH_SORTABLES,
                "https://api.stacspec.org/v1.0.0/item-search#sort",
            ],
        ),
        FieldsExtension(conformance_classes=[FieldsConformanceClasses.SEARCH]),
        QueryExtension(),
        FreeTextExtension(conformance_classes=[FreeTextConformanceClasses.SEARCH]),
        TokenPaginationExtension(),
    ]
    items = [
        ItemCollectionFilterExtension(client=filters, conformance_classes=[*_FILTERS, FilterConformanceClasses.ITEMS]),
        ItemCollectionSortExtension(client=sortables),
        FieldsExtension(conformance_classes=[FieldsConformanceClasses.ITEMS]),
        TokenPaginationExtension(),
    ]
    collection_sort = CollectionSearchSortExtension(client=sortables)
    collections = CollectionSearchExtension.from_extensions(
        [
            CollectionSearchFilterExtension(conformance_classes=[*_FILTERS, FilterConformanceClasses.COLLECTIONS]),
            collection_sort,
            FieldsExtension(conformance_classes=[FieldsConformanceClasses.COLLECTIONS]),
            FreeTextExtension(conformance_classes=[FreeTextConformanceClasses.COLLECTIONS]),
            TokenPaginationExtension(),
        ]
    )
    narrowing: list[Any] = [each for each in search if isinstance(each, Filtering | QueryExtension | FreeTextExtension)]
    aggregation = Aggregating(client=Aggregations(indexes=indexes), conformance_classes=CLASSES)
    aggregation.GET = create_get_request_model(narrowing, base_model=AggregateByAddress)
    aggregation.POST = create_post_request_model(narrowing, base_model=AggregateByBody)
    StacApi(
        app=app,
        settings=ApiSettings(enable_response_models=False),
        stac_version=VERSION,
        title=site.settings.name,
        description="Datasets, stores and items of the graph",
        client=Client(indexes=indexes, landing_page_id="leap-kg"),
        extensions=[*search, *items, collections, collection_sort, aggregation],
        search_get_request_model=create_get_request_model(search),
        search_post_request_model=create_post_request_model(search, base_model=SearchByBody),
        items_get_request_model=_items_model(items),
        collection_get_request_model=CollectionAsked,
        collections_get_request_model=collections.GET,
        middlewares=[Middleware(BoundedBody)],
    )
    describe_limits(app)
    for failure, status in ((BadSearch, 400), (NotFoundError, 404), (TooLong, 503), (NoRevision, 503)):
        app.add_exception_handler(failure, _refusing(status))
    app.add_exception_handler(RequestValidationError, malformed)
    app.add_exception_handler(HTTPException, unreadable)
    return app


def _items_model(extensions: list[Any]) -> type[APIRequest]:
    model = create_request_model("ItemsRequest", ItemsAsked, extensions, request_type="GET")
    return cast("type[APIRequest]", model)


def _refusing(status: int) -> Any:  # noqa: ANN401 - what Starlette takes
    def refusal(_: Request, error: Exception) -> Response:
        text = str(error) or "the graph is empty: nothing has been harvested yet"
        headers = {"Retry-After": "5"} if status == 503 else None
        return JSONResponse({"code": type(error).__name__, "description": text}, status, headers)

    return refusal
