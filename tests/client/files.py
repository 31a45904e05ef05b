"""Stores on loopback: a web server with ranges, some of whose files nobody may read, and what it serves."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import unquote

import numpy as np
import xarray as xr
import zarr

_RANGE = re.compile(r"bytes=(\d+)-(\d*)")


def data() -> xr.Dataset:
    """Twelve months of a small field."""
    time = np.arange("2024-01", "2025-01", dtype="datetime64[M]").astype("datetime64[ns]")
    values = np.arange(12 * 4 * 5, dtype="f4").reshape(12, 4, 5)
    return xr.Dataset(
        {"sst": (("time", "lat", "lon"), values, {"units": "K", "standard_name": "sea_surface_temperature"})},
        {"time": time, "lat": np.linspace(-60.0, 60.0, 4), "lon": np.linspace(0.0, 288.0, 5)},
    )


def write_stores(folder: Path) -> None:
    """One store of each kind below `folder`."""
    field = data()
    field.to_zarr(folder / "v2.zarr", zarr_format=2, consolidated=True)
    # Consolidated metadata are no part of Zarr 3 yet, and zarr warns that they are not.
    field.to_zarr(folder / "v3.zarr", zarr_format=3, consolidated=False)
    _consolidate(folder / "v3.zarr")
    field.to_zarr(folder / "scattered.zarr", zarr_format=3, consolidated=False)
    (folder / "private").mkdir()
    field.to_zarr(folder / "private" / "secret.zarr", zarr_format=2, consolidated=True)
    field.to_netcdf(folder / "field.nc", engine="h5netcdf")
    field.to_netcdf(folder / "disguised", engine="h5netcdf")


def _consolidate(store: Path) -> None:
    """Put the metadata of all arrays into those of the root, as zarr does."""
    root = json.loads((store / "zarr.json").read_text())
    arrays = {path.parent.name: json.loads(path.read_text()) for path in store.glob("*/zarr.json")}
    root["consolidated_metadata"] = {"kind": "inline", "must_understand": False, "metadata": arrays}
    (store / "zarr.json").write_text(json.dumps(root))


def write_references(folder: Path, address: str) -> None:
    """`references.json`: Kerchunk references to the chunks of `v2.zarr` as they are served at `address`."""
    refs: dict[str, object] = {}
    for path in sorted((folder / "v2.zarr").rglob("*")):
        key = path.relative_to(folder / "v2.zarr").as_posix()
        if path.name.startswith(".z") and path.name != ".zmetadata":
            refs[key] = path.read_text()
        elif path.is_file() and not path.name.startswith("."):
            refs[key] = ["{{u}}/v2.zarr/" + key, 0, path.stat().st_size]
    document = {"version": 1, "templates": {"u": address}, "refs": refs}
    (folder / "references.json").write_text(json.dumps(document))
    stolen = {**refs, "sst/0.0.0": ["file:///etc/hostname", 0, 4]}
    (folder / "stealing.json").write_text(json.dumps({"version": 1, "templates": {"u": address}, "refs": stolen}))


def write_icechunk(folder: Path) -> None:
    """An Icechunk repository, `repository` below `folder`."""
    import icechunk

    repository = icechunk.Repository.create(icechunk.local_filesystem_storage(str(folder / "repository")))
    session = repository.writable_session("main")
    group = zarr.open_group(session.store, mode="w")
    values = data()["sst"].values
    array = group.create_array("sst", shape=values.shape, dtype="f4", dimension_names=("time", "lat", "lon"))
    array[:] = values
    session.commit("one field")


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a server of the folder; what is below `private/` is refused, and nothing is listed."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = unquote(self.path.partition("?")[0]).lstrip("/")
            if path.startswith("private/"):
                return self._say(403, b"no")
            file = folder / path
            if ".." in path or not file.is_file():
                return self._say(404, b"nothing here")
            body = file.read_bytes()
            found = _RANGE.fullmatch(self.headers.get("Range", ""))
            if found is None:
                return self._say(200, body)
            end = min(int(found[2]) if found[2] else len(body), len(body) - 1)
            return self._say(206, body[int(found[1]) : end + 1], f"bytes {found[1]}-{end}/{len(body)}")

        def handle(self) -> None:
            with suppress(ConnectionError):  # the client has gone
                super().handle()

        do_HEAD = do_GET  # noqa: N815 - the name that the library wants

        def _say(self, status: int, body: bytes, place: str = "") -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Accept-Ranges", "bytes")
            if place:
                self.send_header("Content-Range", place)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
