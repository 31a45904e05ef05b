"""What users of a hub can choose, as the graph has it: its `profileList`, read into profiles, options and choices.

Hazard: `validation_regex` is a regular expression of whoever configures the hub, and is run on what users write. That
is held to a length before.
"""

import re
from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Any

from pyoxigraph import Literal, NamedNode

from leap_kg.graph.engine import Engine
from leap_kg.graph.lookup import looked_up
from leap_kg.hub.declared.declaring import hub_node
from leap_kg.hub.declared.offers import profile_problems
from leap_kg.hub.wanted.desired import offered
from leap_kg.ingest.hubs.charts import dig
from leap_kg.ingest.hubs.mapping import chart_path
from leap_kg.ontology.iri import slug
from leap_kg.ontology.namespaces import DCT, RDF, ours

IMAGE = "image"


class Unofferable(ValueError):
    """The graph says of this hub what nobody could choose from; the text says what to mend."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of an option; `overrides` are what the spawner would be given, `groups` who may (nobody: all)."""

    key: str
    title: str
    description: str
    is_default: bool
    groups: frozenset[str]
    overrides: Mapping[str, Any]

    def is_for(self, groups: Set[str]) -> bool:
        """Whether members of these groups may choose it."""
        return not self.groups or bool(self.groups & groups)


@dataclass(frozen=True, slots=True)
class Unlisted:
    """What may be written in place of a choice: a text that `pattern` matches, put where `{value}` stands."""

    title: str
    pattern: re.Pattern[str]
    message: str
    overrides: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Option:
    """Something to choose within a profile, such as the image."""

    key: str
    title: str
    choices: tuple[Choice, ...]
    unlisted: Unlisted | None


@dataclass(frozen=True, slots=True)
class Profile(Choice):
    """A profile; its `key` is its slug."""

    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """What a hub offers, at one revision; `image` is what runs where no choice says otherwise, `""` if unknown."""

    domain: str
    title: str
    revision: int
    profiles: tuple[Profile, ...]
    image: str

    @property
    def groups(self) -> frozenset[str]:
        """All groups that something is kept for."""
        kept = [each for profile in self.profiles for option in profile.options for each in option.choices]
        return frozenset(group for each in (*self.profiles, *kept) for group in each.groups)


def offer_of(store: Engine, revision: int, domain: str, base: str) -> Offer:
    """What the hub at a domain offers; raises `Unofferable`, and `NothingWanted` if the graph has no such hub."""
    values, listed = offered(store, domain, base)
    if problems := profile_problems(listed):
        raise Unofferable(f"what {domain} offers cannot be chosen from: {'; '.join(problems[:5])}")
    titles = [quad.object for quad in looked_up(store, hub_node(domain, base), DCT("title"))]
    title = next((each.value for each in titles if isinstance(each, Literal)), domain)
    image = dig(values, (*chart_path(values), "singleuser", "image"))
    return Offer(domain, title, revision, profiles_of(listed), _named(image))


def profiles_of(listed: object) -> tuple[Profile, ...]:
    """The profiles of a `profileList` that has no problems; two of one name get two slugs."""
    found: dict[str, Profile] = {}
    for value in listed if isinstance(listed, list) else []:
        wanted = str(value.get("slug") or slug(value["display_name"]))
        key, number = wanted, 2
        while key in found:
            key, number = f"{wanted}-{number}", number + 1
        options = [_option(name, option) for name, option in (value.get("profile_options") or {}).items()]
        given = tuple(option for option in options if option.choices or option.unlisted)
        found[key] = Profile(**_common(key, value), options=given)
    return tuple(found.values())


def _option(key: str, value: Mapping[str, Any]) -> Option:
    choices = tuple(Choice(**_common(name, each)) for name, each in (value.get("choices") or {}).items())
    return Option(key, str(value.get("display_name") or key), choices, _unlisted(key, value.get("unlisted_choice")))


def _unlisted(key: str, value: Mapping[str, Any] | None) -> Unlisted | None:
    if not value or not value.get("enabled"):
        return None
    try:
        pattern = re.compile(str(value.get("validation_regex") or ".+"))
    except re.error as error:
        raise Unofferable(f"the validation_regex of {key} is no regular expression: {error}") from None
    title = value.get("display_name") or f"Other {key}"
    message = value.get("validation_message") or f"it must match {pattern.pattern}"
    return Unlisted(str(title), pattern, str(message), value.get("kubespawner_override") or {})


def _common(key: str, value: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "key": key,
        "title": str(value.get("display_name") or key),
        "description": str(value.get("description") or ""),
        "is_default": value.get("default") is True,
        "groups": frozenset(value.get("allowed_groups") or ()),
        "overrides": value.get("kubespawner_override") or {},
    }


def _named(image: object) -> str:
    """An image that values give as name and tag."""
    name, tag = dig(image, ("name",)), dig(image, ("tag",))
    return f"{name}:{tag}" if name and tag else str(name or "")


def hubs(store: Engine, base: str) -> list[str]:
    """The domains of all hubs of the graph, those that answer questions about hubs."""
    kind = ours(base)("HubDeployment")
    start = f"{base}hub/"
    found = [quad.subject for quad in looked_up(store, None, RDF("type"), kind)]
    iris = {each.value for each in found if isinstance(each, NamedNode)}
    return sorted(iri.removeprefix(start) for iri in iris if iri.startswith(start))
