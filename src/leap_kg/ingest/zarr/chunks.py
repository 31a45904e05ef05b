"""One chunk of a coordinate to its numbers, by the zarr library; nothing of a stranger's size is ever unpacked.

Hazard: a kilobyte of a compressed chunk unpacks into gigabytes. So the compressor has to be one whose result can be
measured beforehand, and the measure has to fit the chunk that the metadata declare. Sharded and unknown ones are left.
"""

import bz2
import lzma
import math
import warnings
import zlib
from typing import Any

from leap_kg.ingest.formats.jsonvalue import canonical
from leap_kg.ingest.zarr.arrays import Array

MAX_BYTES = 32 * 2**20
"""The most that one chunk may unpack to."""

_PLAIN = frozenset({"bytes", "transpose", "crc32c", "shuffle", "delta", "fixedscaleoffset", "astype"})
_NUMBERS = ("int", "uint", "float", "datetime64")


_WRITE_AGAIN = "Write the chunk again by the codecs of its metadata: what lies there is damaged, or of another length."
_OTHER_CODECS = "Pack its chunks with one compressor, such as Zstandard or Blosc, and without shards."


class Unread(Exception):
    """A chunk was not read; the text says why, `hint` what mends that, `""` if only the reason does."""

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(reason)
        self.hint = hint


def numbers(array: Array, place: tuple[int, ...], data: bytes) -> Any:  # noqa: ANN401 - a NumPy array, untyped here
    """The numbers of the chunk at `place`, those past the array's end left out; raises `Unread`."""
    expected = array.item_bytes * math.prod(array.chunks)
    if not array.data_type.startswith(_NUMBERS) or not 0 < expected <= MAX_BYTES:
        raise Unread(f"{array.name}: its chunks are too large or of no numbers")
    _measure(array, data, expected)
    try:
        import zarr
        from zarr.core.buffer import default_buffer_prototype
        from zarr.storage import MemoryStore
    except ImportError:
        raise Unread("the libraries that unpack chunks are missing: install leap-kg[data]") from None
    one = tuple(slice(at * size, min((at + 1) * size, length)) for at, size, length in _axes(array, place))
    document = {
        key: value for key, value in array.document.items() if key not in ("attributes", "consolidated_metadata")
    }
    buffer = default_buffer_prototype().buffer
    files = {
        ".zarray" if array.zarr_format == 2 else "zarr.json": canonical(document).encode(),
        array.chunk_key(place).removeprefix(f"{array.name}/"): data,
    }
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            store = MemoryStore({key: buffer.from_bytes(body) for key, body in files.items()})
            return zarr.open_array(store, mode="r", zarr_format=2 if array.zarr_format == 2 else 3)[one]
    except Exception as error:  # noqa: BLE001 - codecs raise whatever they like for what is damaged
        raise Unread(f"{array.name}: a chunk cannot be unpacked ({type(error).__name__})", _WRITE_AGAIN) from None


def _axes(array: Array, place: tuple[int, ...]) -> list[tuple[int, int, int]]:
    return list(zip(place, array.chunks, array.shape, strict=True))


def _measure(array: Array, data: bytes, expected: int) -> None:
    """Raise `Unread` unless the outermost compressor will give no more than the chunk, and no other one is used."""
    names = _codecs(array)
    compressors = [name for name in names if name not in _PLAIN]
    if len(compressors) > 1 or (compressors and names[-1] != compressors[0] and names[-1] != "crc32c"):
        raise Unread(f"{array.name}: its codecs are not ones that can be measured beforehand", _OTHER_CODECS)
    limit = expected + 1024
    size = _unpacked(compressors[0], data, limit) if compressors else len(data)
    if size is None or size > limit:
        reason = f"{array.name}: a chunk unpacks to more than its metadata say, or cannot be measured"
        raise Unread(reason, _WRITE_AGAIN)


def _codecs(array: Array) -> list[str]:
    """The names of the codecs, in the order of writing."""
    document = array.document
    if array.zarr_format == 2:
        listed = [*_list(document.get("filters")), document.get("compressor")]
        return [str(codec.get("id")) for codec in listed if isinstance(codec, dict)]
    stated = document.get("codecs")
    named = [codec.get("name") if isinstance(codec, dict) else codec for codec in _list(stated)]
    names = [str(name) for name in named]
    return [name.removeprefix("numcodecs.") for name in names]


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _unpacked(codec: str, data: bytes, limit: int) -> int | None:
    """How many bytes the data unpack to, counted no further than `limit`; `None` if that cannot be told."""
    try:
        if codec in ("zlib", "gzip"):
            return len(zlib.decompressobj(47).decompress(data, limit + 1))
        if codec == "bz2":
            return len(bz2.BZ2Decompressor().decompress(data, limit + 1))
        if codec == "lzma":
            return len(lzma.LZMADecompressor(memlimit=2**26).decompress(data, limit + 1))
    except (zlib.error, OSError, EOFError, lzma.LZMAError, ValueError):
        return None
    if codec == "blosc":
        # https://github.com/Blosc/c-blosc/blob/main/README_CHUNK_FORMAT.rst
        return int.from_bytes(data[4:8], "little") if len(data) >= 16 else None
    if codec == "lz4":
        return int.from_bytes(data[:4], "little") if len(data) >= 4 else None
    return _zstd(data) if codec == "zstd" else None


def _zstd(data: bytes) -> int | None:
    """The size that a Zstandard frame declares: RFC 8878, section 3.1.1.1. Its decoders hold it to that."""
    if len(data) < 6 or data[:4] != b"\x28\xb5\x2f\xfd":
        return None
    flags = data[4]
    single, width = flags >> 5 & 1, (0, 2, 4, 8)[flags >> 6]
    if not width:
        if not single:
            return None
        width = 1
    start = 5 + (not single) + (0, 1, 2, 4)[flags & 3]
    size = int.from_bytes(data[start : start + width], "little")
    return size + 256 if width == 2 else size
