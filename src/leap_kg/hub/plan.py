"""What has to be done to a cluster: a pure function of what is wanted, what was seen, and what was made before.

Nothing is taken away unless that was asked for, and even then only what this program made itself and still bears its
marks, of few kinds, and not when what is wanted is empty or known to be incomplete. Volumes, namespaces, definitions
of resources and other people's secrets are never taken away, whatever anybody asks for.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from leap_kg.hub.desired import Desired, Wanted
from leap_kg.hub.differences import Change, differences
from leap_kg.hub.manifest import IRI, Key, Manifest, digest, is_ours, key_of, said

TAKEN = frozenset(("ConfigMap", "Secret", "HelmRepository", "Job", "CronJob"))
"""The only kinds that are ever taken away. A HelmRelease is not: its hub, and the data of its users, would go too."""

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
class Plan:
    """All that is to be done, in order; `refused` says what is not, and why. `inventory` is what is ours afterwards."""

    cluster: str
    revision: int
    steps: tuple[Step, ...]
    refused: tuple[str, ...]
    inventory: frozenset[Key]

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
    refused = list(desired.problems)
    steps: list[Step] = []
    for wanted in sorted(desired.objects, key=lambda each: each.wave):
        key = key_of(wanted.manifest)
        step, problem = _brought(key, wanted, seen[key])
        steps += [step] if step else []
        refused += [problem] if problem else []
    kept = {key_of(each.manifest) for each in desired.objects}
    surplus = sorted(inventory - kept)
    going, why = _taken(desired, surplus, seen, prune)
    refused += why
    whole = Plan(desired.cluster, desired.revision, (*steps, *going), tuple(refused), frozenset())
    if len(going) > max(_FEW, int(_SHARE * len(inventory))) and confirmed != whole.digest:
        refused.append(
            f"{len(going)} of {len(inventory)} objects would go at once: if that is right, apply with "
            f"--plan-digest {whole.digest}"
        )
        going = []
    gone = {key for key in surplus if seen[key].live is None or not is_ours(seen[key].live or {})}
    left = (inventory | kept) - {each.key for each in going} - gone
    return Plan(desired.cluster, desired.revision, (*steps, *going), tuple(refused), frozenset(left))


def _brought(key: Key, wanted: Wanted, seen: Seen) -> tuple[Step | None, str]:
    """What brings one object to where it should be, or why it is left alone."""
    if seen.live is None:
        return Step(Act.CREATE, key, wanted.wave, wanted.manifest, differences({}, said(wanted.manifest))), ""
    if key.kind == "Namespace":
        return None, ""  # it is there, and it is not ours to change
    if not is_ours(seen.live):
        return None, (
            f"{key} exists and is not ours: give it the label app.kubernetes.io/managed-by=leap-kg and the annotation "
            f"{IRI} to hand it over, or rename the release"
        )
    changes = differences(said(seen.live), said(seen.would or seen.live))
    if not changes:
        return None, ""
    if seen.conflicts and not wanted.heals:
        held = ", ".join(f"{each.field} (by {each.manager})" for each in seen.conflicts)
        return None, f"{key} was changed by others and is left so, as its release says: {held}"
    return Step(Act.CHANGE, key, wanted.wave, wanted.manifest, changes, seen.conflicts), ""


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
    steps = list(_deleted(there, seen))
    held = [f"{key} stays: a {key.kind} is never taken away; do it by hand" for key in there if key.kind not in TAKEN]
    return steps, held


def _deleted(keys: list[Key], seen: Mapping[Key, Seen]) -> Iterator[Step]:
    for key in reversed(keys):
        live = seen[key].live or {}
        metadata = live.get("metadata", {})
        if key.kind in TAKEN:
            changes = differences(said(live), {})
            yield Step(
                Act.DELETE, key, 0, None, changes, (), metadata.get("uid", ""), metadata.get("resourceVersion", "")
            )
