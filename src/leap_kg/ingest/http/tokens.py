"""Who we say we are: the agent's name, and the token of exactly the host that is asked.

Hazard: a token that leaves for another host is lost. It goes out over https, or to a host that was allowed by name;
to the host it was given for, port and all; and to none any more once a redirect has led to another host.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import quote, unquote_plus, urlsplit, urlunsplit

from leap_kg import __version__
from leap_kg.fetching import Token
from leap_kg.ingest.http.hosts import authority

_HIDDEN = "REDACTED"


def agent(contact: str = "") -> str:
    """The User-Agent: name, version, address, and whom to write to."""
    return f"leap-kg/{__version__} (+https://w3id.org/leap-kg/{f'; mailto:{contact}' if contact else ''})"


@dataclass(frozen=True, slots=True)
class Tokens:
    """`given` tokens; `allow_hosts` (`host` or `host:port`) get theirs over http too."""

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
        for value in _spellings(token.value for token in self.given):
            text = text.replace(value, _HIDDEN)
        return text

    def _safe(self, url: str, host: str) -> bool:
        parts = urlsplit(url)
        return parts.scheme == "https" or bool({host, parts.hostname} & self.allow_hosts)


def _with(url: str, name: str, value: str) -> str:
    """`url` with one query parameter set, whatever it was before."""
    parts = urlsplit(url)
    kept = [pair for pair in parts.query.split("&") if pair and unquote_plus(pair.partition("=")[0]) != name]
    query = "&".join([*kept, f"{quote(name, safe='')}={quote(value, safe='')}"])
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def _spellings(values: Iterable[str]) -> Iterable[str]:
    for value in values:
        yield value
        if (quoted := quote(value, safe="")) != value:
            yield quoted
