"""Which other objects one cannot do without: what it reads its values, its chart, its files or its passwords from.

Hazard: what stands in an object on a cluster was written by anybody. Whatever stands there, there is an answer.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

_NAMED = {
    "secretRef": "Secret",
    "certSecretRef": "Secret",
    "secretKeyRef": "Secret",
    "secret": "Secret",
    "imagePullSecrets": "Secret",
    "configMap": "ConfigMap",
    "configMapRef": "ConfigMap",
    "configMapKeyRef": "ConfigMap",
}
"""The kinds of what is named below these words, of pods as of the objects of Flux."""
_TYPED = frozenset(("valuesFrom", "sourceRef", "chartRef"))
"""Below these, a kind is said."""
_DEEPEST = 40


class Reference(NamedTuple):
    """An object by its kind, as far as another names it."""

    kind: str
    namespace: str
    name: str


def references(live: Mapping[str, Any]) -> frozenset[Reference]:
    """All that the object refers to; what says no namespace is in its own."""
    namespace = str((live.get("metadata") or {}).get("namespace") or "")
    return frozenset(_found(live.get("spec"), namespace, 0))


def _found(value: object, namespace: str, depth: int) -> Iterator[Reference]:
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        for each in value:
            yield from _found(each, namespace, depth + 1)
    elif isinstance(value, Mapping):
        for word, inner in value.items():
            if word in _NAMED or word in _TYPED:
                for each in inner if isinstance(inner, list) else (inner,):
                    yield from _named(word, each, namespace)
            yield from _found(inner, namespace, depth + 1)


def _named(word: str, value: object, namespace: str) -> Iterator[Reference]:
    if not isinstance(value, Mapping):
        return
    name = value.get("name") or value.get("secretName")
    kind = _NAMED.get(word) or value.get("kind")
    if name and kind:
        yield Reference(str(kind), str(value.get("namespace") or namespace), str(name))
