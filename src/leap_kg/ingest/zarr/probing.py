"""What a store is asked, with as few questions as its layout allows, step by step.

First the two documents that describe a whole store (`.zmetadata`, `zarr.json`); if neither is there, the marks of
other layouts; then, only where nothing is consolidated, the documents of each array.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from leap_kg.ingest.fetch import Body, Fetcher
from leap_kg.ingest.formats.jsonvalue import read_value
from leap_kg.ingest.formats.yamltext import Unreadable
from leap_kg.ingest.zarr import snapshots
from leap_kg.ingest.zarr.asking import Asking
from leap_kg.ingest.zarr.hierarchy import REFERENCES, V2_ROOT, V3_ROOT, Hierarchy, read_documents
from leap_kg.ingest.zarr.names import MAX_NAMES
from leap_kg.ingest.zarr.silence import Silence, silence, unanswered, unreadable
from leap_kg.ingest.zarr.targets import Target

_DEEPEST = 3  # groups within groups that are walked into
_MARKS = (".zgroup", ".zattrs", ".zarray", snapshots.BRANCH)


@dataclass(slots=True)
class Found:
    """What a store answered: bodies by key below its root (`REFERENCES`: at the root), and what they say."""

    bodies: dict[str, Body]
    hierarchy: Hierarchy


def probe(target: Target, fetcher: Fetcher) -> Found:
    """The metadata of a store; raises `Silence`, or `FetchFailed` where a host asks to be left alone."""
    asking = Asking(target, fetcher)
    if target.location.looks_like == "kerchunk" and asking.all([""]):
        asking.bodies[REFERENCES] = asking.bodies.pop("")
    else:
        asking.all([V2_ROOT, V3_ROOT])
        if (hierarchy := _said(asking)) is None:
            asking.all(_MARKS)
            asking.all(filter(None, [snapshots.snapshot_key(asking.bodies.get(snapshots.BRANCH))]))
            hierarchy = _said(asking)
        if hierarchy is not None and not hierarchy.consolidated and hierarchy.kind == "zarr":
            _walk(asking, hierarchy.zarr_format)
    hierarchy = _said(asking)
    if hierarchy is None:
        raise silence(asking)
    if not hierarchy.arrays and not hierarchy.unread:
        reason = "its metadata describe no array: consolidate them, or name its arrays in the configuration"
        raise unreadable(asking) or unanswered(asking) or Silence("empty", reason)
    return Found(asking.bodies, hierarchy)


def read_bodies(bodies: Mapping[str, bytes], what: str) -> Hierarchy | None:
    """What the bodies of a store say, by key; one that is no JSON counts as not there."""
    if snapshots.BRANCH in bodies and V2_ROOT not in bodies and V3_ROOT not in bodies:
        try:
            return snapshots.read_snapshot(bodies)
        except Unreadable:
            return None
    documents = {key: data for key, data in bodies.items() if _is_json(data)}
    return read_documents(documents, what) if documents else None


def _said(asking: Asking) -> Hierarchy | None:
    return read_bodies({key: body.data for key, body in asking.bodies.items()}, asking.target.root)


def _is_json(data: bytes) -> bool:
    try:
        read_value(data, what="")
    except Unreadable:
        return False
    return True


def _walk(asking: Asking, zarr_format: int) -> None:
    """Ask for the documents of each group and array, level by level."""
    last = (V3_ROOT,) if zarr_format == 3 else (".zarray", ".zattrs", ".zgroup")
    folders, left = [""], MAX_NAMES
    for _ in range(_DEEPEST):
        names = [f"{folder}/{name}".lstrip("/") for folder in folders for name in asking.names(folder)]
        if not names and folders == [""]:
            names = list(asking.target.arrays)
        names = names[:left]
        left -= len(names)
        if not asking.all(f"{name}/{key}" for name in names for key in last):
            return
        found = _said(asking)
        groups = set(found.groups) if found is not None else set()
        folders = [name for name in names if name in groups]
