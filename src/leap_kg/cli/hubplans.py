"""What `leap-kg hub plan` and `apply` say of a plan, and with which exit status."""

from typing import TYPE_CHECKING, NamedTuple

from leap_kg.cli.output import console, print_entry, print_line
from leap_kg.hub.objects.manifest import key_of
from leap_kg.hub.wanted.desired import Desired

if TYPE_CHECKING:
    from leap_kg.hub.planned.plan import Plan, Step

CHANGES = 2
"""The exit status of a plan that has something to do."""

REFUSED = 4
"""The exit status where something that is wanted is refused, whatever else there is to do."""


class Told(NamedTuple):
    """Why something is not done: what is `refused`, only `left` as it is, or waits; and the exit status of the plan."""

    refused: tuple[str, ...]
    left: tuple[str, ...]
    waiting: tuple[str, ...]
    status: int


def told_of(made: "Plan", wanted: Desired) -> Told:
    """Left is what others changed and a release leaves so, and what is not wanted and stays; the rest is refused."""
    surplus = made.inventory.keys() - {key_of(each.manifest) for each in wanted.objects}
    kept = {each.reason for each in made.left}
    kept |= {reason for reason in made.refused for key in surplus if reason.startswith(f"{key} ")}
    refused = tuple(reason for reason in made.refused if reason not in kept)
    left = tuple(reason for reason in made.refused if reason in kept)
    status = REFUSED if refused else CHANGES if made.steps or made.waiting else 0
    return Told(refused, left, made.waiting, status)


def show_plan(made: "Plan", told: Told) -> None:
    """Print it for people."""
    for step in made.steps:
        taken = [f"taken from {each.manager}: {each.field}" for each in step.conflicts]
        changes = [change.text for change in step.changes]
        print_entry(step_line(step), *(changes if step.act == "change" else ()), *taken)
    show_reasons(told)
    count = f"{len(made.steps)} steps" if made.steps else "nothing to do"
    print_line(f"{count}, from revision {made.revision}; plan {made.digest[:12]}")
    if made.steps and not console.is_terminal:
        print_line(f"leap-kg hub apply {made.cluster} --plan-digest {made.digest}")


def show_reasons(told: Told) -> None:
    """Print why something is not done, a line each."""
    for word, reasons in (("refused", told.refused), ("left", told.left), ("waiting", told.waiting)):
        for reason in reasons:
            print_line(f"{word}: {reason}")


def step_line(step: "Step") -> str:
    """A step in one line."""
    return f"{step.act} {step.key}"


def described(made: "Plan", told: Told) -> dict[str, object]:
    """The plan as JSON has it."""
    return {
        "cluster": made.cluster,
        "revision": made.revision,
        "digest": made.digest,
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
