"""A recipe as a declaration: which files there are, along what they are put together, and in which chunks.

Nothing is opened here; mistakes are `ValueError` with what to write instead.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, product
from string import Formatter
from typing import Any

MOST_LEVELS = 12
ICECHUNK = ".icechunk"


@dataclass(frozen=True)
class Item:
    """One file: its address, its place along the dimension of concatenation, and its key among those to be merged."""

    url: str
    position: int = 0
    member: str = ""


@dataclass(frozen=True)
class Files:
    """Files named by keys: `address` is a text with `{name}` for each key, or a function of them by name.

    `concat` gives the one dimension along which files follow each other, with its keys in order; `merge` gives one
    name whose keys stand for files with different variables. Either may be left out.
    """

    address: str | Callable[..., str]
    concat: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    merge: Mapping[str, Sequence[Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raises `ValueError` for a declaration that names no files."""
        for what, keys in (("concat", self.concat), ("merge", self.merge)):
            if len(keys) > 1:
                raise ValueError(f"{what} takes one name, not {', '.join(keys)}: put the others into the addresses")
            for name, values in keys.items():
                if isinstance(values, str) or not len(values):
                    raise ValueError(f"{what}: give a list with at least one key for {name!r}")
                if len(set(map(str, values))) != len(values):
                    raise ValueError(f"{what}: a key of {name!r} is given twice")
        if isinstance(self.address, str):
            named = {name for _, name, _, _ in Formatter().parse(self.address) if name}
            if missing := {*self.concat, *self.merge} ^ named:
                raise ValueError(
                    f"{', '.join(sorted(missing))}: each name in the address needs its keys, and each key a place there"
                )

    @property
    def dimension(self) -> str:
        """The dimension along which files follow each other, `""` for none."""
        return next(iter(self.concat), "")

    def items(self, prune: int = 0) -> Iterator[Item]:
        """The files, in order; `prune` keeps so many along the dimension of concatenation."""
        along = list(islice(enumerate(next(iter(self.concat.values()), [None])), prune or None))
        members = next(iter(self.merge.values()), [None])
        for (position, key), member in product(along, members):
            named = {**dict.fromkeys(self.concat, key), **dict.fromkeys(self.merge, member)}
            url = self.address.format(**named) if isinstance(self.address, str) else self.address(**named)
            yield Item(url, position, "" if member is None else str(member))


@dataclass(frozen=True)
class Pyramid:
    """Coarser copies of a store, for maps that are zoomed: each of `levels` halves the last along dimensions, `over`.

    They are the groups `level-1`, `level-2` and so on of the store; a value is the mean of those that it stands for.
    """

    over: Sequence[str]
    levels: int = 2

    def __post_init__(self) -> None:
        """Raises `ValueError` for levels that cannot be made."""
        if isinstance(self.over, str) or not self.over:
            raise ValueError('pyramid: name the dimensions that are halved, such as over=["lat", "lon"]')
        if isinstance(self.levels, bool) or not isinstance(self.levels, int) or not 1 <= self.levels <= MOST_LEVELS:
            raise ValueError(f"pyramid: levels is a whole number from 1 to {MOST_LEVELS}, not {self.levels!r}")


@dataclass(frozen=True)
class Recipe:
    """What becomes of the files: one store.

    `store` is its name below the target and says by its ending what it is, Zarr or an Icechunk repository. `chunks` are
    the elements of a chunk by dimension (what is not named is not divided), `prepare` is done to the content of each
    file, `open_options` goes to `xarray.open_dataset`, `attributes` are added to those of the store, and `pyramid` says
    which coarser copies it has. With `virtual`, a store of Icechunk refers to the files instead of holding their data.
    """

    files: Files
    store: str
    chunks: Mapping[str, int] = field(default_factory=dict)
    prepare: Callable[[Any], Any] | None = None
    open_options: Mapping[str, Any] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)
    pyramid: Pyramid | None = None
    virtual: bool = False

    @property
    def icechunk(self) -> bool:
        """Whether the store is a repository of Icechunk."""
        return self.store.endswith(ICECHUNK)

    def __post_init__(self) -> None:
        """Raises `ValueError` for a store or chunks that cannot be written."""
        parts = self.store.split("/")
        if (
            not self.store.endswith((".zarr", ICECHUNK))
            or any(part in ("", ".", "..") for part in parts)
            or "\\" in self.store
        ):
            raise ValueError(
                f"store={self.store!r}: give a name such as sea-surface.zarr, folder/name.zarr or sea-surface{ICECHUNK}"
            )
        if self.virtual and (not self.icechunk or self.chunks or self.prepare or self.pyramid):
            raise ValueError(
                f"virtual: a store that refers to its files is called name{ICECHUNK}, and has their chunks and values: "
                "leave out chunks, prepare and pyramid"
            )
        if self.pyramid and self.icechunk:
            raise ValueError("pyramid: a store of Zarr can have one; write it as a store called name.zarr")
        for name, size in self.chunks.items():
            if isinstance(size, bool) or not isinstance(size, int) or size < 1:
                raise ValueError(f"chunks: {name!r} needs a whole number of elements, not {size!r}")
