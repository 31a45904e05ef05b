"""Opens a store as its plan says: lazily, with an error that names the reason where that fails.

Hazard: xarray opens a store without consolidated metadata on a host that lists nothing as an empty dataset, without
a word. Where harvesting knows the arrays of such a store they are named (`leap_kg.unlisted`); a dataset without
variables is a failure here.
"""

from typing import Any

from leap_kg.client.errors import CannotOpen, KgError, NotInstalled
from leap_kg.client.failing import failure
from leap_kg.client.packages import install, lacking, need
from leap_kg.client.references import references
from leap_kg.client.snippets import icechunk_storage
from leap_kg.client.stores import Plan
from leap_kg.unlisted import named

_CONNECT_SECONDS, _READ_SECONDS = 10, 120
_NETCDF3 = b"CDF"


def opened(plan: Plan, *, local: bool) -> Any:  # noqa: ANN401 - an xarray.Dataset
    """The dataset, with nothing read but metadata and coordinates; raises `CannotOpen` or `NotInstalled`.

    `local` is whether the graph is served by this machine.
    """
    if missing := [module for module in plan.modules if lacking(module)]:
        names = " and ".join(missing)
        what = f"the store {plan.store.name or plan.store.uri} ({plan.way}, {plan.scheme})"
        raise NotInstalled(f"{what} needs {names}, not installed here", install(*missing))
    try:
        found = _WAYS[plan.way](plan, local)
    except KgError:
        raise
    except Exception as error:
        # Each library has errors of its own; what they mean is found out from what the host answers.
        raise failure(plan, error) from error
    if not found.variables:
        found.close()
        raise CannotOpen(
            f"the store {plan.store.name or plan.store.uri} opens without any variable: its metadata are not "
            "consolidated and its host lists no files, or its data are in a group",
            "Name the group: to_xarray(group='...'); or ask the maintainers to run zarr.consolidate_metadata.",
        )
    return found


def _zarr(plan: Plan, _: bool) -> Any:  # noqa: ANN401
    xarray = need("xarray", "opening data")
    options = _patient(plan)
    if plan.names:
        return xarray.open_dataset(named(plan.url, plan.names, options), **plan.arguments)
    more = {"storage_options": options} if options else {}
    return xarray.open_dataset(plan.url, **{**plan.arguments, **more})


def _netcdf(plan: Plan, _: bool) -> Any:  # noqa: ANN401
    xarray = need("xarray", "opening data")
    target: Any = plan.url
    if plan.scheme != "file":
        target = need("fsspec", "opening data").open(plan.url, mode="rb", **_patient(plan)).open()
    try:
        return xarray.open_dataset(target, **{**plan.arguments, "engine": plan.arguments["engine"] or _engine(target)})
    except BaseException:
        if target is not plan.url:
            target.close()
        raise


def _engine(target: Any) -> str:  # noqa: ANN401 - a path or a file
    """The engine that reads this version of NetCDF; raises `NotInstalled` without its package."""
    if isinstance(target, str):
        with open(target, "rb") as file:  # noqa: PTH123 - as the other branch has it
            start = file.read(len(_NETCDF3))
    else:
        start = target.read(len(_NETCDF3))
        target.seek(0)
    engine = "scipy" if start == _NETCDF3 else "h5netcdf"
    for module in (engine,) if engine == "scipy" else (engine, "h5py"):
        need(module, "a NetCDF file of version 3" if engine == "scipy" else "a NetCDF file")
    return engine


def _kerchunk(plan: Plan, local: bool) -> Any:  # noqa: ANN401
    xarray = need("xarray", "opening data")
    given: dict[str, object] = {"fo": references(plan, local=local), "remote_options": {"asynchronous": True}}
    return xarray.open_dataset("reference://", **{**plan.arguments, "consolidated": False, "storage_options": given})


def _icechunk(plan: Plan, _: bool) -> Any:  # noqa: ANN401
    xarray, icechunk = need("xarray", "opening data"), need("icechunk", "an Icechunk repository")
    function, positional, named = icechunk_storage(plan)
    if not hasattr(icechunk, function):
        raise NotInstalled(
            f"this version of icechunk has no {function}",
            "Type: pip install --upgrade icechunk (with Python 3.12 or later)",
        )
    storage = getattr(icechunk, function)(*positional, **named)
    session = icechunk.Repository.open(storage).readonly_session("main")
    return xarray.open_dataset(session.store, **{**plan.arguments, "consolidated": False})


_WAYS = {"zarr": _zarr, "netcdf": _netcdf, "kerchunk": _kerchunk, "icechunk": _icechunk}


def _patient(plan: Plan) -> dict[str, object]:
    """The options, with limits on how long a web server may be silent."""
    if plan.scheme not in ("http", "https") or "client_kwargs" in plan.options:
        return plan.options
    timeout = need("aiohttp", "opening data over http").ClientTimeout(
        total=None, sock_connect=_CONNECT_SECONDS, sock_read=_READ_SECONDS
    )
    return {**plan.options, "client_kwargs": {"timeout": timeout}}
