"""What the operator declares: the file that names the clusters and hubs to read, and what a `cluster.yaml` lists."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leap_kg.ingest.formats.yamltext import read_yaml
from leap_kg.ingest.hubs.charts import CHARTS
from leap_kg.ingest.source import RecordUnusable

_ID = re.compile(r"[a-z0-9][a-z0-9-]*")
_DOMAIN = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+")
_FILE_NAME = re.compile(r"[A-Za-z0-9_][\w.-]*\.ya?ml", re.ASCII)


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster: addresses of its `cluster.yaml`, and of the Terraform variables it is built with, `""` for none."""

    id: str
    cluster_yaml: str
    terraform: str


@dataclass(frozen=True, slots=True)
class PlainHub:
    """A hub that no `cluster.yaml` lists: where it answers, and the addresses of its values files, in their order."""

    id: str
    title: str
    domain: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Declaration:
    """All that a declaration file names, by id; `charts` are addresses of their values, by the names of charts."""

    clusters: Mapping[str, Cluster]
    hubs: Mapping[str, PlainHub]
    charts: Mapping[str, str]


def read_declaration(path: Path) -> Declaration:
    """The file `path`: `clusters: [{id, cluster_yaml, terraform}]` and `hubs: [{id, title, domain, values}]`.

    `charts: {jupyterhub, basehub, daskhub}` may have the addresses of the values that charts set.

    Raises `RecordUnusable` or `Unreadable`.
    """
    url = path.resolve().as_uri()
    try:
        value = read_yaml(path.read_bytes(), what=str(path)).value
    except OSError as error:
        raise RecordUnusable(f"cannot read {path}: {error.strerror}", url) from None
    if not isinstance(value, dict) or not {"clusters", "hubs"} & value.keys():
        raise RecordUnusable("has no list under 'clusters' and none under 'hubs'", url)
    clusters: dict[str, Cluster] = {}
    for item in listed(value, "clusters", url) if "clusters" in value else []:
        cluster = _cluster(item, url)
        if clusters.setdefault(cluster.id, cluster) != cluster:
            raise RecordUnusable(f"two clusters are called {cluster.id!r}: give each an id of its own", url)
    hubs: dict[str, PlainHub] = {}
    for item in listed(value, "hubs", url) if "hubs" in value else []:
        hub = _hub(item, url)
        if hubs.setdefault(hub.id, hub) != hub:
            raise RecordUnusable(f"two hubs are called {hub.id!r}: give each an id of its own", url)
    return Declaration(clusters, hubs, _charts(value.get("charts") or {}, url))


def listed(value: object, key: str, url: str) -> list[Any]:
    """The list under a key; raises `RecordUnusable` if there is none."""
    items = value.get(key) if isinstance(value, dict) else None
    if not isinstance(items, list):
        raise RecordUnusable(f"has no list under {key!r}", url)
    return items


def hubs_of(cluster: object, url: str) -> dict[str, dict[str, Any]]:
    """The hubs of a `cluster.yaml` by name; raises `RecordUnusable`."""
    hubs = {}
    for item in listed(cluster, "hubs", url):
        name = item.get("name") if isinstance(item, dict) else None
        if not isinstance(name, str) or not name:
            raise RecordUnusable("a hub has no name: give it one", url)
        if name in hubs:
            raise RecordUnusable(f"two hubs are called {name!r}: give each a name of its own", url)
        hubs[name] = item
    return hubs


def domain_of(text: object) -> str | None:
    """The name by which a hub is reached, in lower case; `None` for what is none."""
    domain = text.lower() if isinstance(text, str) else ""
    return domain if _DOMAIN.fullmatch(domain) else None


def values_files(settings: Mapping[str, Any]) -> list[str]:
    """The values files that a hub or the support chart names, in their order."""
    names = settings.get("helm_chart_values_files")
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []


def is_beside(name: str) -> bool:
    """Whether a values file lies beside the `cluster.yaml` that names it, which is where files are read."""
    return _FILE_NAME.fullmatch(name) is not None


def is_encrypted(name: str) -> bool:
    """Whether a values file holds secrets; such a file is never fetched."""
    return name.startswith("enc-") or ".secret." in name


def _cluster(item: object, url: str) -> Cluster:
    entry: Mapping[str, Any] = item if isinstance(item, dict) else {}
    texts = [entry.get(key, "") for key in ("id", "cluster_yaml", "terraform")]
    if not all(isinstance(text, str) for text in texts) or not _ID.fullmatch(texts[0]) or not any(texts[1:]):
        reason = "a cluster needs an id of small letters, digits and '-', and a cluster_yaml (or a terraform)"
        raise RecordUnusable(reason, url)
    return Cluster(*texts)


def _charts(value: object, url: str) -> dict[str, str]:
    """The charts by their names."""
    if not isinstance(value, dict) or not all(isinstance(address, str) and address for address in value.values()):
        raise RecordUnusable("'charts' must be a mapping from names of charts to addresses of their values", url)
    if strange := sorted(str(name) for name in value if name not in CHARTS):
        known = ", ".join(CHARTS)
        raise RecordUnusable(f"'charts' names {strange[0]!r}, but defaults are known of {known} alone", url)
    return value


def _hub(item: object, url: str) -> PlainHub:
    entry: Mapping[str, Any] = item if isinstance(item, dict) else {}
    name, domain, values = entry.get("id"), domain_of(entry.get("domain")), entry.get("values")
    title = entry.get("title", name)
    if not isinstance(name, str) or not _ID.fullmatch(name) or domain is None or not isinstance(title, str):
        raise RecordUnusable("a hub needs an id of small letters, digits and '-', and a domain", url)
    if not isinstance(values, list) or not values or not all(isinstance(address, str) for address in values):
        raise RecordUnusable(f"the hub {name!r} needs a list of addresses under 'values'", url)
    return PlainHub(name, title, domain, tuple(values))
