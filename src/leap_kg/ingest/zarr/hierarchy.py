"""What a store holds: the attributes of its root and its arrays, read from whichever documents it keeps them in.

A store without a single array is no answer: an empty document, a group whose metadata were never consolidated and a
page of a web server all look like a dataset with nothing in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from leap_kg.ingest.formats.jsonvalue import read_value
from leap_kg.ingest.formats.yamltext import Unreadable
from leap_kg.ingest.zarr.arrays import Array, read_v2, read_v3

MAX_ARRAYS = 5000

V2_ROOT = ".zmetadata"
V3_ROOT = "zarr.json"
REFERENCES = "references"
"""The role of the body of a Kerchunk file, which lies at the address of the store itself."""


@dataclass(slots=True)
class Hierarchy:
    """`kind` is what the store is, `consolidated` whether one document described all; `faulty` the arrays left out.

    `inline` are the chunks that came with the metadata, by key; `sources` the files that references point into;
    `groups` the paths of groups below the root; `unread` says why a store that is there could not be looked into.
    """

    kind: str
    zarr_format: int
    consolidated: bool
    attributes: dict[str, Any] = field(default_factory=dict)
    arrays: list[Array] = field(default_factory=list)
    faulty: list[str] = field(default_factory=list)
    inline: dict[str, bytes | str] = field(default_factory=dict)
    sources: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    unread: str = ""


def read_documents(documents: Mapping[str, bytes], what: str) -> Hierarchy | None:
    """What the documents say, each by its key below the root; `None` if they are of no store.

    Raises `Unreadable` for documents that are no JSON.
    """
    if (data := documents.get(REFERENCES)) is not None:
        return read_references(read_value(data, what=what).value)
    if (data := documents.get(V3_ROOT)) is not None:
        found = _v3(read_value(data, what=f"{what}/{V3_ROOT}").value, documents, what)
        if found is not None:
            return found
    if (data := documents.get(V2_ROOT)) is not None:
        value = read_value(data, what=f"{what}/{V2_ROOT}").value
        metadata = value.get("metadata") if isinstance(value, dict) else None
        if isinstance(metadata, dict):
            # Kerchunk's references in Parquet have the same document, and say how many rows a file has.
            kind = "kerchunk" if "record_size" in value else "zarr"
            return _v2(metadata, kind, consolidated=True)
    apart = {key: data for key, data in documents.items() if _is_v2(key) and key != V2_ROOT}
    read = {key: read_value(data, what=f"{what}/{key}").value for key, data in apart.items()}
    return _v2(read, "zarr", consolidated=False) if read else None


def read_references(value: object) -> Hierarchy | None:
    """A Kerchunk file: metadata and chunks as texts, all else as places in other files; versions 0 and 1."""
    refs = value.get("refs", value) if isinstance(value, dict) else None
    if not isinstance(refs, dict) or not any(_is_v2(key) or key.endswith(V3_ROOT) for key in refs):
        return None
    metadata: dict[str, Any] = {}
    inline: dict[str, bytes | str] = {}
    sources: dict[str, None] = {}
    templates = value.get("templates") if isinstance(value, dict) else None
    for key, content in refs.items():
        if isinstance(content, list):
            if content and isinstance(content[0], str):
                sources[_filled(content[0], templates)] = None
        elif _is_v2(key) or key.rsplit("/", 1)[-1] == V3_ROOT:
            try:
                metadata[key] = read_value(content.encode(), what=key).value if isinstance(content, str) else content
            except (Unreadable, UnicodeEncodeError):
                metadata[key] = None
        elif isinstance(content, str):
            inline[key] = content
    if V3_ROOT in metadata:
        found = _v3_tree(metadata, consolidated=True)
    else:
        nested = metadata.get(V2_ROOT)
        packed = nested.get("metadata") if isinstance(nested, dict) else None
        found = _v2(packed if isinstance(packed, dict) else metadata, "kerchunk", consolidated=True)
    found.kind, found.inline, found.sources = "kerchunk", inline, list(sources)
    return found


def _filled(text: str, templates: object) -> str:
    """The address with its template put in: `{{a}}/b`."""
    for name, template in templates.items() if isinstance(templates, dict) else ():
        if isinstance(template, str):
            text = text.replace("{{" + str(name) + "}}", template)
    return text


def _is_v2(key: str) -> bool:
    return key.rsplit("/", 1)[-1] in (".zgroup", ".zattrs", ".zarray", V2_ROOT)


def _v2(metadata: Mapping[str, Any], kind: str, *, consolidated: bool) -> Hierarchy:
    attributes = metadata.get(".zattrs")
    found = Hierarchy(kind, 2, consolidated, attributes if isinstance(attributes, dict) else {})
    for key, document in metadata.items():
        folder, _, last = key.rpartition("/")
        if last == ".zgroup" and folder:
            found.groups.append(folder)
        if last == ".zarray":
            array = read_v2(folder, document, metadata.get(f"{folder}/.zattrs" if folder else ".zattrs"))
            _add(found, folder, array)
    return found


def _v3(root: object, documents: Mapping[str, bytes], what: str) -> Hierarchy | None:
    if not isinstance(root, dict) or root.get("zarr_format") != 3 or root.get("node_type") not in ("group", "array"):
        return None
    packed = root.get("consolidated_metadata")
    metadata = packed.get("metadata") if isinstance(packed, dict) else None
    if isinstance(metadata, dict):
        tree = {V3_ROOT: root, **{f"{name}/{V3_ROOT}": document for name, document in metadata.items()}}
        return _v3_tree(tree, consolidated=True)
    read = {
        key: read_value(data, what=f"{what}/{key}").value
        for key, data in documents.items()
        if key.endswith(f"/{V3_ROOT}")
    }
    return _v3_tree({V3_ROOT: root, **read}, consolidated=root.get("node_type") == "array")


def _v3_tree(metadata: Mapping[str, Any], *, consolidated: bool) -> Hierarchy:
    root = metadata[V3_ROOT] if isinstance(metadata[V3_ROOT], dict) else {}
    attributes = root.get("attributes")
    found = Hierarchy("zarr", 3, consolidated, attributes if isinstance(attributes, dict) else {})
    for key, document in metadata.items():
        folder = key.rpartition("/")[0]
        if isinstance(document, dict) and document.get("node_type") == "group":
            if folder:
                found.groups.append(folder)
        elif key.rpartition("/")[2] == V3_ROOT:
            _add(found, folder, read_v3(folder, document))
    return found


def _add(found: Hierarchy, name: str, array: Array | None) -> None:
    if array is None or len(found.arrays) >= MAX_ARRAYS:
        found.faulty.append(name)
    else:
        found.arrays.append(array)
