"""Where an existing SPARQL 1.1 server is and who we are there, as the environment says it.

Hazard: the password is in no message and no `repr`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_SCHEME = "sparql+"


@dataclass(frozen=True, slots=True)
class Remote:
    """Where an engine answers (`query`) and takes changes (`update`), both http(s) addresses, and as whom."""

    query: str
    update: str
    user: str = ""
    password: str = field(default="", repr=False)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Remote | None":
        """Read `LEAP_KG_STORE*`, `None` for the embedded engine; raises `ValueError` naming the wrong variable."""
        store, update = environment.get("LEAP_KG_STORE"), environment.get("LEAP_KG_STORE_UPDATE")
        if not store:
            return None
        query = _http("LEAP_KG_STORE", store, _SCHEME)
        return cls(
            query=query,
            update=_http("LEAP_KG_STORE_UPDATE", update) if update else _updates(query),
            user=environment.get("LEAP_KG_STORE_USER", ""),
            password=environment.get("LEAP_KG_STORE_PASSWORD", ""),
        )


def _http(variable: str, value: str, prefix: str = "") -> str:
    """The http(s) address of a setting that begins with `prefix`; raises `ValueError` that repeats no secret."""
    address = value.removeprefix(prefix)
    if value.startswith(prefix) and re.fullmatch(r"https?://[^\s<>\"{}|\\^`#]+", address):
        try:
            parts = urlsplit(address)
            if parts.hostname and parts.port != 0 and not (parts.username or parts.password):
                return address
        except ValueError:
            pass
    raise ValueError(
        f"{variable} must be like {prefix}http://host:port/path, without fragment, user and password; "
        "credentials go into LEAP_KG_STORE_USER and LEAP_KG_STORE_PASSWORD"
    )


def _updates(query: str) -> str:
    """Where the usual servers take updates if they answer queries here; for others it is a setting."""
    if query.endswith("/query"):
        return query.removesuffix("query") + "update"
    if re.search(r"/repositories/[^/]+$", query):
        return f"{query}/statements"
    return query
