"""A release: one hub on one cluster, as an operator declares it below `hub/releases/`, and what else runs there.

The file says where a hub runs and from which chart; what the hub offers is in the graph already, from its own values
files. Beside hubs it says which environments are built, which recipes are run, and which sources are kept fresh.
`hub/schemas/releases.schema.json` is what holds for a file; all that is wrong with one is said at once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from leap_kg.hub.declared.checks import mistakes_in
from leap_kg.hub.declared.environment import Environment, environment_of
from leap_kg.hub.declared.harvest import Harvest, harvest_of
from leap_kg.hub.declared.inclusion import taken_from, taken_in
from leap_kg.hub.declared.mistake import Mistake
from leap_kg.hub.declared.recipejob import RecipeJob, recipe_of
from leap_kg.ingest.formats.yamltext import Document, Unreadable, read_yaml
from leap_kg.ingest.hubs.charts import CHARTS
from leap_kg.ingest.hubs.scalars import typed
from leap_kg.ingest.places import Places, shown
from leap_kg.redaction import hide

_MOST_BYTES = 2**20


class ReleasesFaulty(ValueError):
    """A file of releases that cannot be used; each problem is one line that says where."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


@dataclass(frozen=True, slots=True)
class Chart:
    """A Helm chart: its name, the address of its repository, and its version.

    `under` are the keys below which it takes the values of zero-to-jupyterhub, none if it is that chart itself. `login`
    is a Secret of the cluster with `username` and `password` for the repository, `""` for none.
    """

    name: str
    repository: str
    version: str
    under: tuple[str, ...] = ()
    login: str = ""


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


def read_releases(path: Path) -> tuple[Releases, dict[str, Any]]:
    """The releases that a file declares, and the value it holds; raises `ReleasesFaulty` or `OSError`."""
    data = path.read_bytes()
    if len(data) > _MOST_BYTES:
        raise ReleasesFaulty([f"{path}: is larger than {_MOST_BYTES:,} bytes: declare fewer releases in one file"])
    try:
        document = read_yaml(data, what=str(path), plain=typed)
    except Unreadable as error:
        raise ReleasesFaulty([hide(str(error))]) from None
    twice = [Mistake(at, "the key is given twice: keep one of the two") for at, _ in document.duplicate_keys]
    whole, lacking = taken_in(document.value, path.parent)
    mistakes = twice + (lacking or mistakes_in(whole, read_yaml(data, what=str(path), plain=str).value))
    if mistakes:
        raise ReleasesFaulty([*_placed(mistakes, path, document)])
    return _made(whole), cast("dict[str, Any]", whole)


def releases_of(value: Any) -> Releases:  # noqa: ANN401 - any value of YAML
    """The releases that a value declares; raises `ReleasesFaulty`."""
    if mistakes := mistakes_in(value):
        raise ReleasesFaulty([f"{_where(each)}: {each.what}" for each in mistakes])
    return _made(value)


def _placed(mistakes: list[Mistake], path: Path, document: Document) -> Iterator[str]:
    """Each mistake with its file and line: what was taken in is to be mended where it was taken from."""
    places = Places(path, document)
    for each in mistakes:
        source = taken_from(document.value, each.at, path.parent)
        if source is not None:
            yield f"{source}" + (f", line {each.line}" if each.line else "") + f": {each.what}"
        elif not each.at:
            yield f"{path}: {each.what}"
        else:
            yield places.mistake(each.at, f"line {each.line} of it: {each.what}" if each.line else each.what)


def _where(mistake: Mistake) -> str:
    place = shown(mistake.at) or "the file"
    return f"{place}, line {mistake.line} of it" if mistake.line else place


def _made(value: Any) -> Releases:  # noqa: ANN401 - a value in which nothing is wrong
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
        chart=Chart(chart["name"], chart["repository"], chart["version"], _under(chart), chart.get("login", "")),
        secrets=tuple(SecretValues(each["name"], each.get("key", "values.yaml")) for each in value.get("secrets", ())),
        after=tuple(value.get("after", ())),
        heals=value.get("drift", "heal") == "heal",
        suspended=value.get("suspended", False),
    )


def _under(chart: dict[str, Any]) -> tuple[str, ...]:
    if "under" in chart:
        return tuple(filter(None, chart["under"].split(".")))
    return tuple(map(str, CHARTS[chart["name"]]))
