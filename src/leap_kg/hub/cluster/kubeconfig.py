"""Whether files that say where clusters are, and who asks, can be used: what is wrong is said before anybody asks.

The client of Kubernetes takes them for right: what is not ends in an error of its inside, or in asking as nobody.
Hazard: they hold tokens and keys, addresses may hold passwords: an error names a file and a place in it, never a value.
"""

import binascii
import os
import shutil
import ssl
from base64 import b64decode
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import yaml

_LISTS = {"clusters": "cluster", "contexts": "context", "users": "user"}


class KubeconfigFaulty(ValueError):
    """A file cannot be used; the text says which, and what is wrong with it."""


class _Entry(NamedTuple):
    """What stands under a name, and in which file."""

    said: Mapping[str, Any]
    file: Path


def checked(kubeconfig: Path | None, context: str | None) -> str:
    """The program that has to be run to log in, with whose user it is, `""` for none.

    Raises `KubeconfigFaulty`. Without a file, those are looked at that kubectl takes.
    """
    usual = os.environ.get("KUBECONFIG", "~/.kube/config").split(os.pathsep)
    files = [kubeconfig] if kubeconfig else [Path(each).expanduser() for each in usual if each]
    found = {file: _read(file) for file in files if file.exists()}
    if not found:
        return ""  # the client says so
    names = ", ".join(map(str, found))
    entries = {which: _entries(found, which) for which in _LISTS}
    current = [each["current-context"] for each in found.values() if each.get("current-context")]
    chosen = context or (current[-1] if current else None)
    if chosen is None:
        raise KubeconfigFaulty(f"{names}: no current-context is set: name one by --context")
    where = _named(entries["contexts"], chosen, f"{names}: there is no context {chosen}")
    cluster, user = where.said.get("cluster"), where.said.get("user")
    _check_cluster(
        _named(entries["clusters"], cluster, f"{where.file}: the context {chosen} names no cluster there is")
    )
    if not user:
        return ""
    who = _named(entries["users"], user, f"{where.file}: the context {chosen} names the user {user}, whom there is not")
    return _check_user(who, f"the user {user}")


def _read(file: Path) -> Mapping[str, Any]:
    try:
        value = yaml.safe_load(file.read_bytes().decode())
    except OSError as error:
        raise KubeconfigFaulty(f"{file} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise KubeconfigFaulty(f"{file} is no kubeconfig: it is not UTF-8") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f" in line {mark.line + 1}" if mark else ""
        raise KubeconfigFaulty(f"{file} is no kubeconfig: it is not YAML{line}") from None
    if not isinstance(value, dict):
        raise KubeconfigFaulty(f"{file} is no kubeconfig: it holds no mapping of clusters, users and contexts")
    return value


def _entries(found: Mapping[Path, Mapping[str, Any]], which: str) -> dict[Any, _Entry]:
    """What each name stands for; of several files the first counts, as for kubectl."""
    made: dict[Any, _Entry] = {}
    for file, value in found.items():
        listed = value.get(which) or []
        if not isinstance(listed, list):
            raise KubeconfigFaulty(f"{file}: {which} is no list")
        for number, each in enumerate(listed):
            said = each.get(_LISTS[which]) if isinstance(each, dict) else None
            if not isinstance(each, dict) or not isinstance(each.get("name"), str) or not isinstance(said, dict | None):
                raise KubeconfigFaulty(f"{file}: {which}[{number}] is no name with a mapping {_LISTS[which]}")
            made.setdefault(each["name"], _Entry(said or {}, file))
    return made


def _named(entries: Mapping[Any, _Entry], name: object, otherwise: str) -> _Entry:
    found = entries.get(name) if isinstance(name, str) else None
    if found is None:
        raise KubeconfigFaulty(f"{otherwise}; there are {', '.join(entries) or 'none'}")
    return found


def _check_cluster(cluster: _Entry) -> None:
    try:
        address = urlsplit(str(cluster.said.get("server")))
        usable = address.scheme in ("http", "https") and bool(address.hostname) and address.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise KubeconfigFaulty(f"{cluster.file}: the server of the cluster is no address such as https://host:6443")
    if (authority := _content(cluster, "certificate-authority")) is not None:
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=authority.decode("ascii"))
        except (ssl.SSLError, ValueError):
            raise KubeconfigFaulty(f"{cluster.file}: certificate-authority holds no certificate (PEM)") from None


def _check_user(user: _Entry, who: str) -> str:
    for name in ("client-certificate", "client-key"):
        _content(user, name)
    token = user.said.get("token")
    if not token and "tokenFile" in user.said:
        token = _file(user, "tokenFile").decode(errors="replace")
    if token:
        if not (isinstance(token, str) and token.strip().isascii() and token.strip().isprintable()):
            raise KubeconfigFaulty(f"{user.file}: the token of {who} is not one line of ASCII")
        return ""
    if "exec" not in user.said:
        return ""
    said = user.said["exec"]
    command = said.get("command") if isinstance(said, dict) else None
    if not isinstance(command, str) or not command:
        raise KubeconfigFaulty(f"{user.file}: exec of {who} has no command")
    if shutil.which(str(user.file.parent / command) if os.sep in command else command) is None:
        raise KubeconfigFaulty(
            f"{user.file}: the program {command}, with which {who} logs in, is not installed, or not in PATH"
        )
    return f"{command} of {who}"


def _content(entry: _Entry, name: str) -> bytes | None:
    """What stands there as base64, or in the file that is named, `None` for neither."""
    text = entry.said.get(f"{name}-data")
    if text is None:
        return _file(entry, name) if name in entry.said else None
    try:
        return b64decode("".join(str(text).split()), validate=True)
    except (binascii.Error, ValueError):
        raise KubeconfigFaulty(f"{entry.file}: {name}-data is not base64") from None


def _file(entry: _Entry, name: str) -> bytes:
    try:
        return (entry.file.absolute().parent / str(entry.said[name])).read_bytes()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it is no path"
        raise KubeconfigFaulty(f"{entry.file}: the {name} {entry.said[name]!r} cannot be read: {why}") from None
