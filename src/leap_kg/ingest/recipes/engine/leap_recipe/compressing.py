"""Which compressor a variable gets: the one that a piece of the first file speaks for.

Floats as instruments and models give them have bits that look like noise beside bytes that repeat, and come out smaller
and many times faster if bytes are sorted first (shuffled). Numbers that were rounded repeat as a whole, which sorting
hides: those come out smaller by what Zarr takes unless it is told otherwise.
"""

from typing import Any

import numcodecs
import numpy as np
import xarray as xr
from zarr.codecs import BloscCodec

_SAMPLE = 2**20
"""Bytes that are looked at, at most."""
_WORTH = 7 / 8
"""How much smaller the slower compressor has to make them."""
_LEVEL = 5


def compression(variable: xr.Variable, dimension: str) -> dict[str, Any]:
    """The encoding that says by what a variable is compressed; none where Zarr's own choice is as good."""
    if variable.dtype.kind not in "fiu" or variable.dtype.itemsize == 1 or not variable.size:
        return {}
    piece = np.ascontiguousarray(_piece(variable, dimension))
    sorted_first = numcodecs.Blosc(cname="lz4", clevel=_LEVEL, shuffle=numcodecs.Blosc.SHUFFLE)
    if len(numcodecs.Zstd(level=0).encode(piece)) < _WORTH * len(sorted_first.encode(piece)):
        return {}
    return {"compressors": (BloscCodec(cname="lz4", clevel=_LEVEL, shuffle="shuffle"),)}


def _piece(variable: xr.Variable, dimension: str) -> Any:  # noqa: ANN401 - an array of numpy
    """Values from the middle of the first element along the dimension; the edges of a map are less like the rest."""
    part = variable.isel({dimension: slice(0, 1)}) if dimension in variable.dims else variable
    while part.nbytes > _SAMPLE:
        longest, size = max(part.sizes.items(), key=lambda each: each[1])
        part = part.isel({longest: slice(size // 4, size // 4 + size // 2)})
    return part.values
