"""How two objects differ, place by place; what is in a Secret, or looks like one, is never shown."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from leap_kg.hub.objects.hiding import HIDDEN, shown_value

ABSENT = "(absent)"
_LONGEST = 200


class Change(NamedTuple):
    """One place, as dots and numbers, and what stands there before and after, as short texts."""

    place: str
    before: str
    after: str


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Change, ...]:
    """All places at which two objects differ, in order."""
    hides = "Secret" in (before.get("kind"), after.get("kind"))
    return tuple(_changes(before, after, "", "", hides))


def _changes(before: object, after: object, place: str, called: str, hides: bool) -> Iterator[Change]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in sorted({*before, *after}):
            inner = f"{place}.{key}" if place else str(key)
            name = str(before.get("name") or after.get("name")) if key == "value" else str(key)
            yield from _changes(before.get(key, _NONE), after.get(key, _NONE), inner, name, hides)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, pair in enumerate(zip(before, after, strict=True)):
            yield from _changes(*pair, f"{place}.{number}", called, hides)
    elif before != after or isinstance(before, bool) != isinstance(after, bool):
        hidden = hides and place.split(".")[0] in ("data", "stringData")
        yield Change(
            place, *(HIDDEN if hidden and value is not _NONE else _shown(value, called) for value in (before, after))
        )


_NONE = object()


def _shown(value: object, called: str) -> str:
    text = ABSENT if value is _NONE else repr(shown_value(value, called))
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
