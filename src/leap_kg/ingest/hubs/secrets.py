"""What looks like a secret in a file that is not encrypted: it is taken out before anything is said of the file.

Only names and forms that are given to secrets count. A finding names the place, never the text, which was public
from the moment it was committed: it has to be changed, not only removed.
"""

import re
from collections.abc import Iterator

from leap_kg.ingest.hubs.settings import Path, Setting

_LAST = {
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "pass",
    "pwd",
    "jwt",
    "secret",
    "secrets",
    "token",
    "apikey",
    "credential",
    "credentials",
}
_KEYS = {"api", "private", "access", "secret", "crypt", "encryption", "signing"}
_FORMS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----"
    r"|\bgh[pousr]_[A-Za-z0-9]{36}|\bgithub_pat_[A-Za-z0-9_]{22,}|\bglpat-[\w-]{20}"
    r"|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bAIza[\w-]{35}|\bxox[abprs]-[\w-]{10,}|\bsk_live_[A-Za-z0-9]{10,}"
    r"|\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}|\bsops:|\bENC\[AES256"
    r"|\bpypi-AgE[\w-]{16,}|\bhf_[A-Za-z0-9]{30,}|/t/[a-z]{2}-[0-9a-f-]{20,}(?=/)"
    r"|\b[a-z][a-z0-9+.-]*://[^/\s:@]+:[^/\s@]{3,}@",
    re.ASCII,
)
_LEAST = 6  # characters; shorter texts are words such as `true` or `none`
_REFERENCE = re.compile(r"\$\(?\{?[A-Z_]+\}?\)?|\{\{.*\}\}|<[^<>]*>", re.ASCII)


def without_secrets(value: Setting, path: Path = ()) -> tuple[Setting, list[Path]]:
    """The value without what looks like a secret, and where that stood."""
    found: list[Path] = []
    return _cleaned(value, path, found), found


def _cleaned(value: Setting, path: Path, found: list[Path]) -> Setting:
    if isinstance(value, dict):
        return dict(_entries(value, path, found))
    if isinstance(value, list):
        return [
            _cleaned(item, (*path, n), found) for n, item in enumerate(value) if not _noted(item, (*path, n), found)
        ]
    return value


def _entries(value: dict[str, Setting], path: Path, found: list[Path]) -> Iterator[tuple[str, Setting]]:
    called = value.get("name")  # environment variables are also written as {name: …, value: …}
    for key, inner in value.items():
        if is_named(called if key == "value" and isinstance(called, str) else key, inner):
            found.append((*path, key))
        elif not _noted(inner, (*path, key), found):
            yield key, _cleaned(inner, (*path, key), found)


def is_named(key: str, value: Setting) -> bool:
    """Whether a text stands under a name that is given to secrets: what only points at one (`secretName`) is none."""
    if not isinstance(value, str) or len(value) < _LEAST or _REFERENCE.fullmatch(value):
        return False
    words = re.split("[^a-z0-9]+", re.sub("(?<=[a-z0-9])(?=[A-Z])", "_", key[:200]).lower())
    if words[0] == "existing":
        return False
    return words[-1] in _LAST or (words[-1] == "key" and words[-2:-1] != [] and words[-2] in _KEYS)


def has_form(text: str) -> bool:
    """Whether something in a text has the form of a secret, whatever it is called."""
    return _FORMS.search(text) is not None


def _noted(value: Setting, path: Path, found: list[Path]) -> bool:
    """Whether the value has the form of a secret; if so, its place is among those found."""
    if isinstance(value, str) and has_form(value):
        found.append(path)
        return True
    return False
