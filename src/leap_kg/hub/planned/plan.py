"""What has to be done to bring a group of objects to where it should be: a pure function of what is wanted and seen.

An object is ours if it bears our marks, or if it is the very one that was made: then its marks are put back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from leap_kg.hub.objects.differences import Change, differences
from leap_kg.hub.objects.manifest import IRI, Key, Manifest, digest, is_applied, is_ours, key_of, said, uid_of
from leap_kg.hub.planned.rivals import rivals_of
from leap_kg.hub.wanted.desired import Desired, Wanted

_WAITING = frozenset(("HelmRelease", "CronJob"))
"""Kinds that can be told to wait."""


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
    """All that is to be done, in order; `refused` says what is not, and why, and `waiting` what is not done yet.

    `inventory` is what is ours afterwards, each with the uid of what was made, `""` where that is not known yet;
    `dropped` is what is not in it any more. `left` is the part of what is refused that others changed. `unconfirmed` is
    what would go, too, if the digest `confirming` were said. `place` tells the cluster from others of its name, `""` if
    that is not known.
    """

    cluster: str
    revision: int
    steps: tuple[Step, ...]
    refused: tuple[str, ...]
    inventory: Mapping[Key, str]
    left: tuple[Left, ...] = ()
    waiting: tuple[str, ...] = ()
    dropped: frozenset[Key] = frozenset()
    unconfirmed: tuple[Step, ...] = ()
    confirming: str = ""
    place: str = ""

    @property
    def digest(self) -> str:
        """64 hexadecimal digits that stand for the steps and for the cluster, whatever the revision."""
        steps = [[each.act, *each.key, each.manifest, each.uid, each.version] for each in self.steps]
        return digest([self.cluster, self.place, steps])


def planned_part(
    part: Desired, seen: Mapping[Key, Seen], inventory: Mapping[Key, str], waits: tuple[str, ...] = ()
) -> Plan:
    """The plan for some of what is desired: it takes nothing away, whatever else is in the inventory.

    `waits` says what it has to wait for. Then nothing is done but to make its namespaces, in which others may be, too;
    what others changed is told as what is left. Nothing at all is done for a hub that a release of ours runs already in
    the other form, if `seen` has that.
    """
    if rivals := rivals_of(part, {key: each.live for key, each in seen.items()}, inventory):
        return Plan(part.cluster, part.revision, (), (*part.problems, *rivals), inventory)
    refused = list(part.problems)
    later = False
    steps: list[Step] = []
    left: list[Left] = []
    rows = dict(inventory)
    for wanted in sorted(part.objects, key=lambda each: each.wave):
        key = key_of(wanted.manifest)
        live = seen[key].live
        match _brought(key, wanted, seen[key], wanted.group in part.suspended, inventory.get(key, "")):
            case Step(act=Act.CHANGE, conflicts=(_, *_)) as step if waits:
                drift = _left(step, "while its release waits")
                left.append(drift)
                refused.append(drift.reason)
                later = True
            case Step() as step:
                steps.append(step)
                if not waits or key.kind == "Namespace":
                    rows[key] = "" if live is None else rows.get(key, "")
            case Left() as drift:
                left.append(drift)
                refused.append(drift.reason)
            case str(problem):
                refused.append(problem)
        if live is not None and is_ours(live) and is_applied(live):
            rows[key] = uid_of(live)
    now = [step for step in steps if not waits or step.key.kind == "Namespace"]
    held = waits if later or len(now) < len(steps) else ()
    return Plan(part.cluster, part.revision, tuple(now), tuple(refused), rows, tuple(left), held)


def _brought(key: Key, wanted: Wanted, seen: Seen, waits: bool, made: str) -> Step | Left | str | None:
    """What brings one object to where it should be, `None` if there is nothing to do, or why it is left alone.

    Of what `waits`, only what can tell its controller to wait is changed, and nothing is made. `made` is the uid of
    what was made under this name, `""` if that is not known: marks that somebody took off that are put on again.
    """
    if seen.live is None:
        if waits:
            return None
        return Step(Act.CREATE, key, wanted.wave, wanted.manifest, differences({}, said(wanted.manifest)))
    if key.kind == "Namespace":
        return None  # it is there, and it is not ours to change
    known = bool(made) and made == uid_of(seen.live) and is_applied(seen.live)
    if not is_ours(seen.live) and not known:
        return (
            f"{key} exists and is not ours: give it the label app.kubernetes.io/managed-by=leap-kg and the annotation "
            f"{IRI} to hand it over, or rename the release"
        )
    changes = differences(said(seen.live), said(seen.would or seen.live))
    if not changes:
        return None
    step = Step(Act.CHANGE, key, wanted.wave, wanted.manifest, changes, seen.conflicts)
    if seen.conflicts and (waits or not wanted.heals):
        return _left(step, "while it is suspended" if waits else "as its release says")
    return None if waits and key.kind not in _WAITING else step


def _left(step: Step, why: str) -> Left:
    held = ", ".join(f"{each.field} (by {each.manager})" for each in step.conflicts)
    reason = f"{step.key} was changed by others and is left so, {why}: {held}"
    return Left(step.key, step.changes, step.conflicts, reason)
