"""Source `hubs`: JupyterHubs as 2i2c-style clusters declare them, each with the container images it offers.

A declaration file names the clusters; each `cluster.yaml` lists its hubs and, for each hub, the Helm values
files beside it. Encrypted values files (`enc-…`) are never fetched.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from leap_kg.ingest.configuration import SourceConfig
from leap_kg.ingest.fetch import Fetcher
from leap_kg.ingest.finding import Severity
from leap_kg.ingest.leap.record import read_mapping
from leap_kg.ingest.reading import File, Reading, dotted
from leap_kg.ingest.reading import Path as Place
from leap_kg.ingest.source import Listing, Mapped, Part, RawRecord, RecordUnusable, Ref, Source
from leap_kg.ingest.statements import Statements
from leap_kg.ingest.yamltext import read_yaml
from leap_kg.ontology.iri import iri_text, mint
from leap_kg.ontology.namespaces import DCAT, DCT, ONTOLOGY_PATH, Namespace

_CLUSTER_ID = re.compile(r"[a-z0-9][a-z0-9-]*")
_FILE_NAME = re.compile(r"[A-Za-z0-9_][\w.-]*\.ya?ml", re.ASCII)
_DOMAIN = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+")
# https://github.com/distribution/reference: host and path, then a tag, a digest, or both.
_IMAGE = re.compile(
    r"(?P<name>[a-z0-9][\w.-]*(?::\d{1,5}(?=/))?(?:/[a-z0-9][a-z0-9._-]*)*)"
    r"(?::(?P<tag>\w[\w.-]{0,127}))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?",
    re.ASCII,
)
# The charts that wrap zero-to-jupyterhub put its values below these keys.
_CHARTS: tuple[tuple[str, ...], ...] = (("jupyterhub",), ("basehub", "jupyterhub"))


class HubConfig(Source):
    """The hubs of the clusters that the file `declaration` lists; a record's key is `cluster/hub`."""

    def __init__(self, id: str, title: str, declaration: Path, stale_after: timedelta, base: str) -> None:  # noqa: A002
        self.id = id
        self.title = title
        self.origin = declaration.resolve().as_uri()
        self.stale_after = stale_after
        self._declaration = declaration
        self._base = base

    def enumerate(self, listing: Listing) -> Sequence[Ref]:
        """The hubs of all clusters."""
        refs = {}
        for cluster, url in read_clusters(self._declaration).items():
            for name in _hubs(read_mapping(Part.of("cluster", listing.fetcher.fetch(url))).value, url):
                refs[f"{cluster}/{name}"] = Ref(f"{cluster}/{name}", url)
        return list(refs.values())

    def fetch(self, ref: Ref, fetcher: Fetcher) -> RawRecord:
        """The `cluster.yaml` and those values files of the hub that are not encrypted, in their order."""
        cluster = Part.of("cluster", fetcher.fetch(ref.url))
        _, hub = _hub(cluster, ref.key)
        folder = ref.url.rpartition("/")[0]
        names = [name for name in _values_files(hub) if _FILE_NAME.fullmatch(name) and not name.startswith("enc-")]
        values = [Part.of("values", fetcher.fetch(f"{folder}/{name}")) for name in names]
        return RawRecord(ref.key, (cluster, *values))

    def map(self, record: RawRecord) -> Mapped:
        """The hub, where it answers, and the images its users can choose."""
        cluster = record.part("cluster")
        if cluster is None:
            raise RecordUnusable("the stored record lacks its cluster.yaml; harvest it again", record.key)
        name, settings = _hub(cluster, record.key)
        domain = str(settings.get("domain") or "").lower()
        if not _DOMAIN.fullmatch(domain):
            raise RecordUnusable(f"the hub {name!r} has no domain such as hub.example.org", cluster.url)
        reading, say, leap = Reading({}, File(cluster.url)), Statements(), Namespace(self._base + ONTOLOGY_PATH)
        hub = say.type(mint(self._base, "hub", domain), leap("HubDeployment"))
        say.text(hub, DCT("title"), reading.text(settings.get("display_name"), ("display_name",)) or name)
        say.link(hub, DCAT("endpointURL"), f"https://{domain}")
        for item in record.parts:
            say.link(hub, DCT("source"), iri_text(item.url))
        _report_unread(settings, reading)
        for name, version, title in _offered(record, reading):
            image = mint(self._base, "image", *name.split("/"), version)
            say.type(image, leap("ContainerImage"))
            say.text(image, DCT("title"), title)
            say.link(hub, leap("offersImage"), image)
        return Mapped(record.key, hub, say.triples(), list(reading.findings))


class HubsConfig(SourceConfig):
    """`clusters`: the file that declares the clusters, relative to the sources file."""

    clusters: str

    def source(self, folder: Path, base: str) -> Source:
        """The source."""
        return HubConfig(self.id, self.title, folder / self.clusters, self.stale_after, base)


def read_clusters(declaration: Path) -> dict[str, str]:
    """The clusters that a file declares, `clusters: [{id, cluster_yaml}]`: the URL of each by its id.

    Raises `RecordUnusable` or `Unreadable`.
    """
    url = declaration.resolve().as_uri()
    try:
        document = read_yaml(declaration.read_bytes(), what=str(declaration))
    except OSError as error:
        raise RecordUnusable(f"cannot read {declaration}: {error.strerror}", url) from None
    clusters: dict[str, str] = {}
    for item in _list(document.value, "clusters", url):
        name, address = (item.get("id"), item.get("cluster_yaml")) if isinstance(item, dict) else (None, None)
        if not isinstance(name, str) or not _CLUSTER_ID.fullmatch(name) or not isinstance(address, str):
            raise RecordUnusable("a cluster needs an id of small letters, digits and '-', and a cluster_yaml", url)
        if clusters.setdefault(name, address) != address:
            raise RecordUnusable(f"two clusters are called {name!r}: give each an id of its own", url)
    return clusters


def _list(value: object, key: str, url: str) -> list[Any]:
    items = value.get(key) if isinstance(value, dict) else None
    if not isinstance(items, list):
        raise RecordUnusable(f"has no list under {key!r}", url)
    return items


def _hubs(cluster: object, url: str) -> dict[str, dict[str, Any]]:
    """The hubs of a `cluster.yaml` by name."""
    hubs = {}
    for item in _list(cluster, "hubs", url):
        name = item.get("name") if isinstance(item, dict) else None
        if not isinstance(name, str) or not name:
            raise RecordUnusable("a hub has no name: give it one", url)
        hubs[name] = item
    return hubs


def _hub(cluster: Part, key: str) -> tuple[str, dict[str, Any]]:
    """Name and settings of the hub that a record is about."""
    name = key.partition("/")[2]
    hubs = _hubs(read_mapping(cluster).value, cluster.url)
    if name not in hubs:
        raise RecordUnusable(f"the cluster has no hub {name!r} any more; harvest it again", cluster.url)
    return name, hubs[name]


def _values_files(hub: Mapping[str, Any]) -> list[str]:
    names = hub.get("helm_chart_values_files")
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []


def _report_unread(hub: Mapping[str, Any], reading: Reading) -> None:
    for name in _values_files(hub):
        if not _FILE_NAME.fullmatch(name):
            hint = "Put the file beside the cluster.yaml, and name it without a folder."
            message = "a values file is not beside the cluster.yaml, so it was not read"
            reading.report("bad-value", Severity.WARNING, message, hint, ("helm_chart_values_files",), name)


def _offered(record: RawRecord, reading: Reading) -> Iterator[tuple[str, str, str]]:
    """Name, version and title of each image that the values files of a record offer."""
    files = [read_mapping(item) for item in record.parts if item.role == "values"]
    values: dict[str, Any] = {}
    for file in files:
        values = _merged(values, file.value)
    for text, place in list(_images(values, reading)):
        # Of the files that have this place, the last one decided.
        reading.default = next((f.file for f in reversed(files) if place in f.file.lines), reading.default)
        if (found := _image(text, place, reading)) is not None:
            yield found


def _merged(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """Values as Helm merges them: mappings key by key, all else replaced."""
    merged = dict(first)
    for key, value in second.items():
        before = merged.get(key)
        merged[key] = _merged(before, value) if isinstance(before, dict) and isinstance(value, dict) else value
    return merged


def _images(values: Mapping[str, Any], reading: Reading) -> Iterator[tuple[str, Place]]:
    """The images that a hub's users can start, each with its place; a choice left free is none."""
    for chart in _CHARTS:
        place, singleuser = (*chart, "singleuser"), values
        for depth, key in enumerate(place, start=1):
            singleuser = reading.mapping(singleuser.get(key), place[:depth])
        image = reading.mapping(singleuser.get("image"), (*place, "image"))
        if name := reading.text(image.get("name"), (*place, "image", "name")):
            tag = reading.text(image.get("tag"), (*place, "image", "tag"))
            yield (f"{name}:{tag}" if tag else name), (*place, "image")
        for profile, at in reading.mappings(singleuser.get("profileList"), (*place, "profileList")):
            yield from _override(profile, at, reading)
            options = reading.mapping(profile.get("profile_options"), (*at, "profile_options"))
            for option, content in options.items():
                choices = content.get("choices") if isinstance(content, dict) else None
                where = (*at, "profile_options", option, "choices")
                for choice, settings in reading.mapping(choices, where).items():
                    yield from _override(reading.mapping(settings, (*where, choice)), (*where, choice), reading)


def _override(settings: Mapping[str, Any], place: Place, reading: Reading) -> Iterator[tuple[str, Place]]:
    override = reading.mapping(settings.get("kubespawner_override"), (*place, "kubespawner_override"))
    if text := reading.text(override.get("image"), (*place, "kubespawner_override", "image")):
        yield text, (*place, "kubespawner_override", "image")


def _image(text: str, place: Place, reading: Reading) -> tuple[str, str, str] | None:
    """Name, version and title of an image; without a version it is the one tagged `latest`, as everywhere."""
    found = _IMAGE.fullmatch(text)
    if found is None:
        hint = "Write it as registry/name:tag."
        reading.report("bad-value", Severity.WARNING, f"{dotted(place)} is not an image", hint, place, text)
        return None
    name = found["name"].removeprefix("docker.io/")
    version = found["tag"] or found["digest"] or "latest"
    if version == "latest":
        message = f"{dotted(place)} names no release of {name}, so what runs may change from day to day"
        hint = "Name one tag, such as 2026.06.04, or a digest."
        reading.report("unknown-version", Severity.WARNING, message, hint, place, text)
    return name, version, f"{name}:{version}" if found["tag"] or version == "latest" else f"{name}@{version}"
