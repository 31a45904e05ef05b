"""What the graph wants of a cluster, at one revision: objects, in the order in which they are to come."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from leap_kg.graph.engine import Engine
from leap_kg.hub.declaring import declared, hub_node, settings_of
from leap_kg.hub.manifest import Manifest, digest, marked
from leap_kg.hub.offers import profile_problems
from leap_kg.hub.release import Release, Releases
from leap_kg.hub.rendering import Unrenderable, rendered
from leap_kg.ingest.hubs import hub_values, profile_list


class NothingWanted(LookupError):
    """The graph says nothing of the cluster or the hub; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """An object and the wave it belongs to: waves come one after the other. `heals`: it is set back if changed."""

    manifest: Manifest
    wave: int
    heals: bool


@dataclass(frozen=True, slots=True)
class Desired:
    """All that a cluster should have; with `problems` it is not all, and nothing may be taken away for it."""

    cluster: str
    revision: int
    objects: tuple[Wanted, ...]
    problems: tuple[str, ...]

    @property
    def digest(self) -> str:
        """64 hexadecimal digits that stand for the objects."""
        return digest([[each.manifest, each.wave, each.heals] for each in self.objects])


def offered(store: Engine, domain: str, base: str) -> tuple[dict[str, Any], object]:
    """The values of the hub at a domain, and its `profileList`, `None` if it has none.

    Raises `NothingWanted` if the graph does not have them.
    """
    node = hub_node(domain, base)
    said = list(settings_of(store, node))
    try:
        values = hub_values(said, node)
    except KeyError:
        values = None
    if not isinstance(values, dict) or not values:
        raise NothingWanted(f"the graph has no values of the hub {domain}: harvest the files that configure it")
    return values, profile_list(said, node)


def desired(store: Engine, revision: int, cluster: str, form: str, base: str) -> Desired:
    """What the cluster should have; raises `NothingWanted` if nothing was ever declared, `ReleasesFaulty` as it does.

    A hub whose values are missing, or whose profiles cannot work, is a problem, and its objects are left out.
    """
    releases = declared(store, cluster, base)
    if releases is None:
        raise NothingWanted(f"nothing is declared for the cluster {cluster!r}: run `leap-kg hub declare FILE`")
    objects: list[Wanted] = []
    problems: list[str] = []
    for wave, release in _waves(releases):
        if release.suspended and form != "helmrelease":
            problems.append(f"{release.name}: is suspended, which only a HelmRelease can say")
            continue
        try:
            values, profiles = offered(store, release.hub, base)
            wrong = profile_problems(profiles)
            made = list(rendered(release, values, form)) if not wrong else []
        except (NothingWanted, Unrenderable) as error:
            wrong, made = [str(error)], []
        problems += [f"{release.name}: {problem}" for problem in wrong]
        iri = hub_node(release.hub, base).value
        objects += [Wanted(marked(each, iri), wave, release.heals) for each in made]
    return Desired(cluster, revision, tuple(_once(objects)), tuple(problems))


def _waves(releases: Releases) -> Iterator[tuple[int, Release]]:
    """Each release with its wave, 0 for those that wait for nothing; what is declared cannot go in circles."""
    waves: dict[str, int] = {}
    left = list(releases.releases)
    while left:
        ready = [each for each in left if all(name in waves for name in each.after)]
        for each in ready:
            waves[each.name] = max((waves[name] + 1 for name in each.after), default=0)
            yield waves[each.name], each
        left = [each for each in left if each not in ready]


def _once(objects: list[Wanted]) -> Iterator[Wanted]:
    """Without namespaces that an earlier release brings along."""
    seen = set()
    for each in objects:
        name = each.manifest["metadata"]["name"]
        if each.manifest["kind"] != "Namespace" or name not in seen:
            yield each
        if each.manifest["kind"] == "Namespace":
            seen.add(name)
