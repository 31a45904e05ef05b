"""Clients that the clouds give out: boto3 and google-cloud-storage, by bucket and key.

A client is a file system without a root, a bucket one with it, an object of a bucket a path.
"""

import ast
from typing import TYPE_CHECKING

from leap_kg.links.code import noting
from leap_kg.links.code.values import NOTHING, External, FileSystem, PathText, Values, as_text, joined, one, only
from leap_kg.links.signal import Role

if TYPE_CHECKING:
    from leap_kg.links.code.folding import Folder

# Of a client: where bucket and key stand, and what is done; of a bucket: where the key stands.
_OF_CLIENT = {
    "download_file": (0, 1, Role.READS),
    "download_fileobj": (0, 1, Role.READS),
    "get_object": (9, 9, Role.READS),
    "upload_file": (1, 2, Role.WRITES),
    "upload_fileobj": (1, 2, Role.WRITES),
    "put_object": (9, 9, Role.WRITES),
}
_OF_BUCKET = {
    "download_file": (0, Role.READS),
    "download_fileobj": (0, Role.READS),
    "upload_file": (1, Role.WRITES),
    "upload_fileobj": (1, Role.WRITES),
    "put_object": (9, Role.WRITES),
}
_READING = {
    "get", "download_file", "download_fileobj", "download_to_filename", "download_to_file", "download_as_string",
    "download_as_bytes", "download_as_text",
}  # fmt: skip
_WRITING = {"put", "upload_file", "upload_fileobj", "upload_from_filename", "upload_from_file", "upload_from_string"}


def made(top: str, last: str, given: list[Values], named: dict[str, Values]) -> Values | None:
    """The client that a call makes; `None` if it makes none."""
    if top == "boto3" and last == "Session":
        return one(External("boto3"))
    if top == "boto3" and last in {"client", "resource"}:
        service = only(named.get("service_name", given[0] if given else NOTHING))
        return one(FileSystem("s3", noting.option(named, "endpoint_url") or "")) if service == "s3" else NOTHING
    if top == "google" and last in {"Client", "create_anonymous_client"}:
        return one(FileSystem("gs"))
    return None


def method(
    folder: "Folder", system: FileSystem, name: str, node: ast.Call, given: list[Values], named: dict[str, Values]
) -> Values | None:
    """`client.name(…)` or `bucket.name(…)`; `None` for what neither has."""
    if name in {"Bucket", "bucket", "get_bucket"} and not system.root:
        bucket = only(_argument(given, named, 0, "name", "bucket_name"))
        return one(FileSystem(system.scheme, system.endpoint, bucket)) if isinstance(bucket, str) else NOTHING
    if name == "Object" and not system.root:
        place = joined([_argument(given, named, 0, "bucket_name"), one("/"), _argument(given, named, 1, "key")])
        return _object(system, place)
    if name in {"Object", "blob", "get_blob"} and system.root:
        return _object(system, joined([one(f"{system.root}/"), _argument(given, named, 0, "key", "blob_name")]))
    if name in _OF_CLIENT and not system.root:
        bucket_at, key_at, role = _OF_CLIENT[name]
        place = joined([_argument(given, named, bucket_at, "Bucket"), one("/"), _argument(given, named, key_at, "Key")])
    elif name in _OF_BUCKET and system.root:
        key_at, role = _OF_BUCKET[name]
        place = joined([one(f"{system.root}/"), _argument(given, named, key_at, "Key")])
    else:
        return None
    whole = joined([one(f"{system.scheme}://"), place])
    if name == "get_object":
        return noting.noted(folder, role, whole, node, None, f"client.{name}", system.endpoint, yields=True)
    noting.noted(folder, role, whole, node, None, f"client.{name}", system.endpoint)
    return NOTHING


def of_object(folder: "Folder", path: PathText, name: str, node: ast.Call) -> bool:
    """Whether `object.name(…)` reads or writes an object of a bucket, which is noted."""
    if "://" not in path.text or name not in _READING | _WRITING:
        return False
    role = Role.READS if name in _READING else Role.WRITES
    noting.noted(folder, role, one(path.text), node, None, f"object.{name}")
    return True


def _object(system: FileSystem, place: Values) -> Values:
    return tuple(
        one(PathText(f"{system.scheme}://{as_text(value)}"))[0]._replace(choices=when) for value, when in place
    )


def _argument(given: list[Values], named: dict[str, Values], at: int, *names: str) -> Values:
    return next((named[name] for name in names if name in named), given[at] if at < len(given) else NOTHING)
