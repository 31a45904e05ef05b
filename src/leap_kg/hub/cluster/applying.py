"""Carries out a plan, such that a process killed anywhere can do it again."""

from collections.abc import Iterator
from datetime import UTC, datetime

from leap_kg.hub.cluster.api import Cluster, ClusterError
from leap_kg.hub.cluster.events import done_event
from leap_kg.hub.objects.manifest import Key, uid_of
from leap_kg.hub.planned.plan import Act, Done, Plan, Step
from leap_kg.hub.planned.pruning import MADE
from leap_kg.hub.planned.whole import planned
from leap_kg.hub.wanted.desired import Desired


def look(cluster: Cluster, desired: Desired, *, prune: bool = False, confirmed: str = "") -> Plan:
    """See how the cluster is, and plan; raises `ClusterError`."""
    inventory = cluster.inventory(desired.cluster)
    seen = cluster.seen((each.manifest for each in desired.objects), (key for key in inventory if key.kind in MADE))
    return planned(desired, seen, inventory, prune=prune, confirmed=confirmed, place=cluster.identity())


def carry_out(cluster: Cluster, plan: Plan) -> Iterator[Done]:
    """Do one step after the other; raises `ClusterError` if the inventory cannot be kept.

    The inventory knows an object before it is made, and until it is gone; which one it is, it knows at the end. After a
    step that failed no later wave is begun, and nothing is taken away.
    """
    cluster.keep_inventory(plan.cluster, plan.inventory)
    made: dict[Key, str] = {}
    gone = set(plan.dropped)
    failed_wave: int | None = None
    for step in plan.steps:
        late = failed_wave is not None and (step.wave > failed_wave or step.act is Act.DELETE)
        done = Done(step, "left, since something before it failed") if late else _tried(cluster, step)
        if done.problem and failed_wave is None:
            failed_wave = step.wave
        if done.problem:
            gone.discard(step.key)
        elif step.act is not Act.DELETE:
            made[step.key] = uid_of(done.live)
        yield done
    cluster.keep_inventory(plan.cluster, made, frozenset(gone))


def tell(cluster: Cluster, done: Done) -> str:
    """Tell of a step by an Event of its object; returns why the cluster did not take it, `""` if it did."""
    try:
        cluster.put(done_event(done, datetime.now(UTC)))
    except ClusterError as error:
        return str(error)
    return ""


def _tried(cluster: Cluster, step: Step) -> Done:
    try:
        if step.manifest is None:
            cluster.delete(step.key, step.uid, step.version)
            return Done(step)
        return Done(step, live=cluster.apply(step.manifest, force=bool(step.conflicts)))
    except ClusterError as error:
        return Done(step, str(error))
