"""Kubernetes CronJobs that keep the sources of a platform fresh, one for each source.

Each looks every hour whether its source is due. A job that is stopped has its checkpoint on disk within ten seconds;
one that is still running is not started twice, and no two jobs harvest one source.
"""

from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml

from leap_kg.cli import context
from leap_kg.cli.output import fail, print_line
from leap_kg.ingest.source import Source
from leap_kg.ingest.sources import SourcesFaulty, chosen, read_sources

_USER = 10001
_GRACE_SECONDS = 20
_SOURCES = "/etc/leap-kg"
_HOME = "/var/lib/leap-kg"


def print_manifests(
    names: list[str], sources: Path, *, image: str, claim: str, config: str, secret: str, to: str | None
) -> None:
    """Print the CronJobs of the named sources, or of all."""
    settings = context.settings()
    try:
        picked = chosen(read_sources(sources, settings.base), names)
    except SourcesFaulty as error:
        fail(str(error))
    jobs = [
        cronjob(source, f"{_SOURCES}/{sources.name}", settings.base, image, claim, config, secret, to)
        for source in picked
    ]
    print_line(yaml.safe_dump_all(jobs, sort_keys=False, width=100, explicit_start=True).rstrip())


def cronjob(
    source: Source, file: str, base: str, image: str, claim: str, config: str, secret: str, to: str | None
) -> dict[str, Any]:
    """The CronJob of one source, as Kubernetes has it in YAML."""
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
            {"name": "sources", "mountPath": _SOURCES, "readOnly": True},
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
            {"name": "sources", "configMap": {"name": config}},
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
