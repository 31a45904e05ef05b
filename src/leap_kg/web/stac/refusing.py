"""What is wrong with a request, in our words, where the models of stac-fastapi refuse it in theirs.

They look at parameters before we do, and some of what they say names types of Python, or the wrong end of a period.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from leap_kg.stac.area import box_area, geometry_area, geometry_text
from leap_kg.stac.asked import LARGEST_PAGE
from leap_kg.stac.interval import interval
from leap_kg.stac.narrowed import box
from leap_kg.stac.refusal import BadSearch

_MOST_PROBLEMS = 5
_LONGEST = 1_000
_MOST_DIGITS = 18
_BODY = "the body is no JSON that can be read: send an object, nested no deeper than a filter needs"


def unreadable(request: Request, error: Exception) -> Response:
    """A parameter of the address that cannot be converted, a body that cannot be read, a route that there is not."""
    refused = error if isinstance(error, HTTPException) else HTTPException(400, str(error))
    detail = str(refused.detail)
    if refused.status_code == 400:
        detail = in_words(request.query_params) or (detail if request.method == "GET" else _BODY)
    return _refusal(detail, refused.status_code, refused.headers)


def malformed(request: Request, error: Exception) -> Response:
    """Parameters, or a body, that the models of stac-fastapi refuse."""
    problems = error.errors() if isinstance(error, RequestValidationError) else []
    body = error.body if isinstance(error, RequestValidationError) else None
    # In a body a box is a list, whatever it may be in an address.
    listed = {"bbox": [body["bbox"]]} if isinstance(body, dict) and isinstance(body.get("bbox"), str) else {}
    told = in_words({**body, **listed} if isinstance(body, dict) else request.query_params)
    if not told and request.method != "GET" and not isinstance(body, dict):
        told = _BODY
    if not told and any("intersects" in each["loc"] for each in problems):
        # Some that can be read are refused, such as a ring that does not end where it begins.
        told = _GEOMETRY
    return _refusal(told or "; ".join(map(_said, problems[:_MOST_PROBLEMS])), 400)


def _said(problem: Mapping[str, Any]) -> str:
    """What a model says of a part of the body, or, in words of ours, of the whole."""
    place, text = ".".join(map(str, problem["loc"][1:])), str(problem["msg"]).removeprefix("Value error, ")
    return f"{place}: {text}" if place else text


def in_words(given: Mapping[str, object]) -> str:
    """What is wrong with the box, the time or the number that is asked for, and what to write; `""` for nothing."""
    for name, read in _READ.items():
        value = given.get(name)
        if value is not None and (value != "" or name == "limit"):
            try:
                read(value)
            except BadSearch as problem:
                return str(problem)
    both = given.get("bbox") is not None and given.get("intersects") is not None
    return "give bbox or intersects, not both" if both else ""


def _refusal(text: str, status: int, headers: Mapping[str, str] | None = None) -> Response:
    code = "BadSearch" if status == 400 else "Refused"
    return JSONResponse({"code": code, "description": text[:_LONGEST]}, status, headers)


def _box(value: object) -> None:
    if isinstance(value, str):
        box(value)
        return
    numbers = [each for each in value if _is_number(each)] if isinstance(value, list) else []
    if not isinstance(value, list) or len(numbers) < len(value):
        raise BadSearch("bbox is a list of numbers: [west, south, east, north], or six with heights")
    box_area(numbers)


def _time(value: object) -> None:
    if not isinstance(value, str):
        raise BadSearch(
            "datetime is a text: 2020-12-31T23:59:59Z, or two of them with / between, or .. for an open end"
        )
    interval(value)
    for end in value.strip().upper().split("/"):
        try:
            datetime.fromisoformat(end or "1970-01-01")
        except ValueError:
            # The models know fewer moments than we do: none in the year 0, and no 24:00.
            if end != "..":
                raise BadSearch(f"{end[:50]!r} is no moment: write it as 2020-12-31T23:59:59Z") from None


def _limit(value: object) -> None:
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if not (text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS and int(text)):
        raise BadSearch(f"limit is a number from 1 to {LARGEST_PAGE:,}")


def _geometry(value: object) -> None:
    geometry_area(geometry_text(value) if isinstance(value, str) else value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_READ: Mapping[str, Callable[[object], None]] = {
    "bbox": _box,
    "datetime": _time,
    "limit": _limit,
    "intersects": _geometry,
}
_GEOMETRY = "intersects is no geometry of GeoJSON: see RFC 7946; the rings of a polygon end where they begin"
