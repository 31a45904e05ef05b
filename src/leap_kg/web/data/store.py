"""One variable of a store with its coordinates, as xarray opens it, read through the door that all fetching uses.

The metadata that were asked for stand in memory; a chunk is fetched when it is first needed, and counted.

Hazards: a store lies about its sizes, so bytes are counted as they come, and the process that reads has a limit on its
memory. Names of arrays become parts of addresses, so one that leads out of the store is not opened.
"""

import json
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import xarray as xr
from zarr.abc.store import ByteRequest, OffsetByteRequest, RangeByteRequest, SuffixByteRequest
from zarr.core.buffer import Buffer, BufferPrototype, default_buffer_prototype
from zarr.storage import MemoryStore

from leap_kg.ingest.fetch import Fetcher, FetchFailed
from leap_kg.ingest.zarr.arrays import Array
from leap_kg.ingest.zarr.asking import Asking
from leap_kg.ingest.zarr.coordinates import coordinates
from leap_kg.ingest.zarr.hierarchy import Hierarchy
from leap_kg.ingest.zarr.targets import Target
from leap_kg.web.data.cost import MOST_CHUNKS, cost, in_words

_KEPT = 4
_MOST_AXIS_CHUNKS = 64
_METADATA = frozenset({"zarr.json", ".zarray", ".zattrs", ".zgroup", ".zmetadata"})
_NUMBERS = ("int", "uint", "float", "bool", "datetime64", "timedelta64")


class Refused(Exception):
    """The data cannot be given: an HTTP status, the reason with what to do, and a smaller wish if there is one."""

    def __init__(self, status: int, reason: str, example: Mapping[str, str] | None = None) -> None:
        self.status = status
        self.reason = reason
        self.example = dict(example or {})
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of a store: its array, the arrays of its dimensions, and those of its latitudes and longitudes."""

    array: Array
    axes: tuple[Array, ...]
    latitude: Array | None
    longitude: Array | None

    @property
    def name(self) -> str:
        """The name within its group."""
        return self.array.name.rpartition("/")[2]


def variable_of(hierarchy: Hierarchy, name: str, most_bytes: int) -> Variable:
    """The variable of this name; raises `Refused` where it is not there, or cannot be read."""
    if hierarchy.kind != "zarr":
        reason = f"only Zarr is read by address, and this store is {hierarchy.kind}"
        raise Refused(501, f"{reason}; its page has the code that opens it")
    array = next((array for array in hierarchy.arrays if array.name == name), None)
    if array is None:
        known = ", ".join(sorted(array.name for array in hierarchy.arrays)[:20])
        raise Refused(
            404, f"the store has no variable {name[:100]!r} that can be read; among those that can be are {known}"
        )
    folder = name.rpartition("/")[0]
    if not all(name.split("/")) or any(segment in (".", "..") or "\\" in segment for segment in name.split("/")):
        raise Refused(501, f"{name[:100]!r} is no name by which an array can be read")
    if not array.data_type.startswith(_NUMBERS) or not array.item_bytes:
        raise Refused(501, f"{name[:100]} holds {array.data_type[:60]}, and only numbers are read by address")
    named = len(array.dimensions) == len(array.shape) == len(set(array.dimensions)) and all(array.dimensions)
    if not named or 0 in array.shape:
        raise Refused(501, f"{name[:100]} has no names for its dimensions, or no values; it cannot be read by address")
    beside = [one for one in hierarchy.arrays if one.name.rpartition("/")[0] == folder]
    axes = {one.name.rpartition("/")[2]: one for one in beside if _is_axis(one)}
    found = coordinates(replace(hierarchy, arrays=beside))
    places = {
        role: one for role, one in found.items()
        if len(one.shape) == 1 and one.dimensions and one.dimensions[0] in array.dimensions
        and one.shape[0] == array.shape[array.dimensions.index(one.dimensions[0])]
    }  # fmt: skip
    needed = [axes[dimension] for dimension in array.dimensions if dimension in axes]
    latitude, longitude = places.get("latitude"), places.get("longitude")
    needed += [one for one in (latitude, longitude) if one is not None and one not in needed]
    for one in (array, *needed):
        if 0 in one.chunks:
            reason = "chunks without a length, in which no value can be"
            raise Refused(502, f"the metadata of {one.name[:100]} state {reason}")
    for axis in needed:
        price = cost(axis.chunks, axis.item_bytes, [range(length) for length in axis.shape])
        if price.chunks > _MOST_AXIS_CHUNKS or price.bytes > most_bytes // 4:
            reason = f"its coordinate {axis.name} alone takes {price.words}"
            raise Refused(413, f"{reason}; open the store in Python instead")
    return Variable(array, tuple(one for one in needed if one is not array), latitude, longitude)


def _is_axis(array: Array) -> bool:
    name = array.name.rpartition("/")[2]
    return array.dimensions == (name,) and len(array.shape) == 1 and array.data_type.startswith(_NUMBERS)


class Chunks:
    """The chunks of a store, each fetched when it is asked for, as many and as large as may be."""

    def __init__(self, target: Target, fetcher: Fetcher, most_bytes: int) -> None:
        self._target = target
        self._fetcher = fetcher
        self._left = most_bytes
        self._most = most_bytes
        self._times = MOST_CHUNKS + 4 * _MOST_AXIS_CHUNKS
        self._kept: OrderedDict[str, bytes | None] = OrderedDict()
        self.refused: Refused | None = None

    def get(self, key: str) -> bytes | None:
        """The bytes of a chunk, `None` if it was never written; raises `Refused`, which is kept in `refused` too."""
        try:
            return self._get(key)
        except Refused as problem:
            # The libraries between us and whoever asks turn exceptions into others.
            self.refused = problem
            raise

    def _get(self, key: str) -> bytes | None:
        if key in self._kept:
            return self._kept[key]
        self._times -= 1
        if self._times < 0:
            raise Refused(502, "the store has more chunks than its metadata say")
        asking = Asking(self._target, self._fetcher)
        try:
            asking.all([key])
        except FetchFailed as parked:
            raise Refused(502, f"the store cannot be read now: {parked.reason}") from None
        failure = asking.failures.get(key)
        if failure is not None and failure.kind != "missing":
            raise Refused(502, f"the store cannot be read: {failure.reason}")
        data = asking.bodies[key].data if failure is None else None
        self._left -= len(data or b"")
        if self._left < 0:
            raise Refused(502, f"the store gave more than {in_words(self._most)}, which is more than its metadata say")
        self._kept[key] = data
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return data


class Held(MemoryStore):
    """Metadata in memory, and chunks from elsewhere, for the zarr library."""

    def __init__(
        self, documents: Mapping[str, bytes], chunk: Callable[[str], bytes | None], *, read_only: bool = True
    ) -> None:
        buffer = default_buffer_prototype().buffer
        super().__init__({key: buffer.from_bytes(data) for key, data in documents.items()}, read_only=read_only)
        self._documents = documents
        self._chunk = chunk

    def with_read_only(self, read_only: bool = False) -> "Held":
        """The same store; it cannot be written to in either case."""
        return Held(self._documents, self._chunk, read_only=read_only)

    async def get(
        self, key: str, prototype: BufferPrototype | None = None, byte_range: ByteRequest | None = None
    ) -> Buffer | None:
        """A document, or a chunk or a piece of one."""
        prototype = prototype or default_buffer_prototype()
        if key in self._documents or key.rpartition("/")[2] in _METADATA:
            return await super().get(key, prototype, byte_range)
        data = self._chunk(key)
        return None if data is None else prototype.buffer.from_bytes(_piece(data, byte_range))


def opened(variable: Variable, attributes: Mapping[str, Any], chunks: Chunks) -> xr.Dataset:
    """The variable with its coordinates, whose values are read at once; raises whatever the libraries raise."""
    folder = variable.array.name.rpartition("/")[0]
    store = Held(
        _documents((variable.array, *variable.axes), variable.array.zarr_format),
        lambda key: chunks.get(f"{folder}/{key}" if folder else key),
    )
    # No dask: what is picked is read by this process, and by no more of its threads than zarr itself has.
    found = xr.open_dataset(
        store,  # type: ignore[arg-type]
        engine="zarr",
        consolidated=False,
        zarr_format=variable.array.zarr_format,
        chunks=None,
        cache=False,
    )
    # Nothing else is kept, so what is looked at again and again would be asked for as often.
    for axis in variable.axes:
        found.variables[axis.name.rpartition("/")[2]].load()
    return found.assign_attrs(dict(attributes))


def _documents(arrays: tuple[Array, ...], zarr_format: int) -> dict[str, bytes]:
    """The documents of a group with just these arrays."""
    if zarr_format == 2:
        found: dict[str, Any] = {".zgroup": {"zarr_format": 2}}
        for array in arrays:
            name = array.name.rpartition("/")[2]
            found[f"{name}/.zarray"] = array.document
            found[f"{name}/.zattrs"] = {**array.attributes, "_ARRAY_DIMENSIONS": list(array.dimensions)}
    else:
        found = {"zarr.json": {"zarr_format": 3, "node_type": "group", "attributes": {}}}
        for array in arrays:
            document = {**array.document, "dimension_names": list(array.dimensions), "attributes": array.attributes}
            found[f"{array.name.rpartition('/')[2]}/zarr.json"] = document
    return {key: json.dumps(document).encode() for key, document in found.items()}


def _piece(data: bytes, wanted: ByteRequest | None) -> bytes:
    if isinstance(wanted, RangeByteRequest):
        return data[wanted.start : wanted.end]
    if isinstance(wanted, OffsetByteRequest):
        return data[wanted.offset :]
    if isinstance(wanted, SuffixByteRequest):
        return data[-wanted.suffix :] if wanted.suffix else b""
    return data
