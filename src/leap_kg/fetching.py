"""Who we are to the hosts that we fetch from, and how patient, as the environment says it.

Hazard: a token opens whatever its owner may see, and what is fetched gets published. Give tokens that read what is
public, and nothing else. Values are in no message and no `repr`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

_HOST = r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?"
_TOKEN = re.compile(rf"({_HOST})(?:\?([A-Za-z][\w.-]*))?=(env|file):(\S+)", re.A)
_CONTACT = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+", re.A)
_MOST_BYTES = 10_000


@dataclass(frozen=True, slots=True)
class Token:
    """A secret for one host (`host` or `host:port`, lower case).

    It goes into the Authorization header, or into the query parameter `parameter` if that is not `""`.
    """

    host: str
    parameter: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Fetching:
    """`contact` is an e-mail address for those whose hosts we ask, `tokens` are secrets, at most one for each host.

    `private_hosts` may lead to machines that are not public. `wait_seconds` is how long a host's wish to wait is sat
    out at most, `most_bytes` how large a body may be.
    """

    contact: str = ""
    tokens: tuple[Token, ...] = ()
    private_hosts: frozenset[str] = frozenset()
    wait_seconds: float = 60.0
    most_bytes: int = 64 * 2**20

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Fetching":
        """Read `LEAP_KG_FETCH_*`; raises `ValueError` naming the variable that cannot be used, without its value."""
        default = cls()
        return cls(
            contact=_contact(environment.get("LEAP_KG_FETCH_CONTACT", "").strip()),
            tokens=_tokens(environment),
            private_hosts=_hosts(environment.get("LEAP_KG_FETCH_PRIVATE_HOSTS", "")),
            wait_seconds=_above(environment, "LEAP_KG_FETCH_WAIT_SECONDS", default.wait_seconds),
            most_bytes=int(_above(environment, "LEAP_KG_FETCH_BYTES", default.most_bytes)),
        )


def _contact(text: str) -> str:
    if text and not _CONTACT.fullmatch(text):
        raise ValueError(f"LEAP_KG_FETCH_CONTACT must be one e-mail address, not {text!r}")
    return text


def _tokens(environment: Mapping[str, str]) -> tuple[Token, ...]:
    found: dict[str, Token] = {}
    for number, item in enumerate(environment.get("LEAP_KG_FETCH_TOKENS", "").split(), start=1):
        match = _TOKEN.fullmatch(item.rstrip(","))
        if not match:
            raise ValueError(
                f"LEAP_KG_FETCH_TOKENS: item {number} is not like `api.github.com=env:GITHUB_TOKEN`, "
                "`api.github.com=file:/run/secrets/github` or `api.openalex.org?api_key=env:OPENALEX_KEY`; "
                "the secret itself does not stand there"
            )
        host = match[1].lower()
        if host in found:
            raise ValueError(f"LEAP_KG_FETCH_TOKENS: {host} stands twice; leave one")
        found[host] = Token(host, match[2] or "", _secret(match[3], match[4], environment))
    return tuple(found.values())


def _secret(kind: str, place: str, environment: Mapping[str, str]) -> str:
    if kind == "env":
        value = environment.get(place, "").strip()
        if not value:
            raise ValueError(f"LEAP_KG_FETCH_TOKENS names the variable {place}, which is not set; set it, or drop it")
    else:
        try:
            with Path(place).open("rb") as file:
                value = file.read(_MOST_BYTES).decode("ascii").strip()
        except OSError as error:
            raise ValueError(f"LEAP_KG_FETCH_TOKENS: {place} cannot be read ({error.strerror})") from None
        except UnicodeDecodeError:
            raise ValueError(f"LEAP_KG_FETCH_TOKENS: {place} holds no token: it must be one line of ASCII") from None
    if not re.fullmatch(r"[\x21-\x7e]+", value):
        raise ValueError(f"LEAP_KG_FETCH_TOKENS: {place} holds no token: it must be one word of printable ASCII")
    return value


def _hosts(text: str) -> frozenset[str]:
    hosts = frozenset(host.strip() for host in text.split(",") if host.strip())
    for host in hosts:
        if not re.fullmatch(_HOST, host, re.A):
            raise ValueError(f"LEAP_KG_FETCH_PRIVATE_HOSTS must be `host` or `host:port` with commas, not {host!r}")
    return hosts


def _above(environment: Mapping[str, str], name: str, default: float) -> float:
    text = environment.get(name)
    try:
        value = default if not text else float(text)
    except ValueError:
        raise ValueError(f"{name} must be a number, not {text!r}") from None
    if not 0 < value < float("inf"):
        raise ValueError(f"{name} must be above zero, not {text!r}")
    return value
