"""fsspec file systems and bucket clients: what they open, map, list, fetch and put."""

import ast
from typing import TYPE_CHECKING

from leap_kg.links.code import clients, noting, placing, stores
from leap_kg.links.code.known import FILE_SYSTEMS
from leap_kg.links.code.values import (
    NOTHING,
    Alternative,
    External,
    FileSystem,
    Handle,
    Items,
    LocalFile,
    Value,
    Values,
    as_text,
    joined,
    one,
    only,
)
from leap_kg.links.signal import UNKNOWN, Role

if TYPE_CHECKING:
    from leap_kg.links.code.folding import Folder

_SCHEMES = {
    "gcs": "gs",
    "gs": "gs",
    "s3": "s3",
    "s3a": "s3",
    "http": "https",
    "https": "https",
    "abfs": "abfs",
    "az": "az",
    "adl": "adl",
    "hf": "hf",
    "file": "file",
    "local": "file",
    "reference": "reference",
    "osn": "osn",
}
_HOSTED = {"ftp": "ftp", "sftp": "sftp", "ssh": "sftp", "FTPFileSystem": "ftp", "SFTPFileSystem": "sftp"}
"""File systems of one host, which is named when they are made."""
_FEDERATED = {"osdf", "OSDFFileSystem"}
"""Of the Open Science Data Federation, whose addresses have no host."""
_CACHED = {"simplecache", "filecache", "blockcache", "cached"}
_OPENING = {"open", "get_mapper", "glob", "open_async"}
_FETCHING = {"get", "get_file", "download", "cat", "cat_file", "read_text", "read_bytes", "head", "tail"}
_LISTING = {"ls", "find", "walk", "listdir"}
_COPYING = {"cp", "cp_file", "mv", "move"}
_PUTTING = {"put", "put_file", "upload"}
_WRITING = {"pipe", "pipe_file", "write_text", "write_bytes"}


def made(
    folder: "Folder", top: str, last: str, node: ast.Call, given: list[Values], named: dict[str, Values]
) -> Values | None:
    """The file system or the place in a bucket that the call makes; `None` if it makes none."""
    if (client := clients.made(top, last, given, named)) is not None:
        return client
    if last == "DirFileSystem" or (
        top == "fsspec" and last == "filesystem" and only(given[0] if given else NOTHING) == "dir"
    ):
        return _below(named.get("path", given[0] if given and last == "DirFileSystem" else NOTHING), named)
    if last in _FEDERATED:
        return one(FileSystem(placing.BELOW, root="osdf://"))
    if last in _HOSTED:
        return _hosted(last, named.get("host", given[0] if given else NOTHING))
    if last in FILE_SYSTEMS:
        return _system(folder, FILE_SYSTEMS[last], node, given, named, places=0)
    if top == "fsspec" and last == "filesystem":
        protocol = only(named.get("protocol", given[0] if given else NOTHING))
        if protocol == placing.BELOW:
            return _below(named.get("path", NOTHING), named)
        if protocol in _FEDERATED:
            return one(FileSystem(placing.BELOW, root="osdf://"))
        if protocol in _HOSTED:
            return _hosted(str(protocol), named.get("host", NOTHING))
        if protocol in _CACHED:
            protocol = only(named.get("target_protocol", NOTHING))
        scheme = _SCHEMES.get(protocol, "") if isinstance(protocol, str) else ""
        return _system(folder, scheme, node, given, named, places=1)
    if top == "fsspec" and last == "get_filesystem_class":
        return _class(only(named.get("protocol", given[0] if given else NOTHING)))
    if (store := stores.made(folder, top, last, node, given, named)) is not None:
        return store
    if last in {"FSMap", "S3Map", "GCSMap"}:
        system = only(next((named[key] for key in ("fs", "s3", "gcs") if key in named), [*given, NOTHING, NOTHING][1]))
        if not isinstance(system, FileSystem) and last != "FSMap":
            system = FileSystem("s3" if last == "S3Map" else "gs")
        if isinstance(system, FileSystem):
            return method(folder, system, "get_mapper", node, given, named)
    if last == "FsspecStore" and (given or "fs" in named):
        system = only(named.get("fs", given[0] if given else NOTHING))
        if isinstance(system, FileSystem):
            return method(folder, system, "get_mapper", node, [named.get("path", one(""))], {})
    return None


def _class(protocol: Value) -> Values:
    """The class of the file systems of a protocol."""
    scheme = _SCHEMES.get(protocol) if isinstance(protocol, str) else None
    name = next((name for name, of in FILE_SYSTEMS.items() if of == scheme), None)
    return one(External(f"fsspec.{name}")) if name is not None else NOTHING


def _hosted(kind: str, host: Values) -> Values:
    """The files of one host."""
    return tuple(
        Alternative(FileSystem(placing.BELOW, root=f"{_HOSTED[kind]}://{as_text(value)}"), when) for value, when in host
    )


def _below(path: Values, named: dict[str, Values]) -> Values:
    """The folder `path` of a file system as one of its own."""
    within = only(named.get("fs", NOTHING))
    system = within if isinstance(within, FileSystem) else FileSystem("")
    return (
        tuple(
            Alternative(FileSystem(placing.BELOW, system.endpoint, value.rstrip("/")), when)
            for value, when in placing.located(system, path)
            if isinstance(value, str) and "://" in value
        )
        or NOTHING
    )


def _system(
    folder: "Folder", scheme: str, node: ast.Call, given: list[Values], named: dict[str, Values], places: int
) -> Values:
    endpoint = noting.option(named, "endpoint_url") or ""
    if scheme != "reference":
        return one(FileSystem(scheme, endpoint))
    root = named.get("fo", given[places] if len(given) > places else NOTHING)
    handles = noting.noted(folder, Role.READS, root, node, None, "reference file system", yields=True)
    return handles if isinstance(only(handles), Handle) else one(FileSystem("reference"))


def method(
    folder: "Folder", system: FileSystem, name: str, node: ast.Call, given: list[Values], named: dict[str, Values]
) -> Values:
    """`system.name(…)`; a system of unknown scheme takes whole addresses only."""
    if system.scheme not in {"", placing.BELOW}:
        of_client = clients.method(folder, system, name, node, given, named)
        if of_client is not None:
            return of_client
    if name in _COPYING:
        return _copied(folder, system, name, node, given)
    if name in _PUTTING:
        target = named.get("rpath", given[1] if len(given) > 1 else NOTHING)
        noting.noted(folder, Role.WRITES, placing.located(system, target), node, None, f"fs.{name}", system.endpoint)
        return NOTHING
    place = next((named[key] for key in ("path", "rpath", "root", "urlpath") if key in named), None)
    if place is None:
        place = given[0] if given else NOTHING
    located = placing.located(system, place)
    if name in _LISTING:
        inside = joined([tuple(Alternative(as_text(v).rstrip("/"), when) for v, when in located), one(f"/{UNKNOWN}")])
        return one(Items((inside,))) if system.scheme else NOTHING
    if name in _WRITING:
        noting.noted(folder, Role.WRITES, located, node, None, f"fs.{name}", system.endpoint)
        return NOTHING
    if name in _FETCHING:
        if system.scheme:
            noting.noted(folder, Role.READS, located, node, None, f"fs.{name}", system.endpoint)
        return NOTHING
    if name not in _OPENING:
        return NOTHING
    mode = only(named.get("mode", given[1] if len(given) > 1 and name == "open" else NOTHING))
    role = Role.WRITES if name == "open" and isinstance(mode, str) and mode[:1] in "wxa" else Role.READS
    told = node.args[0] if node.args else None
    if system.scheme == "file":
        return one(LocalFile(as_text(only(place))))
    found = noting.noted(folder, role, located, node, told, f"fs.{name}", system.endpoint, yields=True)
    return one(Items(tuple((each,) for each in found))) if name == "glob" and found is not NOTHING else found


def _copied(folder: "Folder", system: FileSystem, name: str, node: ast.Call, given: list[Values]) -> Values:
    """Within a file system: the one is read, the other written."""
    for role, place in zip((Role.READS, Role.WRITES), given, strict=False):
        noting.noted(folder, role, placing.located(system, place), node, None, f"fs.{name}", system.endpoint)
    return NOTHING
