"""How one group of objects stands after a look, and what was done: a pure function of the plan and of what came of it.

A group is what is looked at together: a release, an environment, a job. The three conditions are read as those of
Kubernetes are: `Ready` is good when true, `Drifted` and `Stalled` are bad.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from leap_kg.hub.objects.differences import Change, differences
from leap_kg.hub.objects.health import Finding, Health, health_of, worst
from leap_kg.hub.objects.hiding import shown_text
from leap_kg.hub.objects.manifest import MANAGER, Key, Manifest
from leap_kg.hub.planned.plan import Act, Conflict, Done, Plan, Seen, Step

TRUE, FALSE, UNKNOWN = "True", "False", "Unknown"
NOBODY = "unknown"
"""Who took away an object: the cluster does not keep that."""

_LONGEST = 1000


class Condition(NamedTuple):
    """What holds of a group: `name` Ready, Drifted or Stalled, and who brought it about, if that is known."""

    name: str
    status: str
    reason: str
    message: str = ""
    by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One object as it was seen; `live` is `None` if it is not there."""

    key: Key
    finding: Finding
    live: Manifest | None

    @property
    def uid(self) -> str:
        """Tells it from one of the same name before or after it."""
        return str(self._metadata.get("uid", ""))

    @property
    def version(self) -> str:
        """The version of the whole object, which also changes with its status."""
        return str(self._metadata.get("resourceVersion", ""))

    @property
    def generation(self) -> str:
        """The version of what is wanted of it; kinds without a status have none, so theirs is that of the object."""
        return str(self._metadata.get("generation") or self.version)

    @property
    def _metadata(self) -> Mapping[str, Any]:
        return (self.live or {}).get("metadata") or {}


@dataclass(frozen=True, slots=True)
class Drift:
    """What others made of an object: where, which managers of fields, and when (ISO 8601; `""` if unknown)."""

    key: Key
    what: str
    by: tuple[str, ...]
    at: str


@dataclass(frozen=True, slots=True)
class Effect:
    """What was done to an object, and what others had done to it before, if that was why."""

    act: Act
    key: Key
    what: str
    drift: Drift | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a group stands. `iri` is what it is for; without `objects` they could not be looked at.

    `drifts` are changes by others that are left as they are.
    """

    group: str
    iri: str
    conditions: tuple[Condition, ...]
    objects: tuple[Snapshot, ...] | None = None
    drifts: tuple[Drift, ...] = ()

    def condition(self, name: str) -> Condition:
        """The condition of that name."""
        return next((each for each in self.conditions if each.name == name), Condition(name, UNKNOWN, "NotLooked"))


def standing_of(group: str, iri: str, plan: Plan, seen: Mapping[Key, Seen], done: Sequence[Done]) -> Standing:
    """How a group stands after its plan was carried out."""
    lives = {key: each.live for key, each in seen.items()}
    lives |= {each.step.key: each.live for each in done if not each.problem}
    objects = tuple(Snapshot(key, health_of(live), live) for key, live in lives.items())
    drifts = tuple(
        Drift(
            left.key,
            _text(_in_conflict(left.changes, left.conflicts)),  # the graph may want other things, too, by now
            *_changers(lives.get(left.key), left.conflicts),
        )
        for left in plan.left
    )
    wrong = [reason for reason in plan.refused if reason not in {left.reason for left in plan.left}]
    wrong += [f"{each.step.key}: {each.problem}" for each in done if each.problem]
    ready = Condition("Ready", FALSE, "Waiting", _joined(plan.waiting)) if plan.waiting else _ready(objects)
    conditions = (ready, _drifted(drifts), _stalled(wrong, failed=any(each.problem for each in done)))
    return Standing(group, iri, conditions, objects, drifts)


def unreachable(group: str, iri: str, problem: str) -> Standing:
    """How a group stands that could not be looked at."""
    stalled = Condition("Stalled", TRUE, "NotLooked", shown_text(problem)[:_LONGEST])
    return Standing(group, iri, (Condition("Ready", UNKNOWN, "NotLooked"), stalled))


def effects_of(
    done: Iterable[Done], seen: Mapping[Key, Seen], inventory: Container[Key], applied: Mapping[Key, Manifest]
) -> list[Effect]:
    """What was done, with who made it needful: `applied` is what was last wanted of an object, as far as is known."""
    found = []
    for each in done:
        if not each.problem:
            drift = _drift(each, seen[each.step.key].live, inventory, applied)
            found.append(Effect(each.step.act, each.step.key, _text(each.step.changes), drift))
    return found


def _drift(
    done: Done, live: Manifest | None, inventory: Container[Key], applied: Mapping[Key, Manifest]
) -> Drift | None:
    step = done.step
    if step.act is Act.CREATE and step.key in applied and step.key in inventory:
        return Drift(step.key, "it was taken away", (NOBODY,), "")
    if step.act is not Act.CHANGE:
        return None
    before = applied.get(step.key)
    if before != step.manifest and not step.conflicts:
        return None  # the graph wants something else by now, as far as is known
    by, at = _changers(live, step.conflicts)
    return Drift(step.key, _text(_of_others(step, before)), by or (NOBODY,), at)


def _of_others(step: Step, before: Manifest | None) -> tuple[Change, ...]:
    """The changes that others made needful: not those that the graph wants by now and did not when it was last applied.

    Where that is not known, they are those of the fields that others manage.
    """
    if before is not None and step.manifest is not None:
        wanted = [each.place for each in differences(before, step.manifest)]
        found = [each for each in step.changes if not any(_is_within(each.place, place) for place in wanted)]
        return tuple(found) or step.changes
    return _in_conflict(step.changes, step.conflicts)


def _in_conflict(changes: tuple[Change, ...], conflicts: Sequence[Conflict]) -> tuple[Change, ...]:
    """The changes of fields that others manage; all where none of them can be told apart."""
    fields = [each.field.removeprefix(".") for each in conflicts]
    return tuple(each for each in changes if any(_is_within(each.place, field) for field in fields)) or changes


def _is_within(place: str, other: str) -> bool:
    return f"{place}.".startswith(f"{other}.") or f"{other}.".startswith(f"{place}.")


def _changers(live: Manifest | None, conflicts: Sequence[Conflict]) -> tuple[tuple[str, ...], str]:
    """Who changed an object after us, and when the last of them did: those that manage the fields, if any do."""
    times: dict[str, str] = {}
    ours = ""
    for entry in ((live or {}).get("metadata") or {}).get("managedFields") or ():
        manager, at = str(entry.get("manager", "")), str(entry.get("time", ""))
        if entry.get("subresource"):
            continue
        if manager == MANAGER:
            ours = max(ours, at)
        else:
            times[manager] = max(times.get(manager, ""), at)
    named = {each.manager.partition(" with ")[0].strip('"') for each in conflicts}
    found = sorted(named) if named else sorted(manager for manager, at in times.items() if at >= ours)
    return tuple(found), max((times.get(manager, "") for manager in found), default="")


def _ready(objects: Sequence[Snapshot]) -> Condition:
    findings = {each.key: each.finding for each in objects}
    bad = worst(findings)
    if bad is None:
        return Condition("Ready", UNKNOWN, "NothingThere")
    health, reason, message = findings[bad]
    said = f"{bad}: {message or reason or health}"[:_LONGEST]
    if health is Health.READY:
        return Condition("Ready", TRUE, "AllReady")
    return Condition("Ready", UNKNOWN if health is Health.UNKNOWN else FALSE, reason or health.capitalize(), said)


def _drifted(drifts: Sequence[Drift]) -> Condition:
    if not drifts:
        return Condition("Drifted", FALSE, "AsWanted")
    by = tuple(sorted({manager for each in drifts for manager in each.by}))
    return Condition("Drifted", TRUE, "ChangedByOthers", _joined(f"{each.key}: {each.what}" for each in drifts), by)


def _stalled(wrong: Sequence[str], *, failed: bool) -> Condition:
    if not wrong:
        return Condition("Stalled", FALSE, "NothingWrong")
    return Condition("Stalled", TRUE, "Failed" if failed else "Refused", _joined(wrong))


def _text(changes: Iterable[Change]) -> str:
    return _joined(each.text for each in changes)


def _joined(texts: Iterable[str]) -> str:
    text = shown_text("; ".join(texts))
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
