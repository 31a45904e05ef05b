"""What the graph wants of a cluster, at one revision: objects, in the order in which they are to come."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pyoxigraph import NamedNode

from leap_kg.graph.engine import Engine
from leap_kg.hub.declared.declaring import declared, hub_node, settings_of
from leap_kg.hub.declared.environment import Environment, environment_objects
from leap_kg.hub.declared.harvest import Harvest, harvest_objects
from leap_kg.hub.declared.offers import profile_problems
from leap_kg.hub.declared.recipejob import RecipeJob, recipe_objects
from leap_kg.hub.declared.release import Part, Release, Releases
from leap_kg.hub.declared.suspending import held_parts, with_suspended
from leap_kg.hub.objects.manifest import IRI, Key, Manifest, digest, key_of, marked
from leap_kg.hub.wanted.needed import needed
from leap_kg.hub.wanted.rendering import Unrenderable, namespace, rendered
from leap_kg.ingest.hubs import SettingFaulty, hub_values, profile_list


class NothingWanted(LookupError):
    """The graph says nothing of the cluster or the hub; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """An object and the wave it belongs to: waves come one after the other. `heals`: it is set back if changed.

    `group` names what it is looked at together with, such as the release that it belongs to; without one, that is what
    in the graph it is for.
    """

    manifest: Manifest
    wave: int
    heals: bool
    group: str = ""


@dataclass(frozen=True, slots=True)
class Desired:
    """All that a cluster should have; with `problems` it is not all, and nothing may be taken away for it.

    A problem begins with the name of the group that it is about, and a colon. `suspended` are groups that somebody had
    left to themselves for a while. `after` names for each group those that it comes after. `needed` says of IRIs who
    needs what they name, so that no object for one is taken away unless its name is among those that are `overridden`.
    """

    cluster: str
    revision: int
    objects: tuple[Wanted, ...]
    problems: tuple[str, ...]
    suspended: frozenset[str] = frozenset()
    needed: Mapping[str, str] = field(default_factory=dict)
    overridden: frozenset[str] = frozenset()
    after: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """64 hexadecimal digits that stand for the objects."""
        return digest([[each.manifest, each.wave, each.heals] for each in self.objects])

    def parts(self) -> dict[str, "Desired"]:
        """What each group should have, by its name, those of earlier waves first."""
        objects: dict[str, list[Wanted]] = {}
        for each in sorted(self.objects, key=lambda each: each.wave):
            objects.setdefault(each.group or each.manifest["metadata"]["annotations"][IRI], []).append(each)
        problems: dict[str, list[str]] = {}
        for problem in self.problems:
            problems.setdefault(problem.partition(": ")[0], []).append(problem)
        return {
            name: replace(self, objects=tuple(objects.get(name, ())), problems=tuple(problems.get(name, ())))
            for name in dict.fromkeys([*objects, *problems])
        }


def offered(store: Engine, domain: str, base: str) -> tuple[dict[str, Any], object]:
    """The values of the hub at a domain, and its `profileList`, `None` if it has none.

    Raises `NothingWanted` if the graph does not have them, or only part of them, as a server may answer.
    """
    node = hub_node(domain, base)
    said = list(settings_of(store, node))
    try:
        values, profiles = hub_values(said, node), profile_list(said, node)
    except SettingFaulty as error:
        mend = "if it stays so, harvest the files that configure it with --replay"
        raise NothingWanted(
            f"the graph has only part of the values of the hub {domain}: {error.args[0]}; {mend}"
        ) from None
    except KeyError:
        values = profiles = None
    if not isinstance(values, dict) or not values:
        raise NothingWanted(f"the graph has no values of the hub {domain}: harvest the files that configure it")
    return values, profiles


def desired(store: Engine, revision: int, cluster: str, form: str, base: str) -> Desired:
    """What the cluster should have; raises `NothingWanted` if nothing was ever declared, `ReleasesFaulty` as it does.

    A hub whose values are missing, or whose profiles cannot work, is a problem, and its objects are left out.
    """
    found = declared(store, cluster, base)
    if found is None:
        raise NothingWanted(f"nothing is declared for the cluster {cluster!r}: run `leap-kg hub declare FILE`")
    held = held_parts(store, found, base)
    releases = with_suspended(found, held) if form == "helmrelease" else found
    objects: list[Wanted] = []
    problems: list[str] = []
    for wave, part in _waves(releases):
        made, wrong = part_objects(store, part, form, base)
        problems += [f"{part.name}: {problem}" for problem in wrong]
        heals = part.heals if isinstance(part, Release) else True
        objects += [Wanted(each, wave, heals, part.name) for each in made]
    once, doubled = _once(objects)
    after = {part.name: part.after for part in releases.parts if part.after}
    return Desired(cluster, revision, once, (*problems, *doubled), held, needed(store, base), after=after)


def part_objects(store: Engine, part: Part, form: str, base: str) -> tuple[list[Manifest], list[str]]:
    """The objects of one part of what is declared, marked as ours, and what is wrong with it."""
    if not isinstance(part, Release):
        made = [namespace(part.namespace), *_worked(part, base)]
        return [marked(each, part_node(part, base).value) for each in made], []
    if part.suspended and form != "helmrelease":
        return [], ["is suspended, which only a HelmRelease can say"]
    try:
        values, profiles = offered(store, part.hub, base)
        wrong = profile_problems(profiles)
        made = list(rendered(part, values, form)) if not wrong else []
    except (NothingWanted, Unrenderable) as error:
        return [], [str(error)]
    return [marked(each, part_node(part, base).value) for each in made], wrong


def part_node(part: Part, base: str) -> NamedNode:
    """What a part of what is declared is for, in the graph."""
    return hub_node(part.hub, base) if isinstance(part, Release) else part.node(base)


def _worked(part: Environment | RecipeJob | Harvest, base: str) -> Iterable[Manifest]:
    if isinstance(part, Environment):
        return environment_objects(part)
    return recipe_objects(part, base) if isinstance(part, RecipeJob) else harvest_objects(part, base)


def _waves(releases: Releases) -> Iterator[tuple[int, Part]]:
    """Each part with its wave, 0 for those that wait for nothing; what is declared cannot go in circles."""
    waves: dict[str, int] = {}
    left = list(releases.parts)
    while left:
        ready = [each for each in left if all(name in waves for name in each.after)]
        for each in ready:
            waves[each.name] = max((waves[name] + 1 for name in each.after), default=0)
            yield waves[each.name], each
        left = [each for each in left if each not in ready]


def _once(objects: list[Wanted]) -> tuple[tuple[Wanted, ...], list[str]]:
    """Each object once, and which were wanted twice; a namespace may come with each part that is in it."""
    found: dict[Key, Wanted] = {}
    doubled = []
    for each in objects:
        key = key_of(each.manifest)
        if key not in found:
            found[key] = each
        elif key.kind != "Namespace":
            doubled.append(f"{each.group}: {key} is wanted twice: give one of the two another name or namespace")
    return tuple(found.values()), doubled
