"""The stores of a feedstock: one node each, named by where the data lies, so that two records that name one
store in two ways (`gs://`, `https://storage.googleapis.com/`) mean the same node.
"""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pyoxigraph import NamedNode

from leap_kg.ingest.formats.reading import Path, Reading, dotted
from leap_kg.ingest.leap.feedstock import StoreEntry
from leap_kg.ingest.mapping.finding import Severity
from leap_kg.ingest.mapping.statements import ANY_URI, Statements
from leap_kg.ontology.identifiers import Refusal, storage
from leap_kg.ontology.iri import mint
from leap_kg.ontology.namespaces import DCAT, DCT, PROV, XSD, ours

_RIGHTS = "http://publications.europa.eu/resource/authority/access-right/"
PUBLIC, NOT_PUBLIC = NamedNode(f"{_RIGHTS}PUBLIC"), NamedNode(f"{_RIGHTS}NON_PUBLIC")

# The engines of xarray that can read each kind of file.
_ENGINES = {
    "zarr": ("zarr", "kerchunk"),
    "netcdf": ("h5netcdf", "netcdf4", "scipy"),
    "kerchunk": ("kerchunk", "zarr"),
    "icechunk": ("zarr",),
}
_READ_BY = {"zarr": "zarr", "kerchunk": "kerchunk", "h5netcdf": "netcdf", "netcdf4": "netcdf", "scipy": "netcdf"}
_KWARGS = "xarray_open_kwargs"
_FORMATS = {
    "zarr": "a Zarr store",
    "netcdf": "a NetCDF file",
    "kerchunk": "Kerchunk references",
    "icechunk": "an Icechunk repository",
}
_ENCODER = json.JSONEncoder(sort_keys=True, ensure_ascii=False)
_WHOLE = re.compile(r"-?(0|[1-9]\d{0,14})", re.ASCII)
_FRACTION = re.compile(r"-?\d{1,15}(\.\d{1,15}([eE][+-]?\d{1,2})?|[eE][+-]?\d{1,2})", re.ASCII)
_SCRATCH = re.compile(r"(?:^|[-_.])scratch(?:$|[-_.])", re.IGNORECASE)
_KEPT = {"leap-scratch": "7 days"}
"""How long a bucket keeps what is written to it, where that is published."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?", re.ASCII)


def map_store(entry: StoreEntry, dataset: NamedNode, reading: Reading, say: Statements, base: str) -> NamedNode | None:
    """Say where a store is and how it opens; `None` with a finding if its address is none."""
    location = _location(entry.address, (*entry.path, "url"), reading)
    if location is None:
        reading.keep(entry.path, entry.written)
        return None
    store = _node(location, entry.name or entry.id, say, base)
    _report_scratch(location, entry.address, (*entry.path, "url"), store, reading)
    say.link(dataset, DCAT("distribution"), store)
    say.text(store, DCT("identifier"), entry.id)
    say.text(store, DCT("description"), entry.description)
    _open(entry, location, store, reading, say, base)
    if entry.origin.url:
        say.link(store, PROV("wasDerivedFrom"), say.document(entry.origin.url, entry.origin.label))
    elif entry.origin.label:
        say.text(store, DCT("provenance"), entry.origin.label)
    _probed(entry.probed, store, say, base)
    say.text(store, DCT("modified"), entry.modified, _time_type(entry.modified))
    for copy in entry.rechunked:
        _copy(copy.address, copy.use_case, (*copy.path, "path"), store, entry, reading, say, base)
    return store


def say_published(published: object, files: object, say: Statements, base: str) -> None:
    """Say which stores the catalogue calls public, and what opens those whose address does not tell.

    Only of stores that both its entry's and the files' `stores` list.
    """
    held = {location.slug for location, _ in _listed(files)}
    for location, item in _listed(published):
        if location.slug not in held:
            continue
        store, public, kwargs = NamedNode(f"{base}store/{location.slug}"), item.get("public"), item.get(_KWARGS)
        if isinstance(public, bool):
            say.link(store, DCT("accessRights"), PUBLIC if public else NOT_PUBLIC)
        if isinstance(kwargs, dict):
            _say_stated(kwargs.get("engine"), location, store, say, base)


def _say_stated(engine: object, location: storage.Location, store: NamedNode, say: Statements, base: str) -> None:
    """The format that an engine of xarray reads, of a store whose address tells none."""
    form = _READ_BY.get(engine) if isinstance(engine, str) and location.looks_like == "unknown" else None
    if form:
        say.link(store, DCT("format"), mint(base, "format", form))


def _listed(stores: object) -> Iterator[tuple[storage.Location, dict[str, Any]]]:
    """The places of the stores that have one, each with what is said of it."""
    for item in stores if isinstance(stores, list) else []:
        address = item.get("url") if isinstance(item, dict) else None
        location = storage.parse(address) if isinstance(address, str) else None
        if isinstance(location, storage.Location):
            yield location, item


def _location(address: str, path: Path, reading: Reading) -> storage.Location | None:
    if not address:
        hint = "Give the address of the store, such as gs://bucket/path.zarr."
        reading.report("bad-store-url", Severity.VIOLATION, f"{dotted(path)} is missing", hint, path)
        return None
    location = storage.parse(address)
    if isinstance(location, Refusal):
        message = f"{dotted(path)}: {location.reason}"
        reading.report("bad-store-url", Severity.VIOLATION, message, location.hint, path, address)
        return None
    return location


def _report_scratch(location: storage.Location, address: str, path: Path, store: NamedNode, reading: Reading) -> None:
    """Report a store in a bucket that is emptied again and again."""
    if _SCRATCH.search(location.bucket):
        kept = _KEPT.get(location.bucket, "some days")
        message = f"{dotted(path)} lies in the scratch bucket {location.bucket}, which deletes data after {kept}"
        hint = "Copy the store to a bucket that keeps it, and give that address here."
        reading.report("temporary-store", Severity.WARNING, message, hint, path, address, focus=store)


def _node(location: storage.Location, title: str, say: Statements, base: str) -> NamedNode:
    leap = ours(base)
    store = NamedNode(f"{base}store/{location.slug}")
    say.type(store, DCAT("Distribution"))
    kind = location.looks_like
    if kind != "netcdf":
        say.type(store, leap("ZarrStore"))
    if kind != "unknown":
        say.link(store, DCT("format"), mint(base, "format", kind))
    say.text(store, DCT("title"), title or location.uri)
    say.text(store, leap("storageURI"), location.uri, ANY_URI)
    say.text(store, leap("storageEndpoint"), location.endpoint or "", ANY_URI)
    say.link(store, DCAT("accessURL"), location.https)
    return store


def _open(
    entry: StoreEntry, location: storage.Location, store: NamedNode, reading: Reading, say: Statements, base: str
) -> None:
    if not entry.kwargs:
        return
    leap = ours(base)
    say.text(store, leap("openKwargs"), _ENCODER.encode(_typed(entry.kwargs)))
    engine = entry.kwargs.get("engine")
    _say_stated(engine, location, store, say, base)
    engines = _ENGINES.get(location.looks_like)
    if isinstance(engine, str) and engines is not None and engine not in engines:
        reading.report(
            "engine-suffix",
            Severity.VIOLATION,
            f"{dotted(entry.path)} says engine {engine!r}, but its address is that of {_FORMATS[location.looks_like]}",
            f"Set xarray_open_kwargs.engine to {engines[0]!r}, or give the address of a {engine} store.",
            (*entry.path, "xarray_open_kwargs", "engine"),
            engine,
            focus=store,
        )


def _copy(
    address: str,
    use_case: str,
    path: Path,
    store: NamedNode,
    entry: StoreEntry,
    reading: Reading,
    say: Statements,
    base: str,
) -> None:
    location = _location(address, path, reading)
    if location is None:
        reading.keep(path, address)
        reading.keep((*path[:-1], "use_case"), use_case)
        return
    leap = ours(base)
    copy = _node(location, f"{entry.name or entry.id}, rechunked", say, base)
    _report_scratch(location, address, path, copy, reading)
    say.link(copy, PROV("wasDerivedFrom"), store)
    say.link(store, DCT("hasVersion"), copy)
    say.text(copy, leap("useCase"), use_case)


def _probed(probed: dict[str, bool], store: NamedNode, say: Statements, base: str) -> None:
    """What the catalogue's job found out. It finds no Zarr 3 store public; that a store answers outweighs its word."""
    kept = dict(probed)
    if (public := kept.pop("public", None)) is not None:
        say.link(store, DCT("accessRights"), PUBLIC if public else NOT_PUBLIC)
    if kept:
        say.text(store, ours(base)("unmapped"), json.dumps(kept, sort_keys=True))


def _time_type(text: str) -> NamedNode | None:
    """The datatype of a moment or a day; any other text stays a text."""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return None
    if _DAY.fullmatch(text):
        return XSD("date")
    return XSD("dateTime") if _MOMENT.fullmatch(text) else None


def _typed(value: Any) -> Any:  # noqa: ANN401 - whatever a YAML file holds
    """YAML scalars were read as texts; numbers that JSON can hold become numbers again for a call of xarray."""
    if isinstance(value, dict):
        return {key: _typed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_typed(item) for item in value]
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        return int(value)
    if isinstance(value, str) and _FRACTION.fullmatch(value):
        return float(value)
    return value
