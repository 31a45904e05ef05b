"""Stores that are repositories of Icechunk: what a run writes becomes one commit, after those of the runs before.

The repository before is taken over by links, as nothing in it is ever written to again but the references to branches;
those are copied. What is committed to the copy is seen by nobody until the copy takes the place of the first.
"""

import inspect
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import icechunk

from .failing import Failed

_LINKED = ("chunks", "manifests", "snapshots", "transactions")
BRANCH = "main"
_HAS_FORMATS = "spec_version" in inspect.signature(icechunk.Repository.create).parameters
_FORMAT: Mapping[str, Any] = {"spec_version": 1} if _HAS_FORMATS else {}
"""The form of repositories that all releases of Icechunk read, and harvesting too; those before 2 know no other."""

if "ICECHUNK_LOG" not in os.environ:
    # It warns of writers that meet in a folder, and a run has its staging place for itself.
    icechunk.set_logs_filter("warn,icechunk::storage::object_store=error,icechunk_arrow_object_store=error")


@dataclass
class Commit:
    """A commit that is being made: `fork` is written to, here and, pickled, by other processes."""

    session: icechunk.Session
    fork: Any

    @classmethod
    def begin(cls, store: Path, old: Path, config: icechunk.RepositoryConfig | None = None) -> "Commit":
        """One that follows those of the old repository, if there is one."""
        storage = icechunk.local_filesystem_storage(str(store))
        if old.is_dir():
            _take_over(old, store)
            repository = icechunk.Repository.open(storage, config=config)
        else:
            repository = icechunk.Repository.create(storage, config=config, **_FORMAT)
        if config is not None:
            repository.save_config()
        session = repository.writable_session(BRANCH)
        return cls(session, session.fork())

    def end(self, forks: Iterable[Any], message: str, metadata: Mapping[str, str]) -> None:
        """Commit what was written to the fork and to copies of it."""
        try:
            self.session.merge(self.fork, *forks)
            self.session.commit(message, metadata=dict(metadata))
        except icechunk.IcechunkError as error:
            raise Failed("icechunk", f"what was written cannot be committed: {error}") from error


def read_only(store: Path) -> Any:  # noqa: ANN401 - a store of Zarr
    """What the repository holds now."""
    storage = icechunk.local_filesystem_storage(str(store))
    config = icechunk.Repository.fetch_config(storage)
    places = (config.virtual_chunk_containers or {}) if config else {}
    repository = icechunk.Repository.open(storage, authorize_virtual_chunk_access=dict.fromkeys(places))
    return repository.readonly_session(BRANCH).store


def _take_over(old: Path, new: Path) -> None:
    for file in sorted(each for each in old.rglob("*") if each.is_file()):
        place = new / file.relative_to(old)
        place.parent.mkdir(parents=True, exist_ok=True)
        if file.relative_to(old).parts[0] in _LINKED:
            try:
                os.link(file, place)
                continue
            except OSError:  # a file system without links
                pass
        shutil.copyfile(file, place)
