"""A hub as triples: its settings to the letter, and what questions are asked about."""

from collections.abc import Mapping, Sequence
from typing import Any

from pyoxigraph import Literal, NamedNode

from leap_kg.ingest.formats.reading import Reading
from leap_kg.ingest.hubs.buckets import bucket_in
from leap_kg.ingest.hubs.charts import CHARTS, Jupyterhub, dig
from leap_kg.ingest.hubs.groups import lets_in_github
from leap_kg.ingest.hubs.layers import Layer, cleaned
from leap_kg.ingest.hubs.machines import default_machine, measure
from leap_kg.ingest.hubs.profiles import Hub, map_profiles
from leap_kg.ingest.hubs.settings import Path, Setting, settings_document, settings_triples
from leap_kg.ingest.mapping.statements import Statements
from leap_kg.ingest.source import RecordUnusable
from leap_kg.ontology.iri import mint
from leap_kg.ontology.namespaces import DCAT, DCT, FOAF, ONTOLOGY_PATH, PROV, Namespace

VALUES = "values"
"""The setting of a hub that holds its Helm values."""

_MOST_TRIPLES = 50_000
_PARTS = ("singleuser", "hub", "proxy")
_GROUPS = ("allowed_organizations", "allowed_groups", "allowed_google_groups", "allowed_gitlab_groups")
_GIB = 2**30
_LONGEST_TIME = 2**40  # seconds


def chart_path(values: object, chart: str = "") -> Path:
    """Where the values of zero-to-jupyterhub are: where the chart keeps them, else where they are found."""
    paths = [CHARTS[chart], *CHARTS.values()] if chart in CHARTS else list(CHARTS.values())
    return next((path for path in paths if is_jupyterhub(dig(values, path))), paths[0])


def map_hub(
    domain: str,
    title: str,
    chart: str,
    layers: Sequence[Layer],
    reading: Reading,
    base: str,
    charts: Mapping[str, Layer] | None = None,
) -> tuple[NamedNode, Statements]:
    """The hub that answers at `domain`; its settings are those of `layers`, the later over the earlier.

    `charts` are the values that charts set, by their names. Raises `RecordUnusable` if it says too much.
    """
    say, leap = Statements(), Namespace(base + ONTOLOGY_PATH)
    node = say.type(mint(base, "hub", domain), leap("HubDeployment"))
    say.text(node, DCT("title"), title)
    say.link(node, DCAT("endpointURL"), f"https://{domain}")
    values = cleaned([layer.value for layer in layers], reading)
    nodes: dict[Path, NamedNode] = {}
    say_setting(node, VALUES, values, say, nodes)
    path = chart_path(values, chart)
    jupyterhub = reading.mapping(dig(values, path), path)
    config = reading.mapping(dig(jupyterhub, ("hub", "config")), (*path, "hub", "config"))
    hub = Hub(node, domain, lets_in_github(config), nodes, reading, say, base)
    _admit(config, (*path, "hub", "config"), hub)
    place = (*path, "singleuser")
    singleuser = reading.mapping(jupyterhub.get("singleuser"), place)
    running = Jupyterhub.of(jupyterhub, path, charts or {})
    _image(singleuser, place, hub)
    _storage(values, path, singleuser, hub)
    _culling(running, hub)
    map_profiles(singleuser, place, default_machine(running), hub)
    for name, address, _ in running.charts:
        if address:
            say.document(address, f"values of the chart {name}")
    if len(say.triples()) > _MOST_TRIPLES:
        raise RecordUnusable(f"the hub makes more than {_MOST_TRIPLES} statements: split it", f"https://{domain}")
    return node, say


def say_setting(
    node: NamedNode, name: str, value: Setting, say: Statements, nodes: dict[Path, NamedNode] | None = None
) -> None:
    """Say the whole of a value; `nodes` learns the node of each path in it."""
    document = say.type(settings_document(node), FOAF("Document"))
    say.text(document, DCT("title"), f"Settings of {node.value.rsplit('/', 1)[-1]}")
    say.link(document, DCT("isPartOf"), node)
    found = {} if nodes is None else nodes
    say.extend(settings_triples(node, name, value, found.__setitem__))


def _admit(config: Mapping[str, Any], place: Path, hub: Hub) -> None:
    """Say which groups are let in at all."""
    for authenticator, settings in config.items():
        for key in _GROUPS if isinstance(settings, dict) else ():
            hub.admit(hub.node, settings.get(key), (*place, authenticator, key))


def _image(singleuser: Mapping[str, Any], place: Path, hub: Hub) -> None:
    image = hub.reading.mapping(singleuser.get("image"), (*place, "image"))
    if name := hub.reading.text(image.get("name"), (*place, "image", "name")):
        tag = hub.reading.text(image.get("tag"), (*place, "image", "tag"))
        hub.offer(f"{name}:{tag}" if tag else name, (*place, "image"))


def _storage(values: Setting, path: Path, singleuser: Mapping[str, Any], hub: Hub) -> None:
    """Say which buckets users are given in their environment, and how large a home directory may grow."""
    place = (*path, "singleuser", "extraEnv")
    for text in hub.reading.mapping(singleuser.get("extraEnv"), place).values():
        if isinstance(text, str):
            hub.say.link(hub.node, DCT("requires"), bucket_in(text, hub.say, hub.base))
    quota = dig(values, (*path[:-1], "jupyterhub-home-nfs", "quotaEnforcer", "config", "QuotaManager", "hard_quota"))
    if isinstance(quota, int | float) and not isinstance(quota, bool) and 0 < quota < 2**40:
        measure(hub.node, "home-quota", Literal(int(quota * _GIB)), "byte", hub.say, hub.base)


def _culling(running: Jupyterhub, hub: Hub) -> None:
    """Say after how many seconds a server is stopped: idle, and however busy it is."""
    if dig(running.effective, ("cull", "enabled")) is not True:
        return
    for key, name in (("timeout", "idle-time"), ("maxAge", "running-time")):
        seconds = dig(running.effective, ("cull", key))
        if isinstance(seconds, int) and not isinstance(seconds, bool) and 0 < seconds < _LONGEST_TIME:
            measured = measure(hub.node, name, Literal(seconds), "second", hub.say, hub.base)
            hub.say.link(measured, PROV("wasDerivedFrom"), running.chart_of("cull", key))


def is_jupyterhub(value: object) -> bool:
    """Whether a value has parts that zero-to-jupyterhub is configured by."""
    return isinstance(value, dict) and any(key in value for key in _PARTS)
