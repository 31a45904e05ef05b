"""Where a patch file is damaged: the byte that was changed if it can be told, else what is certain.

A changed byte in compressed data is noticed only further on, or by the checksum at the end. So every way of
changing one byte back is tried, nearest first, until the file is what was written; the file's own hash leaves no
doubt about that. It takes time, so it is tried for files of ordinary size and for some seconds only.
"""

import hashlib
import re
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

_GZIP = 31
_LARGEST = 2**16
_SECONDS = 10.0
_STEP = 256
_BITS = tuple(1 << bit for bit in range(8))
_BYTES = tuple(mask for mask in range(1, 256) if mask not in _BITS)
_NEAR = 1024
_MAGIC = re.compile(rb"\x1f\x8b\x08\0\0\0\0\0[\0\x02\x04][\xff\x03]")
_ANY_MAGIC = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
_MAGIC_LENGTH = len(_ANY_MAGIC)
_ID = re.compile(rb"H id <urn:sha256:([0-9a-f]{64})> \.\n")
_DIGEST = re.compile(rb'H digest "[^"\n]*" \.\n')


@dataclass(frozen=True, slots=True)
class Damage:
    """What is wrong with a file: `offset` is the byte it is about, counted from 0, `None` if no place can be named.

    `exact` says that this byte, and no other, differs from what was written.
    """

    reason: str
    offset: int | None = None
    exact: bool = False


@dataclass(frozen=True, slots=True)
class _Failure:
    """Where reading stopped: the member that began at `begin` cannot be read beyond `offset`."""

    begin: int
    offset: int
    reason: str
    truncated: bool = False


def diagnose(data: bytes, seconds: float = _SECONDS) -> Damage | None:
    """What is wrong with the bytes of a patch file; `None` if they are what was written."""
    failure = _failure(data)
    if failure is None:
        return None if _is_sound(data) else _altered(data)
    if failure.truncated:
        return Damage(f"it ends at byte {failure.offset}, before its content does", failure.offset)
    if len(data) <= _LARGEST:
        deadline = time.monotonic() + seconds
        for offset, changed in _repairs(data, failure):
            if changed is not None and _is_sound(changed):
                was, now = changed[offset], data[offset]
                return Damage(f"byte {offset} was changed: it is 0x{now:02x} and was 0x{was:02x}", offset, exact=True)
            if time.monotonic() > deadline:
                break
    where = f"it cannot be read beyond byte {failure.offset} ({failure.reason}); what was changed is at or before it"
    return Damage(where, failure.offset)


def _failure(data: bytes) -> _Failure | None:
    """Where reading the members of a file fails, to the byte."""
    begin = 0
    while begin < len(data):
        end = _member_end(data, begin)
        if isinstance(end, _Failure):
            return end
        begin = end
    return None if data else _Failure(0, 0, "it is empty", truncated=True)


def _member_end(data: bytes, begin: int) -> int | _Failure:
    """Where the member that begins there ends."""
    # The library overlooks some changes of the first bytes, which say nothing about the content.
    for length in range(1, min(_MAGIC_LENGTH, len(data) - begin) + 1):
        if not _begins_member(data[begin : begin + length]):
            return _Failure(begin, begin + length - 1, "no member of a gzip file begins so")
    inflater, place, last = zlib.decompressobj(_GZIP), begin, begin
    try:
        for place in range(begin, len(data), _STEP):
            last = place
            before = inflater.copy()
            inflater.decompress(data[place : place + _STEP])
            if inflater.eof:
                return min(place + _STEP, len(data)) - len(inflater.unused_data)
    except zlib.error as error:
        for last in range(place, len(data)):
            try:
                before.decompress(data[last : last + 1])
            except zlib.error:
                break
        return _Failure(begin, last, str(error).partition(": ")[2] or str(error))
    return _Failure(begin, len(data), "it is cut off", truncated=True)


def _repairs(data: bytes, failure: _Failure) -> Iterator[tuple[int, bytes | None]]:
    """Every file that differs in one byte and whose damaged member can then be read, nearest to the failure first.

    Yields `None` for a file now and then, where there is none, so that the search can be given up.
    """
    states = _states(data, failure)
    for masks, nearest in ((_BITS, len(data)), (_BYTES, _NEAR)):
        for offset in range(failure.offset, max(failure.begin, failure.offset - nearest) - 1, -1):
            place, state = states[(offset - failure.begin) // _STEP]
            before = state.copy()
            before.decompress(data[place:offset])
            for mask in masks:
                changed = bytes((data[offset] ^ mask,))
                trial = before.copy()
                try:
                    trial.decompress(changed + data[offset + 1 :])
                except zlib.error:
                    continue
                if trial.eof:
                    yield offset, data[:offset] + changed + data[offset + 1 :]
            yield offset, None


def _states(data: bytes, failure: _Failure) -> "list[tuple[int, zlib._Decompress]]":
    """The state of the reader at every `_STEP` bytes of the damaged member, up to the failure."""
    inflater = zlib.decompressobj(_GZIP)
    states = []
    for place in range(failure.begin, failure.offset + 1, _STEP):
        states.append((place, inflater.copy()))
        if place + _STEP <= failure.offset:
            inflater.decompress(data[place : place + _STEP])
    return states


def _begins_member(data: bytes) -> bool:
    """Whether these are the first bytes, ten at the most, of a member as patches have them."""
    return _MAGIC.fullmatch(data + _ANY_MAGIC[len(data) :]) is not None


def _text(data: bytes) -> bytes | None:
    """The content of all members, `None` if one cannot be read."""
    pieces = []
    while data:
        if not _begins_member(data[:_MAGIC_LENGTH]):
            return None
        inflater = zlib.decompressobj(_GZIP)
        try:
            pieces.append(inflater.decompress(data))
        except zlib.error:
            return None
        if not inflater.eof:
            return None
        data = inflater.unused_data
    return b"".join(pieces)


def _is_sound(data: bytes) -> bool:
    """Whether the content has the hash that stands in its first line."""
    text = _text(data)
    claimed = _ID.match(text) if text else None
    if text is None or claimed is None:
        return False
    rest = text[claimed.end() :]
    digest = _DIGEST.match(rest)
    line = digest[0] if digest else b""
    return hashlib.sha256(rest[len(line) :] + line).hexdigest().encode() == claimed[1]


def _altered(data: bytes) -> Damage:
    """What can be said of a file that is whole, but is not what its id stands for."""
    text = _text(data) or b""
    if not _ID.match(text):
        return Damage("it does not begin with the id of a patch")
    return Damage("it is whole, but not what was written: its content does not match its id, so it was replaced")
