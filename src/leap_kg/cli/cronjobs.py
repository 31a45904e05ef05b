"""Kubernetes CronJobs that keep the sources of a platform fresh, one for each source.

Each looks every hour whether its source is due. A job that is stopped has its checkpoint on disk within ten seconds;
one that is still running is not started twice, and no two jobs harvest one source.
"""

import re
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from leap_kg.cli import context
from leap_kg.cli.output import fail, print_line
from leap_kg.ingest.source import Source
from leap_kg.ingest.sources import SourcesFaulty, chosen, read_entries

_USER = 10001
_GRACE_SECONDS = 20
_SOURCES = "/etc/leap-kg"
_HOME = "/var/lib/leap-kg"
_WORD = r"[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_HOST = rf"(?:{_LABEL}(?:\.{_LABEL})+(?::\d{{1,5}})?|{_LABEL}:\d{{1,5}}|localhost)"
_IMAGE = re.compile(
    rf"(?:{_HOST}/)?{_WORD}(?:/{_WORD})*(?::[A-Za-z0-9_][A-Za-z0-9_.-]{{0,127}})?(?:@sha256:[0-9a-f]{{64}})?"
)
_LONGEST = 512


def is_image(text: str) -> bool:
    """Whether the text names a container image: a host or none, a path, a tag, a digest."""
    return len(text) <= _LONGEST and _IMAGE.fullmatch(text) is not None


def is_folder(text: str) -> bool:
    """Whether the text is the path of a folder in an image, from its root."""
    return text.isprintable() and PurePosixPath(text).is_absolute() and ".." not in PurePosixPath(text).parts


def print_manifests(
    names: list[str],
    sources: Path,
    *,
    image: str,
    claim: str,
    config: str,
    secret: str,
    files: str | None,
    to: str | None,
) -> None:
    """Print the CronJobs of the named sources, or of all.

    A source that names files beside the sources file needs both in the image, in the folder `files`: a config map
    holds the sources file alone.
    """
    settings = context.settings()
    try:
        entries = read_entries(sources)
        picked = chosen([entry.source(entry.sources_file.parent, settings.base) for entry in entries], names)
    except SourcesFaulty as error:
        fail(str(error))
    included = {entry.sources_file.name: None for entry in entries if entry.sources_file != sources}
    needed = {entry.id: (*included, *entry.local_files) for entry in entries}
    jobs = []
    for source in picked:
        if needed[source.id] and files is None:
            fail(
                f"{source.id} reads {', '.join(needed[source.id])} beside {sources.name}, and a config map holds the "
                f"sources file alone: put {sources.name} and those files into the image, and name their folder there "
                "with --files PATH; or name the sources to print without it"
            )
        baked = files if needed[source.id] else None
        file = str(PurePosixPath(baked or _SOURCES) / sources.name)
        jobs.append(
            cronjob(source, file, settings.base, image, claim, None if baked else config, secret, to),
        )
    print_line(yaml.safe_dump_all(jobs, sort_keys=False, width=100, explicit_start=True).rstrip())


def cronjob(
    source: Source, file: str, base: str, image: str, claim: str, config: str | None, secret: str, to: str | None
) -> dict[str, Any]:
    """The CronJob of one source, as Kubernetes has it in YAML; without a `config` map, the image has the `file`."""
    name = "app.kubernetes.io"
    labels = {f"{name}/name": "leap-kg", f"{name}/component": "harvest", "leap-kg/source": source.id}
    container = {
        "name": "harvest",
        "image": image,
        "args": ["leap-kg", "harvest", source.id, "--due", "--sources", file, *(["--to", to] if to else [])],
        "env": [{"name": "LEAP_KG_HOME", "value": _HOME}, {"name": "LEAP_KG_BASE", "value": base}],
        "envFrom": [{"secretRef": {"name": secret, "optional": True}}],
        "resources": {"requests": {"cpu": "100m", "memory": "512Mi"}, "limits": {"memory": "2Gi"}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
        },
        "volumeMounts": [
            {"name": "home", "mountPath": _HOME},
            *([{"name": "sources", "mountPath": _SOURCES, "readOnly": True}] if config else []),
            {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108 - of the container, a volume of its own
        ],
    }
    pod = {
        "restartPolicy": "Never",
        "terminationGracePeriodSeconds": _GRACE_SECONDS,
        "automountServiceAccountToken": False,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": _USER,
            "runAsGroup": _USER,
            "fsGroup": _USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [container],
        "volumes": [
            {"name": "home", "persistentVolumeClaim": {"claimName": claim}},
            *([{"name": "sources", "configMap": {"name": config}}] if config else []),
            {"name": "tmp", "emptyDir": {}},
        ],
    }
    return {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {"name": f"leap-kg-harvest-{source.id}"[:52].rstrip("-"), "labels": labels},
        "spec": {
            "schedule": f"{_minute(source.id)} * * * *",
            "concurrencyPolicy": "Forbid",
            "startingDeadlineSeconds": 600,
            "successfulJobsHistoryLimit": 1,
            "failedJobsHistoryLimit": 3,
            "jobTemplate": {
                "spec": {"backoffLimit": 0, "template": {"metadata": {"labels": dict(labels)}, "spec": pod}}
            },
        },
    }


def _minute(source: str) -> int:
    """A minute of the hour, so that not all sources begin at once."""
    return sha256(source.encode()).digest()[0] % 60
