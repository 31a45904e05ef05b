"""An environment: files that say which packages people need, and the image that is built of them on the cluster.

What is built is named by what it is built of, so the same files are built once, and other files beside them: neither
the image nor the Job of an earlier state is ever replaced. The builder is repo2docker, and something that speaks as
Docker does (an address within the cluster) builds and pushes for it.
Hazard: whoever writes these files decides what runs in the build; the pod of the build has no rights on the cluster.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pyoxigraph import NamedNode

from leap_kg.hub.objects.manifest import Manifest, digest, is_ours
from leap_kg.hub.objects.pods import container, job, labels, mount, pod, suffixed
from leap_kg.ingest.images.reference import Image, parse_image

FILES = ("apt.txt", "environment.yml", "requirements.txt")
"""The files that may say what an image holds, as repo2docker calls them."""

_BUILDS = "builds"
_TAG_DIGITS = 16
_USER = 1000
_GRACE_SECONDS = 30
_SPEC, _WORK, _LOGIN = "/spec", "/work", "/etc/docker"
_IMAGE = "IMAGE"
_TOLD = "/dev/termination-log"
# A config map is mounted as links; the builder must see files. What was pushed is known by its digest afterwards.
_SCRIPT = (
    f"mkdir {_WORK}/spec && cp -L {_SPEC}/* {_WORK}/spec/ && "
    f'jupyter-repo2docker --no-run --push --user-id {_USER} --user-name jovyan --image-name "$IMAGE" {_WORK}/spec && '
    f'docker image inspect --format \'{{{{join .RepoDigests " "}}}}\' "$IMAGE" > {_TOLD}'
)
_DIGEST = re.compile(r"(\S{1,400})@(sha256:[0-9a-f]{64})(?!\S)")
_MOST_TOLD = 4096


@dataclass(frozen=True, slots=True)
class Builder:
    """What builds: the image that has repo2docker and the docker command, and the address of what it commands.

    `login` is a Secret of the cluster (`kubernetes.io/dockerconfigjson`) that may push, `""` for none.
    """

    image: str
    engine: str
    login: str = ""


@dataclass(frozen=True, slots=True)
class Environment:
    """Files by their names, and the repository of images that what is built of them goes to."""

    name: str
    namespace: str
    repository: str
    files: Mapping[str, str]
    builder: Builder
    after: tuple[str, ...] = ()

    @property
    def image(self) -> Image:
        """The image that will be there: its tag is a digest of all that decides what is in it."""
        tag = digest([dict(self.files), self.builder.image])[:_TAG_DIGITS]
        return Image(self.repository, tag)

    def node(self, base: str) -> NamedNode:
        """What it is in the graph: its image."""
        return self.image.node(base)


def environment_of(value: Mapping[str, Any], builder: Mapping[str, Any]) -> Environment:
    """The environment that a file of releases declares, if it holds to its schema."""
    return Environment(
        name=value["name"],
        namespace=value["namespace"],
        repository=value["repository"],
        files=value["files"],
        builder=Builder(builder["image"], builder["engine"], builder.get("login", "")),
        after=tuple(value.get("after", ())),
    )


def environment_objects(environment: Environment) -> tuple[Manifest, Manifest]:
    """The config map of its files, and the Job that builds them."""
    marks = labels(_BUILDS, environment=environment.name)
    files = dict(sorted(environment.files.items()))
    spec: Manifest = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {
            "name": suffixed(environment.name, files),
            "namespace": environment.namespace,
            "labels": marks,
        },
        "immutable": True,
        "data": files,
    }
    return spec, job(f"build-{environment.name}", environment.namespace, marks, _pod(environment, spec))


def _pod(environment: Environment, spec: Manifest) -> Manifest:
    builder = environment.builder
    mounts = [mount("spec", _SPEC, readonly=True), mount("work", _WORK)]
    volumes: list[Manifest] = [
        {"name": "spec", "configMap": {"name": spec["metadata"]["name"]}},
        {"name": "work", "emptyDir": {}},
    ]
    if builder.login:
        items = [{"key": ".dockerconfigjson", "path": "config.json"}]
        mounts.append(mount("login", _LOGIN, readonly=True))
        volumes.append({"name": "login", "secret": {"secretName": builder.login, "items": items}})
    env = {
        _IMAGE: environment.image.title,
        "HOME": _WORK,
        "DOCKER_HOST": builder.engine,
        "DOCKER_CONFIG": _LOGIN if builder.login else _WORK,
        "BUILDX_CONFIG": f"{_WORK}/buildx",
    }
    build = container("build", builder.image, command=("sh", "-ec"), args=(_SCRIPT,), env=env, mounts=mounts)
    return pod([build], volumes, grace=_GRACE_SECONDS, user=_USER)


def built(job: Mapping[str, Any], pods: Iterable[Mapping[str, Any]]) -> Image | None:
    """The image that a Job has built, by its digest, as its pods tell; `None` if none tells it, or it builds nothing.

    What they tell comes from a program that somebody's files took part in: it counts only for the Job's repository.
    """
    wanted = _wanted(job)
    for each in pods if wanted else ():
        for status in (each.get("status") or {}).get("containerStatuses") or ():
            ended = (status.get("state") or {}).get("terminated") or {}
            if status.get("name") != "build" or ended.get("exitCode") != 0:
                continue
            for name, found in _DIGEST.findall(str(ended.get("message") or "")[:_MOST_TOLD]):
                if wanted is not None and name.removeprefix("docker.io/") == wanted.name:
                    return Image(wanted.name, found)
    return None


def _wanted(job: Mapping[str, Any]) -> Image | None:
    """The image that a Job is to build."""
    if job.get("kind") != "Job" or not is_ours(job):
        return None
    (container, *_) = job["spec"]["template"]["spec"]["containers"]
    return next((parse_image(each["value"]) for each in container.get("env", ()) if each["name"] == _IMAGE), None)
