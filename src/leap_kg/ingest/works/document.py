"""Answers of public APIs as objects, and their items as parts that are records of their own."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from leap_kg.ingest.formats.jsonvalue import canonical, read_value
from leap_kg.ingest.source import Part, RecordUnusable

JSON = "application/json"
"""What the APIs are asked for, so that a web page in its place is found out."""


def read_object(data: bytes, url: str) -> dict[str, Any]:
    """The JSON object in a body from `url`; raises `Unreadable` or `RecordUnusable`."""
    value = read_value(data, what=url).value
    if not isinstance(value, dict):
        raise RecordUnusable("the answer is no JSON object; open its address by hand, and ask its host", url)
    return value


def cut(role: str, url: str, value: Mapping[str, Any]) -> Part:
    """An object of a page as a part of its own; equal objects give equal bytes."""
    return Part.cut(role, url, canonical(value).encode())


def version(value: Mapping[str, Any], volatile: Iterable[str] = ()) -> str:
    """A hash that changes with the object, but not with what it says under the keys in `volatile`."""
    ignored = set(volatile)
    kept = {key: inner for key, inner in value.items() if key not in ignored}
    return hashlib.sha256(canonical(kept).encode()).hexdigest()
