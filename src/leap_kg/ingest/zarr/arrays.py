"""One array of a store as its metadata describes it, in Zarr 2 or Zarr 3, with what is wrong brought to nothing.

Hazard: the numbers are a stranger's. Shapes of negative, fractional or unbounded numbers are no shapes here; what is
computed from good ones (chunk counts, bytes) may still be astronomical and is only ever compared.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from leap_kg.ingest.formats.jsonvalue import canonical

MAX_DIMENSIONS = 32

_LONGEST = 2**62
_V2_TYPE = re.compile(r"[<>|=]?([biufcmMSUVO])(\d*)(\[[\w]*\])?")
_V2_NAMES = {"i": "int", "u": "uint", "f": "float", "c": "complex"}
_V3_TYPE = re.compile(r"(?:u?int|float|complex)(8|16|32|64|128)")


@dataclass(frozen=True, slots=True)
class Array:
    """`name` is the path below the root. `data_type` is Zarr 3's name where there is one; `item_bytes` 0 if unknown.

    `separator` and `prefix` make chunk keys; `document` is the metadata as it was read, without attributes in Zarr 2.
    """

    name: str
    shape: tuple[int, ...]
    chunks: tuple[int, ...]
    data_type: str
    item_bytes: int
    dimensions: tuple[str, ...]
    codecs: str
    separator: str
    prefix: str
    zarr_format: int
    attributes: dict[str, Any]
    document: dict[str, Any] = field(repr=False)

    @property
    def byte_size(self) -> int | None:
        """Bytes of all elements, unpacked; `None` if the type has no fixed size."""
        if not self.item_bytes:
            return None
        total = self.item_bytes
        for length in self.shape:
            total *= length
            if total > _LONGEST:
                return None
        return total

    def chunk_counts(self) -> tuple[int, ...]:
        """How many chunks there are along each dimension."""
        return tuple(-(-length // max(chunk, 1)) for length, chunk in zip(self.shape, self.chunks, strict=False))

    def chunk_key(self, place: Sequence[int]) -> str:
        """The key of a chunk, below the root of the store."""
        name = self.separator.join(map(str, place))
        key = f"{self.prefix}{self.separator}{name}".rstrip(self.separator) if self.prefix else name or "0"
        return f"{self.name}/{key}" if self.name else key


def read_v2(name: str, document: object, attributes: object) -> Array | None:
    """The array of a `.zarray` and its `.zattrs`; `None` if it is none."""
    shape = sizes(document.get("shape")) if isinstance(document, dict) else None
    if not isinstance(document, dict) or shape is None:
        return None
    stated = attributes if isinstance(attributes, dict) else {}
    data_type, item_bytes = _v2_type(document.get("dtype"))
    filters = document.get("filters")
    codecs = [*(filters if isinstance(filters, list) else []), document.get("compressor")]
    chunks = sizes(document.get("chunks"))
    return Array(
        name=name,
        shape=shape,
        chunks=chunks if chunks is not None and len(chunks) == len(shape) else shape,
        data_type=data_type,
        item_bytes=item_bytes,
        dimensions=_names(stated.get("_ARRAY_DIMENSIONS")),
        codecs=canonical([codec for codec in codecs if codec]),
        separator="/" if document.get("dimension_separator") == "/" else ".",
        prefix="",
        zarr_format=2,
        attributes={key: value for key, value in stated.items() if key != "_ARRAY_DIMENSIONS"},
        document=document,
    )


def read_v3(name: str, document: object) -> Array | None:
    """The array of a `zarr.json`; `None` if it is none."""
    if not isinstance(document, dict) or document.get("node_type") != "array":
        return None
    shape = sizes(document.get("shape"))
    if shape is None:
        return None
    attributes = document.get("attributes")
    stated = attributes if isinstance(attributes, dict) else {}
    grid, encoding = _settings(document.get("chunk_grid")), _settings(document.get("chunk_key_encoding"))
    chunks = sizes(grid.get("chunk_shape"))
    named = document.get("chunk_key_encoding")
    is_v2 = isinstance(named, dict) and named.get("name") == "v2"
    data_type, item_bytes = _v3_type(document.get("data_type"))
    codecs = document.get("codecs")
    return Array(
        name=name,
        shape=shape,
        chunks=chunks if chunks is not None and len(chunks) == len(shape) else shape,
        data_type=data_type,
        item_bytes=item_bytes,
        dimensions=_names(document.get("dimension_names")) or _names(stated.get("_ARRAY_DIMENSIONS")),
        codecs=canonical(codecs if isinstance(codecs, list) else []),
        separator=_separator(encoding.get("separator"), "." if is_v2 else "/"),
        prefix="" if is_v2 else "c",
        zarr_format=3,
        attributes={key: value for key, value in stated.items() if key != "_ARRAY_DIMENSIONS"},
        document=document,
    )


def sizes(value: object) -> tuple[int, ...] | None:
    """A list of lengths; `None` for anything else."""
    if not isinstance(value, list) or len(value) > MAX_DIMENSIONS:
        return None
    good = all(isinstance(n, int) and not isinstance(n, bool) and 0 <= n < _LONGEST for n in value)
    return tuple(value) if good else None


def _separator(value: object, usual: str) -> str:
    return value if isinstance(value, str) and value in (".", "/") else usual


def _settings(value: object) -> dict[str, Any]:
    inner = value.get("configuration") if isinstance(value, dict) else None
    return inner if isinstance(inner, dict) else {}


def _names(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > MAX_DIMENSIONS:
        return ()
    return tuple(name if isinstance(name, str) else "" for name in value)


def _v2_type(value: object) -> tuple[str, int]:
    """Name and bytes of a type as NumPy writes it: `<f8`."""
    if not isinstance(value, str):
        return (canonical(value), 0) if value is not None else ("", 0)
    found = _V2_TYPE.fullmatch(value)
    if found is None or len(found[2]) > 9:
        return value, 0
    kind, size = found[1], int(found[2] or 0)
    if kind in _V2_NAMES:
        return f"{_V2_NAMES[kind]}{8 * size}", size
    if kind == "b":
        return "bool", 1
    if kind in "mM":
        return f"{'timedelta64' if kind == 'm' else 'datetime64'}{found[3] or ''}", size
    return value, 4 * size if kind == "U" else 0 if kind == "O" else size


def _v3_type(value: object) -> tuple[str, int]:
    """Name and bytes of a type as Zarr 3 writes it: `float64`, or an object with a name."""
    if not isinstance(value, str):
        return (canonical(value), 0) if value is not None else ("", 0)
    found = _V3_TYPE.fullmatch(value)
    return value, int(found[1]) // 8 if found else 1 if value == "bool" else 0
