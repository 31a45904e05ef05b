"""How two objects differ, place by place; what is in a Secret, or looks like one, is never shown."""

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any, NamedTuple

from leap_kg.hub.objects.hiding import HIDDEN, shown_value

_LONGEST = 200


class Nothing(Enum):
    """What stands where nothing is, which null is not."""

    ABSENT = "(absent)"


class Change(NamedTuple):
    """One place, as dots and numbers, and what stands there before and after: values of JSON, or `Nothing.ABSENT`."""

    place: str
    before: object
    after: object

    @property
    def text(self) -> str:
        """The change in a short line."""
        return f"{self.place}: {_short(self.before)} -> {_short(self.after)}"

    def described(self) -> dict[str, object]:
        """The change as JSON has it: without `before` or `after` if nothing stood, or stands, there."""
        return {name: value for name, value in self._asdict().items() if value is not Nothing.ABSENT}


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Change, ...]:
    """All places at which two objects differ, in order."""
    hides = "Secret" in (before.get("kind"), after.get("kind"))
    return tuple(_changes(before, after, "", "", hides))


def _changes(before: object, after: object, place: str, called: str, hides: bool) -> Iterator[Change]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in sorted({*before, *after}):
            inner = f"{place}.{key}" if place else str(key)
            name = str(before.get("name") or after.get("name")) if key == "value" else str(key)
            yield from _changes(before.get(key, Nothing.ABSENT), after.get(key, Nothing.ABSENT), inner, name, hides)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, pair in enumerate(zip(before, after, strict=True)):
            yield from _changes(*pair, f"{place}.{number}", called, hides)
    elif before != after or isinstance(before, bool) != isinstance(after, bool):
        hidden = hides and place.split(".")[0] in ("data", "stringData")
        yield Change(place, *(_shown(value, called, hidden) for value in (before, after)))


def _shown(value: object, called: str, hidden: bool) -> object:
    if value is Nothing.ABSENT:
        return value
    return HIDDEN if hidden else shown_value(value, called)


def _short(value: object) -> str:
    text = str(value.value) if isinstance(value, Nothing) else HIDDEN if value == HIDDEN else repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
