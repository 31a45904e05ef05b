"""Which of several operators works on a cluster: the one that holds a Lease there, and renews it in time.

The rules are those of Kubernetes' own controllers. Clocks of different machines are never compared: whoever waits takes
over when the Lease has not changed for as long as it lasts, by its own clock. The holder stops earlier than that, by
its own clock, also if it cannot reach the cluster. Every write to the Lease names the version that was read, so of
two that reach for it one gets it.

Hazard: a write that was sent before the time was up may still arrive after it. So everything that is written under a
Lease must be harmless if it is done twice.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog

from leap_kg.hub.cluster.api import Cluster, ClusterError
from leap_kg.hub.objects.manifest import Key, Manifest

log = structlog.get_logger(__name__)


class NotLeading(RuntimeError):
    """Another operator may be at work on this cluster: nothing is written."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How a Lease is kept, in seconds: how long it lasts, when its holder gives up, and how often it is renewed.

    Raises `ValueError` if one who waits could take over before the holder has given up.
    """

    lasts: int = 15
    gives_up: float = 10.0
    renews: float = 2.0

    def __post_init__(self) -> None:
        if not (self.lasts >= 1 and self.renews > 0 and self.renews < self.gives_up <= self.lasts - self.renews):
            raise ValueError(
                f"a lease of {self.lasts} s that is renewed every {self.renews:g} s and given up after "
                f"{self.gives_up:g} s cannot be: the first must be a second at least, the second less than the third, "
                "and both together no more than the first"
            )


class Leadership:
    """One operator's place before one cluster; `step` tries to get or keep it, `require` says whether it has it.

    `notes` are annotations that the next renewal writes: a sign of life that costs no write of its own.
    """

    def __init__(
        self,
        cluster: Cluster,
        key: Key,
        identity: str,
        terms: Terms | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._cluster = cluster
        self._key = key
        self._terms = terms or Terms()
        self._clock = clock
        self._until = float("-inf")
        self._seen: tuple[str, str] = ("", "")
        self._free_at = float("-inf")
        self._ended = threading.Event()
        self._troubled = False
        self.identity = identity
        self.holder = ""
        self.notes: Mapping[str, str] = {}

    @property
    def leading(self) -> bool:
        """Whether this operator may write."""
        return self._clock() < self._until

    def require(self) -> None:
        """Raise `NotLeading` unless this operator may write."""
        if not self.leading:
            raise NotLeading(f"the lease {self._key} is not held any more")

    def step(self) -> float:
        """Get the Lease if it is free, renew it if it is ours; returns the seconds until the next step is due."""
        began = self._clock()
        was = self.leading
        try:
            self._reach(began)
            self._troubled = False
        except ClusterError as error:
            if not self._troubled:
                log.warning("the lease cannot be reached", lease=str(self._key), reason=str(error))
            self._troubled = True
        except Exception:
            log.exception("the lease is not what it should be", lease=str(self._key))
        if was != self.leading:
            log.info("leading" if self.leading else "not leading", lease=str(self._key), holder=self.holder)
        if self.leading or not self.holder:
            return self._terms.renews
        return min(self._terms.renews, max(0.0, self._free_at - self._clock()))

    def run(self) -> None:
        """Take steps until `end` is called."""
        while not self._ended.is_set():
            self._ended.wait(self.step())

    def end(self) -> None:
        """Let go of the Lease, so that another need not wait until it runs out; for when nothing writes any more."""
        self._ended.set()
        if not self.leading:
            return
        self._until = float("-inf")
        try:
            found = self._cluster.read(self._key)
            if found and found["spec"].get("holderIdentity") == self.identity:
                self._cluster.put(self._lease(found, "", 1), self._terms.gives_up)
        except ClusterError as error:
            log.warning("the lease is not let go, it runs out", lease=str(self._key), reason=str(error))

    def _reach(self, began: float) -> None:
        found = self._cluster.read(self._key)
        spec = (found or {}).get("spec") or {}
        holder = self.holder = str(spec.get("holderIdentity") or "")
        mark = (holder, str((found or {}).get("metadata", {}).get("resourceVersion", "")))
        if mark != self._seen:
            # Noted as late as can be: what was read is no older than when it was asked for.
            self._seen, self._free_at = mark, began + self._lasting(spec) - self._terms.renews
        if holder not in ("", self.identity) and began < self._free_at:
            self._until = float("-inf")
            return
        if found is None:
            self._cluster.make_namespace()
        try:
            made = self._cluster.put(self._lease(found, self.identity, self._terms.lasts), self._terms.gives_up)
        except ClusterError as error:
            if error.status != 409:
                raise
            self._until = float("-inf")  # another one was faster; the next step shows who
            return
        self._seen = (self.identity, made["metadata"]["resourceVersion"])
        self.holder, self._until = self.identity, began + self._terms.gives_up

    def _lasting(self, spec: Mapping[str, Any]) -> float:
        """How long the Lease lasts by what its holder says, whatever stands there."""
        said = spec.get("leaseDurationSeconds")
        return float(said) if isinstance(said, int) and 0 < said < 3600 else float(self._terms.lasts)

    def _lease(self, found: Manifest | None, holder: str, lasts: int) -> Manifest:
        before = (found or {}).get("spec") or {}
        now = micro_time(datetime.now(UTC))
        changed = before.get("holderIdentity") != holder and bool(holder)
        known = (found or {}).get("metadata", {})
        annotations = {**(known.get("annotations") or {}), **(self.notes if holder else {})}
        metadata = {"name": self._key.name, "namespace": self._key.namespace, "annotations": annotations}
        version = {"resourceVersion": known["resourceVersion"]} if found else {}
        return {
            "apiVersion": self._key.version,
            "kind": "Lease",
            "metadata": {**metadata, **version},
            "spec": {
                "holderIdentity": holder,
                "leaseDurationSeconds": lasts,
                "acquireTime": now if changed else before.get("acquireTime", now),
                "renewTime": now,
                "leaseTransitions": int(before.get("leaseTransitions") or 0) + (changed and found is not None),
            },
        }


def micro_time(moment: datetime) -> str:
    """The moment as Kubernetes' MicroTime, which has six decimals, also where they are zeros."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
