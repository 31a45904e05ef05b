"""Settings, read from the environment: `LEAP_KG_HOME`, `LEAP_KG_BASE` and the limits of the server.

One frozen object, made once by whoever starts a process and handed down; nothing below reads the
environment by itself.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

from leap_kg.fetching import Fetching
from leap_kg.remote import Remote

DEFAULT_BASE = "https://w3id.org/leap-kg/"
_SHORTEST_SECRET = 16
_PATH = re.compile(r"(?:/[A-Za-z0-9._~-]+)+")
_PLACE = re.compile(r"(?:https?://[A-Za-z0-9][A-Za-z0-9.:-]*|file://)/(?:[^?#\s]*/)?")


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the graph lives and what its IRIs begin with.

    `home` is the data directory, `base` the IRI prefix of everything we mint (ends in `/`), `name` what the
    pages call the site, `query_seconds` and `query_bytes` bound one SPARQL query of a visitor, `query_memory` its
    process's address space in bytes, `workers` the number of query processes per web process. `write_seconds` is how
    long a request waits until it may write, `body_bytes` and `body_seconds` bound what it sends, `licence` is
    the IRI of the licence of the graph as a whole (`""` if none is said). `store` is the SPARQL
    server that answers queries, `None` for the embedded engine.
    `query_rows` bounds the rows of one result, `cache_bytes` the answers that a web process keeps. `budget_seconds`
    and `budget_errors` are what one client may use a minute (seconds of computing, failed queries; 0: any).
    `trusted_proxies` are the networks whose word on who their client is counts. `stop_seconds` is how long a server
    that stops finishes what it has begun; it is not ready once the newest revision is `ready_age` seconds old, or a
    replica lags by `ready_lag`, whose refusals to write name `primary`. `log_level` is debug, info, warning or error,
    `log_format` json, text or auto, `log_clients` whether addresses of clients are logged. `watchers` is how many
    clients may wait for changes at a time in each web process. `fetching` is who we are to the hosts we fetch from,
    `token` who we are to the server that a harvest publishes to.
    `data_places` are the addresses below which stores may be opened for visitors, `data_bytes` (unpacked) and
    `data_seconds` what one request for data may read, and how long.
    `path` is the path that the server is below (`/services/leap-kg`), `""` for none; `sign_in` is who says who somebody
    is: `tokens` (ours), or `jupyterhub`, whose managed service this is.
    `request_form` is the address of a form elsewhere that asks for data, such as that of GitHub issues, `""` if none.
    `webhook_secret` is what GitHub signs its webhooks with, `""` if none is taken.
    """

    home: Path = Path(".leap-kg")
    base: str = DEFAULT_BASE
    name: str = "LEAP knowledge graph"
    query_seconds: float = 10.0
    query_bytes: int = 32 * 2**20
    query_memory: int = 2 * 2**30
    workers: int = (os.cpu_count() or 1) + 1
    write_seconds: float = 60.0
    body_bytes: int = 64 * 2**20
    body_seconds: float = 120.0
    licence: str = ""
    store: Remote | None = None
    query_rows: int = 1_000_000
    cache_bytes: int = 64 * 2**20
    budget_seconds: float = 60.0
    budget_errors: float = 30.0
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    stop_seconds: float = 10.0
    ready_age: float = float("inf")
    ready_lag: float = 300.0
    primary: str = ""
    log_level: str = "info"
    log_format: str = "auto"
    log_clients: bool = False
    watchers: int = 100
    fetching: Fetching = field(default_factory=Fetching)
    token: str = field(default="", repr=False)
    webhook_secret: str = field(default="", repr=False)
    data_places: tuple[str, ...] = ()
    data_bytes: int = 256 * 2**20
    data_seconds: float = 30.0
    path: str = ""
    sign_in: str = "tokens"
    request_form: str = ""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Read `LEAP_KG_*`; raises `ValueError` naming the variable that cannot be used."""
        base = environment.get("LEAP_KG_BASE", DEFAULT_BASE)
        if not re.fullmatch(r"https?://[A-Za-z0-9][A-Za-z0-9.:-]*(/[A-Za-z0-9._~/-]*)?", base):
            raise ValueError(f"LEAP_KG_BASE must be an http(s) address without query or fragment, not {base!r}")
        default = cls()
        return cls(
            home=Path(environment.get("LEAP_KG_HOME") or default.home),
            base=base if base.endswith("/") else base + "/",
            name=environment.get("LEAP_KG_NAME") or default.name,
            query_seconds=_number(environment, "LEAP_KG_QUERY_SECONDS", default.query_seconds),
            query_bytes=int(_number(environment, "LEAP_KG_QUERY_BYTES", default.query_bytes)),
            query_memory=int(_number(environment, "LEAP_KG_QUERY_MEMORY", default.query_memory)),
            workers=int(_number(environment, "LEAP_KG_WORKERS", default.workers)),
            write_seconds=_number(environment, "LEAP_KG_WRITE_SECONDS", default.write_seconds),
            body_bytes=int(_number(environment, "LEAP_KG_BODY_BYTES", default.body_bytes)),
            body_seconds=_number(environment, "LEAP_KG_BODY_SECONDS", default.body_seconds),
            licence=environment.get("LEAP_KG_LICENCE", default.licence),
            store=Remote.from_environment(environment),
            query_rows=int(_number(environment, "LEAP_KG_QUERY_ROWS", default.query_rows)),
            cache_bytes=int(_number(environment, "LEAP_KG_CACHE_BYTES", default.cache_bytes, least=0)),
            budget_seconds=_number(environment, "LEAP_KG_BUDGET_SECONDS", default.budget_seconds, least=0),
            budget_errors=_number(environment, "LEAP_KG_BUDGET_ERRORS", default.budget_errors, least=0),
            trusted_proxies=_networks(environment, "LEAP_KG_TRUSTED_PROXIES"),
            stop_seconds=_number(environment, "LEAP_KG_STOP_SECONDS", default.stop_seconds),
            ready_age=_number(environment, "LEAP_KG_READY_AGE", default.ready_age),
            ready_lag=_number(environment, "LEAP_KG_READY_LAG", default.ready_lag),
            primary=environment.get("LEAP_KG_PRIMARY", default.primary),
            log_level=_one_of(environment, "LEAP_KG_LOG_LEVEL", ("info", "debug", "warning", "error")),
            log_format=_one_of(environment, "LEAP_KG_LOG_FORMAT", ("auto", "json", "text")),
            log_clients=_one_of(environment, "LEAP_KG_LOG_CLIENTS", ("0", "1")) == "1",
            watchers=int(_number(environment, "LEAP_KG_WATCHERS", default.watchers)),
            fetching=Fetching.from_environment(environment),
            token=environment.get("LEAP_KG_TOKEN", ""),
            webhook_secret=_secret(environment, "LEAP_KG_GITHUB_WEBHOOK_SECRET"),
            data_places=_places(environment, "LEAP_KG_DATA_PLACES"),
            data_bytes=int(_number(environment, "LEAP_KG_DATA_BYTES", default.data_bytes)),
            data_seconds=_number(environment, "LEAP_KG_DATA_SECONDS", default.data_seconds),
            path=_path(environment, "LEAP_KG_PATH"),
            sign_in=_one_of(environment, "LEAP_KG_SIGN_IN", ("tokens", "jupyterhub")),
            request_form=_address(environment, "LEAP_KG_REQUEST_FORM"),
        )


def _one_of(environment: Mapping[str, str], name: str, values: tuple[str, ...]) -> str:
    """The value of the variable; the first of `values` if it is not set."""
    value = environment.get(name) or values[0]
    if value not in values:
        raise ValueError(f"{name} must be one of {', '.join(values)}, not {value!r}")
    return value


def _address(environment: Mapping[str, str], name: str) -> str:
    """A web address, `""` if it is not set."""
    value = environment.get(name, "")
    if value and not re.fullmatch(r"https?://[^\s/?#]+[^\s]*", value):
        raise ValueError(f"{name} must be an http(s) address, not {value!r}")
    return value


def _networks(environment: Mapping[str, str], name: str) -> tuple[IPv4Network | IPv6Network, ...]:
    given = [part.strip() for part in environment.get(name, "").split(",")]
    try:
        return tuple(ip_network(part, strict=False) for part in given if part)
    except ValueError as error:
        raise ValueError(f"{name} must be addresses or networks with commas between them: {error}") from None


def _places(environment: Mapping[str, str], name: str) -> tuple[str, ...]:
    given = tuple(environment.get(name, "").split())
    for place in given:
        if not _PLACE.fullmatch(place) or "/../" in place:
            shape = "https://host/, https://host/path/ or file:///folder/, with blanks between them"
            raise ValueError(f"{name} must be addresses that end in a slash ({shape}), not {place!r}")
    return given


def _path(environment: Mapping[str, str], name: str) -> str:
    path = environment.get(name, "").rstrip("/")
    if path and (not _PATH.fullmatch(path) or {".", ".."} & set(path.split("/"))):
        raise ValueError(f"{name} must be a path such as /services/leap-kg, of plain letters, not {path!r}")
    return path


def _secret(environment: Mapping[str, str], name: str) -> str:
    """The secret in the variable, or in the file that the variable with `_FILE` behind its name names."""
    given, path = environment.get(name, ""), environment.get(f"{name}_FILE", "")
    if given and path:
        raise ValueError(f"set {name} or {name}_FILE, not both")
    if path:
        try:
            given = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as error:
            raise ValueError(f"{name}_FILE cannot be read: {getattr(error, 'strerror', None) or error}") from None
        if not given:
            raise ValueError(f"{name}_FILE names an empty file")
    if given and len(given) < _SHORTEST_SECRET:
        raise ValueError(f"{name} must have at least {_SHORTEST_SECRET} characters")
    return given


def _number(environment: Mapping[str, str], name: str, default: float, least: float | None = None) -> float:
    text = environment.get(name)
    if text is None:
        return default
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"{name} must be a number, not {text!r}") from None
    if least is not None and least <= value < float("inf"):
        return value
    if not 0 < value < float("inf"):
        raise ValueError(f"{name} must be above zero, not {text!r}")
    return value
