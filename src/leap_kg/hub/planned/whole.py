"""What has to be done to all of a cluster: group after group, as they come after one another, and what then goes."""

from collections.abc import Mapping
from dataclasses import replace

from leap_kg.hub.objects.manifest import Key, key_of
from leap_kg.hub.planned.order import in_order, unfinished, waiting
from leap_kg.hub.planned.plan import Left, Plan, Seen, Step, planned_part
from leap_kg.hub.planned.pruning import with_leftovers
from leap_kg.hub.wanted.desired import Desired


def planned(
    desired: Desired,
    seen: Mapping[Key, Seen],
    inventory: Mapping[Key, str],
    *,
    prune: bool = False,
    confirmed: str = "",
    place: str = "",
) -> Plan:
    """The plan that brings the cluster to what is desired, as far as that can be done by now.

    `seen` has every object that is wanted or in the inventory. Without `prune` nothing is taken away. More than five
    objects, or a fifth of the inventory if that is more, are taken away only if `confirmed` is the digest of the plan.
    `place` tells the cluster from others of its name.
    """
    parts, rows = desired.parts(), inventory
    steps: list[Step] = []
    refused: list[str] = []
    left: list[Left] = []
    waits: list[str] = []
    why: dict[str, str] = {}
    for name in in_order(parts, desired.after):
        part = parts[name]
        plan = planned_part(part, seen, rows, waiting(name, desired.after.get(name, ()), why))
        why[name] = unfinished(plan, {key: seen[key].live for key in _keys(part)})
        rows = plan.inventory
        steps += plan.steps
        refused += plan.refused
        left += plan.left
        waits += plan.waiting
    steps.sort(key=lambda step: step.wave)
    whole = Plan(desired.cluster, desired.revision, tuple(steps), tuple(refused), rows, tuple(left), tuple(waits))
    whole = replace(whole, place=place)
    return with_leftovers(whole, desired, seen, prune=prune, confirmed=confirmed)


def _keys(part: Desired) -> list[Key]:
    return [key_of(each.manifest) for each in part.objects]
