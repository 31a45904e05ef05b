"""What passes through the pipes of a query worker: frames of a JSON header and a body of bytes.

A frame is two unsigned 32-bit big-endian lengths (header, body), then both. Imports little: the worker loads it.
"""

from __future__ import annotations

import json
import struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, BinaryIO

LENGTHS = struct.Struct(">II")


def head(header: Mapping[str, Any], body_size: int) -> bytes:
    """Lengths and header of a frame; the body of `body_size` bytes is to follow."""
    encoded = json.dumps(header).encode()
    return LENGTHS.pack(len(encoded), body_size) + encoded


def decode(header: bytes) -> dict[str, Any]:
    """The header of a frame."""
    decoded: dict[str, Any] = json.loads(header)
    return decoded


def write(stream: BinaryIO, header: Mapping[str, Any], body: bytes = b"") -> None:
    """Send one frame."""
    stream.write(head(header, len(body)))
    stream.write(body)
    stream.flush()


def read(stream: BinaryIO) -> tuple[dict[str, Any], bytes] | None:
    """Receive one frame; `None` when the other side has closed the pipe, also in the middle of a frame."""
    lengths = stream.read(LENGTHS.size)
    if len(lengths) < LENGTHS.size:
        return None
    header_size, body_size = LENGTHS.unpack(lengths)
    header, body = stream.read(header_size), stream.read(body_size)
    return (decode(header), body) if len(header) == header_size and len(body) == body_size else None
