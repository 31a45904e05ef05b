"""The bodies of records in the raw store: put there as they come, found again for mapping them anew.

Listings bring records by the thousand, too small for a file each. Such bodies are put together in packs, which are
bodies of the raw store themselves; a part then says which pack it lies in, and where.
"""

import hashlib
from collections.abc import Callable, Iterable
from itertools import starmap

from leap_kg.graph.home import HomeError
from leap_kg.ingest.raw import BodyDamaged, BodyMissing, RawStore
from leap_kg.ingest.source import Part, RawRecord
from leap_kg.ingest.state import KeptPart

_PACK_BYTES = 2**20
_PACK_RECORDS = 2_000

Stage = Callable[[tuple[KeptPart, ...]], None]


class Bodies:
    """Bodies of records in a raw store; without one (a dry run) nothing is put anywhere, but hashes are the same."""

    def __init__(self, raw: RawStore | None, stored: RawStore) -> None:
        self._raw = raw
        self._stored = stored
        self._pack = bytearray()
        self._waiting: list[tuple[list[KeptPart], Stage]] = []
        self._opened: tuple[str, bytes] = ("", b"")

    def put(self, parts: Iterable[Part]) -> tuple[KeptPart, ...]:
        """Keep bodies that were fetched, each by itself; raises `HomeError`."""
        kept = []
        for part in parts:
            if self._raw is not None:
                self._write(part.data)
            kept.append(KeptPart(part.role, part.url, part.sha256))
        return tuple(kept)

    def pack(self, parts: Iterable[Part], stage: Stage) -> None:
        """Keep small bodies of one record with those of others; `stage` is told where they lie once they are kept."""
        kept = []
        for part in parts:
            kept.append(KeptPart(part.role, part.url, part.sha256, "", len(self._pack), len(part.data)))
            self._pack += part.data
        self._waiting.append((kept, stage))
        if len(self._pack) >= _PACK_BYTES or len(self._waiting) >= _PACK_RECORDS:
            self.flush()

    def flush(self) -> None:
        """Write the pack that is being filled, and stage its records; raises `HomeError`."""
        if not self._waiting:
            return
        data, waiting = bytes(self._pack), self._waiting
        self._pack, self._waiting = bytearray(), []
        name = self._write(data) if self._raw is not None else hashlib.sha256(data).hexdigest()
        for parts, stage in waiting:
            stage(tuple(KeptPart(p.role, p.url, p.sha256, name, p.offset, p.length) for p in parts))

    def drop(self) -> None:
        """Forget the pack that is being filled, with its records."""
        self._pack, self._waiting = bytearray(), []

    def record(self, key: str, parts: Iterable[KeptPart]) -> RawRecord:
        """A record as it was fetched; raises `BodyMissing` or `BodyDamaged`."""
        return RawRecord(key, tuple(starmap(Part, ((p.role, p.url, p.sha256, self._get(p)) for p in parts))))

    def _get(self, part: KeptPart) -> bytes:
        if not part.pack:
            return self._stored.get(part.sha256)
        if self._opened[0] != part.pack:
            self._opened = (part.pack, self._stored.get(part.pack))
        data = self._opened[1][part.offset : part.offset + part.length]
        if hashlib.sha256(data).hexdigest() != part.sha256:
            raise BodyDamaged(f"the body {part.sha256} is not where it should be in {part.pack}: harvest it again")
        return data

    def _write(self, data: bytes) -> str:
        if self._raw is None:
            raise BodyMissing("a dry run keeps nothing")
        try:
            return self._raw.put(data)
        except OSError as error:
            reason = f"cannot keep what was fetched ({error}); free some room, or set LEAP_KG_HOME"
            raise HomeError(f"{reason} to another folder") from None
