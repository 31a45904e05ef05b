"""Where a patch file is damaged: the byte that was changed if it can be told, else what is certain.

A changed byte in compressed data is noticed only further on, or not at all. But the seal of a file has the hash of all
bytes behind it, and every byte of the seal follows from what it says. So changing one byte back is tried, byte after
byte: what then fits is what was written, and nothing else does. Only files of ordinary size are tried.
"""

import hashlib
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from leap_kg.graph.log.seal import sealed

_GZIP = 31
_STEP = 256
# Sizes of files for which one changed bit, and any one changed byte, is looked for; it takes a second or two.
_BIT_SIZE, _BYTE_SIZE = 2**15, 2**12
_BITS = tuple(1 << bit for bit in range(8))
_BYTES = tuple(mask for mask in range(1, 256) if mask not in _BITS)
_SEALS = 512
_PLAIN = b"\x1f\x8b\x08\0"
"""How files without a seal begin: no flags."""
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
    """Where reading stopped: the members cannot be read beyond `offset`."""

    offset: int
    reason: str
    truncated: bool = False


def diagnose(data: bytes) -> Damage | None:
    """What is wrong with the bytes of a patch file; `None` if they are what was written."""
    seal = sealed(data)
    if seal and hashlib.sha256(data[len(seal.member()) :]).digest() == seal.packed:
        return None
    failure = _failure(data)
    if seal is None and failure is None and _is_consistent(data):
        return None
    repair = next(_repairs(data), None)
    if repair is not None:
        offset, was = repair
        return Damage(f"byte {offset} was changed: it is 0x{data[offset]:02x} and was 0x{was:02x}", offset, exact=True)
    if failure is None:
        return _altered(data)
    if failure.truncated:
        return Damage(f"it ends at byte {failure.offset}, before its content does", failure.offset)
    where = f"it cannot be read beyond byte {failure.offset} ({failure.reason}); what was changed is at or before it"
    return Damage(where, failure.offset)


def _repairs(data: bytes) -> Iterator[tuple[int, int]]:
    """The byte, and what it was, with which the file is what was written; single bits first."""
    seal = sealed(data)
    for masks, size in ((_BITS, _BIT_SIZE), (_BYTES, _BYTE_SIZE)):
        if len(data) <= size:
            if seal:
                yield from _behind(data, len(seal.member()), seal.packed, masks)
            yield from _within(data, masks)


def _behind(data: bytes, begin: int, packed: bytes, masks: tuple[int, ...]) -> Iterator[tuple[int, int]]:
    """Repairs of what stands behind a seal that is sound."""
    before = hashlib.sha256()
    for offset in range(begin, len(data)):
        rest = data[offset + 1 :]
        for mask in masks:
            hasher = before.copy()
            hasher.update(bytes((data[offset] ^ mask,)))
            hasher.update(rest)
            if hasher.digest() == packed:
                yield offset, data[offset] ^ mask
        before.update(data[offset : offset + 1])


def _within(data: bytes, masks: tuple[int, ...]) -> Iterator[tuple[int, int]]:
    """Repairs of the seal."""
    begin = bytearray(data[:_SEALS])
    for offset, damaged in enumerate(bytes(begin)):
        for mask in masks:
            begin[offset] = damaged ^ mask
            seal = sealed(bytes(begin))
            if seal and hashlib.sha256(data[len(seal.member()) :]).digest() == seal.packed:
                yield offset, damaged ^ mask
        begin[offset] = damaged


def _failure(data: bytes) -> _Failure | None:
    """Where reading the members of a file fails, to the byte."""
    begin = 0
    while begin < len(data):
        end = _member_end(data, begin)
        if isinstance(end, _Failure):
            return end
        begin = end
    return None if data else _Failure(0, "it is empty", truncated=True)


def _member_end(data: bytes, begin: int) -> int | _Failure:
    """Where the member that begins there ends."""
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
        return _Failure(last, str(error).partition(": ")[2] or str(error))
    return _Failure(len(data), "it is cut off", truncated=True)


def _text(data: bytes) -> bytes:
    """The content of all members of a file that can be read."""
    pieces = []
    while data:
        inflater = zlib.decompressobj(_GZIP)
        pieces.append(inflater.decompress(data))
        data = inflater.unused_data
    return b"".join(pieces)


def _is_consistent(data: bytes) -> bool:
    """Whether the content of a file without a seal has the hash that stands in its first line."""
    text = _text(data)
    claimed = _ID.match(text)
    if claimed is None or not data.startswith(_PLAIN):
        return False
    rest = text[claimed.end() :]
    digest = _DIGEST.match(rest)
    line = digest[0] if digest else b""
    return hashlib.sha256(rest[len(line) :] + line).hexdigest().encode() == claimed[1]


def _altered(data: bytes) -> Damage:
    """What can be said of a file that is whole, but is not what its id stands for."""
    if not _ID.match(_text(data)):
        return Damage("it does not begin with the id of a patch")
    return Damage("it is whole, but not what was written: its content does not match its id, so it was replaced")
