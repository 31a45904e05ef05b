"""A release: one hub on one cluster, as an operator declares it below `hub/releases/`.

The file says where a hub runs and from which chart; what the hub offers is in the graph already, from its own values
files. `hub/schemas/releases.schema.json` is what holds for a file; all that is wrong with one is said at once.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

from jsonschema import Draft202012Validator

from leap_kg.ingest.formats.yamltext import Unreadable, read_yaml
from leap_kg.ingest.hubs.scalars import typed
from leap_kg.resources import declarations

_MOST_BYTES = 2**20


class ReleasesFaulty(ValueError):
    """A file of releases that cannot be used; each problem is one line that says where."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


@dataclass(frozen=True, slots=True)
class Chart:
    """A Helm chart: its name, the address of its repository, and its version."""

    name: str
    repository: str
    version: str


@dataclass(frozen=True, slots=True)
class SecretValues:
    """Values that are in a Secret of the cluster, and nowhere else: its name, and the key within it."""

    name: str
    key: str


@dataclass(frozen=True, slots=True)
class Release:
    """One hub on one cluster; `hub` is the domain at which it answers, `after` names releases that come first.

    `heals` says that a field that somebody changed by hand is set back; else that is only told. `suspended` leaves
    the release to itself.
    """

    name: str
    hub: str
    namespace: str
    chart: Chart
    secrets: tuple[SecretValues, ...] = ()
    after: tuple[str, ...] = ()
    heals: bool = True
    suspended: bool = False


@dataclass(frozen=True, slots=True)
class Releases:
    """All releases of one cluster."""

    cluster: str
    releases: tuple[Release, ...]


def read_releases(path: Path) -> tuple[Releases, dict[str, Any]]:
    """The releases that a file declares, and the value it holds; raises `ReleasesFaulty` or `OSError`."""
    data = path.read_bytes()
    if len(data) > _MOST_BYTES:
        raise ReleasesFaulty([f"{path}: is larger than {_MOST_BYTES:,} bytes: declare fewer releases in one file"])
    try:
        value = read_yaml(data, what=str(path), plain=typed).value
    except Unreadable as error:
        raise ReleasesFaulty([str(error)]) from None
    problems = [f"{path}: {problem}" for problem in _problems(value)]
    if problems:
        raise ReleasesFaulty(problems)
    return releases_of(value), cast("dict[str, Any]", value)


def releases_of(value: Any) -> Releases:  # noqa: ANN401 - any value of YAML
    """The releases that a value declares; raises `ReleasesFaulty`."""
    problems = _problems(value)
    if problems:
        raise ReleasesFaulty(problems)
    return Releases(value["cluster"], tuple(_release(each) for each in value["releases"]))


def _release(value: dict[str, Any]) -> Release:
    chart = value["chart"]
    return Release(
        name=value["name"],
        hub=value["hub"],
        namespace=value["namespace"],
        chart=Chart(chart["name"], chart["repository"], chart["version"]),
        secrets=tuple(SecretValues(each["name"], each.get("key", "values.yaml")) for each in value.get("secrets", ())),
        after=tuple(value.get("after", ())),
        heals=value.get("drift", "heal") == "heal",
        suspended=value.get("suspended", False),
    )


def _problems(value: Any) -> list[str]:  # noqa: ANN401 - any value of YAML
    found = sorted(_validator().iter_errors(value), key=lambda error: list(map(str, error.absolute_path)))
    if found:
        return [f"{_place(error.absolute_path)}: {error.message[:300]}" for error in found]
    return [*_doubled(value["releases"]), *_disordered(value["releases"])]


def _place(path: Any) -> str:  # noqa: ANN401 - a deque of keys and numbers
    return ".".join(map(str, path)) or "the file"


def _doubled(releases: list[dict[str, Any]]) -> list[str]:
    names, places = [each["name"] for each in releases], [(each["namespace"], each["hub"]) for each in releases]
    found = [f"two releases are called {name!r}: give each a name of its own" for name in _twice(names)]
    return found + [f"the hub {hub} is released twice into {space}" for space, hub in _twice(places)]


def _twice(values: list[Any]) -> list[Any]:
    return sorted({value for value in values if values.count(value) > 1})


def _disordered(releases: list[dict[str, Any]]) -> list[str]:
    """What waits for what is not there, or for itself over others."""
    waits = {each["name"]: set(each.get("after", ())) for each in releases}
    found = [
        f"{name} comes after {other!r}, which is not declared in this file"
        for name, others in waits.items()
        for other in sorted(others - waits.keys())
    ]
    left = {name: others & waits.keys() for name, others in waits.items()}
    while ready := [name for name, others in left.items() if not others & left.keys()]:
        for name in ready:
            del left[name]
    return found + ([f"{', '.join(sorted(left))} wait for one another: take one `after` away"] if left else [])


@cache
def _validator() -> Draft202012Validator:
    file = declarations() / "hub" / "schemas" / "releases.schema.json"
    return Draft202012Validator(json.loads(file.read_text(encoding="utf-8")))
