"""How an object does, from what its controller writes into its status: a pure function, for objects of any kind.

The rules are those that tools of Kubernetes agree on: a status that speaks of an older generation is not to be
believed yet; then what the kind itself says counts; then the conditions Ready, Available, Reconciling and Stalled.
Hazard: a status is written by programs of others. Whatever stands there, there is an answer.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple, TypeVar

from leap_kg.hub.objects.hiding import shown_text

K = TypeVar("K")

_LONGEST = 500


class Health(StrEnum):
    """How an object does: `UNKNOWN` is one whose controller has said nothing yet."""

    READY = "ready"
    PROGRESSING = "progressing"
    FAILED = "failed"
    SUSPENDED = "suspended"
    UNKNOWN = "unknown"
    ABSENT = "absent"


class Finding(NamedTuple):
    """How an object does, the one word of its controller for why, and a sentence; both may be `""`."""

    health: Health
    reason: str = ""
    message: str = ""


_WORST_FIRST = (
    Health.FAILED, Health.ABSENT, Health.PROGRESSING, Health.UNKNOWN, Health.SUSPENDED, Health.READY,
)  # fmt: skip
_PASSIVE = frozenset(("ConfigMap", "Secret", "Namespace", "ServiceAccount", "Role", "RoleBinding", "CronJob"))
"""Kinds that do nothing by themselves: being there is all there is to be."""
_ARGO = {
    "Healthy": Health.READY,
    "Progressing": Health.PROGRESSING,
    "Degraded": Health.FAILED,
    "Suspended": Health.SUSPENDED,
    "Missing": Health.PROGRESSING,
}


def health_of(live: Mapping[str, Any] | None) -> Finding:
    """How this object does; `None` is one that is not there."""
    if live is None:
        return Finding(Health.ABSENT)
    metadata, spec, status = (_mapping(live.get(part)) for part in ("metadata", "spec", "status"))
    if metadata.get("deletionTimestamp"):
        return Finding(Health.PROGRESSING, "Deleting", "it is being deleted")
    kind = live.get("kind")
    if kind in _PASSIVE or (kind == "HelmRepository" and spec.get("type") == "oci"):
        return Finding(Health.READY)  # of an address of OCI, Flux says nothing
    if kind == "Application":
        return _application(status)
    if spec.get("suspend") is True:
        return Finding(Health.SUSPENDED, "Suspended", "its controller leaves it alone")
    conditions = _conditions(status)
    generation, observed = metadata.get("generation"), status.get("observedGeneration")
    if isinstance(observed, int) and isinstance(generation, int) and observed != generation:
        return Finding(Health.PROGRESSING, "NotObserved", f"generation {observed} of {generation} was looked at")
    if kind == "Job":
        return _job(conditions, status)
    if kind == "Deployment":
        return _deployment(spec, status, conditions)
    return _other(conditions)


def worst(findings: Mapping[K, Finding]) -> K | None:
    """Which of several is the worst off, `None` of none."""
    return min(findings, key=lambda each: _WORST_FIRST.index(findings[each].health), default=None)


def _job(conditions: dict[str, Finding], status: Mapping[str, Any]) -> Finding:
    if "Failed" in conditions and conditions["Failed"].health is Health.READY:
        return conditions["Failed"]._replace(health=Health.FAILED)
    if "Complete" in conditions and conditions["Complete"].health is Health.READY:
        return conditions["Complete"]
    if "Suspended" in conditions and conditions["Suspended"].health is Health.READY:
        return conditions["Suspended"]._replace(health=Health.SUSPENDED)
    if not status:
        return Finding(Health.UNKNOWN)
    return Finding(Health.PROGRESSING, "Running", f"{_count(status.get('active'))} pods are active")


def _deployment(spec: Mapping[str, Any], status: Mapping[str, Any], conditions: dict[str, Finding]) -> Finding:
    progressing = conditions.get("Progressing", Finding(Health.UNKNOWN))
    if progressing.reason == "ProgressDeadlineExceeded":
        return progressing._replace(health=Health.FAILED)
    if not status:
        return Finding(Health.UNKNOWN)
    wanted = _count(spec.get("replicas", 1))
    updated, available = _count(status.get("updatedReplicas")), _count(status.get("availableReplicas"))
    there = _count(status.get("replicas"))
    if updated < wanted or available < wanted or there > updated:
        said = f"{available} of {wanted} are available, {updated} updated, {there} there"
        return Finding(Health.PROGRESSING, "RollingOut", said)
    return Finding(Health.READY)


def _application(status: Mapping[str, Any]) -> Finding:
    said = _mapping(status.get("health"))
    health = _ARGO.get(str(said.get("status")), Health.UNKNOWN)
    sync = str(_mapping(status.get("sync")).get("status") or "")
    if health is Health.READY and sync and sync != "Synced":
        return Finding(Health.PROGRESSING, sync, "what runs is not what the Application says")
    return Finding(health, sync, _short(said.get("message")))


def _other(conditions: dict[str, Finding]) -> Finding:
    stalled = conditions.get("Stalled")
    if stalled is not None and stalled.health is Health.READY:
        return stalled._replace(health=Health.FAILED)
    said = conditions.get("Ready", conditions.get("Available", Finding(Health.UNKNOWN)))
    reconciling = conditions.get("Reconciling")
    if said.health is not Health.READY and reconciling is not None and reconciling.health is Health.READY:
        return reconciling._replace(health=Health.PROGRESSING)
    return said


def _conditions(status: Mapping[str, Any]) -> dict[str, Finding]:
    """Each condition by its type: true is `READY`, false `FAILED`, anything else still `PROGRESSING`."""
    found = {}
    listed = status.get("conditions")
    for each in listed if isinstance(listed, list) else ():
        condition = _mapping(each)
        said = {"True": Health.READY, "False": Health.FAILED}.get(str(condition.get("status")), Health.PROGRESSING)
        reason, message = _short(condition.get("reason")), _short(condition.get("message"))
        found[str(condition.get("type"))] = Finding(said, reason, message)
    return found


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _count(value: object) -> int:
    return value if isinstance(value, int) else 0


def _short(value: object) -> str:
    text = shown_text(" ".join(value.split())) if isinstance(value, str) else ""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
