"""What all pods of ours have in common: no root, no token of the cluster, no writing but to volumes; and their names.

A Job cannot be changed once it is made. So its name ends in a digest of all that it does: what is the same has the same
name, and what is not becomes another Job beside it.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from leap_kg.hub.objects.manifest import Manifest, digest

USER = 10001
"""Whom the image of leap-kg runs as."""

HOME = "/var/lib/leap-kg"
"""Where the home is mounted."""

CLAIM = "leap-kg-home"
"""The claim that has the home, where nothing else is said; the chart makes it."""

_SCRATCH = "/tmp"  # noqa: S108 - of the container, a volume of its own
_APP = "app.kubernetes.io"
_TURN = "leap-kg.org/turn"
_DIGITS = 10
_LONGEST_NAME = 52


def labels(component: str, **more: str) -> dict[str, str]:
    """The labels of everything that a component consists of; the rest is named `leap-kg/…`."""
    return {f"{_APP}/name": "leap-kg", f"{_APP}/component": component, **{f"leap-kg/{k}": v for k, v in more.items()}}


def container(
    name: str,
    image: str,
    *,
    args: Iterable[str] = (),
    command: Iterable[str] = (),
    env: Mapping[str, str] | None = None,
    secret: str = "",
    mounts: Iterable[Manifest] = (),
    memory: tuple[str, str] = ("512Mi", "2Gi"),
) -> Manifest:
    """A container that may write to its volumes alone; `secret` names one whose keys become variables.

    `memory` is what is set aside for it, and the most that it gets.
    """
    made: Manifest = {"name": name, "image": image}
    if command:
        made["command"] = list(command)
    if args:
        made["args"] = list(args)
    if env:
        made["env"] = [{"name": key, "value": value} for key, value in env.items()]
    if secret:
        made["envFrom"] = [{"secretRef": {"name": secret, "optional": True}}]
    least, most = memory
    return {
        **made,
        "resources": {"requests": {"cpu": "100m", "memory": least}, "limits": {"memory": most}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
        },
        "volumeMounts": [*mounts, mount("tmp", _SCRATCH)],
    }


def pod(
    containers: Iterable[Manifest],
    volumes: Iterable[Manifest],
    *,
    first: Iterable[Manifest] = (),
    grace: int = 20,
    user: int = USER,
    near: bool = False,
) -> Manifest:
    """A pod that runs once; `first` are containers that go before, `grace` is its time to end, in seconds.

    `near` asks for the machine of the writer: most volumes can be used on one machine at a time.
    """
    before = list(first)
    return {
        "restartPolicy": "Never",
        "terminationGracePeriodSeconds": grace,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": user,
            "runAsGroup": user,
            "fsGroup": user,
            "fsGroupChangePolicy": "OnRootMismatch",
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        **({"affinity": _NEAR} if near else {}),
        **({"initContainers": before} if before else {}),
        "containers": list(containers),
        "volumes": [*volumes, {"name": "tmp", "emptyDir": {}}],
    }


def mount(volume: str, path: str, *, readonly: bool = False) -> Manifest:
    """A volume of the pod at a path of the container."""
    return {"name": volume, "mountPath": path, **({"readOnly": True} if readonly else {})}


def claimed(volume: str, claim: str) -> Manifest:
    """A volume that lasts."""
    return {"name": volume, "persistentVolumeClaim": {"claimName": claim}}


def job(name: str, namespace: str, marks: Mapping[str, str], runs: Manifest, *, turn: int = 0) -> Manifest:
    """A Job that tries once; its name begins with `name` and ends with a digest of the whole of it.

    What has another `turn` is another Job that does the same.
    """
    metadata = {"labels": dict(marks), **({"annotations": {_TURN: str(turn)}} if turn else {})}
    spec: dict[str, Any] = {"backoffLimit": 0, "template": {"metadata": metadata, "spec": runs}}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": suffixed(name, spec), "namespace": namespace, "labels": dict(marks)},
        "spec": spec,
    }


def cronjob(name: str, marks: Mapping[str, str], runs: Manifest, schedule: str) -> Manifest:
    """A CronJob that makes such pods, never two at a time, in the namespace that it is put into."""
    return {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {"name": name[:_LONGEST_NAME].rstrip("-."), "labels": dict(marks)},
        "spec": {
            "schedule": schedule,
            "concurrencyPolicy": "Forbid",
            "startingDeadlineSeconds": 600,
            "successfulJobsHistoryLimit": 1,
            "failedJobsHistoryLimit": 3,
            "jobTemplate": {
                "spec": {"backoffLimit": 0, "template": {"metadata": {"labels": dict(marks)}, "spec": runs}}
            },
        },
    }


def suffixed(name: str, value: object) -> str:
    """The name with a digest of the value behind it, short enough for everything that Kubernetes makes names of."""
    return f"{name[: _LONGEST_NAME - _DIGITS - 1].rstrip('-.')}-{digest(value)[:_DIGITS]}"


def is_finished(live: Mapping[str, Any]) -> bool:
    """Whether a Job has come to an end, good or bad."""
    conditions = (live.get("status") or {}).get("conditions") or ()
    return any(each.get("type") in ("Complete", "Failed") and each.get("status") == "True" for each in conditions)


_NEAR: Manifest = {
    "podAffinity": {
        "preferredDuringSchedulingIgnoredDuringExecution": [
            {
                "weight": 100,
                "podAffinityTerm": {
                    "labelSelector": {"matchLabels": labels("writer")},
                    "topologyKey": "kubernetes.io/hostname",
                },
            }
        ]
    }
}
