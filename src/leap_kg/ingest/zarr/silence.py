"""Why a store gave no metadata: nothing there, no access, no connection, or something that is no store.

Hazard: a server answers anything with a page of its own, or says 403 for what is not there. What counts is what the
bodies hold.
"""

from dataclasses import dataclass

from leap_kg.ingest.formats.jsonvalue import read_value
from leap_kg.ingest.formats.yamltext import Unreadable
from leap_kg.ingest.zarr.asking import Asking

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
    """A store gave no metadata. `answer` is a concept of the scheme `status`; `reason` says what to do."""

    answer: str
    reason: str

    def __str__(self) -> str:
        return self.reason


def silence(asking: Asking) -> Silence:
    """Why there is no store, from what came instead of its metadata."""
    for body in asking.bodies.values():
        try:
            read_value(body.data, what="its metadata")
        except Unreadable as failure:
            return Silence("broken", f"its metadata cannot be read: {failure.reason}")
    if asking.bodies:
        return Silence("broken", "has metadata that are none of Zarr 2, Zarr 3, Kerchunk or Icechunk")
    if (held := _single_file(asking)) is not None:
        return held
    failures = list(asking.failures.values())
    broken = next((f for f in failures if f.kind in ("timeout", "unreachable") or (f.status or 0) >= 500), None)
    if broken is not None:
        return Silence("unreachable", broken.reason)
    barred = next((f for f in failures if f.status in (401, 403) or f.kind == "refused"), None)
    if barred is not None:
        return Silence("refused", barred.reason)
    reason = "has neither .zmetadata nor zarr.json nor .zgroup: mend the address, or restore the store"
    return Silence("missing", reason)


def _single_file(asking: Asking) -> Silence | None:
    """Whether the address is that of one file, by its first bytes; only asked where its name promises no store."""
    if asking.target.location.looks_like in ("zarr", "icechunk"):
        return None
    if (data := asking.beginning(_BEGINNING)) is not None:
        what = next((name for start, name in _SINGLE_FILES.items() if data.startswith(start)), "a single file")
        return Silence("broken", f"is {what}, not a Zarr store: open it with another engine, or mend the address")
    failure = asking.failures.get("")
    if failure is not None and failure.kind == "too-large":
        return Silence("broken", "is a single large file, not a Zarr store: open it with another engine")
    return None
