"""What has to be done to a cluster: a pure function of what is wanted, what was seen, and what was made before.

Nothing is taken away unless that was asked for, and even then only what this program made itself and still bears its
marks, of few kinds, not when what is wanted is empty or known to be incomplete, and not what the graph says somebody
needs. Volumes, namespaces, definitions of resources and other people's secrets are never taken away, whatever anybody
asks for.
"""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, replace
from enum import StrEnum

from leap_kg.hub.objects.differences import Change, differences
from leap_kg.hub.objects.manifest import IRI, Key, Manifest, digest, is_ours, key_of, said
from leap_kg.hub.objects.pods import is_finished
from leap_kg.hub.wanted.desired import Desired, Wanted

TAKEN = frozenset(("ConfigMap", "Secret", "HelmRepository", "Job", "CronJob"))
"""The only kinds that are ever taken away. A HelmRelease is not: its hub, and the data of its users, would go too."""

_WAITING = frozenset(("HelmRelease", "CronJob"))
"""Kinds that can be told to wait."""

_FEW = 5
_SHARE = 0.2


class Act(StrEnum):
    """What is done to an object."""

    CREATE = "create"
    CHANGE = "change"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field that somebody else manages."""

    manager: str
    field: str


@dataclass(frozen=True, slots=True)
class Seen:
    """An object as it is, and as it would be: `None` where there is none.

    `conflicts` are fields that others manage and we set; `would` has our values for them all the same.
    """

    live: Manifest | None
    would: Manifest | None
    conflicts: tuple[Conflict, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do: what changes, and whose fields are taken over. `manifest` is `None` for what goes.

    `uid` and `version` are those of the object that was seen; it is taken away only if they still hold.
    """

    act: Act
    key: Key
    wave: int
    manifest: Manifest | None
    changes: tuple[Change, ...]
    conflicts: tuple[Conflict, ...] = ()
    uid: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """A step, what went wrong with it (`""` for nothing), and the object as it is now, if there is one."""

    step: Step
    problem: str = ""
    live: Manifest | None = None


@dataclass(frozen=True, slots=True)
class Left:
    """An object that others changed and that is left so: what differs, whose the fields are, and that in words."""

    key: Key
    changes: tuple[Change, ...]
    conflicts: tuple[Conflict, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """All that is to be done, in order; `refused` says what is not, and why. `inventory` is what is ours afterwards.

    `left` is the part of what is refused that others changed.
    """

    cluster: str
    revision: int
    steps: tuple[Step, ...]
    refused: tuple[str, ...]
    inventory: frozenset[Key]
    left: tuple[Left, ...] = ()

    @property
    def digest(self) -> str:
        """64 hexadecimal digits that stand for the steps, whatever the revision."""
        return digest([[each.act, *each.key, each.manifest, each.uid, each.version] for each in self.steps])


def planned(
    desired: Desired,
    seen: Mapping[Key, Seen],
    inventory: frozenset[Key],
    *,
    prune: bool = False,
    confirmed: str = "",
) -> Plan:
    """The plan that brings the cluster to what is desired.

    `seen` has every object that is wanted or in the inventory. Without `prune` nothing is taken away. More than five
    objects, or a fifth of the inventory if that is more, are taken away only if `confirmed` is the digest of the plan.
    """
    part = planned_part(desired, seen, inventory)
    return _with_leftovers(part, desired, seen, inventory, prune, confirmed)


def planned_part(part: Desired, seen: Mapping[Key, Seen], inventory: frozenset[Key]) -> Plan:
    """The plan for some of what is desired: it takes nothing away, whatever else is in the inventory."""
    refused = list(part.problems)
    steps: list[Step] = []
    left: list[Left] = []
    for wanted in sorted(part.objects, key=lambda each: each.wave):
        key = key_of(wanted.manifest)
        match _brought(key, wanted, seen[key], wanted.group in part.suspended):
            case Step() as step:
                steps.append(step)
            case Left() as drift:
                left.append(drift)
                refused.append(drift.reason)
            case str(problem):
                refused.append(problem)
    kept = frozenset(key_of(each.manifest) for each in part.objects)
    return Plan(part.cluster, part.revision, tuple(steps), tuple(refused), inventory | kept, tuple(left))


def planned_leftovers(
    desired: Desired, seen: Mapping[Key, Seen], inventory: frozenset[Key], *, prune: bool = False
) -> Plan:
    """The plan for what is in the inventory and no longer desired; `seen` need have no more than that."""
    kept = frozenset(key_of(each.manifest) for each in desired.objects)
    nothing = Plan(desired.cluster, desired.revision, (), (), inventory | kept)
    return _with_leftovers(nothing, desired, seen, inventory, prune, "")


def _with_leftovers(
    part: Plan, desired: Desired, seen: Mapping[Key, Seen], inventory: frozenset[Key], prune: bool, confirmed: str
) -> Plan:
    kept = {key_of(each.manifest) for each in desired.objects}
    surplus = sorted(inventory - kept)
    going, why = _taken(desired, surplus, seen, prune)
    refused = [*part.refused, *why]
    whole = replace(part, steps=(*part.steps, *going))
    if len(going) > max(_FEW, int(_SHARE * len(inventory))) and confirmed != whole.digest:
        refused.append(
            f"{len(going)} of {len(inventory)} objects would go at once: if that is right, apply with "
            f"--plan-digest {whole.digest}"
        )
        going = []
    gone = {key for key in surplus if seen[key].live is None or not is_ours(seen[key].live or {})}
    left = part.inventory - {each.key for each in going} - gone
    return replace(part, steps=(*part.steps, *going), refused=tuple(refused), inventory=left)


def _brought(key: Key, wanted: Wanted, seen: Seen, waits: bool) -> Step | Left | str | None:
    """What brings one object to where it should be, `None` if there is nothing to do, or why it is left alone.

    Of what `waits`, only what can tell its controller to wait is changed, and nothing is made.
    """
    if seen.live is None:
        if waits:
            return None
        return Step(Act.CREATE, key, wanted.wave, wanted.manifest, differences({}, said(wanted.manifest)))
    if key.kind == "Namespace":
        return None  # it is there, and it is not ours to change
    if not is_ours(seen.live):
        return (
            f"{key} exists and is not ours: give it the label app.kubernetes.io/managed-by=leap-kg and the annotation "
            f"{IRI} to hand it over, or rename the release"
        )
    changes = differences(said(seen.live), said(seen.would or seen.live))
    if not changes:
        return None
    if seen.conflicts and (waits or not wanted.heals):
        held = ", ".join(f"{each.field} (by {each.manager})" for each in seen.conflicts)
        reason = f"{key} was changed by others and is left so, as its release says: {held}"
        return Left(key, changes, seen.conflicts, reason)
    if waits and key.kind not in _WAITING:
        return None
    return Step(Act.CHANGE, key, wanted.wave, wanted.manifest, changes, seen.conflicts)


def _taken(desired: Desired, surplus: list[Key], seen: Mapping[Key, Seen], prune: bool) -> tuple[list[Step], list[str]]:
    """What goes, the last wave first, and why the rest does not."""
    there = [key for key in surplus if (live := seen[key].live) is not None and is_ours(live)]
    if not there:
        return [], []
    if not prune:
        return [], [f"{key} is no longer wanted: it stays, unless you prune" for key in there]
    if not desired.objects or desired.problems:
        why = "nothing at all is wanted" if not desired.objects else "what is wanted is not complete"
        return [], [f"{key} stays: {why}" for key in there]
    lives = {key: seen[key].live or {} for key in there}
    running = {_iri(live) for key, live in lives.items() if key.kind == "Job" and not is_finished(live)}
    held = {key: why for key, live in lives.items() if (why := _held(key, live, desired, running))}
    steps = list(_deleted([key for key in there if key not in held], seen))
    return steps, [f"{key} stays: {why}" for key, why in held.items()]


def _iri(live: Manifest) -> str:
    """What in the graph an object of ours is for."""
    return str(live["metadata"]["annotations"][IRI])


def _held(key: Key, live: Manifest, desired: Desired, running: Set[str]) -> str:
    """Why an object that is no longer wanted stays all the same, `""` if it may go."""
    if key.kind not in TAKEN:
        return f"a {key.kind} is never taken away; do it by hand"
    if _iri(live) in running:
        return "the Job for it is not finished; it goes when that is"
    why = desired.needed.get(_iri(live), "")
    if not why or key.name in desired.overridden:
        return ""
    return f"{why}; if it may go all the same, say --override {key.name}"


def _deleted(keys: list[Key], seen: Mapping[Key, Seen]) -> Iterator[Step]:
    for key in reversed(keys):
        live = seen[key].live or {}
        metadata = live.get("metadata", {})
        changes = differences(said(live), {})
        yield Step(Act.DELETE, key, 0, None, changes, (), metadata.get("uid", ""), metadata.get("resourceVersion", ""))
