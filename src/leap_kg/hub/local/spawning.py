"""What the hub calls when somebody starts a server: the form, what of it counts, and what the server is given.

Hazard: what a user sends is looked up in the graph each time a server starts, also when the hub remembers it from
before. The token that a server gets is in its environment only.
"""

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from tornado.web import HTTPError

from leap_kg.hub.local.choices import Unofferable
from leap_kg.hub.local.chosen import Chosen, NotOffered, choose
from leap_kg.hub.local.kernels import Kernel, Kernels, KernelsFaulty
from leap_kg.hub.local.place import Place
from leap_kg.hub.local.shelf import Shelf
from leap_kg.hub.local.spawnform import spawn_form


class Group(Protocol):
    """A group of the hub."""

    name: str


class User(Protocol):
    """A user of the hub."""

    groups: list[Group]


class Spawner(Protocol):
    """The spawner of a server, as far as it is used here."""

    user: User
    environment: dict[str, str | Callable[["Spawner"], str]]
    api_token: str
    home_dir: str


class Spawning:
    """Ties servers to what the graph offers."""

    def __init__(self, place: Place, shelf: Shelf, kernels: Kernels) -> None:
        self._place = place
        self._shelf = shelf
        self._kernels = kernels

    def form(self, spawner: Spawner) -> str:
        """The form for this user; raises `HTTPError` (503) where the graph cannot be asked."""
        try:
            return spawn_form(self._shelf.offer(), _groups(spawner), self._kernels)
        except Unofferable as error:
            raise HTTPError(503, str(error), reason="Nothing to choose from") from None

    def apply(self, spawner: Spawner, options: Mapping[str, Any]) -> None:
        """Set a server up as it was chosen; raises `HTTPError`, 400 for what is not offered to this user."""
        try:
            chosen = choose(self._shelf.offer(), _groups(spawner), options)
            kernel = self._kernels.of(chosen.image)
            kernels = self._kernels.folder(kernel, self._place.folder / "kernels")
        except NotOffered as error:
            raise HTTPError(400, _safe(error), reason="Not offered") from None
        except (Unofferable, KernelsFaulty) as error:
            raise HTTPError(503, _safe(error), reason="No server can start") from None
        spawner.environment = {**environment_of(chosen, kernel, self._place.graph), "JUPYTER_PATH": str(kernels)}

    def welcome(self, spawner: Spawner) -> None:
        """Put the first notebook into a home that has none."""
        target = Path(spawner.home_dir) / self._place.welcome.name
        if self._place.welcome.is_file() and not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self._place.welcome, target)


def environment_of(chosen: Chosen, kernel: Kernel, graph: str) -> dict[str, str | Callable[[Spawner], str]]:
    """The variables that a server gets: where the graph is, and which environment this is.

    `JUPYTER_IMAGE_SPEC`, which KubeSpawner sets to the image that runs, is set only where a kernel stands for it.
    """
    recorded: dict[str, str | Callable[[Spawner], str]] = {
        "LEAP_KG_URL": graph,
        "LEAP_KG_TOKEN": lambda spawner: spawner.api_token,
        "LEAP_KG_PROFILE": chosen.profile.key,
        "LEAP_KG_CHOICES": json.dumps(dict(chosen.options), sort_keys=True),
        "LEAP_KG_IMAGE": chosen.image,
        "LEAP_KG_KERNEL": kernel.name,
    }
    return recorded | ({"JUPYTER_IMAGE_SPEC": chosen.image} if kernel.stands_for_it else {})


def _groups(spawner: Spawner) -> set[str]:
    return {group.name for group in spawner.user.groups}


def _safe(error: Exception) -> str:
    """A message that the hub takes: it fills in what stands behind percent signs."""
    return str(error).replace("%", "%%")
