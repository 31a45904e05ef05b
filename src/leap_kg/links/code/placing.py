"""Paths on a file system as whole addresses."""

from leap_kg.links.code.values import (
    NOTHING,
    Alternative,
    Bound,
    FileSystem,
    Handle,
    Items,
    Table,
    Values,
    as_text,
    only,
)

BELOW = "dir"
"""The scheme of a file system that is a folder of another, as fsspec calls it; its root is a whole address."""


def of_files(named: dict[str, Values]) -> FileSystem | None:
    """The file system that a reader is given beside a path."""
    opening = only(named.get("open_with"))
    told = [only(named.get("filesystem")), only(named.get("fs")), opening.of if isinstance(opening, Bound) else None]
    for system in told:
        if isinstance(system, FileSystem) and system.scheme not in {"", "https", "reference"}:
            return system
    return None


def located(system: FileSystem, place: Values) -> Values:
    """The paths as whole addresses."""
    if system.scheme in {"", "https", "reference"}:
        return place
    if system.scheme == "file":
        return NOTHING
    if system.scheme == BELOW:
        return tuple(Alternative(_below(system.root, value), when) for value, when in _spread(place))
    return tuple(Alternative(_whole(system.scheme, value), when) for value, when in _spread(place))


def _spread(place: Values) -> Values:
    return tuple(
        inner
        for each in place
        for inner in (
            [deep for item in each.value.each[:200] for deep in item] if isinstance(each.value, Items) else [each]
        )
    )


def _below(root: str, value: object) -> "str | Handle | Table":
    return value if isinstance(value, Handle | Table) else f"{root}/{as_text(value).strip('/')}"  # type: ignore[arg-type]


def _whole(scheme: str, value: object) -> "str | Handle | Table":
    if isinstance(value, Handle | Table):
        return value
    text = as_text(value)  # type: ignore[arg-type]
    return text if "://" in text or not text else f"{scheme}://{text.lstrip('/')}"
