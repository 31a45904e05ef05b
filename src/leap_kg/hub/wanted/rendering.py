"""Renders a release: as plain values, for Flux, or for Argo CD.

What it renders is a pure function of the release and of the hub's values, which go where the chart of the release takes
them. Nothing here is a secret: values that are come from Secrets of the cluster, which only Flux can put over those of
the graph.
"""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from leap_kg.hub.declared.release import Release
from leap_kg.hub.objects.manifest import Manifest
from leap_kg.hub.wanted.charted import values_for
from leap_kg.ingest.hubs.scalars import HelmDumper

FORMS = ("helmrelease", "argocd", "values")
_VALUES = "values.yaml"
_EVERY = "10m"
_MOST_BYTES = 2**20
"""What a Secret, and an object as a whole, may hold."""


class Unrenderable(ValueError):
    """The release cannot be rendered in this form; the text says what to change."""


def values_text(values: Mapping[str, Any]) -> str:
    """The values as a file that Helm takes, in their order."""
    return yaml.dump(dict(values), Dumper=HelmDumper, sort_keys=False, allow_unicode=True, width=120)


def rendered(release: Release, values: Mapping[str, Any], form: str) -> Iterator[Manifest]:
    """The objects of a release, those that others need first; raises `Unrenderable`, also for `values`."""
    yield namespace(release.namespace)
    taken = values_for(release.chart, values)
    if len(values_text(taken).encode()) > _MOST_BYTES:
        raise Unrenderable(f"the values of {release.hub} are larger than {_MOST_BYTES:,} bytes: make its files smaller")
    if form == "helmrelease":
        yield from _flux(release, taken)
    elif form == "argocd":
        yield _application(release, taken)
    else:
        raise Unrenderable(f"{form!r} makes no objects; render as {' or '.join(FORMS[:2])}")


def namespace(name: str) -> Manifest:
    """The namespace that other objects are in."""
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def _flux(release: Release, values: Mapping[str, Any]) -> Iterator[Manifest]:
    secret, repository = f"{release.name}-values", f"{release.name}-chart"
    inside = {"namespace": release.namespace}
    data = {_VALUES: b64encode(values_text(values).encode()).decode()}
    yield {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": secret, **inside}, "type": "Opaque", "data": data}
    kind: Manifest = {"type": "oci"} if release.chart.repository.startswith("oci://") else {}
    login: Manifest = {"secretRef": {"name": release.chart.login}} if release.chart.login else {}
    yield {
        "apiVersion": "source.toolkit.fluxcd.io/v1",
        "kind": "HelmRepository",
        "metadata": {"name": repository, **inside},
        "spec": {"interval": _EVERY, "url": release.chart.repository, **kind, **login},
    }
    sources = [{"kind": "Secret", "name": secret, "valuesKey": _VALUES}]
    sources += [{"kind": "Secret", "name": each.name, "valuesKey": each.key} for each in release.secrets]
    yield {
        "apiVersion": "helm.toolkit.fluxcd.io/v2",
        "kind": "HelmRelease",
        "metadata": {"name": release.name, **inside},
        "spec": {
            "interval": _EVERY,
            "releaseName": release.name,
            "chart": {
                "spec": {
                    "chart": release.chart.name,
                    "version": release.chart.version,
                    "sourceRef": {"kind": "HelmRepository", "name": repository},
                }
            },
            "valuesFrom": sources,
            "suspend": release.suspended,
        },
    }


def _application(release: Release, values: Mapping[str, Any]) -> Manifest:
    if release.secrets:
        raise Unrenderable(
            f"{release.name} takes values from Secrets, which Argo CD cannot: render it as helmrelease, or let the "
            "chart read its secrets itself and take `secrets` away"
        )
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": release.name, "namespace": "argocd"},
        "spec": {
            "project": "default",
            "source": {
                "repoURL": release.chart.repository.removeprefix("oci://"),
                "chart": release.chart.name,
                "targetRevision": release.chart.version,
                "helm": {"releaseName": release.name, "valuesObject": dict(values)},
            },
            "destination": {"server": "https://kubernetes.default.svc", "namespace": release.namespace},
            "syncPolicy": {"syncOptions": ["ServerSideApply=true"]},
        },
    }
