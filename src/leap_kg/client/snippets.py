"""The code that does what `to_xarray` does, for people who want to see it or to do without the client.

Hazard: what stands in records is pasted into shells. Every text enters as the `repr()` of a `str`.
"""

from leap_kg.client.stores import Plan
from leap_kg.unlisted import CLASS, IMPORTS, class_code


def code(plan: Plan) -> str:
    """Python that opens the store as `ds`."""
    return {"netcdf": _netcdf, "kerchunk": _kerchunk, "icechunk": _icechunk}.get(plan.way, _zarr)(plan)


def _zarr(plan: Plan) -> str:
    options: dict[str, object] = {"storage_options": plan.options} if plan.options else {}
    if plan.names:
        reached = _call("FsspecStore.from_url", [_literal(plan.url)], {**options, "read_only": True})
        return _program(
            f"{IMPORTS}\n\n\n{class_code(plan.names)}",
            f"store = {CLASS}({reached})\nds = {_open('store', plan.arguments)}",
        )
    return _program("import xarray as xr", f"ds = {_open(_literal(plan.url), {**plan.arguments, **options})}")


def _netcdf(plan: Plan) -> str:
    arguments = {**plan.arguments, "engine": plan.arguments["engine"] or "h5netcdf"}
    if plan.scheme == "file":
        return _program("import xarray as xr", f"ds = {_open(_literal(plan.url), arguments)}")
    opening = _call("fsspec.open", [_literal(plan.url)], {"mode": "rb", **plan.options})
    return _program("import fsspec\nimport xarray as xr", f"file = {opening}.open()\nds = {_open('file', arguments)}")


def _kerchunk(plan: Plan) -> str:
    options: dict[str, object] = {"fo": plan.url, "remote_options": {"asynchronous": True}}
    if plan.options:
        options["target_options"] = plan.options
    arguments = {**plan.arguments, "consolidated": False, "storage_options": options}
    return _program("import xarray as xr", f"ds = {_open(_literal('reference://'), arguments)}")


def _icechunk(plan: Plan) -> str:
    function, positional, given = icechunk_storage(plan)
    storage = _call(f"icechunk.{function}", [_literal(text) for text in positional], given)
    return _program(
        "import icechunk\nimport xarray as xr",
        f"storage = {storage}\n"
        'session = icechunk.Repository.open(storage).readonly_session("main")\n'
        f"ds = {_open('session.store', {**plan.arguments, 'consolidated': False})}",
    )


def icechunk_storage(plan: Plan) -> tuple[str, list[str], dict[str, object]]:
    """The function of Icechunk that makes the storage, with its arguments by position and by name."""
    bucket, _, prefix = plan.url.partition("://")[2].partition("/")
    place: dict[str, object] = {"bucket": bucket, "prefix": prefix}
    if plan.scheme == "gs":
        access = {"anonymous": True} if plan.options.get("token") == "anon" else {"from_env": True}
        return "gcs_storage", [], {**place, **access}
    if plan.scheme == "s3":
        endpoint = plan.store.endpoint
        there = {"endpoint_url": endpoint, "force_path_style": True} if endpoint else {}
        return "s3_storage", [], {**place, **there, "anonymous": True}
    if plan.scheme == "file":
        return "local_filesystem_storage", [plan.url], {}
    return "http_storage", [plan.url], {}


def _open(first: str, arguments: dict[str, object]) -> str:
    return _call("xr.open_dataset", [first], {"engine": arguments["engine"], **arguments})


def _call(name: str, positional: list[str], arguments: dict[str, object]) -> str:
    """A call; on one line if it is short, else one argument a line."""
    named = [f"{key}={_literal(value)}" for key, value in arguments.items() if key.isidentifier()]
    written = [*positional, *named]
    line = f"{name}({', '.join(written)})"
    if len(line) <= 80 or len(written) == 1:
        return line
    return f"{name}(\n" + "".join(f"    {argument},\n" for argument in written) + ")"


def _literal(value: object) -> str:
    """A value as Python writes it, texts in double quotes where they need no escape for that."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_literal(key)}: {_literal(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_literal, value)) + "]"
    plain = repr(value)
    return f'"{plain[1:-1]}"' if isinstance(value, str) and plain[0] == "'" and '"' not in plain else plain


def _program(imports: str, body: str) -> str:
    return f"{imports}\n\n{body}\nds"
