"""Stores as assets: the address, the media type, and what `xarray.open_dataset` needs for it."""

import json
from typing import Any

from pyoxigraph import NamedNode

from leap_kg.graph.statements import Statements
from leap_kg.ontology.namespaces import DCAT, DCT

_PUBLIC = NamedNode("http://publications.europa.eu/resource/authority/access-right/PUBLIC")
_MEDIA = {
    "zarr": "application/vnd+zarr",
    "icechunk": "application/vnd+zarr",
    "kerchunk": "application/json",
    "netcdf": "application/x-netcdf",
}
_NETCDF_SUFFIXES = (".nc", ".nc4", ".h5", ".hdf5")
_NETCDF_ENGINES = ("h5netcdf", "netcdf4", "scipy")
_ZARR_ONLY = ("consolidated", "zarr_format")


def asset(reading: Statements, store: NamedNode) -> tuple[str, dict[str, Any]] | None:
    """The store under a short name; `None` if it has no address."""
    uri = reading.text(store, reading.leap("storageURI"))
    if not uri:
        return None
    form = format_of(reading, store)
    made: dict[str, Any] = {
        "href": uri,
        "title": reading.label(store),
        "roles": ["references", "data"] if form == "kerchunk" else ["data"],
    }
    if description := reading.text(store, DCT("description")):
        made["description"] = description
    if form in _MEDIA:
        made["type"] = _MEDIA[form]
    if kwargs := open_kwargs(reading, store):
        made["xarray:open_kwargs"] = kwargs
    if options := storage_options(reading, store):
        made["xarray:storage_options"] = options
    web = reading.one(store, DCAT("accessURL"))
    if web is not None and web.value.startswith(("https://", "http://")) and web.value != uri:
        made["alternate"] = {"https": {"href": web.value, "title": "over https"}}
    return reading.text(store, DCT("identifier")) or store.value.rsplit("/", 1)[-1], made


def format_of(reading: Statements, store: NamedNode) -> str:
    """`zarr`, `netcdf` or another name of a format, `""` if nobody knows; a file's name outdoes what is said of it."""
    if reading.text(store, reading.leap("storageURI")).lower().endswith(_NETCDF_SUFFIXES):
        return "netcdf"
    form = reading.one(store, DCT("format"))
    return form.value.rsplit("/", 1)[-1] if form else ""


def open_kwargs(reading: Statements, store: NamedNode) -> dict[str, Any]:
    """The arguments of `xarray.open_dataset` that the record gives, with an engine that can read its format."""
    kwargs = _object(reading.text(store, reading.leap("openKwargs")))
    form = format_of(reading, store)
    if form == "netcdf":
        kwargs = {name: value for name, value in kwargs.items() if name not in _ZARR_ONLY}
        if kwargs.get("engine") not in _NETCDF_ENGINES:
            kwargs["engine"] = "h5netcdf"
    elif form in ("zarr", "icechunk"):
        kwargs.setdefault("engine", "zarr")
    return kwargs


def storage_options(reading: Statements, store: NamedNode) -> dict[str, Any]:
    """What fsspec needs to read a public bucket without an account; empty for any other store."""
    uri = reading.text(store, reading.leap("storageURI"))
    if _PUBLIC not in reading.nodes(store, DCT("accessRights")) or not uri.startswith(("gs://", "s3://")):
        return {}
    if uri.startswith("gs://"):
        return {"token": "anon"}
    endpoint = reading.text(store, reading.leap("storageEndpoint"))
    return {"anon": True, **({"client_kwargs": {"endpoint_url": endpoint}} if endpoint else {})}


def _object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
