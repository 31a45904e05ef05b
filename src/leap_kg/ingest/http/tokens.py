"""Who we say we are: the agent's name, and the token of exactly the host that is asked.

Hazard: a token that leaves for another host is lost. It goes out over https, or to this machine itself where that is
allowed by name; to the host it was given for, port and all; and to none any more once a redirect has led to another
host. What comes back may repeat it, whichever host was asked, and is published: it is taken out of bodies and headers
in the spellings that texts have, and cannot be seen in bodies that are packed.
"""

import ipaddress
import json
import re
from base64 import b64encode
from dataclasses import dataclass, field
from functools import cache
from html import escape
from urllib.parse import quote, unquote_plus, urlsplit, urlunsplit

from leap_kg import __version__
from leap_kg.fetching import Token
from leap_kg.ingest.http.hosts import authority

_HIDDEN = "REDACTED"
_SHORTEST = 6  # characters; anything shorter stands in a body by chance, and taking it out would spoil the body


def agent(contact: str = "") -> str:
    """The User-Agent: name, version, address, and whom to write to."""
    return f"leap-kg/{__version__} (+https://w3id.org/leap-kg/{f'; mailto:{contact}' if contact else ''})"


@dataclass(frozen=True, slots=True)
class Tokens:
    """`given` tokens; those of `allow_hosts` (`host` or `host:port`) that are this machine get theirs over http too."""

    given: tuple[Token, ...] = ()
    allow_hosts: frozenset[str] = field(default_factory=frozenset)

    def attached(self, url: str) -> tuple[str, dict[str, str]]:
        """`url` as it is to be sent, and headers to send along; only for an address that no other host has led to."""
        host = authority(url)
        token = next((token for token in self.given if token.host == host), None)
        if token is None or not self._safe(url, host):
            return url, {}
        if token.parameter:
            return _with(url, token.parameter, token.value), {}
        return url, {"Authorization": f"Bearer {token.value}"}

    def hide(self, text: str) -> str:
        """`text` without the tokens, should a host repeat them."""
        for spelling in self._spellings():
            text = text.replace(spelling, _HIDDEN)
        return text

    def hide_in(self, body: bytes) -> bytes:
        """The same of a body, where what is to be hidden is long enough to be meant."""
        for spelling in self._spellings():
            if len(spelling) >= _SHORTEST:
                body = body.replace(spelling.encode(), _HIDDEN.encode())
        return body

    def _spellings(self) -> tuple[str, ...]:
        return tuple(spelling for token in self.given for spelling in _spellings(token.value))

    def _safe(self, url: str, host: str) -> bool:
        parts = urlsplit(url)
        allowed = bool({host, parts.hostname} & self.allow_hosts)
        return parts.scheme == "https" or (allowed and _is_loopback(parts.hostname or ""))


def _is_loopback(hostname: str) -> bool:
    try:
        return hostname == "localhost" or ipaddress.ip_address(hostname).is_loopback
    except ValueError:
        return False


def _with(url: str, name: str, value: str) -> str:
    """`url` with one query parameter set, whatever it was before."""
    parts = urlsplit(url)
    kept = [pair for pair in parts.query.split("&") if pair and unquote_plus(pair.partition("=")[0]) != name]
    query = "&".join([*kept, f"{quote(name, safe='')}={quote(value, safe='')}"])
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


@cache
def _spellings(value: str) -> tuple[str, ...]:
    """A secret as it is, and as JSON, HTML, addresses and base64 spell it; the longest first."""
    quoted, written = quote(value, safe=""), json.dumps(value)[1:-1]
    found = [value, quoted, re.sub("%..", lambda code: code[0].lower(), quoted), escape(value)]
    found += [written, written.replace("/", r"\/")]
    for before in range(3):
        # In the base64 of a longer text only those characters are certain whose bits are all the secret's.
        length = before + len(value)
        coded = b64encode(bytes(before) + value.encode()).decode()[(before * 8 + 5) // 6 : length * 8 // 6]
        found += [coded, coded.translate(str.maketrans("+/", "-_"))]
    return tuple(sorted(dict.fromkeys(found), key=len, reverse=True))
