"""Stores of Icechunk that hold no data: they refer to the files, which are read where they are.

Each file is fetched once, for its checksum and for where its chunks lie; what is stored is its address. A file that is
changed afterwards is not read any more, as its time of change is later than the reference.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import icechunk
import xarray as xr

from .commits import Commit
from .declaration import Item, Recipe
from .failing import Failed
from .inputs import Inputs
from .telling import tell


def refer(
    recipe: Recipe, items: Sequence[Item], inputs: Inputs, store: Path, old: Path, marks: Mapping[str, Any]
) -> None:
    """Make the store's next commit; raises `Failed` for files that cannot be referred to."""
    from obspec_utils.registry import ObjectStoreRegistry
    from obstore.store import LocalStore
    from virtualizarr import open_virtual_dataset
    from virtualizarr.parsers import HDFParser

    now = datetime.now(UTC)
    registry, parser = ObjectStoreRegistry({"file://": LocalStore()}), HDFParser()
    members: dict[str, list[xr.Dataset]] = {}
    for item, fetched in zip(items, inputs.all(item.url for item in items), strict=True):
        try:
            found = open_virtual_dataset(f"file://{fetched.path}", registry=registry, parser=parser)
        except (OSError, ValueError, NotImplementedError) as error:
            raise Failed("source", f"{item.url} cannot be referred to: {error}") from error
        members.setdefault(item.member, []).append(found.vz.rename_paths(_address(item.url)))
    dimension = recipe.files.dimension
    try:
        joined = [
            xr.concat(
                parts, dimension, coords="minimal", data_vars="minimal", compat="override", combine_attrs="override"
            )
            if dimension
            else parts[0]
            for parts in members.values()
        ]
        whole = xr.merge(joined, compat="override", join="exact", combine_attrs="override")
    except (ValueError, NotImplementedError) as error:
        message = f"the files cannot be put together without reading them ({error}): write a store with data instead"
        raise Failed("source", message) from error
    commit = Commit.begin(store, old, _config(_address(item.url) for item in items))
    whole.assign_attrs({**recipe.attributes, **marks}).vz.to_icechunk(commit.fork.store, last_updated_at=now)
    known = {_address(item.url) for item in items}
    if other := sorted(set(commit.fork.all_virtual_chunk_locations()) - known):
        # Releases of Icechunk before 2 keep no port.
        raise Failed(
            "source", f"Icechunk keeps the address {other[0]}, which is not that of a file: use another server"
        )
    commit.end([], f"References to {len(items)} files", {name: str(value) for name, value in marks.items()})
    tell(f"{len(items)} files are referred to")


def _address(url: str) -> str:
    """The address as references have it; raises `Failed` for what they cannot."""
    if url.startswith("/"):
        return f"file://{url}"
    if urlsplit(url).scheme not in ("file", "http", "https"):
        raise Failed("source", f"{url}: references are made to files behind http and https, or of this machine")
    return url


def _config(urls: Iterator[str]) -> icechunk.RepositoryConfig:
    """Whoever reads must allow these places; the repository only names them."""
    config = icechunk.RepositoryConfig.default()
    for url in urls:
        parts = urlsplit(url)
        if parts.scheme == "file":
            folder = parts.path.rpartition("/")[0]
            place = icechunk.VirtualChunkContainer(f"file://{folder}/", icechunk.local_filesystem_store(folder))
        else:
            options = {"allow_http": "true"} if parts.scheme == "http" else {}
            store = icechunk.http_store(options)
            place = icechunk.VirtualChunkContainer(f"{parts.scheme}://{parts.netloc}/", store)
        config.set_virtual_chunk_container(place)
    return config
