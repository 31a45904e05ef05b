"""What `leap-kg hub plan` and `apply` say of a plan, and with which exit status."""

import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from leap_kg.cli.output import console, print_entry, print_line
from leap_kg.hub.objects.manifest import key_of
from leap_kg.hub.wanted.desired import Desired
from leap_kg.hub.wanted.rendering import FORMS

if TYPE_CHECKING:
    from leap_kg.hub.planned.plan import Plan, Step

CHANGES = 2
"""The exit status of a plan that has something to do."""

REFUSED = 4
"""The exit status where something that is wanted is refused, whatever else there is to do."""


class Told(NamedTuple):
    """Why something is not done: what is `refused`, only `left` as it is, or waits; and the exit status of the plan.

    `unconfirmed` are steps, in a line each, that are not done without the digest of a plan.
    """

    refused: tuple[str, ...]
    left: tuple[str, ...]
    waiting: tuple[str, ...]
    unconfirmed: tuple[str, ...]
    status: int


def told_of(made: "Plan", wanted: Desired) -> Told:
    """Left is what others changed and a release leaves so, and what is not wanted and stays; the rest is refused."""
    surplus = made.inventory.keys() - {key_of(each.manifest) for each in wanted.objects}
    kept = {each.reason for each in made.left}
    kept |= {reason for reason in made.refused for key in surplus if reason.startswith((f"{key} ", f"{key}, "))}
    refused = tuple(reason for reason in made.refused if reason not in kept)
    left = tuple(reason for reason in made.refused if reason in kept)
    status = REFUSED if refused else CHANGES if made.steps or made.waiting else 0
    return Told(refused, left, made.waiting, tuple(map(step_line, made.unconfirmed)), status)


def options_of(
    form: str, kubeconfig: Path | None, context: str | None, prune: bool, overrides: Iterable[str]
) -> list[str]:
    """The options that were given, as words of a command."""
    words = [] if form == FORMS[0] else ["--as", form]
    words += ["--kubeconfig", str(kubeconfig)] if kubeconfig else []
    words += ["--context", context] if context else []
    words += ["--prune"] if prune else []
    return words + [word for each in overrides for word in ("--override", each)]


def show_plan(made: "Plan", told: Told, options: list[str]) -> None:
    """Print it for people, with the command that carries it out: `options` are those with which it was made."""
    for step in made.steps:
        taken = [f"taken from {each.manager}: {each.field}" for each in step.conflicts]
        changes = [change.text for change in step.changes]
        print_entry(step_line(step), *(changes if step.act == "change" else ()), *taken)
    show_reasons(told)
    count = counted(len(made.steps), "step") if made.steps else "nothing to do"
    if made.unconfirmed:
        count += f" while {counted(len(made.unconfirmed), 'deletion')} are not confirmed"
    print_line(f"{count}, from revision {made.revision}; plan {made.digest[:12]}")
    if made.steps and not console.is_terminal:
        print_line(_command(made.cluster, options, made.digest))
    if made.confirming:
        print_line(f"with the {counted(len(made.unconfirmed), 'deletion')}: plan {made.confirming[:12]}")
        print_line(_command(made.cluster, options, made.confirming))


def _command(cluster: str, options: list[str], digest: str) -> str:
    return shlex.join(["leap-kg", "hub", "apply", cluster, *options, "--plan-digest", digest])


def counted(number: int, thing: str) -> str:
    """So many things, in words of a sentence."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def show_reasons(told: Told) -> None:
    """Print why something is not done, a line each."""
    words = ("refused", told.refused), ("unconfirmed", told.unconfirmed), ("left", told.left), ("waiting", told.waiting)
    for word, reasons in words:
        for reason in reasons:
            print_line(f"{word}: {reason}")


def step_line(step: "Step") -> str:
    """A step in one line."""
    return f"{step.act} {step.key}"


def described(made: "Plan", told: Told) -> dict[str, object]:
    """The plan as JSON has it; `confirm` is the digest that lets go what is `unconfirmed`, too, `null` for nothing."""
    return {
        "cluster": made.cluster,
        "revision": made.revision,
        "digest": made.digest,
        "confirm": made.confirming or None,
        "unconfirmed": [{"act": step.act, **step.key._asdict()} for step in made.unconfirmed],
        "steps": [
            {
                "act": step.act,
                **step.key._asdict(),
                "wave": step.wave,
                "changes": [change.described() for change in step.changes],
                "conflicts": [{"manager": each.manager, "field": each.field} for each in step.conflicts],
            }
            for step in made.steps
        ],
        "refused": list(told.refused),
        "left": list(told.left),
        "waiting": list(told.waiting),
        "status": told.status,
    }
