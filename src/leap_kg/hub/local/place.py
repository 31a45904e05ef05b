"""Where a hub on this machine lives, and what it is started with: read from the environment once, and handed down."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from leap_kg.resources import declarations
from leap_kg.settings import Settings

SERVICE = "leap-kg"
PREFIX = f"/services/{SERVICE}"
HOST = "127.0.0.1"

_PORTS = ("LEAP_KG_HUB_PORT", "LEAP_KG_HUB_API_PORT", "LEAP_KG_HUB_PROXY_PORT", "LEAP_KG_HUB_SERVICE_PORT")
_SHORTEST = {"LEAP_KG_HUB_PASSWORD": 8, "LEAP_KG_HUB_ADMIN_PASSWORD": 32}


@dataclass(frozen=True, slots=True)
class Place:
    """A hub on this machine.

    `port` is where people come, the other ports are between hub, proxy and service. `folder` keeps the hub's memory and
    the homes of its users; `domain` is the hub of the graph whose choices it gives, `kernels` the list of what stands
    for images. `passwords` are that of everybody, and that of admins.
    """

    settings: Settings
    port: int
    api_port: int
    proxy_port: int
    service_port: int
    folder: Path
    domain: str
    kernels: Path
    proxy: Path
    welcome: Path
    passwords: tuple[str, str] = field(repr=False)

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Place":
        """What `LEAP_KG_HUB_*` say; raises `ValueError` naming the variable that cannot be used."""
        settings = Settings.from_environment(environment)
        port, api_port, proxy_port, service_port = (_port(environment, name) for name in _PORTS)
        here = declarations() / "hub" / "local"
        home = settings.home.resolve()
        return cls(
            settings,
            port,
            api_port,
            proxy_port,
            service_port,
            folder=Path(environment.get("LEAP_KG_HUB_FOLDER") or home / "hub").resolve(),
            domain=environment.get("LEAP_KG_HUB_DOMAIN", ""),
            kernels=Path(environment.get("LEAP_KG_HUB_KERNELS") or here / "kernels.yaml").resolve(),
            proxy=here / "node_modules" / ".bin" / "configurable-http-proxy",
            welcome=here / "welcome.ipynb",
            passwords=(
                _password(environment, "LEAP_KG_HUB_PASSWORD"),
                _password(environment, "LEAP_KG_HUB_ADMIN_PASSWORD"),
            ),
        )

    @property
    def address(self) -> str:
        """Where people come."""
        return f"http://{HOST}:{self.port}/"

    @property
    def graph(self) -> str:
        """The address of leap-kg as a service of the hub, as `LEAP_KG_URL` has it."""
        return f"http://{HOST}:{self.port}{PREFIX}"

    @property
    def hub_health(self) -> str:
        """Where the hub itself says that it works."""
        return f"http://{HOST}:{self.api_port}/hub/health"

    @property
    def service_health(self) -> str:
        """Where leap-kg itself says that it works."""
        return f"http://{HOST}:{self.service_port}{PREFIX}/health"


def _port(environment: Mapping[str, str], name: str) -> int:
    text = environment.get(name, "")
    if not re.fullmatch("[0-9]{1,5}", text, re.ASCII) or not 0 < int(text) < 65536:
        raise ValueError(f"{name} must be a port from 1 to 65535, not {text!r}")
    return int(text)


def _password(environment: Mapping[str, str], name: str) -> str:
    """The password in a variable, which no message repeats."""
    text, least = environment.get(name, ""), _SHORTEST[name]
    if len(text) < least or not text.isprintable():
        raise ValueError(f"{name} must have at least {least} printable characters")
    return text
