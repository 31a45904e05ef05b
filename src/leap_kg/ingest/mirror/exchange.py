"""An exchange: one request that was recorded, and what came back; and which requests count as the same.

Two requests are the same if method, address and posted data are. In an address the order of the query does not
matter, nor how it is percent-encoded, nor whose key or mail address it carries.

Hazard: a body packed in a recording is as large as whoever made it wants. It is unpacked when asked for, and bounded.
"""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias
from urllib.parse import parse_qsl, unquote, urlsplit

from leap_kg.ingest.http.hosts import authority

Key: TypeAlias = tuple[object, ...]

_WHO = frozenset({"mailto", "api_key", "apikey", "api-key", "key", "token", "access_token", "client_id"})
_MOST_PARAMETERS = 200


@dataclass(frozen=True, slots=True)
class Exchange:
    """One of them. `data` was posted, `None` for a GET; header names are in lower case; `body` is as on the wire."""

    url: str
    accept: str
    data: bytes | None = field(repr=False)
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def unpacked(self, cap: int) -> bytes | None:
        """The body, its gzip undone, `None` if it is larger than `cap`; raises `ValueError` if it cannot be undone."""
        data = self.body
        # Recorders that undo the packing leave the header.
        if "gzip" in self.headers.get("content-encoding", "") and data.startswith(b"\x1f\x8b"):
            data = _gunzipped(data, cap)
        return data if len(data) <= cap else None

    def beginning(self, first: int) -> bytes:
        """The first bytes of the body, its gzip undone; raises `ValueError` if it cannot be undone."""
        packed = "gzip" in self.headers.get("content-encoding", "") and self.body.startswith(b"\x1f\x8b")
        return (_gunzipped(self.body, first) if packed else self.body)[:first]


def keys(url: str, data: bytes | None) -> tuple[Key, Key]:
    """By what a request is found: exactly, and without who asks; raises `ValueError` for what is no address."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https"):
        raise ValueError("has no http or https address")
    pairs = sorted(parse_qsl(parts.query, keep_blank_values=True, max_num_fields=_MOST_PARAMETERS))
    anonymous = [pair for pair in pairs if pair[0].lower() not in _WHO]
    place = (parts.scheme, authority(url), unquote(parts.path) or "/", None if data is None else _posted(data))
    return (*place, tuple(pairs)), (*place, tuple(anonymous))


def _posted(data: bytes) -> str:
    """What was posted; JSON counts by what it says, not by its spaces."""
    try:
        return json.dumps(json.loads(data), sort_keys=True)
    except (ValueError, RecursionError):
        return data.decode("latin-1")


def _gunzipped(data: bytes, cap: int) -> bytes:
    found = bytearray()
    while data and len(found) <= cap:
        unpacker = zlib.decompressobj(wbits=31)
        try:
            found += unpacker.decompress(data, cap + 1)
        except zlib.error as error:
            raise ValueError(f"its gzip cannot be unpacked ({error})") from None
        if not unpacker.eof and len(found) <= cap:
            raise ValueError("its gzip ends too early")
        data = unpacker.unused_data
    return bytes(found)
