"""Object stores that are made of a bucket and a prefix: icechunk, obstore, zarr's own; and what is got out of them."""

import ast
from typing import TYPE_CHECKING

from leap_kg.links.code import noting
from leap_kg.links.code.known import BUCKETS
from leap_kg.links.code.values import (
    NOTHING,
    Alternative,
    Entries,
    External,
    Handle,
    Items,
    Value,
    Values,
    as_text,
    joined,
    one,
    only,
)
from leap_kg.links.signal import Role

if TYPE_CHECKING:
    from leap_kg.links.code.folding import Folder

_LIBRARIES = {"icechunk", "obstore"}
_GOT = {"get", "get_async", "open_reader", "open_reader_async", "get_range", "get_ranges", "head", "get_partial"}
_PUT = {"put", "put_async", "open_writer", "open_writer_async"}


def made(
    folder: "Folder", top: str, last: str, node: ast.Call, given: list[Values], named: dict[str, Values]
) -> Values | None:
    """The store or repository that the call makes, or what it gets out of one; `None` if it does neither."""
    if last in BUCKETS and (top in _LIBRARIES or "bucket" in named or (top == "zarr" and "container" in named)):
        bucket = named.get("bucket", named.get("container", given[0] if given else NOTHING))
        prefix = named.get("prefix", one(""))
        address = joined([one(f"{BUCKETS[last]}://"), bucket, one("/"), prefix])
        return _store(folder, address, node, last, noting.option(named, "endpoint_url"))
    if (top, last) == ("tensorstore", "open"):
        told = _specified(given[0] if given else NOTHING)
        return noting.noted(folder, Role.READS, told, node, None, "tensorstore.open")
    if top not in _LIBRARIES:
        return None
    if last == "http_storage" or (last == "from_url" and top == "obstore"):
        address = next((named[key] for key in ("url", "base_url") if key in named), given[0] if given else NOTHING)
        return _store(folder, address, node, last, noting.option(named, "endpoint_url"))
    if last in {"open", "open_existing", "create", "open_or_create"} and top == "icechunk":
        role = Role.WRITES if "create" in last else Role.READS
        storage = named.get("storage", given[0] if given else NOTHING)
        return noting.noted(folder, role, storage, node, None, f"icechunk.{last}", yields=True)
    if last in _GOT | _PUT and top == "obstore":
        store, path = named.get("store", given[0] if given else NOTHING), named.get("path", [*given, NOTHING][1:2])
        return inside(folder, store, path[0] if isinstance(path, list) else path, last, node)
    return None


def _specified(values: Values) -> Values:
    """The address in a specification of TensorStore: its `kvstore`, as a text or as driver, bucket and path."""
    spec = only(values)
    store = spec.each.get("kvstore", NOTHING) if isinstance(spec, Entries) else values
    told = only(store)
    if not isinstance(told, Entries):
        return store
    scheme = {"gcs": "gs", "s3": "s3"}.get(as_text(only(told.each.get("driver"))))
    if scheme is None:
        return told.each.get("base_url", NOTHING)
    return joined([one(f"{scheme}://"), told.each.get("bucket", NOTHING), one("/"), told.each.get("path", one(""))])


def inside(folder: "Folder", store: Values, path: Values, name: str, node: ast.Call) -> Values:
    """What is got out of a store, or put into it, by its path there."""
    roots = [Alternative(value.target.rstrip("/"), when) for value, when in store if isinstance(value, Handle)]
    if not roots:
        return NOTHING
    for value, _ in store:
        if isinstance(value, Handle):
            folder.ledger.consume(value.origin)
    role = Role.WRITES if name in _PUT else Role.READS
    return noting.noted(
        folder, role, joined([tuple(roots), one("/"), path]), node, None, f"obstore.{name}", yields=True
    )


def handed(folder: "Folder", top: str, last: str, given: list[Values], named: dict[str, Values]) -> Values | None:
    """What only keeps stores for others (`ObjectStoreRegistry({"s3://lake": store})`), of which each takes its own."""
    if last != "ObjectStoreRegistry" or top not in {"virtualizarr", "obspec_utils", "builtins"}:
        return None
    for values in (*given, *named.values()):
        _consume(folder, only(values))
    return one(External("virtualizarr.registry"))


def _consume(folder: "Folder", value: Value) -> None:
    inner: list[Values] = []
    match value:
        case Handle(origin=origin):
            folder.ledger.consume(origin)
        case Entries(each=each):
            inner = list(each.values())
        case Items(each=every):
            inner = list(every)
    for values in inner[:100]:
        for kept, _ in values:
            if isinstance(kept, Handle):
                folder.ledger.consume(kept.origin)


def _store(folder: "Folder", address: Values, node: ast.Call, via: str, endpoint: str | None) -> Values:
    """A bucket by itself is no data: what is taken out of it is told elsewhere, or not at all."""
    whole = all(as_text(value).partition("://")[2].rstrip("/").count("/") for value, _ in address)
    return noting.noted(folder, Role.READS, address, node, None, via, endpoint, yields=True, sure=whole)
