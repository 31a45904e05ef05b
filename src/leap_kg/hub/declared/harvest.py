"""Sources that are to be kept fresh on a cluster: one CronJob for each.

Each looks every hour whether its source is due. A job that is stopped has its checkpoint on disk within ten seconds;
one that is still running is not started twice, and no two jobs harvest one source.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Any

from pyoxigraph import NamedNode

from leap_kg.graph.names import source_graph
from leap_kg.hub.objects.manifest import Manifest
from leap_kg.hub.objects.pods import CLAIM, HOME, claimed, container, cronjob, labels, mount, pod, suffixed

FOLDER = "/etc/leap-kg"
"""Where a config map with the sources file is mounted."""

SECRET = "leap-kg-harvest"  # noqa: S105 - the name of one


@dataclass(frozen=True, slots=True)
class Place:
    """Where harvests run: the image of leap-kg, the claim that has the home, the Secret whose keys become variables.

    `config` is a config map that has the sources file; without it the image has the file. `to` is the address of a
    server that is published to as well. `base` is what IRIs begin with.
    """

    base: str
    image: str
    claim: str = CLAIM
    secret: str = SECRET
    config: str = ""
    to: str = ""


@dataclass(frozen=True, slots=True)
class Harvest:
    """Sources of one sources file, by their ids: `text` is the file, or else `folder` is where the image has it."""

    name: str
    namespace: str
    sources: tuple[str, ...]
    file: str
    image: str
    text: str = ""
    folder: str = ""
    claim: str = CLAIM
    secret: str = SECRET
    to: str = ""
    suspended: bool = False
    after: tuple[str, ...] = ()

    def node(self, base: str) -> NamedNode:
        """What it is in the graph: the graph of its first source."""
        return source_graph(base, self.sources[0])


def harvest_of(value: Mapping[str, Any]) -> Harvest:
    """The harvest that a file of releases declares, if it holds to its schema."""
    sources = value["sources"]
    plain = ("name", "namespace", "image", "folder", "claim", "secret", "to", "suspended")
    return Harvest(
        **{key: value[key] for key in plain if key in value},
        sources=tuple(sources["ids"]),
        file=sources["file"],
        text=sources.get("text", ""),
        after=tuple(value.get("after", ())),
    )


def harvest_objects(harvest: Harvest, base: str) -> Iterator[Manifest]:
    """The config map with the sources file, unless the image has it, and a CronJob for each source."""
    config = ""
    if not harvest.folder:
        data = {harvest.file: harvest.text}
        config = suffixed(f"{harvest.name}-sources", data)
        metadata = {"name": config, "namespace": harvest.namespace, "labels": labels("harvest")}
        yield {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "immutable": True, "data": data}
    place = Place(base, harvest.image, harvest.claim, harvest.secret, config, harvest.to)
    path = str(PurePosixPath(harvest.folder or FOLDER) / harvest.file)
    for source in harvest.sources:
        made = harvest_cronjob(source, path, place)
        made["metadata"]["namespace"] = harvest.namespace
        if harvest.suspended:
            made["spec"]["suspend"] = True
        yield made


def harvest_cronjob(source: str, file: str, place: Place) -> Manifest:
    """The CronJob that keeps a source fresh, which the sources file at the path `file` of the container declares."""
    marks = labels("harvest", source=source)
    sources = [mount("sources", FOLDER, readonly=True)] if place.config else []
    harvest = container(
        "harvest",
        place.image,
        args=("leap-kg", "harvest", source, "--due", "--sources", file, *(("--to", place.to) if place.to else ())),
        env={"LEAP_KG_HOME": HOME, "LEAP_KG_BASE": place.base},
        secret=place.secret,
        mounts=(mount("home", HOME), *sources),
    )
    volumes = [claimed("home", place.claim)]
    if place.config:
        volumes.append({"name": "sources", "configMap": {"name": place.config}})
    pods = pod([harvest], volumes, near=True)
    return cronjob(f"leap-kg-harvest-{source}", marks, pods, f"{_minute(source)} * * * *")


def _minute(source: str) -> int:
    """A minute of the hour, so that not all sources begin at once."""
    return sha256(source.encode()).digest()[0] % 60
