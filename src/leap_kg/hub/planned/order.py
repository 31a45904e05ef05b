"""What comes after what: a group is brought to where it should be once those that it comes after are so, and do well.

That a group was applied says little: a chart may fail to install, a build may take an hour. So what counts is what the
controllers of its objects say.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from leap_kg.hub.objects.health import Health, health_of, worst
from leap_kg.hub.objects.hiding import shown_text
from leap_kg.hub.objects.manifest import Key, Manifest
from leap_kg.hub.planned.plan import Done, Plan

UNSEEN = "was not looked at yet"
"""Why what comes after a group waits of which nothing is known."""

_LONGEST = 300


def waiting(name: str, after: Iterable[str], unfinished: Mapping[str, str]) -> tuple[str, ...]:
    """What the group waits for, in sentences; `unfinished` has each that was looked at, `""` if it is done."""
    found = ((other, unfinished.get(other, UNSEEN)) for other in after)
    return tuple(f"{name} waits for {other}, which {why}" for other, why in found if why)


def unfinished(plan: Plan, lives: Mapping[Key, Manifest | None], done: Sequence[Done] = ()) -> str:
    """Why a group of this plan is not done or not well, `""` if it is both: `lives` is how its objects are by now.

    `done` are the steps that were carried out. Changes by others that are left as they are, are no reason to wait.
    """
    left = {each.reason for each in plan.left}
    tried = {each.step.key for each in done}
    findings = {key: health_of(live) for key, live in lives.items()}
    bad = worst(findings)
    reasons = [f"is refused: {each}" for each in plan.refused if each not in left]
    reasons += [f"failed: {each.step.key}: {each.problem}" for each in done if each.problem]
    reasons += [f"waits itself: {each}" for each in plan.waiting]
    reasons += [f"is not there yet: {each.act} {each.key} comes first" for each in plan.steps if each.key not in tried]
    if bad is not None and findings[bad].health is not Health.READY:
        health, reason, message = findings[bad]
        reasons.append(f"is not ready: {bad} is {health}" + (f": {message or reason}" if message or reason else ""))
    return shown_text(reasons[0])[:_LONGEST] if reasons else ""


def in_order(names: Iterable[str], after: Mapping[str, Iterable[str]]) -> Iterator[str]:
    """The names, each behind those that it comes after; those that wait for one another come last."""
    left = list(names)
    while left:
        ready = [each for each in left if set(left).isdisjoint(after.get(each, ()))]
        yield from ready or left
        left = [each for each in left if each not in ready] if ready else []
