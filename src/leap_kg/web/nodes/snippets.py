"""Python that opens a store, written from what the graph says of it.

Hazard: addresses and open arguments come from files that anybody can edit, and readers paste the result
into a shell. Every text enters the code as the `repr()` of a `str` (one line, nothing but a literal), numbers as
JSON numbers, and of the open arguments only those that `xarray.open_dataset` documents.

Code that opens nothing is no code: what harvesting found of a store's arrays decides which group is opened, and whether
they are named (`leap_kg.unlisted`).

What opens what: Zarr and Kerchunk through fsspec, NetCDF through a file object (h5netcdf cannot read URLs),
Icechunk through its own library. `chunks` is not set: without dask it is an error, and xarray reads
lazily anyway.
"""

import json
import keyword
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import unquote

from leap_kg.unlisted import CLASS, IMPORTS, Arrays, class_code

_LONGEST = 4000

# Arguments of xarray.open_dataset and of its Zarr backend that choose how data are read, never what runs.
_ARGUMENTS = frozenset(
    (
        *("cache", "chunks", "concat_characters", "consolidated", "decode_cf", "decode_coords", "decode_timedelta"),
        *("decode_times", "drop_variables", "group", "inline_array", "mask_and_scale", "storage_options"),
        *("use_cftime", "zarr_format"),
    )
)
_ZARR_ONLY = frozenset({"consolidated", "storage_options", "zarr_format"})
_NETCDF_ENGINES = ("h5netcdf", "netcdf4", "scipy")
_NETCDF_SUFFIXES = (".nc", ".nc4", ".h5", ".hdf5")
_MOST_GROUPS = 20
_UNKNOWN = Arrays()


@dataclass(frozen=True, slots=True)
class Address:
    """Where a store lies: `uri` as fsspec opens it, the S3 `endpoint` beside it and its web address, if any.

    `public` if everybody may read it, `closed` if somebody said that not everybody may; neither where nobody knows.
    """

    uri: str
    endpoint: str = ""
    https: str = ""
    public: bool = False
    closed: bool = False

    @property
    def scheme(self) -> str:
        """`gs`, `s3`, `https`, `http` or `file`; other schemes as they are."""
        return self.uri.partition("://")[0].lower()

    @property
    def place(self) -> tuple[str, str]:
        """What follows the scheme: the bucket or host, and the rest without the slash between them."""
        first, _, rest = self.uri.partition("://")[2].partition("/")
        return first, rest

    @property
    def url(self) -> str:
        """What to hand to fsspec: a path for a local file, the web address of a bucket behind an endpoint."""
        if self.scheme == "file":
            return "/" + unquote(self.place[1])
        return self.https if self.endpoint and self.https.startswith(("https://", "http://")) else self.uri

    def options(self) -> dict[str, object]:
        """The storage options that `url` needs."""
        if self.url.startswith("gs://"):
            return {"token": "anon"} if self.public else {}
        if self.url.startswith("s3://"):
            place: dict[str, object] = {"client_kwargs": {"endpoint_url": self.endpoint}} if self.endpoint else {}
            return {"anon": True, **place}
        return {}

    def packages(self) -> tuple[str, ...]:
        """The packages by which fsspec reaches `url`."""
        by_start = {"gs://": ("gcsfs",), "s3://": ("s3fs",), "http": ("fsspec", "aiohttp")}
        return next((names for start, names in by_start.items() if self.url.startswith(start)), ())


@dataclass(frozen=True, slots=True)
class Snippet:
    """Code that opens a store; `packages` must be installed for it, `notes` say what to know before.

    `way` is the library that finds the store, `arguments` are those of `xarray.open_dataset`; `names` are the arrays
    that the code names because nothing else may, empty if it names none.
    """

    code: str
    packages: tuple[str, ...]
    notes: tuple[str, ...] = ()
    way: str = "xarray"
    arguments: Mapping[str, object] = field(default_factory=dict, compare=False)
    names: tuple[str, ...] = ()

    @property
    def install(self) -> str:
        """The command that installs what the code imports and needs."""
        return "pip install " + " ".join(self.packages)


def snippet(
    address: Address, form: str, kwargs: str = "", *, seen: bool = False, arrays: Arrays = _UNKNOWN
) -> Snippet | None:
    """Code for a store of a format (`zarr`, `netcdf`, `kerchunk`, `icechunk`, `""` if nobody knows).

    `kwargs` are the publisher's open arguments as a JSON object. With `seen`, harvesting found the format there, which
    then counts for more than how the address ends; `arrays` are those that it found. `None` for an address that no
    library opens.
    """
    if address.scheme not in ("gs", "s3", "https", "http", "file"):
        return None
    given, notes = _arguments(kwargs)
    if form != "netcdf" and (group := arrays.group(given.get("group"))) != (given.get("group") or ""):
        given = {name: value for name, value in given.items() if name != "group"} | ({"group": group} if group else {})
        others = [each or "the root" for each in arrays.groups if each != group]
        notes += [f"Its arrays are in groups; there are also {', '.join(others[:_MOST_GROUPS])}."] if others else []
    if address.url.lower().endswith(_NETCDF_SUFFIXES) and not seen:
        form = "netcdf"
        if given.get("engine") not in (None, *_NETCDF_ENGINES):
            notes.append("The record names an engine that reads no NetCDF, which its address ends like.")
    writers: dict[str, Callable[[Address, dict[str, object]], Snippet]] = {
        "netcdf": _netcdf,
        "kerchunk": _kerchunk,
        "icechunk": _icechunk,
    }
    if form not in writers and arrays.unseen(address.url):
        made = _named(address, given, arrays)
    else:
        # Else zarr looks for what is not there, and warns; this machine lists its folders.
        given |= {} if arrays.consolidated or form in writers else {"consolidated": False}
        made = writers.get(form, _zarr)(address, given)
    if form not in ("zarr", *writers):
        notes.append("The record does not say what format this is; the code takes it for Zarr.")
    if address.scheme == "gs" and not address.public and not address.closed:
        notes.append("If the bucket is private, run this where you are signed in, such as on the platform's hub.")
    packages = (*made.packages, "dask") if "chunks" in given else made.packages
    return replace(made, packages=packages, notes=(*made.notes, *notes))


def _zarr(address: Address, given: dict[str, object]) -> Snippet:
    arguments = {**given, "engine": "zarr"}
    arguments.update(_storage(address, given))
    packages = ("xarray", "zarr", *address.packages())
    code = _code("import xarray as xr", f"ds = {_call(literal(address.url), arguments)}")
    return Snippet(code, packages, arguments=arguments)


def _named(address: Address, given: dict[str, object], arrays: Arrays) -> Snippet:
    """Code for a store whose host may list nothing."""
    group = given.get("group", "")
    names = tuple(arrays.within(group if isinstance(group, str) else ""))
    storage = _storage(address, given)
    arguments: dict[str, object] = {name: value for name, value in given.items() if name != "storage_options"}
    arguments.update(engine="zarr", consolidated=False)
    reached = _function("FsspecStore.from_url", [literal(address.url)], {**storage, "read_only": True})
    code = _code(f"{IMPORTS}\n\n\n{class_code(names)}", f"store = {CLASS}({reached})\nds = {_call('store', arguments)}")
    notes = (
        "Its metadata are not consolidated. Where its host lists no files, xarray alone opens a dataset without "
        "variables, and says nothing; so the code names the arrays that harvesting found. intake takes no such names, "
        "and there is no code for it. If the store is yours, run zarr.consolidate_metadata.",
    )
    packages = tuple(dict.fromkeys(("xarray", "zarr", "fsspec", *address.packages())))
    return Snippet(code, packages, notes, arguments={**arguments, **storage}, names=names)


def _netcdf(address: Address, given: dict[str, object]) -> Snippet:
    engine = given.get("engine")
    chosen = engine if engine in _NETCDF_ENGINES and (address.scheme == "file" or engine != "netcdf4") else "h5netcdf"
    arguments = {name: value for name, value in given.items() if name not in _ZARR_ONLY}
    arguments["engine"] = chosen
    # h5netcdf reads by h5py, and leaves it to its users to install that.
    reading = {"h5netcdf": ("h5netcdf", "h5py"), "netcdf4": ("netCDF4",), "scipy": ("scipy",)}[str(chosen)]
    notes = ('A file of NetCDF version 3 needs engine="scipy".',) if chosen == "h5netcdf" else ()
    if address.scheme == "file":
        code = _code("import xarray as xr", f"ds = {_call(literal(address.url), arguments)}")
        return Snippet(code, ("xarray", *reading), notes)
    opening = _function("fsspec.open", [literal(address.url)], {"mode": "rb", **address.options()})
    code = _code("import fsspec\nimport xarray as xr", f"file = {opening}.open()\nds = {_call('file', arguments)}")
    packages = dict.fromkeys(("xarray", *reading, "fsspec", *address.packages()))
    return Snippet(code, tuple(packages), notes)


def _kerchunk(address: Address, given: dict[str, object]) -> Snippet:
    arguments = {name: value for name, value in given.items() if name not in _ZARR_ONLY}
    arguments["engine"] = "kerchunk"
    stated = given.get("storage_options")
    options: dict[str, object] = {**stated} if isinstance(stated, dict) else {}
    if reached := address.options():
        options.setdefault("target_options", reached)
    if options:
        arguments["storage_options"] = options
    packages = ("xarray", "kerchunk", "zarr", *address.packages())
    return Snippet(_code("import xarray as xr", f"ds = {_call(literal(address.url), arguments)}"), packages)


def _icechunk(address: Address, given: dict[str, object]) -> Snippet:
    arguments = {name: value for name, value in given.items() if name not in _ZARR_ONLY}
    arguments.update(engine="zarr", consolidated=False)
    code = _code(
        "import icechunk\nimport xarray as xr",
        f"storage = {_icechunk_storage(address)}\n"
        'session = icechunk.Repository.open(storage).readonly_session("main")\n'
        f"ds = {_call('session.store', arguments)}",
    )
    return Snippet(code, ("xarray", "zarr", "icechunk"))


def _icechunk_storage(address: Address) -> str:
    bucket, prefix = address.place
    place = {"bucket": bucket, "prefix": prefix}
    if address.scheme == "gs":
        access = {"anonymous": True} if address.public else {"from_env": True}
        return _function("icechunk.gcs_storage", [], {**place, **access})
    if address.scheme == "s3":
        endpoint = {"endpoint_url": address.endpoint, "force_path_style": True} if address.endpoint else {}
        return _function("icechunk.s3_storage", [], {**place, **endpoint, "anonymous": True})
    if address.scheme == "file":
        return _function("icechunk.local_filesystem_storage", [literal(address.url)], {})
    return _function("icechunk.http_storage", [literal(address.url)], {})


def _storage(address: Address, given: dict[str, object]) -> dict[str, object]:
    stated = given.get("storage_options")
    merged = {**address.options(), **(stated if isinstance(stated, dict) else {})}
    return {"storage_options": merged} if merged else {}


def _arguments(text: str) -> tuple[dict[str, object], list[str]]:
    """The publisher's arguments that may be passed on, and notes on those that may not."""
    if not text:
        return {}, []
    try:
        stated = json.loads(text, parse_constant=_finite, parse_float=_finite) if len(text) <= _LONGEST else None
    except (ValueError, RecursionError):
        stated = None
    if not isinstance(stated, dict):
        return {}, ["The record's open arguments cannot be used and were left out."]
    given = {name: value for name, value in stated.items() if name in _ARGUMENTS or name == "engine"}
    left_out = sorted(stated.keys() - given.keys())
    notes = [f"Open arguments of the record that xarray does not document were left out: {len(left_out)}."]
    return given, notes if left_out else []


def _finite(text: str) -> float:
    """The number, unless Python would print it as a name (`inf`, `nan`)."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is not a number that code can hold")
    return number


def _call(first: str, arguments: dict[str, object]) -> str:
    return _function("xr.open_dataset", [first], {"engine": arguments["engine"], **arguments})


def _function(name: str, positional: list[str], arguments: dict[str, object]) -> str:
    """A call; on one line if it is short, else one argument a line."""
    for key in arguments:
        if not key.isidentifier() or keyword.iskeyword(key):
            raise ValueError(f"{key!r} is not the name of an argument")
    written = [*positional, *(f"{key}={literal(value)}" for key, value in arguments.items())]
    line = f"{name}({', '.join(written)})"
    if len(line) <= 80 or len(written) == 1:
        return line
    return f"{name}(\n" + "".join(f"    {argument},\n" for argument in written) + ")"


def literal(value: object) -> str:
    """A JSON value as Python writes it, texts in double quotes where they need no escape for that."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{literal(key)}: {literal(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(literal, value)) + "]"
    plain = repr(value)
    return f'"{plain[1:-1]}"' if isinstance(value, str) and plain[0] == "'" and '"' not in plain else plain


def _code(imports: str, body: str) -> str:
    return f"{imports}\n\n{body}\nds"
