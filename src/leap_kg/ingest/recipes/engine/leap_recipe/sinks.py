"""What regions are written to: a folder of Zarr, or a repository of Icechunk that has a commit more in the end."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xarray as xr

from .growing import take_over
from .layout import Layout

if TYPE_CHECKING:
    from .commits import Commit


class Sink(ABC):
    """A store that is being written; `shared` is what processes write to."""

    shared: Any

    @abstractmethod
    def lay_out(self, layout: Layout) -> None:
        """Write everything but the data."""

    def values(self, names: Iterable[str]) -> dict[str, Any]:
        """The values that the store before has of these variables."""
        return {}

    def take_over(self, names: Iterable[str], dimension: str, kept: int) -> bool:
        """Take from the store before what lies below `kept` of these variables; returns whether that could be."""
        return False

    @abstractmethod
    def wrote(self, outcome: Any) -> None:  # noqa: ANN401 - as `shared`
        """A process wrote to this."""


class Zarr(Sink):
    """A folder; `old` is the one before, if there is one."""

    def __init__(self, store: Path, old: Path) -> None:
        self.shared = str(store)
        self._store, self._old = store, old

    def lay_out(self, layout: Layout) -> None:
        """Write it as Zarr 3."""
        _lay_out(layout.store, self.shared, layout)

    def values(self, names: Iterable[str]) -> dict[str, Any]:
        """By xarray, decoded."""
        with xr.open_zarr(self._old, chunks=None, consolidated=True) as stored:
            return {name: stored[name].values for name in names if name in stored.variables}

    def take_over(self, names: Iterable[str], dimension: str, kept: int) -> bool:
        """By links."""
        return take_over(self._old, self._store, names, dimension, kept)

    def wrote(self, outcome: Any) -> None:  # noqa: ANN401 - the path
        """What was written is where it belongs."""


class Repository(Sink):
    """A commit of Icechunk, whose store has these attributes beside its own."""

    def __init__(self, commit: "Commit", attributes: Mapping[str, Any]) -> None:
        self._commit, self._attributes = commit, attributes
        self.forks: list[Any] = []

    @property
    def shared(self) -> Any:  # noqa: ANN401 - a fork of a session
        """The fork, with the layout in it."""
        return self._commit.fork

    def lay_out(self, layout: Layout) -> None:
        """Write it to the fork."""
        _lay_out(layout.store.assign_attrs(self._attributes), self._commit.fork.store, layout)

    def wrote(self, outcome: Any) -> None:  # noqa: ANN401 - a fork
        """Keep what another process wrote to."""
        if outcome is not self._commit.fork:
            self.forks.append(outcome)


def _lay_out(content: xr.Dataset, store: Any, layout: Layout) -> None:  # noqa: ANN401 - as zarr takes it
    content.to_zarr(store, mode="w", compute=False, zarr_format=3, consolidated=False, encoding=dict(layout.encoding))
