"""The form to choose a server with, as HTML that the hub puts into its own page.

It works without a script: what belongs to a profile that is not chosen is hidden by a style, and left out when the form
is read. Texts come from the graph, so every one is escaped.
"""

import re
from collections import Counter
from collections.abc import Mapping, Set
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from leap_kg.hub.local.choices import IMAGE, Choice, Offer, Option, Profile
from leap_kg.hub.local.chosen import UNLISTED, offered_to
from leap_kg.hub.local.kernels import Kernels
from leap_kg.ingest.hubs.quantities import bytes_of, cores_of


def spawn_form(offer: Offer, groups: Set[str], kernels: Kernels) -> str:
    """The fields for a user in these groups; without a profile for them, why."""
    profiles = [_shown(profile, groups, offer, kernels) for profile in offered_to(offer, groups)]
    titles = Counter(profile["title"] for profile in profiles)
    for profile in profiles:
        profile["which"] = profile["key"] if titles[profile["title"]] > 1 else ""
    return _template().render(offer=offer, profiles=profiles, written=UNLISTED)


def _shown(profile: Profile, groups: Set[str], offer: Offer, kernels: Kernels) -> dict[str, Any]:
    options = [_option(option, profile, groups, kernels) for option in profile.options]
    image = profile.overrides.get(IMAGE) or offer.image
    return {
        "key": profile.key,
        "title": profile.title,
        "description": profile.description,
        "is_default": profile.is_default,
        "size": size_of(profile.overrides),
        "options": [option for option in options if option["choices"] or option["unlisted"]],
        # Where an option asks for the image, each of its choices says which.
        "image": "" if any(option.key == IMAGE for option in profile.options) else image,
        "kernel": kernels.of(image).title if image else "",
    }


def _option(option: Option, profile: Profile, groups: Set[str], kernels: Kernels) -> dict[str, Any]:
    choices = [choice for choice in option.choices if choice.is_for(groups)]
    chosen = next((choice for choice in choices if choice.is_default), choices[0] if choices else None)
    return {
        "name": f"{profile.key}.{option.key}",
        "title": option.title,
        "unlisted": option.unlisted,
        "choices": [
            {"key": choice.key, "words": _words(choice, kernels), "is_default": choice is chosen} for choice in choices
        ],
    }


def _words(choice: Choice, kernels: Kernels) -> str:
    image = choice.overrides.get(IMAGE)
    more = ["" if re.search(r"\d", choice.title) else size_of(choice.overrides)]
    if isinstance(image, str):
        kernel = kernels.of(image)
        is_told = image.rpartition(":")[2] in choice.title
        more = ["" if is_told else image, f"here {kernel.title}" if kernel.stands_for_it else ""]
    return " · ".join(filter(None, (choice.title, *more)))


def size_of(overrides: Mapping[str, Any]) -> str:
    """How large a server is that is given this, in words; `""` where nothing is said."""
    memory = bytes_of(overrides.get("mem_limit") or overrides.get("mem_guarantee"))
    cores = cores_of(overrides.get("cpu_limit") or overrides.get("cpu_guarantee"))
    words = [
        f"{round(memory / 2**30, 1):g} GB" if memory else "",
        f"{cores:f} CPU{'' if cores == 1 else 's'}" if cores else "",
    ]
    return ", ".join(filter(None, words))


@cache
def _template() -> Template:
    folder = Path(__file__).parent
    made = Environment(loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return made.get_template("spawnform.html")
