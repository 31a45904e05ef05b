"""What of an object may be shown and kept: not what Secrets hold, nor what looks like a secret, wherever it stands.

Hazard: objects, and what controllers say of them, are written by anybody, also by people who type a password where none
belongs. What is shown goes to Events, logs and the graph, which all may read.
"""

import re
from collections.abc import Mapping
from typing import Any

from leap_kg.ingest.hubs.secrets import has_form, is_named
from leap_kg.redaction import hide

HIDDEN = "(hidden)"

_COPY = "kubectl.kubernetes.io/last-applied-configuration"
"""The annotation in which kubectl keeps all of what it applied, also of Secrets."""
_WORD = re.compile(r"[^\s'\"]+")
_OF_SECRETS = ("data", "stringData")


def shown(live: Mapping[str, Any]) -> dict[str, Any]:
    """The object as it may be shown."""
    hides = live.get("kind") == "Secret"
    return {name: HIDDEN if hides and name in _OF_SECRETS else shown_value(value, name) for name, value in live.items()}


def shown_value(value: object, called: str = "") -> object:
    """A value that stands under a name, as it may be shown; variables are also written as `name` and `value`."""
    if isinstance(value, Mapping):
        name = value.get("name")
        return {
            key: shown_value(inner, name if key == "value" and isinstance(name, str) else str(key))
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [shown_value(each, called) for each in value]
    if not isinstance(value, str):
        return value
    return HIDDEN if called == _COPY or is_named(called, value) else shown_text(value)


def shown_text(text: str) -> str:
    """A text as it may be shown: without what logs in at the addresses in it, and without words that are secrets."""
    plain = hide(text)
    if not has_form(plain):
        return plain
    words = _WORD.sub(lambda word: HIDDEN if has_form(word[0]) else word[0], plain)
    return HIDDEN if has_form(words) else words
