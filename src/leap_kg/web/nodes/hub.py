"""The page of a hub: what its users can start, on which machines, in which images, and who may."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pyoxigraph import NamedNode

from leap_kg.ontology.namespaces import DCAT, DCT, PROV, SCHEMA
from leap_kg.web.cells import Node
from leap_kg.web.nodes.entity import EntityPage, entity_page
from leap_kg.web.nodes.fragments import fragment_of
from leap_kg.web.nodes.releases import Release, release_of
from leap_kg.web.reading import Reading
from leap_kg.web.revision import Revision

_LENGTH = re.compile(r"\d{1,18}", re.ASCII)
_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB", "PiB")
_LAST = 10**9
_STOPS = {"idle-time": "without use", "running-time": "in any case"}
_TIMES = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine that can be chosen; sizes in words, `""` where nothing is stated; `groups` are asked for besides."""

    anchor: str
    title: str
    kind: str
    memory: str
    cores: str
    gpus: str
    groups: list[Node]


@dataclass(frozen=True, slots=True)
class Profile:
    """What users can start; `groups` are those who may, nobody in particular if there are none."""

    anchor: str
    title: str
    description: str
    groups: list[Node]
    machines: list[Machine]
    images: list[tuple[str, Release]]


@dataclass(frozen=True, slots=True)
class HubPage:
    """What the page of a hub shows beside what every page has (`entity`); `images` are all that it offers."""

    entity: EntityPage
    address: Node | None
    cluster: Node | None
    quota: str
    stops: list[tuple[str, Node | None]]
    """When servers are stopped, in words, each with the chart that says so unless the hub does."""
    groups: list[Node]
    buckets: list[Node]
    profiles: list[Profile]
    images: list[Release]

    @property
    def anchors(self) -> set[str]:
        """The fragments that sections of this page carry; the list of all statements carries the others."""
        machines = {machine.anchor for profile in self.profiles for machine in profile.machines}
        return self.entity.anchors | machines | {profile.anchor for profile in self.profiles} - {""}


def hub_page(revision: Revision, node: NamedNode) -> HubPage:
    """The page of a hub."""
    reading = revision.reading
    address, cluster = reading.one(node, DCAT("endpointURL")), reading.one(node, PROV("atLocation"))
    return HubPage(
        entity=entity_page(revision, node),
        address=reading.link(address) if address else None,
        cluster=reading.link(cluster) if cluster else None,
        quota=binary(_measured(reading, node).get("home-quota", "")),
        stops=list(_stops(reading, node)),
        groups=_linked(reading, node, DCT("audience")),
        buckets=_linked(reading, node, DCT("requires")),
        profiles=[_profile(reading, node, part) for part in _parts(reading, node, "profile")],
        images=[release_of(reading, image) for image in reading.nodes(node, reading.leap("offersImage"))],
    )


def binary(text: str) -> str:
    """A number of bytes with a unit 1,024 times the one before, as hubs state memory; `""` for any other text."""
    if not _LENGTH.fullmatch(text):
        return ""
    number = int(text)
    power = min((number.bit_length() - 1) // 10, len(_UNITS) - 1) if number else 0
    # What rounds up to 1,024 is one of the next unit.
    if round(number / 1024**power, 1) >= 1024 and power + 1 < len(_UNITS):
        power += 1
    return f"{f'{number / 1024**power:.1f}'.removesuffix('.0')} {_UNITS[power]}"


def _profile(reading: Reading, hub: NamedNode, profile: NamedNode) -> Profile:
    choices = [profile, *_parts(reading, profile, "machine"), *_parts(reading, profile, "choice")]
    machines = [_machine(reading, hub, machine) for machine in _parts(reading, profile, "machine")]
    own = _machine(reading, hub, profile)
    offered = reading.leap("offersImage")
    return Profile(
        anchor=fragment_of(hub, profile),
        title=reading.label(profile),
        description=reading.text(profile, DCT("description")),
        groups=_linked(reading, profile, DCT("audience")),
        machines=machines or ([own] if own.kind or own.memory or own.cores or own.gpus else []),
        images=[
            ("" if choice == profile else reading.label(choice), release_of(reading, image))
            for choice in choices
            for image in reading.nodes(choice, offered)
        ],
    )


def _machine(reading: Reading, hub: NamedNode, node: NamedNode) -> Machine:
    said = _measured(reading, node)
    count, model = said.get("gpus", ""), said.get("accelerator", "")
    memory = (binary(said.get(f"memory-{bound}", "")) for bound in ("guarantee", "limit"))
    cores = (_cores(said.get(f"cpu-{bound}", "")) for bound in ("guarantee", "limit"))
    is_profile = _part(reading, "profile") in reading.nodes(node, DCT("type"))
    return Machine(
        anchor="" if is_profile else fragment_of(hub, node),
        title="" if is_profile else reading.label(node),
        kind=said.get("instance-type", ""),
        memory=_between(*memory),
        cores=_between(*cores),
        gpus=f"{count} × {model}" if count not in ("", "0") and model else model if count != "0" else "",
        groups=[] if is_profile else _linked(reading, node, DCT("audience")),
    )


def _between(least: str, most: str) -> str:
    if not most:
        return f"at least {least}" if least else ""
    return f"{least} to {most}" if least and least != most else most


def _cores(text: str) -> str:
    if not re.fullmatch(r"\d{1,6}(\.\d{1,20})?", text, re.ASCII):
        return ""
    number = float(text)
    return f"{number:.2g}" if 0 < number < 0.1 else f"{number:.1f}".removesuffix(".0")


def _stops(reading: Reading, node: NamedNode) -> Iterator[tuple[str, Node | None]]:
    """After how long servers are stopped; `None` where the hub itself says so."""
    for part in reading.nodes(node, SCHEMA("hasMeasurement")):
        measure, text = reading.one(part, SCHEMA("propertyID")), reading.text(part, SCHEMA("value"))
        words = _STOPS.get(measure.value.rpartition("/")[2]) if measure is not None else None
        if words and _LENGTH.fullmatch(text):
            chart = reading.one(part, PROV("wasDerivedFrom"))
            yield f"after {duration(int(text))} {words}", reading.link(chart) if chart else None


def duration(seconds: int) -> str:
    """A time in the largest unit that makes it a whole number: `7 days`, `90 minutes`."""
    name, length = next((name, length) for name, length in _TIMES if length == 1 or (seconds and seconds % length == 0))
    number = seconds // length
    return f"{number:,} {name}{'' if number == 1 else 's'}"


def _measured(reading: Reading, node: NamedNode) -> dict[str, str]:
    """What is measured of a node, by the name of the measure."""
    found = {}
    for part in reading.nodes(node, SCHEMA("hasMeasurement")):
        measure = reading.one(part, SCHEMA("propertyID"))
        if measure is not None:
            found[measure.value.rpartition("/")[2]] = reading.text(part, SCHEMA("value"))
    return found


def _parts(reading: Reading, whole: NamedNode, kind: str) -> list[NamedNode]:
    """The parts of a hub or of a profile that are of a kind, in their order."""
    wanted = _part(reading, kind)
    found = [part for part in reading.subjects(SCHEMA("isPartOf"), whole) if wanted in reading.nodes(part, DCT("type"))]
    return sorted(found, key=lambda part: (_position(reading, part), reading.label(part), part.value))


def _position(reading: Reading, part: NamedNode) -> int:
    text = reading.text(part, SCHEMA("position"))
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 9 else _LAST


def _part(reading: Reading, kind: str) -> NamedNode:
    return NamedNode(f"{reading.base}hub-part/{kind}")


def _linked(reading: Reading, node: NamedNode, predicate: NamedNode) -> list[Node]:
    return [reading.link(other) for other in reading.nodes(node, predicate)]
