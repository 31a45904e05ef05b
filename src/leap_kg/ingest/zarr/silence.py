"""Why a store gave no metadata: nothing there, no access, no connection, or something that is no store.

Hazard: a server answers anything with a page of its own, or says 403 for what is not there. What counts is what the
bodies hold.
"""

from dataclasses import dataclass

from leap_kg.ingest.fetch import FetchFailed, NotMirrored
from leap_kg.ingest.formats.jsonvalue import read_value
from leap_kg.ingest.formats.yamltext import Unreadable
from leap_kg.ingest.zarr.asking import Asking
from leap_kg.ingest.zarr.hierarchy import REFERENCES, V2_ROOT, V3_ROOT
from leap_kg.ingest.zarr.snapshots import SNAPSHOTS

# The first bytes of formats that are one file; HDF5's and NetCDF's from the format descriptions of their makers.
_SINGLE_FILES = {
    b"\x89HDF\r\n\x1a\n": "an HDF5 file (NetCDF 4)",
    b"CDF\x01": "a NetCDF 3 file",
    b"CDF\x02": "a NetCDF 3 file",
    b"CDF\x05": "a NetCDF 3 file",
    b"GRIB": "a GRIB file",
    b"PK\x03\x04": "a zip file",
    b"II*\x00": "a TIFF file",
}


_BEGINNING = 64
"""Bytes of a file that tell its format."""


@dataclass(slots=True)
class Silence(Exception):
    """A store gave no metadata. `answer` is a concept of the scheme `status`; `reason` says what to do.

    `answer` is empty where nobody asked the store: a mirror has nothing of it.
    """

    answer: str
    reason: str

    def __str__(self) -> str:
        return self.reason


def silence(asking: Asking) -> Silence:
    """Why there is no store, from what came instead of its metadata."""
    if (rubble := unreadable(asking)) is not None:
        return rubble
    if any(key.startswith(SNAPSHOTS) for key in asking.bodies):
        return Silence("broken", "its Icechunk snapshot cannot be read: it is damaged, or of a version yet unknown")
    if asking.bodies:
        reason = "its metadata are none of Zarr 2, Zarr 3, Kerchunk or Icechunk: mend the address, or write them anew"
        return Silence("broken", reason)
    broken = next((key for key, failure in asking.failures.items() if _is_broken(failure)), None)
    # A host that fails is not asked once more for what a name promises to be a store.
    promised = asking.target.location.looks_like in ("zarr", "icechunk")
    if not (promised and broken is not None) and (held := _single_file(asking, promised=promised)) is not None:
        return held
    if (unasked := unanswered(asking)) is not None:
        return unasked
    if broken is not None:
        return Silence("unreachable", _told(asking, broken))
    barred = next((key for key, f in asking.failures.items() if f.status in (401, 403) or f.kind == "refused"), None)
    if barred is not None:
        return Silence("refused", _told(asking, barred))
    reason = "it has neither .zmetadata nor zarr.json nor .zgroup: mend the address, or restore the store"
    return Silence("missing", reason)


def unreadable(asking: Asking) -> Silence | None:
    """The first metadata document that came and cannot be read; `None` if all can."""
    for key, body in asking.bodies.items():
        name = f"its metadata document {key}" if key != REFERENCES else "the file of references"
        remade = "write it anew" + (" with zarr.consolidate_metadata" if key in (V2_ROOT, V3_ROOT) else "")
        if key.startswith(SNAPSHOTS):
            continue
        if not body.data.strip():
            return Silence("broken", f"{name} cannot be read (it is empty): {remade}")
        try:
            read_value(body.data, what=key)
        except Unreadable as failure:
            return Silence("broken", f"{name} cannot be read (it {failure.reason}): mend the address, or {remade}")
    return None


def _is_broken(failure: FetchFailed) -> bool:
    return failure.kind in ("timeout", "unreachable") or (failure.status or 0) >= 500


def _told(asking: Asking, key: str) -> str:
    """The reason of a failure, with the document that it is about."""
    return f"{key or 'its address'}: {asking.failures[key].reason}"


def unanswered(asking: Asking) -> Silence | None:
    """Where a mirror misses metadata that the store was asked for, which is no answer of it; `None` where not."""
    missed = next((each for key, each in asking.failures.items() if key and isinstance(each, NotMirrored)), None)
    if missed is None:
        return None
    return Silence("", f"was not asked, and the mirror has nothing of it: {missed}")


def _single_file(asking: Asking, *, promised: bool) -> Silence | None:
    """Whether the address is that of one file, by its first bytes.

    Where its name has `promised` a store, a server's own page may be that of a folder: only known formats count.
    """
    if (data := asking.beginning(_BEGINNING)) is not None:
        known = next((name for start, name in _SINGLE_FILES.items() if data.startswith(start)), "")
        if promised and not known:
            return None
        what = known or ("a web page" if data.lstrip().startswith(b"<") else "a single file")
        return Silence("broken", f"it is {what}, not a Zarr store: open it with another engine, or mend the address")
    failure = asking.failures.get("")
    if failure is not None and failure.kind == "too-large":
        return Silence("broken", "it is a single large file, not a Zarr store: open it with another engine")
    return None
