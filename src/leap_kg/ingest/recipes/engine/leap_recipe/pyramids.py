"""Makes the coarser copies of a store that a recipe declares, each from the one before it."""

from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from .declaration import Pyramid
from .failing import Failed
from .telling import tell


def build(store: Path, pyramid: Pyramid) -> dict[str, Any]:
    """Write the levels as groups of the store; returns what its attributes are to say of them. Raises `Failed`."""
    import zarr

    form: Any = zarr.open_group(str(store), mode="r")
    written = {"zarr_format": form.metadata.zarr_format} if hasattr(form, "metadata") else {}
    for level in range(1, pyramid.levels + 1):
        group = _name(level - 1) if level > 1 else None
        with xr.open_zarr(store, group=group, consolidated=False) as finer:
            coarser = _coarser(finer, pyramid)
            coarser.to_zarr(store, group=_name(level), mode="w", consolidated=False, **written)
        tell(f"level {level} of the pyramid: {dict(coarser.sizes)}")
    levels = [{"path": "."}, *({"path": _name(level)} for level in range(1, pyramid.levels + 1))]
    return {"multiscales": [{"datasets": levels, "type": "reduce", "metadata": {"method": "mean"}}]}


def _name(level: int) -> str:
    return f"level-{level}"


def _coarser(finer: xr.Dataset, pyramid: Pyramid) -> xr.Dataset:
    """A dataset with half the elements along the dimensions; what has none of them, or no numbers, is as it was."""
    if missing := sorted(set(pyramid.over) - set(map(str, finer.sizes))):
        raise Failed("feedstock", f"pyramid names {', '.join(missing)}, which is no dimension of the store")
    if not all(finer.sizes[name] > 1 for name in pyramid.over):
        raise Failed("feedstock", f"pyramid: after fewer levels nothing is left to halve of {dict(finer.sizes)}")
    chunks = {name: finer.chunksizes[name][0] for name in finer.chunksizes}
    kept = [
        name
        for name, each in finer.data_vars.items()
        if each.dtype.kind not in "fiu" or not set(pyramid.over) <= set(each.dims)
    ]
    window = dict.fromkeys(pyramid.over, 2)
    coarser = finer.drop_vars(kept).coarsen(window, boundary="pad").mean()
    coarser = coarser.chunk({name: size for name, size in chunks.items() if name in coarser.sizes})
    for name, each in coarser.data_vars.items():
        coarser[name] = each.astype(np.result_type(finer[name].dtype, np.float32)) if each.dtype.kind == "f" else each
        coarser[name].attrs = {**finer[name].attrs, "cell_methods": f"{' '.join(f'{n}:' for n in pyramid.over)} mean"}
        coarser[name].encoding = {"_FillValue": coarser[name].dtype.type("nan")}
    for name, coordinate in coarser.coords.items():
        coordinate.encoding = {
            key: value for key, value in finer[name].encoding.items() if key in ("units", "calendar")
        }
    return coarser.assign_attrs(finer.attrs)
