"""Filters in the body of a search as some clients send them: as text, too."""

from typing import Any, Literal

import attr
from pydantic import BaseModel, Field
from stac_fastapi.extensions import SearchFilterExtension


class FilterBody(BaseModel):
    """The filter extension of a POST request."""

    filter_expr: dict[str, Any] | str | None = Field(None, alias="filter", description="A filter in CQL2.")
    filter_crs: str | None = Field(None, alias="filter-crs", description="Only CRS84, longitude first.")
    filter_lang: Literal["cql2-json", "cql2-text"] | None = Field(
        None, alias="filter-lang", description="How the filter is written; told apart by its form if it is not said."
    )


@attr.s
class Filtering(SearchFilterExtension):
    """The filter extension of `/search`."""

    POST = FilterBody
