"""What a user's server gets: memory, processors, GPUs, and the kind of machine it runs on."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pyoxigraph import Literal, NamedNode

from leap_kg.ingest.formats.reading import Path, Reading, dotted
from leap_kg.ingest.hubs.charts import Jupyterhub, dig
from leap_kg.ingest.hubs.layers import layered
from leap_kg.ingest.hubs.quantities import bytes_of, cores_of, count_of
from leap_kg.ingest.mapping.finding import Severity
from leap_kg.ingest.mapping.statements import Statements
from leap_kg.ontology.iri import mint, part
from leap_kg.ontology.namespaces import PROV, SCHEMA, XSD

_SIZES: dict[str, tuple[str, Callable[[object], int | Decimal | None], str]] = {
    "mem_guarantee": ("memory-guarantee", bytes_of, "byte"),
    "mem_limit": ("memory-limit", bytes_of, "byte"),
    "cpu_guarantee": ("cpu-guarantee", cores_of, "core"),
    "cpu_limit": ("cpu-limit", cores_of, "core"),
}
_SELECTORS = {
    "node.kubernetes.io/instance-type": "instance-type",
    "beta.kubernetes.io/instance-type": "instance-type",
    "cloud.google.com/gke-accelerator": "accelerator",
    "k8s.amazonaws.com/accelerator": "accelerator",
    "nvidia.com/gpu.product": "accelerator",
}
KEYS = (*_SIZES, "node_selector", "extra_resource_limits", "extra_resource_guarantees")
"""Settings of KubeSpawner that say which machine a server gets."""


_PLACES = {
    "mem_limit": ("memory", "limit"),
    "mem_guarantee": ("memory", "guarantee"),
    "cpu_limit": ("cpu", "limit"),
    "cpu_guarantee": ("cpu", "guarantee"),
    "extra_resource_limits": ("extraResource", "limits"),
    "extra_resource_guarantees": ("extraResource", "guarantees"),
    "node_selector": ("nodeSelector",),
}
"""Where below `singleuser` the chart has what KubeSpawner calls so."""


@dataclass(frozen=True, slots=True)
class Machine:
    """What a server gets, in KubeSpawner's words; of sizes that a chart sets, `charts` has the chart's file by key."""

    settings: Mapping[str, Any]
    charts: Mapping[str, str]

    def under(self, override: Mapping[str, Any]) -> "Machine":
        """The same with these settings over it."""
        charts = {key: address for key, address in self.charts.items() if key not in override}
        return Machine(layered(self.settings, override), charts)


def default_machine(hub: Jupyterhub) -> Machine:
    """What servers get where no profile says otherwise."""
    singleuser = _mapping(hub.effective.get("singleuser"))
    charts = {key: hub.chart_of("singleuser", *path) for key, path in _PLACES.items()}
    return Machine({key: dig(singleuser, path) for key, path in _PLACES.items()}, charts)


def describe_machine(
    node: NamedNode, found: Machine, place: Path, reading: Reading, say: Statements, base: str
) -> None:
    """Say what the servers of `node` get; a size that is none becomes a finding at `place`."""
    machine = found.settings
    for key, (name, parse, unit) in _SIZES.items():
        if machine.get(key) is None:
            continue
        size = parse(machine[key])
        if size is None:
            message = f"{dotted((*place, key))} is not a size"
            hint = "Write a number, for memory with K, M, G or T after it."
            reading.report("bad-value", Severity.WARNING, message, hint, (*place, key), str(machine[key]))
        else:
            datatype = XSD("integer") if isinstance(size, int) else XSD("decimal")
            measured = measure(node, name, Literal(str(size), datatype=datatype), unit, say, base)
            say.link(measured, PROV("wasDerivedFrom"), found.charts.get(key))
    for selector, text in _mapping(machine.get("node_selector")).items():
        if selector in _SELECTORS and isinstance(text, str) and text:
            measure(node, _SELECTORS[selector], Literal(text), "", say, base)
    if count := _gpus(machine):
        measure(node, "gpus", Literal(count), "", say, base)


def measure(node: NamedNode, name: str, value: Literal, unit: str, say: Statements, base: str) -> NamedNode:
    """One property of the machine behind `node`; `name` is a concept of the scheme `machine`. Returns its node."""
    property_ = mint(base, "machine", name)
    document, _, fragment = node.value.partition("#")  # a part of a part is a part of the whole
    found = say.type(part(NamedNode(document), "machine", fragment, name, str(value)), SCHEMA("PropertyValue"))
    say.link(node, SCHEMA("hasMeasurement"), found)
    say.link(found, SCHEMA("propertyID"), property_)
    say.text(found, SCHEMA("value"), value.value, value.datatype)
    say.text(found, SCHEMA("unitText"), unit)
    return found


def _gpus(machine: Mapping[str, Any]) -> int:
    counts = {}
    for key in ("extra_resource_guarantees", "extra_resource_limits"):
        for resource, value in _mapping(machine.get(key)).items():
            if resource.endswith("/gpu"):
                counts[resource] = count_of(value) or 0
    return sum(counts.values())


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def machine_keys(override: Mapping[str, Any]) -> Iterator[str]:
    """The keys of an override that say which machine a server gets."""
    return (key for key in KEYS if key in override)
