"""Kubernetes objects as plain mappings: which one it is, whose it is, and what it says."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

Manifest = dict[str, Any]

MANAGER = "leap-kg"
"""The name under which fields are applied."""

IRI = "leap-kg.org/iri"
"""The annotation that says what in the graph an object is for."""

_LABEL = ("app.kubernetes.io/managed-by", MANAGER)
SELECTOR = "=".join(_LABEL)
"""Selects what is ours, for the server."""

_OF_THE_SERVER = ("managedFields", "resourceVersion", "uid", "generation", "creationTimestamp", "selfLink")


class Key(NamedTuple):
    """Which object: `namespace` is `""` for one that belongs to the whole cluster."""

    version: str
    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"


def key_of(manifest: Mapping[str, Any]) -> Key:
    """The key of an object; raises `KeyError` for what is none."""
    metadata = manifest["metadata"]
    return Key(manifest["apiVersion"], manifest["kind"], metadata.get("namespace", ""), metadata["name"])


def marked(manifest: Manifest, iri: str) -> Manifest:
    """The object with what says that it is ours, and what in the graph it is for."""
    metadata = manifest["metadata"]
    labels = {**metadata.get("labels", {}), _LABEL[0]: _LABEL[1]}
    annotations = {**metadata.get("annotations", {}), IRI: iri}
    return {**manifest, "metadata": {**metadata, "labels": labels, "annotations": annotations}}


def is_ours(live: Mapping[str, Any]) -> bool:
    """Whether both marks are on it."""
    metadata = live.get("metadata") or {}
    return (metadata.get("labels") or {}).get(_LABEL[0]) == _LABEL[1] and IRI in (metadata.get("annotations") or {})


def uid_of(live: Mapping[str, Any] | None) -> str:
    """What tells it from one of the same name before or after it, `""` for none."""
    return str(((live or {}).get("metadata") or {}).get("uid") or "")


def is_applied(live: Mapping[str, Any]) -> bool:
    """Whether the server says that we applied it: whoever takes marks off cannot take that away by the way."""
    entries = (live.get("metadata") or {}).get("managedFields") or ()
    return any(each.get("manager") == MANAGER and each.get("operation") == "Apply" for each in entries)


def said(live: Mapping[str, Any]) -> Manifest:
    """The object without what the server itself writes down, so that two looks at one that nobody touched agree."""
    metadata = {name: value for name, value in live.get("metadata", {}).items() if name not in _OF_THE_SERVER}
    return {**{name: value for name, value in live.items() if name != "status"}, "metadata": metadata}


def digest(value: object) -> str:
    """64 hexadecimal digits that stand for a value of JSON."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
