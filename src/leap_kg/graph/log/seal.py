"""The seal of a patch file: its first gzip member, with the hashes that vouch for all the rest.

A member of one stored block, so that its length is known before its content is. Every byte of it follows from the
text, which a compressor would not promise: there is one seal for a text, and any other byte is damage.
"""

import re
import struct
import zlib
from dataclasses import dataclass

# No name, no time, no system, but an extra field of 36 bytes; in it one subfield, LK, of 32.
_BEGIN = b"\x1f\x8b\x08\x04\0\0\0\0\0\xff\x24\0LK\x20\0"
_HASH = 32
# One stored block, the last: its length and, for safety, the complement of it.
_BLOCK = struct.Struct("<BHH")
_CHECKS = struct.Struct("<II")
_TITLE = re.compile(rb'H id <(urn:sha256:[0-9a-f]{64})> \.\n(?:H digest "([ !#-~]*)" \.\n)?')


@dataclass(frozen=True, slots=True)
class Seal:
    """What a seal says: the id of the patch, the digest of the graph after it (`""` for none), and the SHA-256 of all
    bytes of the file behind the seal.
    """

    id: str
    digest: str
    packed: bytes

    def digest_line(self) -> bytes:
        """The line that the id takes in."""
        return f'H digest "{self.digest}" .\n'.encode() if self.digest else b""

    def title(self) -> bytes:
        """The first lines of the patch."""
        return f"H id <{self.id}> .\n".encode() + self.digest_line()

    def member(self) -> bytes:
        """The bytes that begin the file."""
        text = self.title()
        block = _BLOCK.pack(1, len(text), len(text) ^ 0xFFFF)
        return _BEGIN + self.packed + block + text + _CHECKS.pack(zlib.crc32(text), len(text))


def sealed(data: bytes) -> Seal | None:
    """The seal that a file beginning so has; `None` if it has none, or not to the last bit."""
    begin = len(_BEGIN) + _HASH
    if not data.startswith(_BEGIN) or len(data) < begin + _BLOCK.size:
        return None
    _, length, _ = _BLOCK.unpack_from(data, begin)
    found = _TITLE.fullmatch(data, begin + _BLOCK.size, begin + _BLOCK.size + length)
    if found is None:
        return None
    seal = Seal(found[1].decode(), (found[2] or b"").decode(), data[len(_BEGIN) : begin])
    return seal if data.startswith(seal.member()) else None
