"""Source `hub`: clusters as 2i2c declares them with their hubs, and hubs that only have values files.

A declaration file names the clusters; each `cluster.yaml` lists its hubs and, for each hub, the Helm values files
beside it. Encrypted values files (`enc-…`) are never fetched.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

from pyoxigraph import NamedNode

from leap_kg.ingest.configuration import SourceConfig
from leap_kg.ingest.fetch import Fetcher, FetchFailed, Parked
from leap_kg.ingest.formats.reading import File, Reading
from leap_kg.ingest.formats.yamltext import Unreadable
from leap_kg.ingest.hubs.charts import chart_layers, chart_parts, dig, is_of_chart
from leap_kg.ingest.hubs.cluster import CLUSTER, hub_nodes, map_cluster, map_support, map_terraform
from leap_kg.ingest.hubs.declaration import (
    PlainHub,
    domain_of,
    hubs_of,
    is_beside,
    is_encrypted,
    read_declaration,
    values_files,
)
from leap_kg.ingest.hubs.layers import Layer, LayeredReading, cleaned, read_layer
from leap_kg.ingest.hubs.mapping import chart_path, map_hub, say_setting
from leap_kg.ingest.hubs.terraform import read_tfvars
from leap_kg.ingest.mapping.finding import Finding, Severity
from leap_kg.ingest.mapping.keeping import kept
from leap_kg.ingest.mapping.statements import Statements
from leap_kg.ingest.source import Listing, Mapped, Part, RawRecord, RecordUnusable, Ref, Source
from leap_kg.ontology.identifiers import Repository, github
from leap_kg.ontology.iri import iri_text, mint
from leap_kg.ontology.namespaces import DCT, PROV

_PLAIN = "-/"
"""What the keys of hubs without a cluster begin with; no cluster is called so."""


class Hubs(Source):
    """What the file `declaration` names. Keys are `cluster`, `cluster/hub`, and `-/hub` where there is no cluster."""

    def __init__(self, id: str, title: str, declaration: Path, stale_after: timedelta, base: str) -> None:  # noqa: A002
        self.id = id
        self.title = title
        self.origin = None
        # Where the file lies on this machine is nobody's business.
        self._address = mint(base, "file", id).value
        self.stale_after = stale_after
        self._declaration = declaration
        self._base = base

    def covers(self, repository: Repository) -> bool:
        """Whether a file of the clusters or of the hubs is in that repository."""
        try:
            declared = read_declaration(self._declaration)
        except (Unreadable, RecordUnusable):
            return False  # the next harvest says so
        addresses = [url for cluster in declared.clusters.values() for url in (cluster.cluster_yaml, cluster.terraform)]
        addresses += [url for hub in declared.hubs.values() for url in hub.values]
        addresses += declared.charts.values()
        return github.has_file(repository, *addresses)

    def enumerate(self, listing: Listing) -> Iterator[Ref]:
        """All clusters, the hubs that each lists, and the hubs without one; a cluster that cannot be read is dead.

        So is a hub with the name or the domain of one before it: a hub is known by its domain.
        """
        declared, owners = read_declaration(self._declaration), dict[str, str]()
        for cluster in declared.clusters.values():
            url = cluster.cluster_yaml or cluster.terraform
            try:
                hubs = self._hubs(cluster.cluster_yaml, listing.fetcher) if cluster.cluster_yaml else {}
            except Parked:
                raise
            except (FetchFailed, Unreadable, RecordUnusable) as problem:
                yield Ref(cluster.id, url, problem=str(problem))
            else:
                yield Ref(cluster.id, url)
                for name, domain in hubs.items():
                    yield _ref(f"{cluster.id}/{name}", url, domain, owners)
        for hub in declared.hubs.values():
            yield _ref(_PLAIN + hub.id, hub.values[0], hub.domain, owners)

    def fetch(self, ref: Ref, fetcher: Fetcher) -> RawRecord:
        """The files that the record is about, in their order; of values files those that are not encrypted."""
        declared = read_declaration(self._declaration)
        name, _, hub = ref.key.partition("/")
        if ref.key.startswith(_PLAIN):
            plain = declared.hubs.get(hub)
            if plain is None:
                raise RecordUnusable(f"the hub {hub!r} is not declared any more", self._address)
            said = Part.cut("declaration", self._address, json.dumps(asdict(plain), sort_keys=True).encode())
            values = [Part.of("values", fetcher.fetch(url)) for url in plain.values]
            return RawRecord(ref.key, (said, *values, *chart_parts(declared.charts, fetcher)))
        cluster, parts = declared.clusters.get(name), list[Part]()
        if cluster is None:
            raise RecordUnusable(f"the cluster {name!r} is not declared any more", self._address)
        if cluster.cluster_yaml:
            body = fetcher.fetch(cluster.cluster_yaml)
            parts.append(Part.of("cluster", body))
            parts += self._values(parts[0], cluster.cluster_yaml, hub, fetcher)
        if cluster.terraform and not hub:
            parts.append(Part.of("terraform", fetcher.fetch(cluster.terraform)))
        return RawRecord(ref.key, (*parts, *(chart_parts(declared.charts, fetcher) if hub else ())))

    def map(self, record: RawRecord) -> Mapped:
        """The hub with its profiles and images, or the cluster with its buckets and machines."""
        if not record.parts:
            raise RecordUnusable("the stored record is empty; harvest it again", record.key)
        layers = [read_layer(part) for part in record.parts if part.role == "values"]
        if record.key.startswith(_PLAIN):
            return self._plain(record, layers)
        return self._hub(record, layers) if "/" in record.key else self._cluster(record, layers)

    def _hubs(self, url: str, fetcher: Fetcher) -> dict[str, str]:
        """The domain of each hub of a cluster, `""` for none; raises as `fetch`."""
        hubs = hubs_of(read_layer(Part.of("cluster", fetcher.fetch(url))).value, url)
        return {name: domain_of(entry.get("domain")) or "" for name, entry in hubs.items()}

    def _values(self, cluster: Part, url: str, hub: str, fetcher: Fetcher) -> Iterator[Part]:
        """The values files of a hub, or, of the cluster itself, those of what runs beside its hubs."""
        layer = read_layer(cluster)
        settings = _entry(layer, hub, cluster.url) if hub else layer.value.get("support")
        folder = url.rpartition("/")[0]
        for name in values_files(settings if isinstance(settings, dict) else {}):
            if is_beside(name) and not is_encrypted(name):
                yield Part.of("values", fetcher.fetch(f"{folder}/{name}"))

    def _cluster(self, record: RawRecord, support: list[Layer]) -> Mapped:
        part, terraform = record.part("cluster"), record.part("terraform")
        layer = read_layer(part) if part is not None else None
        own = LayeredReading([layer] if layer else [], File(record.parts[0].url))
        say = Statements()
        node = map_cluster(record.key, layer, own, say, self._base)
        beside = LayeredReading(support, own.default)
        map_support(node, support, beside, say)
        findings = [*own.findings, *beside.findings]
        if terraform is not None:
            reading = Reading({}, File(terraform.url))
            hubs = hub_nodes(layer, record.parts[0].url, self._base)
            variables = read_tfvars(terraform.data, what=terraform.url)
            say.extend(map_terraform(node, variables, hubs, reading, self._base).triples())
            findings += reading.findings
        return _mapped(record, node, say, own, findings, self._base)

    def _hub(self, record: RawRecord, layers: list[Layer]) -> Mapped:
        cluster, (owner, _, name) = record.parts[0], record.key.partition("/")
        listed = read_layer(cluster)
        entry = _entry(listed, name, cluster.url)
        domain = domain_of(entry.get("domain"))
        if domain is None:
            raise RecordUnusable(f"the hub {name!r} has no domain such as hub.example.org", cluster.url)
        reading = LayeredReading(layers, listed.file)
        _report_twins(name, domain, hubs_of(listed.value, cluster.url), reading)
        title = reading.text(entry.get("display_name"), ("display_name",)) or name
        chart = str(entry.get("helm_chart") or "")
        node, say = map_hub(domain, title, chart, layers, reading, self._base, chart_layers(record.parts, reading))
        say.link(node, PROV("atLocation"), mint(self._base, "cluster", owner))
        say_setting(node, CLUSTER, cleaned([entry], reading), say)
        for file in values_files(entry):
            if not is_beside(file):
                message = "a values file is not beside the cluster.yaml, so it was not read"
                hint = "Put the file beside the cluster.yaml, and name it without a folder."
                reading.report("bad-value", Severity.WARNING, message, hint, ("helm_chart_values_files",), file)
        return _mapped(record, node, say, reading, reading.findings, self._base)

    def _plain(self, record: RawRecord, layers: list[Layer]) -> Mapped:
        declared, values = PlainHub(**json.loads(record.parts[0].data)), [p for p in record.parts if p.role == "values"]
        if not any(dig(layer.value, (*chart_path(layer.value), "singleuser")) is not None for layer in layers):
            reason = "has no 'singleuser', nor below 'jupyterhub' or 'basehub.jupyterhub': are these a hub's values?"
            raise RecordUnusable(reason, values[-1].url)
        reading = LayeredReading(layers, File(values[-1].url))
        charts = chart_layers(record.parts, reading)
        node, say = map_hub(declared.domain, declared.title, "", layers, reading, self._base, charts)
        return _mapped(record, node, say, reading, reading.findings, self._base)


class HubConfig(SourceConfig):
    """`clusters`: the file that declares the clusters and hubs, relative to the sources file."""

    clusters: str

    @property
    def local_files(self) -> tuple[str, ...]:
        """What is read beside the sources file."""
        return (self.clusters,)

    def source(self, folder: Path, base: str) -> Source:
        """The source."""
        return Hubs(self.id, self.title, folder / self.clusters, self.stale_after, base)


def _ref(key: str, url: str, domain: str, owners: dict[str, str]) -> Ref:
    """A hub that is listed; `owners` are the keys of the hubs before it, by their domains."""
    owner = owners.setdefault(domain, key) if domain else key
    if owner == key:
        return Ref(key, url)
    problem = f"its domain {domain} is that of the hub {owner.removeprefix(_PLAIN)!r} too, so only that one was read"
    return Ref(key, url, problem=f"{problem}: give each hub a domain of its own, or take one of them out")


def _report_twins(name: str, domain: str, hubs: Mapping[str, Mapping[str, object]], reading: Reading) -> None:
    others = [other for other, entry in hubs.items() if other != name and domain_of(entry.get("domain")) == domain]
    if others:
        message = f"the cluster has other hubs with the domain of {name!r}, which were not read: {', '.join(others)}"
        hint = "Give each hub a domain of its own, or take the others out."
        reading.report("duplicate-id", Severity.VIOLATION, message, hint, ("domain",), domain)


def _entry(cluster: Layer, name: str, url: str) -> dict[str, object]:
    """What the `cluster.yaml` says of a hub."""
    hubs = hubs_of(cluster.value, url)
    if name not in hubs:
        raise RecordUnusable(f"the cluster has no hub {name!r} any more; harvest it again", url)
    return hubs[name]


def _mapped(
    record: RawRecord, node: NamedNode, say: Statements, reading: Reading, findings: list[Finding], base: str
) -> Mapped:
    for part in record.parts:
        if not is_of_chart(part):
            say.link(node, DCT("source"), iri_text(part.url))
    say.extend(kept(node, reading, base))
    return Mapped(record.key, node, say.triples(), list(findings))
