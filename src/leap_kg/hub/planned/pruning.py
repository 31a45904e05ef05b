"""What is taken away from a cluster: a pure function of what is wanted, what was seen, and what was made before.

Nothing is, unless that was asked for, and even then only what this program made itself: the inventory has the uid that
the server gave it, it bears our marks, the server says that we applied it, and it is in a namespace of what the cluster
is to run. Only few kinds are, not when what is wanted is empty or known to be incomplete, not what the graph says
somebody needs, and not what an object reads that stays. Volumes, namespaces, definitions of resources and other
people's secrets are never taken away, whatever anybody asks for.

Hazard: whoever may write to the inventory may name any object in it.
"""

from collections.abc import Iterator, Mapping, Set
from dataclasses import replace

from leap_kg.hub.objects.differences import differences
from leap_kg.hub.objects.manifest import IRI, Key, Manifest, is_applied, is_ours, key_of, said, uid_of
from leap_kg.hub.objects.pods import is_finished
from leap_kg.hub.objects.references import Reference, references
from leap_kg.hub.planned.plan import Act, Plan, Seen, Step
from leap_kg.hub.wanted.desired import Desired

TAKEN = frozenset(("ConfigMap", "Secret", "HelmRepository", "Job", "CronJob"))
"""The only kinds that are ever taken away. A HelmRelease is not: its hub, and the data of its users, would go too."""

MADE = TAKEN | {"Namespace", "HelmRelease", "Application"}
"""All kinds that are ever made. What else is in an inventory is not looked at."""

READERS = frozenset(("HelmRelease", "HelmRepository", "Job", "CronJob"))
"""Kinds of ours that refer to others."""

_FEW = 5
_SHARE = 0.2


def planned_leftovers(
    desired: Desired, seen: Mapping[Key, Seen], inventory: Mapping[Key, str], *, prune: bool = False
) -> Plan:
    """The plan for what is in the inventory and no longer desired; `seen` need have no more than that of kinds `MADE`.

    What else is in `seen` is not touched, but what it refers to stays.
    """
    nothing = Plan(desired.cluster, desired.revision, (), (), inventory)
    return with_leftovers(nothing, desired, seen, prune=prune)


def with_leftovers(
    part: Plan, desired: Desired, seen: Mapping[Key, Seen], *, prune: bool = False, confirmed: str = ""
) -> Plan:
    """The plan with what goes of its inventory: if that is much, only if `confirmed` is the digest of the whole."""
    surplus = sorted(part.inventory.keys() - {key_of(each.manifest) for each in desired.objects})
    lost = {key: why for key in surplus if (why := _lost(key, seen, part.inventory[key])) is not None}
    there = [key for key in surplus if key not in lost]
    going, held = _taken(part, desired, there, seen, prune)
    refused = [*part.refused, *filter(None, lost.values()), *held]
    whole = replace(part, steps=(*part.steps, *going))
    if len(going) > max(_FEW, int(_SHARE * len(part.inventory))) and confirmed != whole.digest:
        refused.append(
            f"{len(going)} of {len(part.inventory)} objects would go at once: "
            f"`leap-kg hub plan {part.cluster} --prune` says which, and how to confirm it"
        )
        part = replace(part, unconfirmed=tuple(going), confirming=whole.digest)
        going = []
    dropped = part.dropped | lost.keys() | {each.key for each in going}
    rows = {key: uid for key, uid in part.inventory.items() if key not in dropped}
    return replace(part, steps=(*part.steps, *going), refused=tuple(refused), inventory=rows, dropped=dropped)


def _lost(key: Key, seen: Mapping[Key, Seen], made: str) -> str | None:
    """Why the inventory should not have it any more, `""` if nobody needs to know that, `None` if it should."""
    if key.kind not in MADE:
        return f"{key} stays: leap-kg never makes a {key.kind}, so somebody else wrote it into the inventory"
    live = seen[key].live
    if live is None or (not made and not is_ours(live)):
        return ""
    if made and made != uid_of(live):
        return f"{key} stays: it is not the one that was made, whose uid was {made}"
    return None


def _taken(
    part: Plan, desired: Desired, there: list[Key], seen: Mapping[Key, Seen], prune: bool
) -> tuple[list[Step], list[str]]:
    """What goes, the last wave first, and why the rest does not."""
    if not prune:
        return [], [f"{key} is no longer wanted: it stays, unless you prune" for key in there]
    if not desired.objects or desired.problems:
        why = "nothing at all is wanted: delete by hand what may go, or declare one part that is to stay, and prune"
        if desired.objects or desired.problems:
            why = "what is wanted is not complete: mend what is refused first"
        stay = "stays" if len(there) == 1 else "stay"
        return [], [f"{', '.join(map(str, there))} {stay}: {why}"] if there else []
    lives = {key: seen[key].live or {} for key in there}
    running = {_iri(live) for key, live in lives.items() if key.kind == "Job" and not is_finished(live)}
    spaces = _spaces(desired, seen, part.inventory)
    held: dict[Key, str] = {}
    for key, live in lives.items():
        if why := _foreign(key, live, part.inventory[key], spaces) or _held(key, live, desired, running):
            held[key] = why
    held |= _read(lives.keys() - held.keys(), desired, seen)
    steps = list(_deleted([key for key in there if key not in held], seen))
    return steps, [f"{key} stays: {held[key]}" for key in there if key in held]


def _iri(live: Manifest) -> str:
    """What in the graph an object of ours is for, `""` if its mark is gone."""
    return str(((live.get("metadata") or {}).get("annotations") or {}).get(IRI, ""))


def _spaces(desired: Desired, seen: Mapping[Key, Seen], inventory: Mapping[Key, str]) -> set[str]:
    """The namespaces of what the cluster is to run, and those that were made for what it was to run."""
    wanted = [key_of(each.manifest) for each in desired.objects]
    found = {each.name if each.kind == "Namespace" else each.namespace for each in wanted}
    for key, uid in inventory.items():
        live = seen[key].live if key.kind == "Namespace" and key in seen else None
        if live is not None and uid and uid == uid_of(live) and is_ours(live) and is_applied(live):
            found.add(key.name)
    return found


def _foreign(key: Key, live: Manifest, made: str, spaces: Set[str]) -> str:
    """Why an object of a kind that may go is not surely ours, `""` if it is."""
    if key.kind not in TAKEN:
        return ""
    if not made:
        why = "the inventory does not say which one was made"
    elif not is_ours(live):
        why = "its label or its annotation was taken off, so somebody else may use it"
    elif not is_applied(live):
        why = "leap-kg did not apply it, as its managedFields say"
    elif key.namespace not in spaces:
        why = f"nothing that this cluster is to run is in the namespace {key.namespace}, nor did leap-kg make that"
    else:
        return ""
    return f"{why}; if it may go, delete it by hand"


def _held(key: Key, live: Manifest, desired: Desired, running: Set[str]) -> str:
    """Why an object of ours that is no longer wanted stays all the same, `""` if it may go."""
    if key.kind not in TAKEN:
        return f"a {key.kind} is never taken away; do it by hand"
    if _iri(live) in running:
        return "the Job for it is not finished; it goes when that is"
    why = desired.needed.get(_iri(live), "")
    if not why or key.name in desired.overridden:
        return ""
    return f"{why}; if it may go all the same, say --override {key.name}"


def _read(going: Set[Key], desired: Desired, seen: Mapping[Key, Seen]) -> dict[Key, str]:
    """What stays of those that would go, since something reads it that stays: also if that stays for this very reason.

    A release that stays goes on working: without its values or its chart it would fail at its controller's next look.
    """
    found: dict[Key, str] = {}
    left = {Reference(key.kind, key.namespace, key.name): key for key in going}
    readers: list[tuple[str, Manifest]] = [(str(key_of(each.manifest)), each.manifest) for each in desired.objects]
    readers += [(str(key), each.live) for key, each in seen.items() if each.live is not None and key not in going]
    while readers:
        name, live = readers.pop()
        for reference in references(live) & left.keys():
            key = left.pop(reference)
            found[key] = f"{name} stays, and reads it; it goes once that is gone"
            readers.append((str(key), seen[key].live or {}))
    return found


def _deleted(keys: list[Key], seen: Mapping[Key, Seen]) -> Iterator[Step]:
    for key in reversed(keys):
        live = seen[key].live or {}
        version = (live.get("metadata") or {}).get("resourceVersion", "")
        yield Step(Act.DELETE, key, 0, None, differences(said(live), {}), (), uid_of(live), version)
