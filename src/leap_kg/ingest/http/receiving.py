"""Bodies as they come off the wire: bounded, unpacked, and whole or not at all."""

import re
import zlib
from collections.abc import Iterable, Iterator

import requests

from leap_kg.ingest.http.address import BrokenOff, OutOfBytes, OutOfTime, wire
from leap_kg.ingest.http.asking import FetchFailed, too_large

_BRIEF = 2**14  # bytes
_GZIP = ("gzip", "x-gzip")


def received(url: str, response: requests.Response, cap: int) -> bytes:
    """The whole body of at most `cap` bytes, asked for as `url`; raises `FetchFailed`, `BrokenOff` and their kin."""
    announced = response.headers.get("Content-Length", "")
    if re.fullmatch(r"[0-9]+", announced) and (len(announced) > 18 or int(announced) > cap):
        raise too_large(url, cap)
    coding = _coding(response)
    pieces = wire(response)
    if coding in _GZIP:
        pieces = _unpacked(url, pieces, cap)
    elif coding not in ("identity", ""):
        reason = f"is packed as {coding[:40]!r} though only gzip was asked for: ask its host to mend that"
        raise FetchFailed(url, reason, "content", response.status_code)
    data = _gathered(url, pieces, cap)
    if not (data or announced.isdigit() or "Transfer-Encoding" in response.headers):
        # Headers that break off look like this too, and a lost body must not pass for an empty one.
        raise BrokenOff
    return data


def brief(response: requests.Response) -> bool:
    """Whether a body that nobody wants is so short that reading it is cheaper than a new connection."""
    announced = response.headers.get("Content-Length", "")
    return response.status_code == 304 or (
        re.fullmatch(r"[0-9]{1,5}", announced) is not None and int(announced) < _BRIEF
    )


def excerpt(response: requests.Response, cap: int) -> bytes:
    """The beginning of a body that nobody wants for itself, as far as it can be had."""
    found = bytearray()
    unpacker = zlib.decompressobj(wbits=31) if _coding(response) in _GZIP else None
    try:
        for piece in wire(response):
            found += unpacker.decompress(piece, cap) if unpacker else piece
            if len(found) >= cap:
                break
    except (BrokenOff, OutOfBytes, OutOfTime, zlib.error):
        pass
    return bytes(found[:cap])


def _coding(response: requests.Response) -> str:
    return response.headers.get("Content-Encoding", "identity").strip().lower()


def _gathered(url: str, pieces: Iterable[bytes], cap: int) -> bytes:
    data = bytearray()
    for piece in pieces:
        data += piece
        if len(data) > cap:
            raise too_large(url, cap)
    return bytes(data)


def _unpacked(url: str, pieces: Iterator[bytes], cap: int) -> Iterator[bytes]:
    """Undo gzip, one member after the other, never more than `cap` bytes at once."""
    unpacker = zlib.decompressobj(wbits=31)
    for piece in pieces:
        packed = piece
        while packed:
            if unpacker.eof:
                unpacker = zlib.decompressobj(wbits=31)
            try:
                yield unpacker.decompress(packed, cap + 1)
            except zlib.error:
                reason = "says it is gzip but cannot be unpacked: ask its host to mend that"
                raise FetchFailed(url, reason, "content") from None
            packed = unpacker.unused_data or unpacker.unconsumed_tail
    if not unpacker.eof:
        raise FetchFailed(url, "its gzip ends too early: try again later", "content")
