"""Bodies as they come off the wire: bounded, unpacked, and whole or not at all."""

import re
import zlib
from collections.abc import Iterable, Iterator

import requests

from leap_kg.ingest.http.allowance import OutOfBytes, OutOfTime
from leap_kg.ingest.http.asking import FetchFailed, too_large
from leap_kg.ingest.http.door import BrokenOff, wire

_BRIEF = 2**14  # bytes
_GZIP = ("gzip", "x-gzip")
_BEGINS = re.compile(r"\s*bytes\s+0+-[0-9]", re.IGNORECASE | re.ASCII)


def received(url: str, response: requests.Response, cap: int) -> bytes:
    """The whole body of at most `cap` bytes, asked for as `url`; raises `FetchFailed`, `BrokenOff` and their kin."""
    announced = response.headers.get("Content-Length", "")
    if re.fullmatch(r"[0-9]+", announced) and (len(announced) > 18 or int(announced) > cap):
        raise too_large(url, cap)
    data = _gathered(url, _plain(url, response, cap, whole=True), cap)
    if not data and _unannounced(response):
        raise BrokenOff
    return data


def beginning(url: str, response: requests.Response, first: int) -> bytes:
    """The first bytes of the body, asked for as `url`, and no more from the wire; raises as `received` does."""
    if response.status_code == 206 and not _BEGINS.match(response.headers.get("Content-Range", "")):
        reason = "answers with another part than its beginning: ask its host to mend that"
        raise FetchFailed(url, reason, "content", response.status_code)
    found = bytearray()
    for piece in _plain(url, response, first, whole=False):
        found += piece
        if len(found) >= first:
            break
    if not found and _unannounced(response):
        raise BrokenOff
    return bytes(found[:first])


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


def _plain(url: str, response: requests.Response, cap: int, *, whole: bool) -> Iterator[bytes]:
    """The body in pieces, its packing undone."""
    coding = _coding(response)
    if coding in _GZIP:
        return _unpacked(url, wire(response), cap, whole=whole)
    if coding not in ("identity", ""):
        reason = f"is packed as {coding[:40]!r} though only gzip was asked for: ask its host to mend that"
        raise FetchFailed(url, reason, "content", response.status_code)
    return wire(response)


def _unannounced(response: requests.Response) -> bool:
    """Headers that break off look like this, and a lost body must not pass for an empty one."""
    return not (response.headers.get("Content-Length", "").isdigit() or "Transfer-Encoding" in response.headers)


def _coding(response: requests.Response) -> str:
    return response.headers.get("Content-Encoding", "identity").strip().lower()


def _gathered(url: str, pieces: Iterable[bytes], cap: int) -> bytes:
    data = bytearray()
    for piece in pieces:
        data += piece
        if len(data) > cap:
            raise too_large(url, cap)
    return bytes(data)


def _unpacked(url: str, pieces: Iterator[bytes], cap: int, *, whole: bool) -> Iterator[bytes]:
    """Undo gzip, one member after the other, never more than `cap` bytes at once; a part of it may end anywhere."""
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
    if whole and not unpacker.eof:
        raise FetchFailed(url, "its gzip ends too early: try again later", "content")
