"""Icechunk repositories: the newest snapshot of the main branch, read by Icechunk's own library from a copy of it.

https://icechunk.io/en/latest/spec/. Only two files are fetched, through our own door: the branch's reference and the
snapshot it names. The library sees them in a folder of its own and asks no network.
"""

import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from leap_kg.ingest.fetch import Body
from leap_kg.ingest.formats.jsonvalue import read_value
from leap_kg.ingest.formats.yamltext import Unreadable
from leap_kg.ingest.zarr.arrays import read_v3
from leap_kg.ingest.zarr.hierarchy import Hierarchy

BRANCH = "refs/branch.main/ref.json"
SNAPSHOTS = "snapshots/"

_SNAPSHOT = re.compile(r"[0-9A-Z]{20}")


def snapshot_key(reference: Body | bytes | None) -> str:
    """The key of the snapshot that a branch's reference names; `""` if it names none."""
    data = reference.data if isinstance(reference, Body) else reference or b""
    try:
        value = read_value(data, what=BRANCH).value
    except Unreadable:
        return ""
    name = value.get("snapshot") if isinstance(value, dict) else None
    return f"{SNAPSHOTS}{name}" if isinstance(name, str) and _SNAPSHOT.fullmatch(name) else ""


def read_snapshot(documents: Mapping[str, bytes]) -> Hierarchy:
    """What a snapshot says; raises `Unreadable` if it is damaged or of a version yet unknown.

    Without the library, nothing is read of it.
    """
    found = Hierarchy("icechunk", 3, consolidated=True)
    try:
        # Imported on use: neither is needed for the stores of any other format.
        import icechunk  # noqa: F401
        import zarr
    except ImportError:
        found.unread = "is an Icechunk repository, which needs a library to be read: install leap-kg[icechunk]"
        return found
    with tempfile.TemporaryDirectory(prefix="leap-kg-") as folder:
        for key in (BRANCH, snapshot_key(documents.get(BRANCH, b""))):
            if key in documents:
                path = Path(folder, key)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(documents[key])
        try:
            root = zarr.open_group(tip(Path(folder)).store, mode="r")
            found.attributes = _plain(dict(root.attrs))
            for name, member in sorted(root.members(max_depth=None)):
                document = _plain(member.metadata.to_dict())
                array = read_v3(name, document)
                if array is not None:
                    found.arrays.append(array)
                elif isinstance(member, zarr.Array):
                    found.faulty.append(name)
        except Exception as error:  # noqa: BLE001 - the library raises errors of its own, and Zarr's
            reason = f"the Icechunk snapshot cannot be read ({type(error).__name__}): is it of a newer version?"
            raise Unreadable(reason, what=BRANCH) from None
    return found


def tip(folder: Path) -> Any:  # noqa: ANN401 - a session of Icechunk
    """The newest state of the main branch of a repository in a folder, to be read; raises what Icechunk does."""
    import icechunk

    if "ICECHUNK_LOG" not in os.environ:
        # It warns of writers that meet in a folder. Nobody writes here.
        icechunk.set_logs_filter("warn,icechunk::storage::object_store=error,icechunk_arrow_object_store=error")
    # Manifests would be read ahead, in the background: those of a copy are not there, and few chunks need any.
    preload = icechunk.ManifestPreloadConfig(max_total_refs=0)
    config = icechunk.RepositoryConfig(manifest=icechunk.ManifestConfig(preload=preload))
    repository = icechunk.Repository.open(icechunk.local_filesystem_storage(str(folder)), config=config)
    return repository.readonly_session("main")


def _plain(value: Any) -> Any:  # noqa: ANN401 - metadata of any shape
    """Metadata as JSON holds them."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, str | int | float | bool):
        return value
    to_dict = getattr(value, "to_dict", None)
    return _plain(to_dict()) if callable(to_dict) else getattr(value, "name", str(value))
