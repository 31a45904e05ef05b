"""Where a feedstock is cloned from: what an address on a command line means, told without asking anybody.

Hazard: an address may be made by a stranger, and is given to git. So it is taken apart here and put together anew from
parts that can be nothing else: one of two schemes, a host, a path of plain names; and of a ref, what git takes for one.
"""

import ipaddress
import re
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

from leap_kg.ontology.identifiers import Refusal, github
from leap_kg.redaction import redact

_LONGEST = 2048
_LONGEST_REF = 250
_SHOWN = 200
_PORTS = {"https": 443, "http": 80}
_GITHUB = ("github.com", "www.github.com")
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[:/]|[\w.-]+@[\w.-]+:", re.ASCII)
_SHORT = re.compile(r"([A-Za-z0-9][\w.-]*)/([\w.-]+)@(.+)", re.ASCII)
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")
_NAME = re.compile(r"[\w.~+-]+", re.ASCII)
_COMMIT = re.compile(r"[0-9a-f]{40}")
# What `git check-ref-format` refuses, and a dash, which would begin an option.
_NO_REF = re.compile(r"^[-/]|[~^:?*\[\\]|\.\.|@\{|//|(?:^|/)\.|\.lock(?:/|$)|[/.]$|^@$")


class NoOrigin(ValueError):
    """Nothing that can be cloned; the message is one line without secrets and says what to write instead."""


@dataclass(frozen=True, slots=True)
class Origin:
    """A repository behind `https`, or `http` on this machine; `ref` is a branch, tag or commit, `""` for the default.

    `path` begins with a slash; `repository` is set if it is on GitHub.
    """

    scheme: str
    host: str
    port: int
    path: str
    ref: str = ""
    repository: github.Repository | None = None

    @property
    def url(self) -> str:
        """What git is given."""
        bare = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{bare}{port}{self.path}"


def origin_of(text: str, ref: str = "") -> Origin | None:
    """What is to be cloned, and at which ref; `None` for a path of this machine. Raises `NoOrigin`.

    `OWNER/NAME@REF` is a repository on GitHub unless there is a folder OWNER here.
    """
    short = _SHORT.fullmatch(text)
    if short and not _is_here(short[1]):
        return _at(_on_github([short[1], short[2]], text), short[3], ref)
    if not _ADDRESS.match(text) or ("://" not in text and _is_here(text)):
        return None
    return _read(text, ref)


def check_ref(ref: str) -> str:
    """A ref as it is, if git could have a branch, tag or commit of that name; raises `NoOrigin`."""
    if not ref or len(ref) > _LONGEST_REF or not ref.isprintable() or " " in ref or _NO_REF.search(ref):
        raise NoOrigin(f"{ref[:_SHOWN]!a} is no name of a branch, a tag or a commit: give one as git lists it")
    return ref


def _is_here(path: str) -> bool:
    with suppress(OSError, ValueError):
        return Path(path).exists()
    return False


def _read(text: str, ref: str) -> Origin:
    shown = _shown(text)
    if not re.match("https?://", text, re.IGNORECASE):
        raise NoOrigin(f"{shown} is not cloned: give its https address, https://HOST/PATH, or the path of a folder")
    if len(text) > _LONGEST or not re.fullmatch(r"[!-\[\]-~]+", text):
        raise NoOrigin(f"{shown} is no address of a repository: it is too long, or has characters that none has")
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        raise NoOrigin(f"{shown} is no address of a repository: write https://HOST/PATH") from None
    if "@" in parts.netloc:
        raise NoOrigin(
            f"{shown} has a user name or a password in it, which everybody on this machine could read: leave them out, "
            "or clone it yourself and name its folder"
        )
    if parts.query or parts.fragment or text.endswith(("?", "#")):
        raise NoOrigin(f"{shown} is no address of a repository: leave out what follows ? or #")
    if not (_HOST.fullmatch(host) or _is_ipv6(host)) or port == 0:
        raise NoOrigin(f"{shown} names no host that can be asked: write https://HOST/PATH")
    segments = parts.path.strip("/").split("/")
    if host in _GITHUB and parts.scheme == "https" and port in (None, 443):
        repository, at, given = segments[1].partition("@") if len(segments) == 2 else ("", "", "")
        found = _on_github([segments[0], repository] if at else segments, text)
        return _at(found, unquote(given) if at else "", ref)
    marker = next((n for n in range(1, len(segments) - 2) if segments[n : n + 2] == ["-", "tree"]), len(segments))
    place, tree = segments[:marker], segments[marker + 2 :]
    if not all(_NAME.fullmatch(each) and each[0] != "-" and each not in (".", "..") for each in place):
        raise NoOrigin(f"{shown} is no address of a repository: its path has to be made of plain names")
    found = Origin(parts.scheme, host, port or _PORTS[parts.scheme], "/" + "/".join(place))
    return _at(found, _ref_of(tree, text), ref)


def _on_github(segments: list[str], text: str) -> Origin:
    """A repository, at the ref that a page of a tree or of a commit shows."""
    found = github.parse_repository(f"https://github.com/{'/'.join(segments[:2])}")
    if isinstance(found, Refusal):
        raise NoOrigin(f"{_shown(text)}: {found.reason}; {found.hint}")
    view, place = (segments[2], segments[3:]) if len(segments) > 2 else ("tree", [])
    if view not in ("tree", "commit") or (len(segments) > 2 and not place):
        page = f"https://github.com/{found.display}"
        raise NoOrigin(f"{_shown(text)} is a page of a repository: give {page}, or {page}/tree/BRANCH")
    origin = Origin("https", "github.com", 443, f"/{found.display}", repository=found)
    return replace(origin, ref=_ref_of(place, text))


def _ref_of(tree: list[str], text: str) -> str:
    """The ref that a page of a tree shows; a folder in it can be the feedstock's only."""
    if len(tree) > 1 and tree[1:] != ["feedstock"]:
        branch = unquote("/".join(tree))
        raise NoOrigin(
            f"{_shown(text)} may be a branch with a slash, or a folder: give the address of the repository alone, and "
            f"the branch by --ref, as --ref {_shown(branch)}"
        )
    return unquote(tree[0]) if tree else ""


def _at(origin: Origin, stated: str, given: str) -> Origin:
    """At the ref that the address states or `--ref` gives."""
    stated = stated or origin.ref
    if stated and given and stated != given:
        raise NoOrigin(f"the address says {_shown(stated)}, and --ref {_shown(given)}: give one of them")
    ref = stated or given
    return replace(origin, ref=check_ref(ref) if ref else "")


def _is_ipv6(host: str) -> bool:
    with suppress(ValueError):
        return ipaddress.ip_address(host).version == 6 and "%" not in host
    return False


def _shown(text: str) -> str:
    """A text as messages may have it: without secrets, in one line and not too long."""
    return redact(text[:_LONGEST]).encode("ascii", "backslashreplace").decode()[:_SHOWN]
