"""The configuration of a hub on this machine: `hub/local/jupyterhub_config.py` hands it in.

Hazard: a shared password keeps strangers of this machine out, and nobody else. The hub's checks of forms from other
sites (XSRF) and its cookies are as it ships them.
"""

import os
import sys
from collections.abc import Mapping
from typing import Any

from leap_kg.hub.declared.members import ADMINS, CURATORS
from leap_kg.hub.local.chosen import read_form
from leap_kg.hub.local.kernels import Kernels, installed_kernels, read_kernels
from leap_kg.hub.local.place import HOST, PREFIX, SERVICE, Place
from leap_kg.hub.local.shelf import Shelf
from leap_kg.hub.local.spawning import Spawning

ADMIN, CURATOR = "admin", "curator"

_START_SECONDS = 120
_NAMES = r"[a-z][a-z0-9_.-]{0,62}"
_ACCESS = f"access:services!service={SERVICE}"
_PRIVATE = ("LEAP_KG_HUB_", "LEAP_KG_TOKEN", "LEAP_KG_FETCH_TOKENS", "LEAP_KG_GITHUB_WEBHOOK_SECRET")


def configure(c: Any, environment: Mapping[str, str] = os.environ) -> Place:  # noqa: ANN401 - traitlets' configuration
    """Fill the configuration in; raises `ValueError` with what cannot be used."""
    place = Place.of(environment)
    shelf = Shelf(place.settings, place.domain)
    kernels = Kernels(installed_kernels(), read_kernels(place.kernels.read_bytes(), str(place.kernels)))
    place.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _hub(c, place)
    _people(c, place, shelf.offer().groups)
    _service(c, place, environment)
    _servers(c, place, Spawning(place, shelf, kernels))
    return place


def _hub(c: Any, place: Place) -> None:  # noqa: ANN401
    c.JupyterHub.bind_url = place.address
    c.JupyterHub.hub_bind_url = f"http://{HOST}:{place.api_port}"
    c.JupyterHub.db_url = f"sqlite:///{place.folder / 'jupyterhub.sqlite'}"
    c.JupyterHub.cookie_secret_file = str(place.folder / "cookie_secret")
    c.JupyterHub.log_level = "WARN"
    c.JupyterHub.cleanup_servers = True
    c.ConfigurableHTTPProxy.command = [str(place.proxy)]
    c.ConfigurableHTTPProxy.log_level = "warn"
    c.ConfigurableHTTPProxy.api_url = f"http://{HOST}:{place.proxy_port}"
    c.ConfigurableHTTPProxy.pid_file = str(place.folder / "proxy.pid")


def _people(c: Any, place: Place, kept: frozenset[str]) -> None:  # noqa: ANN401
    """Who may sign in, and what they are; an admin is in every group that something of the graph is kept for."""
    everybody, admins = place.passwords
    c.JupyterHub.authenticator_class = "shared-password"
    c.SharedPasswordAuthenticator.user_password = everybody
    c.SharedPasswordAuthenticator.admin_password = admins
    c.Authenticator.allow_all = True
    c.Authenticator.admin_users = {ADMIN}
    # Names become folders.
    c.Authenticator.username_pattern = f"^{_NAMES}$"
    c.JupyterHub.load_groups = {
        **{group: {"users": [ADMIN]} for group in sorted(kept)},
        CURATORS: {"users": [CURATOR]},
        ADMINS: {"users": [ADMIN]},
    }
    c.JupyterHub.load_roles = [
        {"name": "user", "scopes": ["self", _ACCESS]},
        {"name": "server", "scopes": ["users:activity!user", "access:servers!server", _ACCESS]},
    ]


def _service(c: Any, place: Place, environment: Mapping[str, str]) -> None:  # noqa: ANN401
    given = {name: value for name, value in environment.items() if name.startswith("LEAP_KG_")}
    c.JupyterHub.services = [
        {
            "name": SERVICE,
            "url": f"http://{HOST}:{place.service_port}",
            "command": [sys.executable, "-m", "leap_kg", "serve", "--host", HOST, "--port", str(place.service_port)],
            "oauth_no_confirm": True,
            "timeout": _START_SECONDS,
            "environment": {
                "LEAP_KG_LOG_LEVEL": "warning",
                **{name: value for name, value in given.items() if not name.startswith(_PRIVATE)},
                "LEAP_KG_HOME": str(place.settings.home.resolve()),
                "LEAP_KG_PATH": PREFIX,
                "LEAP_KG_SIGN_IN": "jupyterhub",
                "LEAP_KG_TRUSTED_PROXIES": f"{HOST}/32",
            },
        }
    ]


def _servers(c: Any, place: Place, spawning: Spawning) -> None:  # noqa: ANN401
    c.JupyterHub.spawner_class = "simple"
    c.SimpleLocalProcessSpawner.home_dir_template = str(place.folder / "homes" / "{username}")
    c.Spawner.args = ["--ServerApp.log_level=WARN", *(["--allow-root"] if os.geteuid() == 0 else [])]
    c.Spawner.cmd = [sys.executable, "-m", "jupyterhub.singleuser"]
    c.Spawner.notebook_dir = "~"
    c.Spawner.http_timeout = 60
    # Functions, and no methods: the hub copies its configuration, and what a method belongs to cannot be copied.
    c.Spawner.options_form = lambda spawner: spawning.form(spawner)
    c.Spawner.options_from_form = read_form
    c.Spawner.apply_user_options = lambda spawner, options: spawning.apply(spawner, options)
    c.Spawner.pre_spawn_hook = lambda spawner: spawning.welcome(spawner)
