"""One operator's work on one cluster: when to look at which group, and when to tell of it.

Three things make it look at a group: that the graph wants something else, that an object changed, that it is time to
look at everything again. Each look reads how all of the group is; what made it look says only which. One thread does
all that is written to the cluster, group after group, and only while the Lease is held.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog

from leap_kg.graph.home import Home, HomeError
from leap_kg.hub.cluster.api import Cluster, ClusterError
from leap_kg.hub.cluster.lease import Leadership, NotLeading, Terms
from leap_kg.hub.loop.bringing import FAILED, REST, Bringing
from leap_kg.hub.loop.monitoring import Numbers
from leap_kg.hub.loop.queue import Backoff, WorkQueue
from leap_kg.hub.loop.wanting import Wants
from leap_kg.hub.loop.watching import Watch
from leap_kg.hub.objects.manifest import Key
from leap_kg.hub.observed.recording import record
from leap_kg.hub.observed.statements import Observation

log = structlog.get_logger(__name__)

LOOKED, REVISION = "leap-kg.org/looked-at", "leap-kg.org/revision"
"""Annotations of the Lease: when everything was last looked at, and for which revision. A sign of life on the cluster
itself, which costs no write, and nothing in the log."""

_UNWATCHED = frozenset(("Secret", "ConfigMap", "Namespace"))
"""Watching the first two would need the right to read all that the cluster has; Namespaces are not changed."""
_SETTLE = 0.5
"""Seconds in which changes of one group are gathered."""
_TICK = 0.25
_STUCK = 600.0


@dataclass(frozen=True, slots=True)
class Pace:
    """How often things are done, in seconds: `record` is the least between two publications of what was seen."""

    resync: float = 600.0
    poll: float = 5.0
    record: float = 15.0
    terms: Terms = field(default_factory=Terms)
    backoff: Backoff = field(default_factory=Backoff)


class Station:
    """The work on one cluster, in threads that `start` begins and `stop` ends.

    `connect` opens the cluster and raises `ClusterError`; `identity` tells this operator from others.
    """

    def __init__(
        self,
        name: str,
        connect: Callable[[], Cluster],
        home: Home,
        base: str,
        identity: str,
        numbers: Numbers,
        *,
        form: str = "helmrelease",
        prune: bool = False,
        overridden: frozenset[str] = frozenset(),
        pace: Pace | None = None,
    ) -> None:
        self.name = name
        self._connect, self._home, self._base, self._identity = connect, home, base, identity
        self._numbers, self._pace = numbers, pace or Pace()
        numbers.begin(name)
        self._wants = Wants(home, base, name, form)
        self._bringing = Bringing(self._wants, numbers, prune=prune, overridden=overridden)
        self._queue: WorkQueue[str] = WorkQueue(self._pace.backoff)
        self._ended = threading.Event()
        self._lease: Leadership | None = None
        self._watches: dict[tuple[str, str], Watch] = {}
        self._unseen: set[str] = set()
        self._stale = True  # what was seen is old: another may have led, and seen more
        self._changed = threading.Event()
        self._publishing = threading.Lock()
        self._began = datetime.now(UTC)
        self._ticked = time.monotonic()
        self._threads = [
            threading.Thread(target=each, name=f"{self.name} {each.__name__}", daemon=True)
            for each in (self._work, self._tell)
        ]

    def start(self) -> None:
        """Begin."""
        for each in self._threads:
            each.start()

    def stop(self) -> None:
        """Finish the step that it is in, publish what was seen, and let go of the Lease; `join` waits for that."""
        self._ended.set()
        self._queue.close()

    def join(self, seconds: float) -> bool:
        """Wait until it has stopped, for so many seconds at most; returns whether it has."""
        until = time.monotonic() + seconds
        for each in self._threads:
            each.join(max(0.0, until - time.monotonic()))
        return not any(each.is_alive() for each in self._threads)

    def stuck(self) -> list[str]:
        """What is wrong with the process itself, such that it had better be started anew."""
        if time.monotonic() - self._ticked > _STUCK or not all(each.is_alive() for each in self._threads):
            return [f"{self.name}: the work is stuck"]
        return []

    def unready(self) -> list[str]:
        """Why it cannot work, or wait to do so."""
        if self._lease is None or not self._lease.holder:
            return [f"{self.name}: the cluster was not reached yet"]
        return [f"{self.name}: {self._wants.problem}"] if self._wants.problem else []

    def _work(self) -> None:
        failures = 0
        while not self._ended.is_set():
            self._ticked = time.monotonic()
            try:
                with self._connect() as cluster:
                    self._hold(cluster)
                    failures = 0
            except ClusterError as error:
                failures += 1
                log.warning("cannot reach the cluster", cluster=self.name, reason=str(error))
            except Exception:
                failures += 1
                log.exception("the work is begun anew", cluster=self.name)
            self._ended.wait(self._pace.backoff.wait(failures) if failures else 0.0)

    def _hold(self, cluster: Cluster) -> None:
        """Work on a cluster that was reached, until the end; requests that fail later are tried again one by one."""
        lease = Leadership(cluster, lease_of(cluster.namespace, self.name), self._identity, self._pace.terms)
        self._lease, cluster.before_writing = lease, lease.require
        holding = threading.Thread(target=lease.run, name=f"{self.name} lease", daemon=True)
        holding.start()
        try:
            self._keep(cluster, lease)
            self._publish()
        finally:
            lease.end()
        holding.join(1.0)

    def _keep(self, cluster: Cluster, lease: Leadership) -> None:
        """Look at what is due, while the Lease is held, until the end."""
        polled = resynced = float("-inf")
        led = False
        while not self._ended.is_set():
            self._ticked = now = time.monotonic()
            if now - polled >= self._pace.poll:
                polled = now
                self._poll(cluster)
            if lease.leading != led:
                led, resynced = lease.leading, float("-inf")
                self._numbers.leading.labels(self.name).set(led)
                self._stale = True
                self._bringing.forget()
                if not led:
                    self._numbers.rest(self.name)
            if led and now - resynced >= self._pace.resync and self._wants.desired is not None:
                resynced = now
                self._all(cluster)
            group = self._queue.take(_TICK)
            if group is not None:
                self._one(cluster, lease, group)
            self._numbers.queue.labels(self.name).set(len(self._queue))

    def _poll(self, cluster: Cluster) -> None:
        """See what the graph wants by now."""
        before = self._wants.problem
        changed = self._wants.look()
        if self._wants.problem != before:
            tell = log.warning if self._wants.problem else log.info
            tell("what is wanted is looked up", cluster=self.name, problem=self._wants.problem, before=before)
        if changed:
            wanted = self._wants.desired
            log.info("something else is wanted", cluster=self.name, revision=wanted.revision if wanted else 0)
            groups = {*self._wants.parts, REST}
            self._unseen = (self._unseen & groups) | groups
            for group in (*self._wants.parts, REST):
                self._queue.add(group)
            self._watch(cluster)
        wanted = self._wants.desired
        self._numbers.problem.labels(self.name).set(bool(self._wants.problem))
        self._numbers.revision.labels(self.name).set(wanted.revision if wanted else 0)

    def _all(self, cluster: Cluster) -> None:
        """Have everything looked at; a look at everything that is under way still counts."""
        try:
            self._bringing.refresh(cluster)
        except ClusterError as error:
            log.warning("the inventory cannot be read", cluster=self.name, reason=str(error))
        if self._stale or not self._unseen:
            self._began = datetime.now(UTC)
            self._unseen = {*self._wants.parts, REST}
            self._stale = False
        for group in (*self._wants.parts, REST):
            self._queue.add(group)
        self._watch(cluster)

    def _watch(self, cluster: Cluster) -> None:
        for version, kind in {(key.version, key.kind) for key in self._wants.groups if key.kind not in _UNWATCHED}:
            if (version, kind) not in self._watches:
                watch = Watch(cluster, version, kind, self._noticed, self._ended, self._watched)
                self._watches[version, kind] = watch
                watch.start()

    def _watched(self, what: str) -> None:
        self._numbers.watches.labels(self.name, what).inc()

    def _noticed(self, key: Key) -> None:
        group = self._wants.groups.get(key)
        if group is not None:
            self._queue.add(group, _SETTLE)

    def _one(self, cluster: Cluster, lease: Leadership, group: str) -> None:
        """Look at one group, and have it looked at again if that fails."""
        if not lease.leading or (group != REST and group not in self._wants.parts):
            self._queue.done(group)
            return
        began = time.monotonic()
        try:
            result = self._bringing.look(cluster, group)
        except NotLeading as error:
            log.warning("stopped in the middle", cluster=self.name, group=group, reason=str(error))
            self._queue.done(group)
            return
        self._numbers.reconciles.labels(self.name, result).inc()
        self._numbers.seconds.labels(self.name).observe(time.monotonic() - began)
        if result == FAILED:
            again = self._queue.failed(group)
            log.info("will look again", cluster=self.name, group=group, seconds=round(again, 1))
        else:
            self._queue.done(group)
        for each in self._bringing.released(group):
            self._queue.add(each)
        if group == REST and self._bringing.undecided:
            self._queue.add(REST, self._pace.poll)
        if group in self._unseen:
            self._unseen.discard(group)
            if not self._unseen:
                self._seen(lease)
        self._changed.set()

    def _seen(self, lease: Leadership) -> None:
        """Everything was looked at since it was last new, or time to."""
        wanted, now = self._wants.desired, datetime.now(UTC)
        lease.notes = {LOOKED: now.isoformat(timespec="seconds"), REVISION: str(wanted.revision if wanted else 0)}
        self._numbers.looked.labels(self.name).set(now.timestamp())

    def _tell(self) -> None:
        """Publish what was seen when it may have changed, not too often."""
        failures, last = 0, float("-inf")
        while not self._ended.wait(_TICK):
            wait = self._pace.backoff.longest(failures) if failures else self._pace.record
            if self._changed.is_set() and not (self._unseen or self._stale) and time.monotonic() - last >= wait:
                last = time.monotonic()
                failures = 0 if self._publish() else failures + 1

    def _publish(self) -> bool:
        """Publish what was seen, once all was looked at; returns whether there is nothing left to publish."""
        wanted, snapshot = self._wants.last, self._wants.snapshot
        # A home that is gone for a while must not be made anew.
        if wanted is None or snapshot is None or not self._wants.readable:
            return True
        if self._unseen or self._stale or self._lease is None or not self._lease.leading:
            return True
        with self._publishing:
            self._changed.clear()
            standings, effects = self._bringing.taken()
            seen = Observation(self.name, wanted.revision, wanted.digest, self._began, standings, tuple(effects))
            try:
                made = record(self._home, self._base, snapshot.store, seen)
            except (HomeError, ValueError, OSError) as error:
                log.warning("what was seen is not published", cluster=self.name, reason=str(error))
                self._numbers.publications.labels(self.name, "failed").inc()
                self._bringing.put_back(effects)
                self._changed.set()
                return False
        self._numbers.publications.labels(self.name, "published" if made else "unchanged").inc()
        return True


def lease_of(namespace: str, cluster: str) -> Key:
    """The Lease of those who work on the cluster of that name."""
    return Key("coordination.k8s.io/v1", "Lease", namespace, f"leap-kg-operator-{cluster}")
