"""Stores as assets: the address, the media type, and what `xarray.open_dataset` needs for it."""

import json
from typing import Any

from pyoxigraph import NamedNode

from leap_kg.graph.statements import Statements
from leap_kg.ontology.iri import mint
from leap_kg.ontology.namespaces import DCAT, DCT, SCHEMA, SH
from leap_kg.unlisted import APART, Arrays

_PUBLIC = NamedNode("http://publications.europa.eu/resource/authority/access-right/PUBLIC")
_MEDIA = {
    "zarr": "application/vnd+zarr",
    "icechunk": "application/vnd+zarr",
    "kerchunk": "application/json",
    "netcdf": "application/x-netcdf",
}
_NETCDF_SUFFIXES = (".nc", ".nc4", ".h5", ".hdf5")
_NETCDF_ENGINES = ("h5netcdf", "netcdf4", "scipy")
_UNSEEN = (
    "The metadata of this store are not consolidated: where its host lists no files, xarray.open_dataset opens it "
    "without variables, and says nothing. So no arguments to open it are given here; its page has code that names its "
    "arrays."
)
_ZARR_ONLY = ("consolidated", "zarr_format")


def asset(reading: Statements, store: NamedNode) -> dict[str, Any] | None:
    """The store as an asset; `None` if it has no address. Its name is its dataset's, see `leap_kg.stac.stores`."""
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
    if opens_by_address(reading, store):
        if kwargs := open_kwargs(reading, store):
            made["xarray:open_kwargs"] = kwargs
        if options := storage_options(reading, store):
            made["xarray:storage_options"] = options
    else:
        made["zarr:consolidated"] = False
        made["description"] = f"{made.get('description', '')}\n\n{_UNSEEN}".strip()
    web = reading.one(store, DCAT("accessURL"))
    if web is not None and web.value.startswith(("https://", "http://")) and web.value != uri:
        made["alternate"] = {"https": {"href": web.value, "title": "over https"}}
    return made


def format_of(reading: Statements, store: NamedNode) -> str:
    """`zarr`, `netcdf` or another name of a format, `""` if nobody knows; a file's name outdoes what is said of it."""
    if reading.text(store, reading.leap("storageURI")).lower().endswith(_NETCDF_SUFFIXES):
        return "netcdf"
    form = reading.one(store, DCT("format"))
    return form.value.rsplit("/", 1)[-1] if form else ""


def arrays_of(reading: Statements, store: NamedNode) -> Arrays:
    """The arrays that harvesting found in a store."""
    parts = reading.nodes(store, SCHEMA("variableMeasured"))
    names = {name for part in parts if (name := reading.text(part, SCHEMA("name")))}
    return Arrays(tuple(sorted(names)), consolidated=not _is_apart(reading, store))


def opens_by_address(reading: Statements, store: NamedNode) -> bool:
    """Whether a library that knows nothing but the address finds the arrays of a store, as far as anybody knows."""
    if format_of(reading, store) not in ("zarr", "") or not _is_apart(reading, store):
        return True
    return not Arrays(consolidated=False).unseen(reading.text(store, reading.leap("storageURI")))


def _is_apart(reading: Statements, store: NamedNode) -> bool:
    kind = mint(reading.base, "finding-kind", APART)
    return any(kind in reading.nodes(finding, DCT("type")) for finding in reading.subjects(SH("focusNode"), store))


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
        arrays = arrays_of(reading, store)
        if (group := arrays.group(kwargs.get("group"))) != (kwargs.get("group") or ""):
            kwargs = {name: value for name, value in kwargs.items() if name != "group"} | (
                {"group": group} if group else {}
            )
        if form == "zarr" and not arrays.consolidated:
            kwargs["consolidated"] = False
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
