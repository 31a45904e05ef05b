"""Settings, read from the environment: `LEAP_KG_HOME`, `LEAP_KG_BASE` and the limits of the server.

One frozen object, made once by whoever starts a process and handed down; nothing below reads the
environment by itself.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

DEFAULT_BASE = "https://w3id.org/leap-kg/"


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the graph lives and what its IRIs begin with.

    `home` is the data directory, `base` the IRI prefix of everything we mint (ends in `/`), `name` what the
    pages call the site, `query_seconds` and `query_bytes` bound one SPARQL query of a visitor, `query_memory` its
    process's address space in bytes, `workers` the number of query processes per web process.
    """

    home: Path = Path(".leap-kg")
    base: str = DEFAULT_BASE
    name: str = "LEAP knowledge graph"
    query_seconds: float = 10.0
    query_bytes: int = 32 * 2**20
    query_memory: int = 2 * 2**30
    workers: int = 2

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
        )


def _number(environment: Mapping[str, str], name: str, default: float) -> float:
    text = environment.get(name)
    if text is None:
        return default
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"{name} must be a number, not {text!r}") from None
    if not 0 < value < float("inf"):
        raise ValueError(f"{name} must be above zero, not {text!r}")
    return value
