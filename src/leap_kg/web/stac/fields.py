"""The fields extension: an item with only some of its fields, or without some."""

from collections.abc import Iterable
from typing import Any

_ALWAYS = frozenset(("id", "collection"))


class Fields:
    """Which fields are wanted: paths with dots, `include` before `exclude`."""

    def __init__(self, include: Iterable[str] = (), exclude: Iterable[str] = ()) -> None:
        self._include = {tuple(path.split(".")) for path in include if path}
        self._exclude = {tuple(path.split(".")) for path in exclude if path} - {(name,) for name in _ALWAYS}
        if self._include:
            self._include |= {(name,) for name in _ALWAYS}

    def __bool__(self) -> bool:
        return bool(self._include or self._exclude)

    def of(self, item: dict[str, Any]) -> dict[str, Any]:
        """The item with the fields that are wanted."""
        found = _only(item, self._include) if self._include else item
        return _without(found, self._exclude)


def fields_of(value: object) -> Fields:
    """The fields of a request: a list of names with `-` before those that are not wanted, or the object of a POST."""
    if value is None:
        return Fields()
    if isinstance(value, list):
        names = [str(name).strip() for name in value]
        return Fields(
            (name.lstrip("+ ") for name in names if not name.startswith("-")),
            (name.lstrip("-") for name in names if name.startswith("-")),
        )
    return Fields(getattr(value, "include", None) or (), getattr(value, "exclude", None) or ())


def _only(value: dict[str, Any], paths: set[tuple[str, ...]]) -> dict[str, Any]:
    found = {}
    for key, inner in value.items():
        below = {path[1:] for path in paths if path[0] == key}
        if () in below:
            found[key] = inner
        elif below and isinstance(inner, dict):
            found[key] = _only(inner, below)
    return found


def _without(value: dict[str, Any], paths: set[tuple[str, ...]]) -> dict[str, Any]:
    found = {}
    for key, inner in value.items():
        below = {path[1:] for path in paths if path[0] == key}
        if () not in below:
            found[key] = _without(inner, below) if below and isinstance(inner, dict) else inner
    return found
