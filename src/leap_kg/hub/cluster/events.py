"""Events on a cluster: what was done to an object, or why nothing was, where people look who know nothing of the graph.

Hazard: the cluster takes the time of an event only with six decimals.
"""

import hashlib
import socket
from datetime import UTC, datetime

from leap_kg.hub.cluster.lease import micro_time
from leap_kg.hub.objects.hiding import shown_text
from leap_kg.hub.objects.manifest import MANAGER, Key, Manifest
from leap_kg.hub.planned.plan import Act, Done, Seen
from leap_kg.hub.planned.standing import FALSE, TRUE, Condition, Effect, Standing, effects_of

_API = "events.k8s.io/v1"
_LONGEST_NOTE = 1000
_REASONS = {Act.CREATE: "Created", Act.CHANGE: "Changed", Act.DELETE: "Deleted"}


def effect_event(effect: Effect, live: Manifest | None, now: datetime) -> Manifest:
    """That something was done; what others had changed is named with who they are."""
    drift = effect.drift
    reason = "Healed" if drift else _REASONS[effect.act]
    by = f", which {', '.join(drift.by)} had changed" if drift else ""
    what = f": {effect.what}" if effect.act is Act.CHANGE else ""  # else it is all of the object
    note = f"{effect.act} {effect.key}{by}{what}"
    return _event(effect.key, live, "Normal", reason, effect.act.capitalize(), note, now)


def done_event(done: Done, now: datetime) -> Manifest:
    """That a step was done, or why it was not."""
    step = done.step
    if done.problem:
        note = shown_text(f"{step.act} {step.key}: {done.problem}")
        return _event(step.key, done.live, "Warning", "Blocked", step.act.capitalize(), note, now)
    # What the object was before is not needed: whose fields were taken is in the step.
    (effect,) = effects_of([done], {step.key: Seen(None, None)}, (), {})
    return effect_event(effect, done.live, now)


def condition_events(before: Standing | None, after: Standing, now: datetime) -> list[Manifest]:
    """That a group has begun to drift, or to be stalled; on the objects that it is about, else on its first."""
    found = []
    for name, reason in (("Drifted", "Drifted"), ("Stalled", "Blocked")):
        condition, was = after.condition(name), before.condition(name) if before else None
        if condition.status == TRUE and not _said(was, condition) and after.objects:
            regarded = [each for each in after.objects if str(each.key) in condition.message] or after.objects[:1]
            note = f"by {', '.join(condition.by)}: {condition.message}" if condition.by else condition.message
            found += [_event(each.key, each.live, "Warning", reason, "Look", note, now) for each in regarded[:5]]
    return found


def _said(was: Condition | None, condition: Condition) -> bool:
    return was is not None and was.status != FALSE and was.message == condition.message


def _event(key: Key, live: Manifest | None, kind: str, reason: str, action: str, note: str, now: datetime) -> Manifest:
    namespace = key.namespace or "default"
    name = hashlib.sha256("\x1f".join((str(key), reason, note, micro_time(now))).encode()).hexdigest()[:16]
    uid = ((live or {}).get("metadata") or {}).get("uid")
    regarding = {"apiVersion": key.version, "kind": key.kind, "name": key.name}
    if key.namespace:
        regarding["namespace"] = key.namespace
    return {
        "apiVersion": _API,
        "kind": "Event",
        "metadata": {"name": f"{key.name[:200]}.{name}", "namespace": namespace},
        "eventTime": micro_time(now.astimezone(UTC)),
        "reportingController": MANAGER,
        "reportingInstance": socket.gethostname()[:128],
        "action": action,
        "reason": reason,
        "type": kind,
        "note": note[:_LONGEST_NOTE],
        "regarding": {**regarding, "uid": uid} if uid else regarding,
    }
