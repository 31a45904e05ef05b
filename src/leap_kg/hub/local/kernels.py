"""Which environment of this machine stands for an image: a kernel that is installed here, by a list that people keep.

Where none does, servers run in the environment of the hub itself, and say so. Whatever runs is the kernel `python3` of
the server, so that every notebook runs in what was chosen, with the magics of leap-kg loaded.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from leap_kg.ingest.formats.yamltext import Unreadable, read_yaml
from leap_kg.ontology.iri import digest

OWN = "python3"
_EXTENSION = "--InteractiveShellApp.extra_extensions=leap_kg.client"


class KernelsFaulty(ValueError):
    """The list of kernels cannot be used; the text says why."""


@dataclass(frozen=True, slots=True)
class Kernel:
    """A kernel of this machine: its name, what people read, and whether it stands for the image asked for."""

    name: str
    title: str
    stands_for_it: bool


class Kernels:
    """The kernels of this machine (`installed`: by name, as Jupyter has them), and the images that they stand for.

    `listed` are pairs of a pattern of images, as in a shell, and the name of a kernel; the first that fits counts.
    """

    def __init__(self, installed: Mapping[str, Mapping[str, Any]], listed: list[tuple[str, str]]) -> None:
        if unknown := sorted({name for _, name in listed} - installed.keys()):
            known = ", ".join(sorted(installed)) or "none"
            raise KernelsFaulty(f"there is no kernel {', '.join(unknown)} on this machine, where these are: {known}")
        self._installed = installed
        self._listed = listed

    def of(self, image: str) -> Kernel:
        """The kernel that a server with this image gets."""
        name = next((name for pattern, name in self._listed if fnmatchcase(image, pattern)), "")
        used = name or OWN
        return Kernel(used, str(self._installed.get(used, {}).get("display_name") or used), bool(name))

    def folder(self, kernel: Kernel, below: Path) -> Path:
        """A folder for `JUPYTER_PATH` in which this kernel is `python3`, made below a folder if it is not there."""
        spec = self._installed.get(kernel.name)
        if spec is None:
            raise KernelsFaulty(f"there is no kernel {kernel.name} on this machine: install ipykernel")
        more = [_EXTENSION] if spec.get("language") == "python" else []
        text = json.dumps({**spec, "argv": [*spec["argv"], *more]}, indent=1)
        folder = below / f"{kernel.name}-{digest(text)}"
        file = folder / "kernels" / OWN / "kernel.json"
        if not file.is_file():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return folder


def read_kernels(data: bytes, what: str) -> list[tuple[str, str]]:
    """The pairs of a list `kernels: [{image, kernel}]`; raises `KernelsFaulty`."""
    try:
        value = read_yaml(data, what=what).value
    except Unreadable as error:
        raise KernelsFaulty(str(error)) from None
    listed = value.get("kernels") if isinstance(value, dict) else None
    if not isinstance(listed, list):
        raise KernelsFaulty(f"{what} has to be a list `kernels`")
    return [_pair(each, what) for each in listed]


def _pair(value: object, what: str) -> tuple[str, str]:
    image, kernel = (value.get("image"), value.get("kernel")) if isinstance(value, dict) else (None, None)
    if not isinstance(image, str) or not isinstance(kernel, str):
        raise KernelsFaulty(f"each of the `kernels` in {what} has to have an `image` and a `kernel`")
    return image, kernel


def installed_kernels() -> dict[str, dict[str, Any]]:
    """The kernels of this machine, by name, as Jupyter knows them; `python3` with the Python that runs this."""
    import sys

    from jupyter_client.kernelspec import KernelSpecManager

    found = {name: dict(each["spec"]) for name, each in KernelSpecManager().get_all_specs().items()}
    if OWN in found:
        found[OWN]["argv"] = [sys.executable, *found[OWN]["argv"][1:]]
    return found
