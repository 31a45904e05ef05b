"""Addresses on GitHub taken apart: which of its hosts, which path, which fragment.

GitHub is written as web page, API call, raw file, git remote (https, ssh, `git@github.com:`), pip
requirement or plain `owner/name`. A URL that carries a user name or a token is refused, so that no
secret goes further.
"""

import re
from dataclasses import dataclass

from leap_kg.ontology.identifiers.result import Refusal
from leap_kg.ontology.identifiers.text import clean, decoded

HINT = "write it as https://github.com/owner/repository"
_NOUN = "GitHub address"
_URL = re.compile(
    r"(?:git\+)?(https?|git|ssh)://(?:([^/?#]*)@)?([^/?#@:]+)(?::[0-9]*)?/*(.*)", re.IGNORECASE | re.DOTALL
)
_SCP = re.compile(r"git@(github\.com):/*(.*)", re.IGNORECASE | re.DOTALL)
_SHORT = re.compile(r"(?:github|gh):/*(.*)", re.IGNORECASE | re.DOTALL)
_HOSTED = re.compile(r"((?:[a-z]+\.)*(?:github|githubusercontent)\.com)(?:/+(.*))?", re.IGNORECASE | re.DOTALL)
_RAW_HOST = "raw.githubusercontent.com"
_HOSTS = frozenset(
    {"github.com", "www.github.com", "api.github.com", "codeload.github.com", "ssh.github.com", _RAW_HOST}
)


@dataclass(frozen=True, slots=True)
class Address:
    """The decoded parts of the path, the fragment, and whether the host serves `raw` files."""

    segments: list[str]
    fragment: str
    raw: bool


def read(text: str) -> Address | Refusal:
    """Take an address on GitHub apart; `owner/name` alone counts as one."""
    cleaned = clean(text, _NOUN)
    if isinstance(cleaned, Refusal):
        return cleaned
    split = _split(cleaned)
    if isinstance(split, Refusal):
        return split
    host, rest = split
    rest, _, fragment = rest.partition("#")
    segments: list[str] = []
    for segment in filter(None, rest.partition("?")[0].split("/")):
        plain = decoded(segment, _NOUN) if "%" in segment else segment
        if isinstance(plain, Refusal):
            return plain
        segments.append(plain)
    if host == "api.github.com" and segments[:1] in (["repos"], ["users"]):
        del segments[0]
    return Address(segments, fragment, raw=host == _RAW_HOST)


def _split(text: str) -> tuple[str, str] | Refusal:
    """The host, one of `_HOSTS`, and all that follows it."""
    if match := _SCP.fullmatch(text):
        host, rest = match[1], match[2]
    elif match := _URL.fullmatch(text):
        if match[2] is not None and match[1].lower() != "ssh":
            return Refusal("carries a user name or a token in the URL", "remove it, and revoke it if it was a token")
        host, rest = match[3], match[4]
    elif match := _HOSTED.fullmatch(text):
        host, rest = match[1], match[2] or ""
    elif match := _SHORT.fullmatch(text):
        host, rest = "github.com", match[1]
    elif text.strip("/").count("/") < 2:
        host, rest = "github.com", text
    else:
        return Refusal("not an address on GitHub", HINT)
    host = host.lower()
    if host not in _HOSTS:
        return Refusal("not the address of a repository on GitHub", HINT)
    return host, rest
