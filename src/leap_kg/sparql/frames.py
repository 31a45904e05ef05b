"""What passes between the server and a query worker: frames of a JSON header and a body of bytes.

A frame is two unsigned 32-bit big-endian lengths (header, body), then both. Headers repeat from query to query, so
each side keeps the last ones it has read. Imports little: the worker loads it.
"""

from __future__ import annotations

import json
import struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, BinaryIO

LENGTHS = struct.Struct(">II")
_KEPT = 256
_known: dict[bytes, dict[str, Any]] = {}


def encode(header: Mapping[str, Any]) -> bytes:
    """A header as it is sent."""
    return json.dumps(header).encode()


def decode(header: bytes) -> dict[str, Any]:
    """A header that was received; it is shared with later frames, so nobody may change it."""
    found = _known.get(header)
    if found is None:
        found = json.loads(header)
        if len(_known) >= _KEPT:
            _known.clear()
        _known[header] = found
    return found


def frame(header: bytes, body: bytes) -> bytes:
    """A whole frame, given the header as `encode` makes it."""
    return LENGTHS.pack(len(header), len(body)) + header + body


def read(stream: BinaryIO) -> tuple[dict[str, Any], bytes] | None:
    """Receive one frame; `None` when the other side has gone, also in the middle of a frame."""
    lengths = stream.read(LENGTHS.size)
    if len(lengths) < LENGTHS.size:
        return None
    header_size, body_size = LENGTHS.unpack(lengths)
    header, body = stream.read(header_size), stream.read(body_size)
    return (decode(header), body) if len(header) == header_size and len(body) == body_size else None
