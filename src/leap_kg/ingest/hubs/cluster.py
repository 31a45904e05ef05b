"""A cluster as triples: its own settings, the buckets and machines that Terraform gives it, and who may use them."""

from collections.abc import Mapping
from typing import Any

from pyoxigraph import Literal, NamedNode

from leap_kg.ingest.formats.reading import Reading
from leap_kg.ingest.hubs.buckets import bucket
from leap_kg.ingest.hubs.charts import dig
from leap_kg.ingest.hubs.declaration import domain_of, hubs_of
from leap_kg.ingest.hubs.layers import Layer, cleaned
from leap_kg.ingest.hubs.machines import measure
from leap_kg.ingest.hubs.mapping import say_setting
from leap_kg.ingest.hubs.settings import Path, Setting, shared_triples
from leap_kg.ingest.mapping.statements import Statements
from leap_kg.ontology.iri import mint
from leap_kg.ontology.namespaces import DCT, FOAF, PROV, SCHEMA

CLUSTER, TERRAFORM, SUPPORT = "cluster.yaml", "terraform", "support"
"""The settings of a cluster, one for each of its files; of a hub, the first holds its entry in the `cluster.yaml`."""

_RIGHTS = ("bucket_admin_access", "bucket_readonly_access")


def map_cluster(name: str, layer: Layer | None, reading: Reading, say: Statements, base: str) -> NamedNode:
    """The cluster, and what its `cluster.yaml` says of it; hubs are records of their own."""
    node = say.type(mint(base, "cluster", name), PROV("Location"))
    say.text(node, DCT("title"), name)
    if layer is not None:
        own = cleaned([{key: value for key, value in layer.value.items() if key != "hubs"}], reading)
        say_setting(node, CLUSTER, own, say)
        say.text(node, SCHEMA("provider"), reading.text(own.get("provider"), ("provider",)))
        say.link(node, FOAF("page"), reading.url(own.get("provider_url"), ("provider_url",)))
    return node


def map_support(node: NamedNode, layers: list[Layer], reading: Reading, say: Statements) -> None:
    """What runs beside the hubs, as its values files say."""
    if layers:
        say_setting(node, SUPPORT, cleaned([layer.value for layer in layers], reading), say)


def map_terraform(
    node: NamedNode, variables: Mapping[str, Setting], hubs: Mapping[str, NamedNode], reading: Reading, base: str
) -> Statements:
    """What a cluster is built with; `hubs` are its hubs by the namespace that each has in the cluster."""
    say = Statements()
    kept = cleaned([variables], reading)
    nodes: dict[Path, NamedNode] = {}
    say_setting(node, TERRAFORM, kept, say, nodes)
    prefix = reading.text(kept.get("prefix"), ("prefix",))
    scheme = "gs" if "project_id" in kept else "s3"
    buckets = {}
    for name in _mapping(kept, "user_buckets", reading):
        buckets[name] = bucket(scheme, f"{prefix}-{name}" if prefix else name, say, base)
        say.link(buckets[name], PROV("atLocation"), node)
        say.extend(shared_triples(buckets[name], nodes["user_buckets", name], dig(kept, ("user_buckets", name))))
    for key, rights in _mapping(kept, "hub_cloud_permissions", reading).items():
        place = ("hub_cloud_permissions", key)
        settings = reading.mapping(rights, place)
        hub = hubs.get(reading.text(settings.get("hub_namespace"), (*place, "hub_namespace")) or key)
        names = [name for right in _RIGHTS for name, _ in reading.texts(settings.get(right), (*place, right))]
        if hub is not None:
            for name in names:
                say.link(hub, DCT("requires"), buckets.get(name))
    for pools in ("notebook_nodes", "dask_nodes"):
        for name, pool in _mapping(kept, pools, reading).items():
            _pool(node, nodes[pools, name], reading.mapping(pool, (pools, name)), (pools, name), reading, say, base)
    return say


def hub_nodes(layer: Layer | None, url: str, base: str) -> dict[str, NamedNode]:
    """The hubs of a cluster by name, those that have a domain; raises `RecordUnusable`."""
    hubs = hubs_of(layer.value, url) if layer is not None else {}
    domains = {name: domain_of(settings.get("domain")) for name, settings in hubs.items()}
    return {name: mint(base, "hub", domain) for name, domain in domains.items() if domain is not None}


def _pool(
    cluster: NamedNode,
    node: NamedNode,
    pool: Mapping[str, Any],
    place: Path,
    reading: Reading,
    say: Statements,
    base: str,
) -> None:
    """A pool of machines: of which type, and with which GPUs."""
    say.link(node, DCT("type"), mint(base, "hub-part", "machine-pool"))
    say.link(node, SCHEMA("isPartOf"), cluster)
    say.text(node, DCT("title"), str(place[-1]))
    if kind := reading.text(pool.get("machine_type"), (*place, "machine_type")):
        measure(node, "instance-type", Literal(kind), "", say, base)
    gpu = reading.mapping(pool.get("gpu"), (*place, "gpu"))
    if gpu.get("enabled") is True:
        if accelerator := reading.text(gpu.get("type"), (*place, "gpu", "type")):
            measure(node, "accelerator", Literal(accelerator), "", say, base)
        count = gpu.get("count")
        if isinstance(count, int) and not isinstance(count, bool) and count > 0:
            measure(node, "gpus", Literal(count), "", say, base)


def _mapping(variables: Mapping[str, Setting], name: str, reading: Reading) -> dict[str, Any]:
    return reading.mapping(variables.get(name), (name,))
