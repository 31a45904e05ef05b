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
from leap_kg.hub.objects.manifest import Key, Manifest, key_of
from leap_kg.hub.planned.builds import with_images
from leap_kg.hub.planned.plan import Done, planned_leftovers, planned_part
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
    """The groups of one cluster; with `prune`, what is no longer wanted is taken away."""

    def __init__(self, wants: Wants, numbers: Numbers, *, prune: bool) -> None:
        self._wants, self._numbers, self._prune = wants, numbers, prune
        self._inventory: frozenset[Key] = frozenset()
        self._known = False
        self._leftover: frozenset[Key] = frozenset()
        self._applied: dict[Key, Manifest] = {}
        self._failing: set[str] = set()
        self._standings: dict[str, Standing] = {}
        self._effects: Effects = []
        self._lock = threading.Lock()

    def refresh(self, cluster: Cluster) -> None:
        """Read what was made before; raises `ClusterError`."""
        self._known = False
        self._inventory = cluster.inventory(self._wants.name)
        self._known = True

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
            self._stands(unreachable(group, self._wants.iri(group), str(error)))
            result = FAILED
        except Exception as error:
            log.exception("a look failed", cluster=self._wants.name, group=group)
            self._stands(unreachable(group, self._wants.iri(group), f"{type(error).__name__}: see the log"))
            result = FAILED
        if result == FAILED:
            self._failing.add(group)
        else:
            self._failing.discard(group)
        return result

    @property
    def undecided(self) -> bool:
        """Whether anything that is not wanted goes if the next look finds it so again."""
        return self._may_prune and bool(self._leftover & self._inventory - self._wants.groups.keys())

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
        if self._earlier(part):
            return WAITING
        seen = cluster.seen((each.manifest for each in part.objects), ())
        plan = planned_part(part, seen, self._inventory)
        done: list[Done] = []
        if plan.steps or plan.inventory != self._inventory:
            self.refresh(cluster)  # somebody may have applied by hand meanwhile
            plan = replace(plan, inventory=plan.inventory | self._inventory)
            done = list(carry_out(cluster, plan))
        effects = effects_of(done, seen, self._inventory, self._applied)
        failed = any(each.problem for each in done)
        self._inventory |= plan.inventory
        self._applied |= {key_of(each.manifest): each.manifest for each in part.objects if not failed}
        standing = standing_of(group, self._wants.iri(group), plan, seen, done)
        standing = with_images(standing, lambda key: cluster.pods(key.namespace, key.name))
        self._did(cluster, group, effects, {each.step.key: each.live for each in done})
        self._stands(standing, cluster)
        if failed:
            return FAILED
        stalled = standing.condition("Stalled").status == TRUE
        return "changed" if effects else "blocked" if stalled else "unchanged"

    def _earlier(self, part: Desired) -> set[str]:
        """Groups of earlier waves that failed, or were not looked at yet: this one comes after them."""
        wave = min((each.wave for each in part.objects), default=0)
        if not wave:
            return set()
        before = {each.group for other in self._wants.parts.values() for each in other.objects if each.wave < wave}
        return before & (self._failing | (self._wants.parts.keys() - self._standings.keys()))

    def _leftovers(self, cluster: Cluster) -> str:
        """See to what is in the inventory and no longer wanted; it goes only if two looks in a row found it so."""
        wanted = self._wants.desired
        if wanted is None:
            stalled = Condition("Stalled", TRUE, "NothingWanted", self._wants.problem)
            self._stands(Standing(REST, self._wants.iri(REST), (stalled,)))
            return "blocked"
        surplus = self._inventory - self._wants.groups.keys()
        fresh = surplus - self._leftover
        seen = cluster.seen((), surplus)
        plan = planned_leftovers(wanted, seen, self._inventory - fresh, prune=self._may_prune)
        plan = replace(plan, inventory=plan.inventory | fresh)
        done = list(carry_out(cluster, plan)) if plan.steps or self._inventory - plan.inventory else []
        failed = any(each.problem for each in done)
        if not failed:
            self._inventory = plan.inventory
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
        if cluster is not None:
            for event in condition_events(self._standings.get(standing.group), standing, datetime.now(UTC)):
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
