"""Opens what a query worker is pointed at: a checkpoint on disk, or the folder that stands for a server's revision.

Loaded by the workers: imports little until a server is asked for.
"""

from __future__ import annotations

import os

import pyoxigraph

TYPE_CHECKING = False  # as typing has it
if TYPE_CHECKING:
    from collections.abc import Mapping

    from leap_kg.graph.engine import Engine

MARK = "remote.json"
"""The file that makes a folder stand for a revision on a server."""


def open_for_reading(directory: str, environment: Mapping[str, str] = os.environ) -> Engine:
    """The revision in or behind a folder; credentials for a server come from `environment` (`LEAP_KG_STORE*`).

    Raises `OSError`, `ValueError` or `RuntimeError` for a folder that is neither.
    """
    if os.path.isfile(os.path.join(directory, MARK)):  # noqa: PTH113, PTH118 (pathlib is slow to import)
        from leap_kg.graph.remote.snapshot import read_mark

        return read_mark(directory, environment)
    return pyoxigraph.Store.read_only(directory)
