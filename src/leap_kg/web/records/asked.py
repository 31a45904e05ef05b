"""A search for records as its address says it, read strictly; what is wrong is said in words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from leap_kg.graph.index.narrowing import Narrowing
from leap_kg.stac.area import box_area
from leap_kg.stac.interval import interval
from leap_kg.stac.refusal import BadSearch
from leap_kg.web.records.catalogues import Catalogue

PAGE, LARGEST_PAGE = 10, 1_000
_FARTHEST = 1_000_000
_MOST_IDS = 100
_NUMBER = re.compile(r"[0-9]{1,18}")
_KNOWN = frozenset(("q", "bbox", "datetime", "type", "limit", "offset", "ids", "externalIds", "f"))


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for in a catalogue: `names` are ids of records, `None` for a search."""

    words: str
    narrowing: Narrowing
    names: Sequence[str] | None
    limit: int
    offset: int


def asked(catalogue: Catalogue, parameters: Sequence[tuple[str, str]]) -> Asked:
    """The search of these parameters; raises `BadSearch`."""
    given: dict[str, str] = {}
    for name, value in parameters:
        if name not in _KNOWN:
            raise BadSearch(f"there is no parameter {name[:50]!r}; there are {', '.join(sorted(_KNOWN - {'f'}))}")
        if name in given:
            raise BadSearch(f"{name} is given twice: put commas between its values")
        given[name] = value
    if given.get("f", "json") not in ("json", "application/geo+json", "application/json"):
        raise BadSearch("records are GeoJSON here: leave out f; pages are at their links with rel=alternate")
    names = _names(given)
    if names is not None and given.keys() & {"q", "bbox", "datetime", "type"}:
        raise BadSearch("ids and externalIds name records: leave out q, bbox, datetime and type")
    period = interval(given["datetime"]) if given.get("datetime") else None
    return Asked(
        # Any of the words will do in the standard; with all of them what is found first is what was meant.
        words=given.get("q", "").replace(",", " ")[:2000],
        narrowing=Narrowing(
            facets={"kind": _kinds(catalogue, given.get("type", ""))},
            boxes=_boxes(given.get("bbox", "")),
            period=(period.start, period.end) if period else None,
        ),
        names=names,
        limit=_number(given, "limit", PAGE, 1, LARGEST_PAGE, cut=True),
        offset=_number(given, "offset", 0, 0, _FARTHEST),
    )


def _number(given: dict[str, str], name: str, default: int, least: int, most: int, *, cut: bool = False) -> int:
    """A number of the address; with `cut` a larger one counts as `most`, as the standard has it for pages."""
    text = given.get(name, "")
    if not text:
        return default
    number = int(text) if _NUMBER.fullmatch(text) else -1
    if cut and number > most:
        return most
    if not least <= number <= most:
        raise BadSearch(f"{name} is a number from {least} to {most:,}")
    return number


def _kinds(catalogue: Catalogue, text: str) -> Sequence[str]:
    wanted = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in wanted if name not in catalogue.kinds]
    if unknown:
        raise BadSearch(f"{catalogue.id} has no type {unknown[0][:50]!r}; there are {', '.join(catalogue.kinds)}")
    return wanted or catalogue.kinds


def _boxes(text: str) -> list[tuple[float, float, float, float]]:
    if not text:
        return []
    try:
        numbers = [float(number) for number in text.split(",")]
    except ValueError:
        raise BadSearch("bbox is four numbers with commas between them: west,south,east,north") from None
    return [(box.west, box.east, box.south, box.north) for box in box_area(numbers).boxes]


def _names(given: dict[str, str]) -> list[str] | None:
    if "ids" not in given and "externalIds" not in given:
        return None
    names = [name for key in ("ids", "externalIds") for name in given.get(key, "").split(",") if name]
    if len(names) > _MOST_IDS:
        raise BadSearch(f"more than {_MOST_IDS} ids: ask in several requests")
    return names
