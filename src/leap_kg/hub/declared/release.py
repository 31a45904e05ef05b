"""A release: one hub on one cluster, as an operator declares it below `hub/releases/`, and what else runs there.

The file says where a hub runs and from which chart; what the hub offers is in the graph already, from its own values
files. Beside hubs it says which environments are built, which recipes are run, and which sources are kept fresh.
`hub/schemas/releases.schema.json` is what holds for a file; all that is wrong with one is said at once.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

from leap_kg.hub.declared.environment import Environment, environment_of
from leap_kg.hub.declared.harvest import Harvest, harvest_of
from leap_kg.hub.declared.inclusion import taken_in
from leap_kg.hub.declared.recipejob import RecipeJob, recipe_of
from leap_kg.ingest.formats.yamltext import Unreadable, read_yaml
from leap_kg.ingest.hubs.scalars import typed
from leap_kg.resources import declarations

_MOST_BYTES = 2**20
_LONGEST = 300


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
    """All releases of one cluster, and what else it is to run."""

    cluster: str
    releases: tuple[Release, ...]
    environments: tuple[Environment, ...] = ()
    recipes: tuple[RecipeJob, ...] = ()
    harvests: tuple[Harvest, ...] = ()

    @property
    def parts(self) -> tuple["Part", ...]:
        """All of them; each has a `name` of its own, a `namespace`, and in `after` the names of those before it."""
        return (*self.environments, *self.releases, *self.recipes, *self.harvests)


Part = Release | Environment | RecipeJob | Harvest

_KINDS = ("environments", "releases", "recipes", "harvests")


def read_releases(path: Path) -> tuple[Releases, dict[str, Any]]:
    """The releases that a file declares, and the value it holds; raises `ReleasesFaulty` or `OSError`."""
    data = path.read_bytes()
    if len(data) > _MOST_BYTES:
        raise ReleasesFaulty([f"{path}: is larger than {_MOST_BYTES:,} bytes: declare fewer releases in one file"])
    try:
        value = read_yaml(data, what=str(path), plain=typed).value
    except Unreadable as error:
        raise ReleasesFaulty([str(error)]) from None
    whole, lacking = taken_in(value, path.parent)
    problems = [f"{path}: {problem}" for problem in lacking or _problems(whole)]
    if problems:
        raise ReleasesFaulty(problems)
    return releases_of(whole), cast("dict[str, Any]", whole)


def releases_of(value: Any) -> Releases:  # noqa: ANN401 - any value of YAML
    """The releases that a value declares; raises `ReleasesFaulty`."""
    problems = _problems(value)
    if problems:
        raise ReleasesFaulty(problems)
    return Releases(
        value["cluster"],
        tuple(_release(each) for each in value["releases"]),
        tuple(environment_of(each, value["builder"]) for each in value.get("environments", ())),
        tuple(recipe_of(each) for each in value.get("recipes", ())),
        tuple(harvest_of(each) for each in value.get("harvests", ())),
    )


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
        return [f"{_place(error.absolute_path)}: {_short(error.message)}" for error in found]
    if broken := list(_broken(value, ())):
        return broken
    parts = [(kind, each) for kind in _KINDS for each in value.get(kind, ())]
    return [*_doubled(value["releases"]), *_lacking(value), *_named_twice(parts), *_disordered(parts)]


def _short(message: str) -> str:
    """Both ends of a message: the value stands first, what is wrong with it last."""
    return message if len(message) <= _LONGEST else f"{message[: _LONGEST // 2]}…{message[-_LONGEST // 2 :]}"


def _place(path: Any) -> str:  # noqa: ANN401 - a deque of keys and numbers
    return ".".join(map(str, path)) or "the file"


def _broken(value: Any, path: tuple[str | int, ...]) -> Iterator[str]:  # noqa: ANN401 - any value of YAML
    """Texts of several lines where a name belongs: the end of a pattern also stands before the end of a line."""
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            if key not in ("files", "text"):
                yield from _broken(inner, (*path, key))
    elif isinstance(value, str) and not value.isprintable():
        yield f"{_place(path)}: must be one line of printable characters"


def _doubled(releases: list[dict[str, Any]]) -> Iterator[str]:
    for space, hub in _twice([(each["namespace"], each["hub"]) for each in releases]):
        yield f"the hub {hub} is released twice into {space}"


def _lacking(value: dict[str, Any]) -> Iterator[str]:
    if value.get("environments") and "builder" not in value:
        yield "builder: say what builds the environments: its `image`, and the address of its `engine`"
    for number, harvest in enumerate(value.get("harvests", ())):
        if ("text" in harvest["sources"]) == ("folder" in harvest):
            yield f"harvests.{number}.sources: the file is either taken in, or in the `folder` of the image"
    for number, environment in enumerate(value.get("environments", ())):
        text = environment["files"].get("environment.yml", "{}")
        try:
            if not isinstance(read_yaml(text.encode(), what="environment.yml").value, dict):
                yield f"environments.{number}.files: environment.yml is no mapping: give it `dependencies`"
        except (Unreadable, UnicodeEncodeError) as error:
            yield f"environments.{number}.files: {error}"


def _named_twice(parts: list[tuple[str, dict[str, Any]]]) -> Iterator[str]:
    for name in _twice([each["name"] for _, each in parts]):
        kinds = list(dict.fromkeys(kind for kind, each in parts if each["name"] == name))
        yield f"two {' and '.join(kinds)} are called {name!r}: give each a name of its own"


def _twice(values: list[Any]) -> list[Any]:
    return sorted({value for value in values if values.count(value) > 1})


def _disordered(parts: list[tuple[str, dict[str, Any]]]) -> list[str]:
    """What waits for what is not there, or for itself over others."""
    waits = {each["name"]: set(each.get("after", ())) for _, each in parts}
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
def _validator() -> Any:  # noqa: ANN401 - what jsonschema makes of it
    from jsonschema import Draft202012Validator  # which takes a second to load: no other command should wait for it

    file = declarations() / "hub" / "schemas" / "releases.schema.json"
    return Draft202012Validator(json.loads(file.read_text(encoding="utf-8")))
