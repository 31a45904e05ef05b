"""Which parameters the API has: what it does not know is refused, and the description says how far a page goes.

OGC API Features, of which this API is one, asks for 400 where an address has a parameter that no definition names
(/req/core/query-param-unknown): who misspells `bbox` must not take the whole catalogue for the answer. A body is held
to the same. A `limit` above the largest page is answered with that page, as the standard wants it, and `maximum` in
the description says which that is.
"""

from collections.abc import Iterable, Iterator
from typing import Annotated, Any

import attr
from fastapi import FastAPI, Query, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from rapidfuzz import process
from stac_fastapi.api.models import CollectionUri, ItemCollectionUri

from leap_kg.stac.asked import LARGEST_PAGE
from leap_kg.stac.collection import FIRST
from leap_kg.stac.refusal import BadSearch

_LIKE, _SHOWN = 75, 60


@attr.s
class CollectionAsked(CollectionUri):
    """A collection, with its stores from one on."""

    stores_from: Annotated[
        str | None, Query(alias=FIRST, description="The first store to show of those that it has, counted from 1.")
    ] = attr.ib(default=None)


@attr.s
class ItemsAsked(ItemCollectionUri):
    """The items of a collection; pystac-client names the collection again, and may name items."""

    collections: Annotated[
        str | None, Query(description="The collection itself, or several of which it is one, with commas between.")
    ] = attr.ib(default=None)
    ids: Annotated[str | None, Query(description="Ids of items, with commas between.")] = attr.ib(default=None)


def only_known(request: Request) -> None:
    """Refuse an address with a parameter that its route does not have; raises `BadSearch`."""
    route = request.scope.get("route")
    # The search itself is in a body where there is one, which is looked at with its own model.
    if isinstance(route, APIRoute) and (problem := unknown(request.query_params, _known(route.dependant))):
        raise BadSearch(problem)


def _known(taken: Dependant) -> Iterator[str]:
    """The parameters of the address that a route takes, by itself or by what it depends on."""
    yield from (field.alias for field in taken.query_params)
    for inner in taken.dependencies:
        yield from _known(inner)


def unknown(given: Iterable[str], known: Iterable[str]) -> str:
    """What is wrong with these names, and what may have been meant; `""` if each is known."""
    names = sorted(known)
    for name in given:
        if name not in names:
            near = process.extractOne(name.lower(), names, score_cutoff=_LIKE)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(names)}" if names else "it takes none"
            return f"there is no parameter {name[:_SHOWN]!r} here: {hint}"
    return ""


def describe_limits(app: FastAPI) -> None:
    """Let the description of the API say how large a page is at most."""
    described = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            _say_maximum(described())
        return app.openapi_schema or {}

    # FastAPI asks for its description by this name, and names this way to change it.
    app.openapi = openapi  # type: ignore[method-assign]


def _say_maximum(value: object) -> None:
    """Give every parameter and property `limit` its maximum, wherever it stands in the description."""
    if isinstance(value, list):
        for each in value:
            _say_maximum(each)
    if not isinstance(value, dict):
        return
    if value.get("name") == "limit" and isinstance(value.get("schema"), dict):
        _limit(value["schema"])
    properties = value.get("properties")
    if isinstance(properties, dict) and isinstance(properties.get("limit"), dict):
        _limit(properties["limit"])
    for each in value.values():
        _say_maximum(each)


def _limit(schema: dict[str, Any]) -> None:
    kinds = [each for each in schema.get("anyOf", [schema]) if each.get("type") == "integer"]
    for kind in kinds:
        kind.pop("exclusiveMinimum", None)
        kind.update(minimum=1, maximum=LARGEST_PAGE)
