"""Whether a store has the values of a file, where the file says that they are."""

from collections.abc import Iterator

import numpy as np
import xarray as xr
from pandas.errors import InvalidIndexError

_NEAR = 1e-5
"""Of a step between neighbours: places that are nearer to each other than that are the same."""


def alike(ours: np.ndarray, theirs: np.ndarray) -> bool:
    """Whether two arrays have the same values, but for what types and roundings make of them."""
    if ours.shape != theirs.shape:
        return False
    if "f" not in ours.dtype.kind + theirs.dtype.kind:
        return bool(np.array_equal(ours, theirs))
    one, other = ours.astype("f8"), theirs.astype("f8")
    if min(ours.dtype.itemsize, theirs.dtype.itemsize) < 8 and ours.dtype.kind == theirs.dtype.kind == "f":
        short = min((ours.dtype, theirs.dtype), key=lambda each: each.itemsize)
        with np.errstate(over="ignore"):
            if np.array_equal(one.astype(short), other.astype(short), equal_nan=True):
                return True
    return bool(np.allclose(one, other, rtol=0, atol=_NEAR * _step(other), equal_nan=True))


def difference(source: xr.DataArray, stored: xr.DataArray) -> str | None:
    """In what a store differs from a file at the coordinates of the file, in words.

    `""` if in nothing, `None` if that cannot be said. What has fewer digits in the store is the same.
    """
    if set(source.dims) != set(stored.dims):
        return None  # another shape is another variable
    known = [str(dim) for dim in source.dims if dim in source.coords and dim in stored.coords]
    places = {dim: source[dim] for dim in known if not _same_places(source[dim], stored[dim])}
    try:
        found = stored.sel(places).transpose(*source.dims)
    except InvalidIndexError:
        return None  # a coordinate is there twice
    except (KeyError, ValueError):
        return ", ".join(_lacking(places, stored)) or "its coordinates are not those of the store"
    if found.shape != source.shape:
        return "it has another shape there" if set(source.dims) <= set(known) else None
    return _unequal(_shortened(source.values, found.values), found.values)


def rounded(source: xr.DataArray, stored: xr.DataArray) -> bool:
    """Whether the type of the store has fewer digits than some value of the file needs."""
    if not source.dtype.kind == stored.dtype.kind == "f" or source.dtype.itemsize <= stored.dtype.itemsize:
        return False
    values = source.values
    return not np.array_equal(
        _shortened(values, np.empty(0, stored.dtype)).astype(values.dtype), values, equal_nan=True
    )


def _same_places(ours: xr.DataArray, theirs: xr.DataArray) -> bool:
    if ours.shape != theirs.shape:
        return False
    if ours.dtype.kind in "fiu" and theirs.dtype.kind in "fiu":
        return alike(ours.values, theirs.values)
    return bool(np.array_equal(ours.values, theirs.values))


def _step(values: np.ndarray) -> float:
    """The least step between neighbours, 0 of those that do not differ or have no neighbour."""
    if values.ndim != 1 or values.size < 2:
        return 0.0
    steps = np.abs(np.diff(values))
    steps = steps[np.isfinite(steps) & (steps > 0)]
    return float(steps.min()) if steps.size else 0.0


def _shortened(values: np.ndarray, like: np.ndarray) -> np.ndarray:
    """Real numbers as the type of others holds them; what that type is too small for stays as it is."""
    if not values.dtype.kind == like.dtype.kind == "f" or values.dtype.itemsize <= like.dtype.itemsize:
        return values
    with np.errstate(over="ignore"):
        short = values.astype(like.dtype)
    return values if bool((np.isinf(short) & np.isfinite(values)).any()) else short


def _lacking(places: dict[str, xr.DataArray], stored: xr.DataArray) -> Iterator[str]:
    for dim, wanted in places.items():
        missing = wanted.values[~np.isin(wanted.values, stored[dim].values)]
        if missing.size:
            yield f"the store lacks {missing.size} of its {wanted.size} places along {dim}, such as {missing[0]}"


def _unequal(ours: np.ndarray, theirs: np.ndarray) -> str:
    """How many values are not equal, and by how much numbers are apart."""
    gaps = ours.dtype.kind in "fcmM" and theirs.dtype.kind in "fcmM"
    if np.array_equal(ours, theirs, equal_nan=gaps):
        return ""
    same = (ours == theirs) | (np.isnan(ours) & np.isnan(theirs)) if gaps else ours == theirs
    told = f"{int((~same).sum())} of {same.size} values"
    if ours.dtype.kind in "fiu" and theirs.dtype.kind in "fiu":
        with np.errstate(over="ignore", invalid="ignore"):
            apart = np.abs(ours.astype("f8") - theirs.astype("f8"))
        if (apart := apart[np.isfinite(apart)]).size and apart.max() > 0:
            told += f", by up to {apart.max():.3g}"
    return told
