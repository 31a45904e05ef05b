"""Where data lie, as the graph says it, and how each store is opened: an address, an engine, arguments.

Hazards: addresses and arguments come from files that anybody can edit. Only arguments that choose how data are read
are passed on; no address leads to this machine or to a cloud's metadata unless the server is of this machine too, and
none chains file systems (`simplecache::file://…`); credentials never go to an endpoint that a record names.
"""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any
from urllib.parse import unquote, urlsplit

from leap_kg.client.errors import CannotOpen, printable
from leap_kg.client.packages import lacking
from leap_kg.unlisted import Arrays

_SCHEMES = ("gs", "s3", "https", "http", "file")
_LONGEST = 4000
_ARGUMENTS = frozenset(
    (
        *("chunks", "concat_characters", "consolidated", "decode_cf", "decode_coords", "decode_timedelta"),
        *("decode_times", "drop_variables", "group", "mask_and_scale", "use_cftime", "zarr_format"),
    )
)
_ZARR_ONLY = frozenset({"consolidated", "zarr_format"})
_OPTIONS = frozenset({"requester_pays"})
_NETCDF_SUFFIXES = (".nc", ".nc4", ".h5", ".hdf5", ".nc3", ".cdf")
_NETCDF_ENGINES = ("h5netcdf", "netcdf4", "scipy")
_PACKAGES = {"netcdf4": ("netCDF4",), "scipy": ("scipy",), "h5netcdf": ("h5netcdf", "h5py")}
_METADATA_HOSTS = ("metadata.google.internal", "metadata", "instance-data")
_AZURE = "168.63.129.16"
_BY_SCHEME = {"gs": ("gcsfs",), "s3": ("s3fs",), "https": ("fsspec", "aiohttp"), "http": ("fsspec", "aiohttp")}


@dataclass(frozen=True, slots=True)
class Store:
    """A store of a dataset, as the graph describes it; what it does not say is `""`.

    `format` is `zarr`, `netcdf`, `kerchunk`, `icechunk` or another word; `uri` the address, `endpoint` where an S3
    bucket answers, `web` the address for browsers; `access` is `public`, `private` or `""`; `status` is whether it
    answered at its last harvest, `status_day` the day on which it did not. `open_kwargs` is JSON.
    """

    name: str
    title: str
    format: str
    uri: str
    access: str
    status: str
    iri: str
    endpoint: str = field(default="", repr=False)
    web: str = field(default="", repr=False)
    status_day: str = field(default="", repr=False)
    use_case: str = field(default="", repr=False)
    open_kwargs: str = field(default="", repr=False)
    derived_from: tuple[str, ...] = field(default=(), repr=False)

    @property
    def told(self) -> str:
        """What harvesting found of it, as a clause for messages."""
        if not self.status or self.status == "answers":
            return ""
        day = f" on {self.status_day}" if self.status_day else ""
        return f"harvesting found it {self.status}{day}"


@dataclass(frozen=True, slots=True)
class Plan:
    """How a store is opened: `way` is `zarr`, `netcdf`, `kerchunk` or `icechunk`, `url` what is handed to the library.

    `options` reach the host, `arguments` are those of `xarray.open_dataset`; `modules` must be installed. `names` are
    the arrays that have to be named, empty where opening finds them by itself.
    """

    store: Store
    way: str
    url: str
    options: dict[str, object]
    arguments: dict[str, object]
    modules: tuple[str, ...]
    names: tuple[str, ...] = ()

    @property
    def scheme(self) -> str:
        """`gs`, `s3`, `https`, `http` or `file`."""
        return self.url.partition("://")[0] if "://" in self.url else "file"


def plan(
    store: Store, server: str, given: Mapping[str, Any] | None = None, arrays: Callable[[], Arrays] = Arrays
) -> Plan:
    """How to open a store that the server at the address `server` tells of; raises `CannotOpen` where one should not.

    `given` are arguments of the caller, which go before those of the record; `arrays` gives those of the store, and is
    asked for them only where they may have to be named.
    """
    stated, wanted = _stated(store.open_kwargs), dict(given or {})
    scheme = store.uri.partition("://")[0].lower()
    _check(store, scheme, server)
    # Icechunk reads buckets, and no web server in their place.
    reached = scheme == "s3" and store.endpoint and store.format != "icechunk" and store.web.startswith("http")
    url = store.web if reached else store.uri
    if scheme == "file":
        url = "/" + unquote(store.uri.partition("://")[2].partition("/")[2])
    options = {**_options(url, store), **_known_options(stated), **dict(wanted.pop("storage_options", None) or {})}
    arguments = {name: value for name, value in stated.items() if name in _ARGUMENTS}
    if lacking("dask"):
        # xarray reads lazily without it, if nobody asks for chunks.
        arguments.pop("chunks", None)
    way = _way(store, url, str(wanted.get("engine") or ""))
    if way != "zarr":
        arguments = {name: value for name, value in arguments.items() if name not in _ZARR_ONLY}
    engine = str(wanted.pop("engine", None) or stated.get("engine") or "")
    if way == "netcdf":
        arguments["engine"] = engine if engine in _NETCDF_ENGINES else ""
    else:
        arguments["engine"] = "zarr"
    arguments.update(wanted)
    names = _named(arrays(), url, arguments) if way == "zarr" and "://" in url else ()
    modules = _modules(way, url, arguments)
    return Plan(store, way, url, options, arguments, modules, names)


def _named(arrays: Arrays, url: str, arguments: dict[str, object]) -> tuple[str, ...]:
    """The arrays to name in the group that is opened, which the arguments say afterwards; none where all is found."""
    if not arrays.names or not arrays.unseen(url):
        return ()
    group = arrays.group(arguments.pop("group", None))
    arguments.update({"consolidated": False}, **({"group": group} if group else {}))
    return tuple(arrays.within(group))


def _way(store: Store, url: str, engine: str) -> str:
    """What is there: the address of a NetCDF file says more than the record, and the caller more than both."""
    if engine in _NETCDF_ENGINES:
        return "netcdf"
    if engine == "zarr":
        return "zarr"
    if url.partition("?")[0].lower().endswith(_NETCDF_SUFFIXES):
        return "netcdf"
    return store.format if store.format in ("netcdf", "kerchunk", "icechunk") else "zarr"


def _modules(way: str, url: str, arguments: Mapping[str, object]) -> tuple[str, ...]:
    reaching = _BY_SCHEME.get(url.partition("://")[0], ()) if "://" in url else ()
    engine = _PACKAGES.get(str(arguments["engine"]), ())
    packages = {
        "netcdf": ("xarray", *engine, *(["fsspec"] if reaching else []), *reaching),
        "icechunk": ("xarray", "zarr", "icechunk"),
    }.get(way, ("xarray", "zarr", *reaching))
    dask = ("dask",) if arguments.get("chunks") is not None else ()
    return tuple(dict.fromkeys((*packages, *dask)))


def _check(store: Store, scheme: str, server: str) -> None:
    """Raise `CannotOpen` unless the store may be opened from here."""
    name = f"the store {store.name or store.uri}"
    if not store.uri:
        raise CannotOpen(f"the graph does not say where {name} lies", "Mend its record, or ask its maintainers.")
    if scheme not in _SCHEMES or "::" in store.uri or any(c.isspace() and c != " " for c in store.uri):
        raise CannotOpen(
            f"{name} is at {printable(store.uri, 120)}, an address that is not opened from a record",
            "If you know it and trust it, open it with xarray yourself.",
        )
    local = is_here(urlsplit(server).hostname or "")
    if scheme == "file" and not local:
        raise CannotOpen(
            f"{name} is a folder of the machine that harvested it ({printable(store.uri, 120)})",
            "Open it there, or ask its maintainers for a copy in a bucket.",
        )
    for address in (store.uri, store.endpoint, store.web):
        try:
            host = urlsplit(address).hostname or "" if address.startswith(("http://", "https://")) else ""
        except ValueError:
            raise CannotOpen(
                f"{name} has the address {printable(address, 120)}, which is none", "Mend its record."
            ) from None
        if is_forbidden(host, local=local):
            raise CannotOpen(
                f"{name} is said to be at {host}, an address within this network that a record should not name",
                "If you know it and trust it, open it with xarray yourself.",
            )


def is_here(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def is_forbidden(host: str, *, local: bool) -> bool:
    """Whether no record may lead to a host: metadata services always, this machine and its network unless `local`."""
    host = host.rstrip(".").lower()
    if host in _METADATA_HOSTS or host == _AZURE:
        return True
    try:
        address = ip_address(host)
    except ValueError:
        # No name ends in a number: 127.1 is no address in full, and some resolvers take it for one.
        return host.rpartition(".")[2][:1].isdecimal() or (is_here(host) and not local)
    address = getattr(address, "ipv4_mapped", None) or address
    if address.is_link_local or address.is_multicast or address.is_unspecified:
        return True
    return not address.is_global and not local


def _options(url: str, store: Store) -> dict[str, object]:
    """What reaches the host; only a bucket of Google's that is not known to be public gets credentials."""
    if url.startswith("gs://"):
        return {"token": "anon"} if store.access == "public" else {}
    if url.startswith("s3://"):
        place: dict[str, object] = {"client_kwargs": {"endpoint_url": store.endpoint}} if store.endpoint else {}
        return {"anon": True, **place}
    return {}


def _known_options(stated: Mapping[str, object]) -> dict[str, object]:
    options = stated.get("storage_options")
    return {name: value for name, value in options.items() if name in _OPTIONS} if isinstance(options, dict) else {}


def _stated(text: str) -> dict[str, object]:
    """The publisher's arguments; whatever is no JSON object with finite numbers counts as none."""
    try:
        found = json.loads(text, parse_constant=_finite, parse_float=_finite) if 0 < len(text) <= _LONGEST else {}
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number
