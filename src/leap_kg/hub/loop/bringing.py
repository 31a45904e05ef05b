"""Brings the groups of one cluster to where the graph is, one look at a time, and keeps how each stands.

Hazard: all but `taken` and `put_back` belong to the one thread that writes to the cluster.
"""

import threading
from dataclasses import replace
from datetime import UTC, datetime

import structlog

from leap_kg.hub.cluster.api import Cluster, ClusterError
from leap_kg.hub.cluster.applying import carry_out
from leap_kg.hub.cluster.events import condition_events, effect_event
from leap_kg.hub.cluster.lease import NotLeading
from leap_kg.hub.loop.monitoring import Numbers
from leap_kg.hub.loop.wanting import Wants
from leap_kg.hub.objects.manifest import Key, Manifest, key_of, uid_of
from leap_kg.hub.planned.builds import with_images
from leap_kg.hub.planned.order import UNSEEN, unfinished, waiting
from leap_kg.hub.planned.plan import Act, Done, Plan, planned_part
from leap_kg.hub.planned.pruning import MADE, READERS, planned_leftovers
from leap_kg.hub.planned.rivals import in_other_form
from leap_kg.hub.planned.standing import (
    FALSE,
    TRUE,
    UNKNOWN,
    Condition,
    Effect,
    Standing,
    effects_of,
    standing_of,
    unreachable,
)
from leap_kg.hub.wanted.desired import Desired

log = structlog.get_logger(__name__)

REST = ""
"""The group of what is no longer wanted."""
WAITING, FAILED = "waiting", "failed"
"""What can come of a look that is to be taken again; the others are changed, blocked and unchanged."""

Effects = list[tuple[str, Effect]]


class Bringing:
    """The groups of one cluster; with `prune`, what is no longer wanted is taken away.

    `overridden` are names of objects that go then although somebody needs them.
    """

    def __init__(
        self, wants: Wants, numbers: Numbers, *, prune: bool, overridden: frozenset[str] = frozenset()
    ) -> None:
        self._wants, self._numbers, self._prune, self._overridden = wants, numbers, prune, overridden
        self._inventory: dict[Key, str] = {}
        self._known = False
        self._leftover: frozenset[Key] = frozenset()
        self._applied: dict[Key, Manifest] = {}
        self._fresh: frozenset[Key] = frozenset()
        self._looked: dict[str, tuple[Desired, str]] = {}
        self._waiting: set[str] = set()
        self._standings: dict[str, Standing] = {}
        self._effects: Effects = []
        self._lock = threading.Lock()

    def refresh(self, cluster: Cluster) -> None:
        """Read what was made before; raises `ClusterError`."""
        self._known = False
        self._inventory = cluster.inventory(self._wants.name)
        self._known = True

    def forget(self) -> None:
        """What was seen of the groups is old: another may have led meanwhile."""
        self._looked.clear()

    def look(self, cluster: Cluster, group: str) -> str:
        """Look at a group and do what has to be done; returns what came of it.

        Raises `NotLeading` where it may not write any more.
        """
        try:
            if not self._known:
                self.refresh(cluster)
            result = self._leftovers(cluster) if group == REST else self._brought(cluster, group)
        except NotLeading:
            raise
        except ClusterError as error:
            log.warning("a look failed", cluster=self._wants.name, group=group, reason=str(error))
            self._unreachable(group, str(error))
            result = FAILED
        except Exception as error:
            log.exception("a look failed", cluster=self._wants.name, group=group)
            self._unreachable(group, f"{type(error).__name__}: see the log")
            result = FAILED
        return result

    def _unreachable(self, group: str, problem: str) -> None:
        self._stands(unreachable(group, self._wants.iri(group), problem))
        if group in self._wants.parts:
            self._looked[group] = self._wants.parts[group], f"could not be looked at: {problem}"

    def released(self, group: str) -> list[str]:
        """The groups that waited for this one when they were looked at last."""
        wanted = self._wants.desired
        after = wanted.after if wanted else {}
        return [each for each in self._waiting if group in after.get(each, ())]

    @property
    def undecided(self) -> bool:
        """Whether anything that is not wanted goes if the next look finds it so again."""
        return self._may_prune and not self._fresh.isdisjoint(self._inventory.keys() - self._wants.groups.keys())

    def taken(self) -> tuple[dict[str, Standing], Effects]:
        """How all groups stand, and what was done since this was asked last."""
        with self._lock:
            effects, self._effects = self._effects, []
            return dict(self._standings), effects

    def put_back(self, effects: Effects) -> None:
        """What was done could not be told of: it is to be told next time."""
        with self._lock:
            self._effects[:0] = effects

    @property
    def _may_prune(self) -> bool:
        wanted = self._wants.desired
        return self._prune and wanted is not None and not self._wants.problem and not wanted.suspended

    def _brought(self, cluster: Cluster, group: str) -> str:
        part = self._wants.parts[group]
        seen = cluster.seen((each.manifest for each in part.objects), ())
        others = cluster.seen((), in_other_form(part, self._inventory))
        known = {key: uid for key, uid in self._inventory.items() if key in seen or key in others}
        plan = planned_part(part, {**others, **seen}, known, self._waits(group, part))
        done: list[Done] = []
        if plan.steps or plan.inventory != known:
            self.refresh(cluster)  # somebody may have applied by hand meanwhile
            done = list(carry_out(cluster, plan))
        effects = effects_of(done, seen, self._inventory, self._applied)
        failed = any(each.problem for each in done)
        self._inventory |= _made(plan, done)
        tried = {each.step.key for each in done}
        held = bool(plan.waiting) or group in part.suspended  # then what is wanted need not be what is there
        self._applied |= {
            key: each.manifest
            for each in part.objects
            if not failed and ((key := key_of(each.manifest)) in tried or not held)
        }
        standing = standing_of(group, self._wants.iri(group), plan, seen, done)
        self._looked[group] = part, unfinished(plan, {each.key: each.live for each in standing.objects or ()}, done)
        standing = with_images(standing, lambda key: cluster.pods(key.namespace, key.name))
        self._did(cluster, group, effects, {each.step.key: each.live for each in done})
        self._stands(standing, cluster)
        self._waiting.discard(group)
        if plan.waiting:
            self._waiting.add(group)
        if failed:
            return FAILED
        if plan.waiting:
            return WAITING
        stalled = standing.condition("Stalled").status == TRUE
        return "changed" if effects else "blocked" if stalled else "unchanged"

    def _waits(self, group: str, part: Desired) -> tuple[str, ...]:
        """What the group waits for, as those that it comes after stood when they were looked at last."""
        after = part.after.get(group, ())
        return waiting(group, after, {each: self._unfinished(each) for each in after})

    def _unfinished(self, group: str) -> str:
        wanted, (looked, why) = self._wants.parts.get(group), self._looked.get(group, (None, UNSEEN))
        if wanted is None or looked is None:
            return UNSEEN
        same = (wanted.objects, wanted.problems) == (looked.objects, looked.problems)
        return why if same else UNSEEN

    def _leftovers(self, cluster: Cluster) -> str:
        """See to what is in the inventory and no longer wanted; it goes only if two looks in a row found it so."""
        wanted = self._wants.desired
        if wanted is None:
            stalled = Condition("Stalled", TRUE, "NothingWanted", self._wants.problem)
            self._stands(Standing(REST, self._wants.iri(REST), (stalled,)))
            return "blocked"
        wanted = replace(wanted, overridden=self._overridden)
        surplus = frozenset(self._inventory.keys() - self._wants.groups.keys())
        self._fresh = surplus - self._leftover
        seen = cluster.seen((), (key for key in surplus if key.kind in MADE))
        older = {key: uid for key, uid in self._inventory.items() if key not in self._fresh}
        plan = planned_leftovers(wanted, seen, older, prune=self._may_prune)
        if plan.steps:  # which is rare: what stays may read what goes, also what somebody changed in it
            readers = (key for key in self._wants.groups if key.kind in READERS)
            plan = planned_leftovers(wanted, {**cluster.seen((), readers), **seen}, older, prune=self._may_prune)
        done = list(carry_out(cluster, replace(plan, inventory={}))) if plan.steps or plan.dropped else []
        failed = any(each.problem for each in done)
        if not failed:
            self._inventory = {key: uid for key, uid in self._inventory.items() if key not in plan.dropped}
        self._leftover = surplus
        gone: dict[Key, Manifest | None] = {each.step.key: None for each in done if not each.problem}
        self._did(cluster, REST, effects_of(done, seen, self._inventory, self._applied), gone)
        standing = standing_of(REST, self._wants.iri(REST), plan, seen, done)
        there = tuple(each for each in standing.objects or () if each.live is not None and each.key not in gone)
        stalled = standing.condition("Stalled")
        if not failed and not self._prune:  # then nothing was asked for that is not done
            stalled = stalled._replace(status=FALSE, reason="Left" if there else stalled.reason)
        self._numbers.refused.labels(self._wants.name).set(len(there))
        self._stands(replace(standing, objects=there, conditions=(stalled,)), cluster)
        return FAILED if failed else "changed" if done else "blocked" if stalled.status == TRUE else "unchanged"

    def _did(self, cluster: Cluster, group: str, effects: list[Effect], lives: dict[Key, Manifest | None]) -> None:
        name, now = self._wants.name, datetime.now(UTC)
        for effect in effects:
            by = effect.drift.by if effect.drift else ()
            self._numbers.healed.labels(name).inc(bool(by))
            log.info("done", cluster=name, group=group, act=str(effect.act), object=str(effect.key), by=by)
            self._event(cluster, effect_event(effect, lives.get(effect.key), now))
        with self._lock:
            self._effects += [(group, effect) for effect in effects]

    def _stands(self, standing: Standing, cluster: Cluster | None = None) -> None:
        was, stalled = self._standings.get(standing.group), standing.condition("Stalled")
        if stalled.status == TRUE and (was is None or was.condition("Stalled").message != stalled.message):
            log.warning("stalled", cluster=self._wants.name, group=standing.group, reason=stalled.message)
        if cluster is not None:
            for event in condition_events(was, standing, datetime.now(UTC)):
                self._event(cluster, event)
        known = self._wants.parts.keys() | {REST}
        with self._lock:
            self._standings[standing.group] = standing
            if self._wants.desired is not None:
                self._standings = {group: each for group, each in self._standings.items() if group in known}
            standings = [each for each in self._standings.values() if each.group != REST]
        for gauge, name, bad in (
            (self._numbers.not_ready, "Ready", (FALSE, UNKNOWN)),
            (self._numbers.drifted, "Drifted", (TRUE,)),
            (self._numbers.stalled, "Stalled", (TRUE,)),
        ):
            gauge.labels(self._wants.name).set(sum(each.condition(name).status in bad for each in standings))

    def _event(self, cluster: Cluster, event: Manifest) -> None:
        """Tell it on the cluster; what cannot be told harms nothing."""
        try:
            cluster.before_writing()
            cluster.put(event)
        except (ClusterError, NotLeading) as error:
            self._numbers.events_lost.labels(self._wants.name).inc()
            log.warning("an event was not taken", cluster=self._wants.name, reason=str(error))


def _made(plan: Plan, done: list[Done]) -> dict[Key, str]:
    """What is ours after these steps."""
    made = {each.step.key: uid_of(each.live) for each in done if not each.problem and each.step.act is not Act.DELETE}
    return {**plan.inventory, **made}
