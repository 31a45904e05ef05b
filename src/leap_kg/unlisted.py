"""Zarr stores whose metadata are not consolidated: a library is told which arrays they have, for a host need not list.

Hazard: xarray opens such a store as an empty dataset, without a word, wherever its host lists no files: most web
servers, and buckets that let everybody read but nobody look around. So arrays are named, except for files of this
machine, which lists its folders.
"""

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

APART = "not-consolidated"
"""The kind of the finding that says of a store that its metadata are not consolidated."""

CLASS = "Named"
IMPORTS = "import xarray as xr\nfrom zarr.storage import FsspecStore, WrapperStore"
"""What code that uses `class_code` imports."""


@dataclass(frozen=True, slots=True)
class Arrays:
    """The arrays of a store as harvesting found them: `names` are paths below its root, empty if nobody knows.

    `consolidated` is whether one document describes them all; that of a store that was not harvested may do.
    """

    names: tuple[str, ...] = ()
    consolidated: bool = True

    @property
    def groups(self) -> list[str]:
        """The groups that have arrays in them, `""` for the root."""
        return sorted({name.rpartition("/")[0] for name in self.names})

    def group(self, wanted: object = None) -> str:
        """The group to open: the `wanted` one if it has arrays or nobody knows, else the first that has some."""
        stated = wanted.strip("/") if isinstance(wanted, str) else ""
        return stated if not self.names or stated in self.groups else self.groups[0]

    def within(self, group: str) -> list[str]:
        """The names of the arrays in a group."""
        return sorted(name.rpartition("/")[2] for name in self.names if name.rpartition("/")[0] == group)

    def unseen(self, url: str) -> bool:
        """Whether opening the store at `url`, a path of this machine or an address, may find none of its arrays."""
        return not self.consolidated and "://" in url and not url.startswith("file:")


def class_code(names: Iterable[str]) -> str:
    """Python of the class that names these arrays; texts enter as the `repr()` of a `str`."""
    listed = "".join(f"            {_literal(name)},\n" for name in names)
    return (
        f"class {CLASS}(WrapperStore):\n"
        '    """The metadata are not consolidated and the host may list no files, so the arrays are named here."""\n\n'
        "    async def list_dir(self, prefix):\n"
        f"        for name in (\n{listed}        ):\n"
        "            yield name\n"
    )


def named(url: str, names: Iterable[str], options: Mapping[str, object]) -> Any:  # noqa: ANN401 - a zarr store
    """The store at an address, which says that it has these arrays; `options` reach its host.

    Raises `ImportError` without zarr and fsspec.
    """
    from zarr.storage import FsspecStore, WrapperStore

    listed = tuple(names)

    class Named(WrapperStore):  # type: ignore[type-arg]
        """A store that lists what it was told that it has."""

        async def list_dir(self, prefix: str) -> AsyncIterator[str]:
            for name in listed:
                yield name

    return Named(FsspecStore.from_url(url, storage_options=dict(options) or None, read_only=True))


def _literal(text: str) -> str:
    plain = repr(text)
    return f'"{plain[1:-1]}"' if plain[0] == "'" and '"' not in plain else plain
