"""The profiles that a hub offers: who may use them, with which choices, on which machines, in which images.

The settings themselves are said elsewhere, to the letter; here their nodes get the words that questions are asked in.
Of a choice, the machine is what KubeSpawner makes of the hub's defaults, the profile and the choice, one over the
other; choices of several options at once are not multiplied out.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pyoxigraph import NamedNode

from leap_kg.ingest.formats.reading import Path, Reading
from leap_kg.ingest.hubs.groups import group
from leap_kg.ingest.hubs.images import read_image
from leap_kg.ingest.hubs.machines import Machine, describe_machine, machine_keys
from leap_kg.ingest.mapping.finding import Severity
from leap_kg.ingest.mapping.statements import Statements
from leap_kg.ontology.iri import mint, slug
from leap_kg.ontology.namespaces import DCT, ONTOLOGY_PATH, SCHEMA, Namespace


@dataclass(frozen=True, slots=True)
class Hub:
    """What the parts of a hub have in common: its node and domain, how people sign in, and what is read and said."""

    node: NamedNode
    domain: str
    github: bool
    nodes: Mapping[Path, NamedNode]
    reading: Reading
    say: Statements
    base: str

    def offer(self, text: object, place: Path, *offering: NamedNode) -> None:
        """Say that the image is offered, by the hub and by each of these parts of it."""
        name = self.reading.text(text, place)
        image = read_image(name, place, self.reading) if name else None
        if image is not None:
            leap, node = Namespace(self.base + ONTOLOGY_PATH), image.node(self.base)
            self.say.type(node, leap("ContainerImage"))
            self.say.text(node, DCT("title"), image.title)
            for part in (self.node, *offering):
                self.say.link(part, leap("offersImage"), node)

    def admit(self, node: NamedNode, groups: object, place: Path) -> None:
        """Say which groups may use it."""
        for text, _ in self.reading.texts(groups, place):
            self.say.link(node, DCT("audience"), group(text, self.domain, self.github, self.say, self.base))

    def part(self, node: NamedNode, kind: str, whole: NamedNode, title: str, identifier: str) -> None:
        """Say what kind of part of the hub a setting is: a concept of the scheme `hub-part`."""
        self.say.link(node, DCT("type"), mint(self.base, "hub-part", kind))
        self.say.link(node, SCHEMA("isPartOf"), whole)
        self.say.text(node, DCT("title"), title or identifier)
        self.say.text(node, DCT("identifier"), identifier)


def map_profiles(singleuser: Mapping[str, Any], place: Path, default: Machine, hub: Hub) -> None:
    """Say everything about the profiles of a hub; `place` is that of `singleuser` in its values."""
    profiles = hub.reading.mappings(singleuser.get("profileList"), (*place, "profileList"))
    slugs = Counter(_slug(profile) for profile, _ in profiles)
    for profile, at in profiles:
        if at not in hub.nodes:  # a lone mapping where a list is due has no items
            continue
        name = _slug(profile)
        if slugs[name] > 1:
            message = f"{slugs[name]} profiles have the slug {name!r}, and only one of them can be chosen"
            hint = "Give each profile a slug of its own."
            hub.reading.report("duplicate-key", Severity.WARNING, message, hint, (*at, "slug"), name)
        _profile(profile, at, name, default, hub)


def _profile(profile: Mapping[str, Any], at: Path, name: str, default: Machine, hub: Hub) -> None:
    node, reading = hub.nodes[at], hub.reading
    hub.part(node, "profile", hub.node, reading.text(profile.get("display_name"), (*at, "display_name")), name)
    hub.say.text(node, DCT("description"), reading.text(profile.get("description"), (*at, "description")))
    hub.admit(node, profile.get("allowed_groups"), (*at, "allowed_groups"))
    place = (*at, "kubespawner_override")
    override = reading.mapping(profile.get("kubespawner_override"), place)
    machine = default.under(override)
    hub.offer(override.get("image"), (*place, "image"), node)
    describe_machine(node, machine, place, reading, hub.say, hub.base)
    for choice, where in _choices(profile, at, reading):
        _choice(choice, where, node, machine, hub)


def _choices(profile: Mapping[str, Any], at: Path, reading: Reading) -> Iterator[tuple[dict[str, Any], Path]]:
    place = (*at, "profile_options")
    for option, content in reading.mapping(profile.get("profile_options"), place).items():
        choices = reading.mapping(content, (*place, option)).get("choices")
        where = (*place, option, "choices")
        for key, settings in reading.mapping(choices, where).items():
            yield reading.mapping(settings, (*where, key)), (*where, key)


def _choice(choice: Mapping[str, Any], at: Path, profile: NamedNode, machine: Machine, hub: Hub) -> None:
    node, reading, place = hub.nodes[at], hub.reading, (*at, "kubespawner_override")
    override = reading.mapping(choice.get("kubespawner_override"), place)
    sized = any(machine_keys(override))
    title = reading.text(choice.get("display_name"), (*at, "display_name"))
    hub.part(node, "machine" if sized else "choice", profile, title, str(at[-1]))
    hub.admit(node, choice.get("allowed_groups"), (*at, "allowed_groups"))
    hub.offer(override.get("image"), (*place, "image"), node)
    if sized:
        describe_machine(node, machine.under(override), place, reading, hub.say, hub.base)


def _slug(profile: Mapping[str, Any]) -> str:
    """How a profile is chosen: by its slug, or by what is made of its name if it has none."""
    given, title = profile.get("slug"), profile.get("display_name")
    return given if isinstance(given, str) and given else slug(title if isinstance(title, str) else "")
