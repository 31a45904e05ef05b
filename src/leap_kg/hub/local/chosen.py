"""What a user chose, held against what the graph offers them.

Hazard: choices come from a form, or as any JSON by the hub's REST API. Only names of what is offered to this user are
taken; what the spawner would be given is always that of the graph.
"""

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, TypeVar

from leap_kg.hub.local.choices import IMAGE, Choice, Offer, Option, Profile

UNLISTED = "--unlisted-choice"
"""What stands behind the name of an option where something is written instead of chosen, as in KubeSpawner."""

_PROFILE = "profile"
_LONGEST = 300
_MOST = 50
_WRITTEN = re.compile(r"[!-~]{1,300}")

Kind = TypeVar("Kind", bound=Choice)


class NotOffered(ValueError):
    """This is not offered to the user; the text says what is."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A profile, the choice of each of its options by its key, and the image that follows, `""` if none is known."""

    profile: Profile
    options: Mapping[str, str]
    overrides: Mapping[str, Any]
    image: str


def offered_to(offer: Offer, groups: Set[str]) -> list[Profile]:
    """The profiles that members of these groups may choose."""
    return [profile for profile in offer.profiles if profile.is_for(groups)]


def read_form(form: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The choices in the fields of the form: `profile`, and `SLUG.OPTION` of that profile; others are left out."""
    given = {name: values[0] for name, values in form.items() if values and values[0]}
    start = f"{given.get(_PROFILE, '')}."
    options = {name.removeprefix(start): value for name, value in given.items() if name.startswith(start)}
    taken = {_PROFILE: given.get(_PROFILE, "")}
    for name, value in options.items():
        if name.endswith(UNLISTED):
            continue
        if value == UNLISTED:
            name = f"{name}{UNLISTED}"
            value = options.get(name, "")
        taken[name] = value
    return taken


def choose(offer: Offer, groups: Set[str], options: Mapping[str, Any]) -> Chosen:
    """What these options of a user in these groups come to; raises `NotOffered`.

    What is left out is the default: of profiles and of the choices of an option.
    """
    if len(options) > _MOST or not all(isinstance(each, str) and len(each) <= _LONGEST for each in options.values()):
        raise NotOffered(f"choices are names, of at most {_LONGEST} characters")
    given = {str(name): str(value) for name, value in options.items() if value}
    profiles = offered_to(offer, groups)
    if not profiles:
        raise NotOffered(f"{offer.title} offers nothing to the groups that you are in")
    profile = _pick(profiles, given.pop(_PROFILE, ""), "profile")
    overrides, taken = dict(profile.overrides), {}
    for option in profile.options:
        written = given.pop(f"{option.key}{UNLISTED}", "")
        key, more = _of_option(option, groups, given.pop(option.key, ""), written)
        taken[option.key] = key
        overrides |= more
    if given:
        raise NotOffered(f"the profile {profile.title} has no option {sorted(given)[0]!r}{_listed(profile.options)}")
    image = overrides.get(IMAGE)
    return Chosen(profile, taken, overrides, image if isinstance(image, str) else offer.image)


def _of_option(option: Option, groups: Set[str], key: str, written: str) -> tuple[str, dict[str, Any]]:
    """The key that was chosen, or the text that was written, and what the spawner would be given."""
    if written:
        if key or option.unlisted is None:
            raise NotOffered(f"{option.title} is chosen from a list")
        if not _WRITTEN.fullmatch(written) or not option.unlisted.pattern.match(written):
            raise NotOffered(f"{option.unlisted.title}: {written!r} cannot be taken: {option.unlisted.message}")
        return written, dict(_filled(option.unlisted.overrides, written))
    choices = [choice for choice in option.choices if choice.is_for(groups)]
    if not choices:
        if option.choices:
            raise NotOffered(f"{option.title} has nothing for the groups that you are in")
        return "", {}
    chosen = _pick(choices, key, option.title)
    return chosen.key, dict(chosen.overrides)


def _filled(overrides: Mapping[str, Any], text: str) -> Iterator[tuple[str, Any]]:
    """The overrides with the text where they have a place for it; never formatted, which could reach more than that."""
    for name, value in overrides.items():
        yield name, value.replace("{value}", text) if isinstance(value, str) else value


def _pick(choices: Sequence[Kind], key: str, what: str) -> Kind:
    """The choice of this key, the default one for `""`."""
    if not key:
        return next((each for each in choices if each.is_default), choices[0])
    found = next((each for each in choices if each.key == key), None)
    if found is None:
        raise NotOffered(f"{key!r} is none of what is offered as {what}{_listed(choices)}")
    return found


def _listed(choices: Sequence[Choice | Option]) -> str:
    return f": {', '.join(each.key for each in choices[:20])}" if choices else ""
