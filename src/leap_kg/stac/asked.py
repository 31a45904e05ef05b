"""A search as it was asked, whichever way: by address, by form, or for the items of one collection."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from leap_kg.stac.area import Area
from leap_kg.stac.interval import Interval

PAGE = 10
LARGEST_PAGE = 10_000


@dataclass(frozen=True, slots=True)
class Order:
    """One property to sort by."""

    name: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for; `None` and empty mean that anything will do, but `collections` and `ids` that are `()`: none.

    `filter` is CQL2 in JSON, `token` where the page before ended.
    """

    collections: Sequence[str] | None = None
    ids: Sequence[str] | None = None
    area: Area | None = None
    times: Interval | None = None
    filter: dict[str, Any] | None = None
    words: str = ""
    order: Sequence[Order] = ()
    limit: int = PAGE
    token: str = ""
