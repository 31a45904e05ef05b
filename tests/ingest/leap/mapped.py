"""Two files of one feedstock, mapped as a harvest would."""

import hashlib
from collections.abc import Mapping

import yaml

from leap_kg.ingest.leap.record import map_files
from leap_kg.ingest.source import Mapped, Part
from tests.ingest.shelf import BASE, catalog_of, catalog_url, meta_address, meta_of


def part(role: str, url: str, content: object) -> Part:
    """A file with this content: bytes and text as they are, anything else as YAML."""
    text = content if isinstance(content, str | bytes) else yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
    data = text.encode() if isinstance(text, str) else text
    return Part(role, url, hashlib.sha256(data).hexdigest(), data)


def mapped(catalog: object = None, meta: object = None, name: str = "alpha", meta_url: str = "") -> Mapped:
    """The record of `lab/<name>`; a file that is not given has no fault."""
    return map_files(
        f"lab/{name}",
        part("catalog", catalog_url(name), catalog_of(name) if catalog is None else catalog),
        part("meta", meta_url or meta_address(name), meta_of(name) if meta is None else meta),
        BASE,
    )


def with_catalog(**more: object) -> Mapped:
    """A feedstock whose catalog.yaml has these keys too."""
    return mapped(catalog=catalog_of("alpha", **more))


def with_meta(**more: object) -> Mapped:
    """A feedstock whose meta.yaml has these keys too."""
    return mapped(meta=meta_of("alpha", **more))


def with_store(**more: object) -> Mapped:
    """A feedstock with one store, which has these keys too."""
    return with_catalog(stores=[{"id": "s", "name": "A store", "url": "gs://lab/s.zarr", **more}])


def said(record: Mapped) -> Mapping[str, list[str]]:
    """What the record says about its own subject: the values by the last word of the predicate."""
    found: dict[str, list[str]] = {}
    for triple in record.triples:
        if triple.subject == record.subject:
            name = triple.predicate.value.replace("#", "/").rsplit("/", 1)[-1]
            found.setdefault(name, []).append(triple.object.value)  # type: ignore[union-attr]
    return {name: sorted(values) for name, values in found.items()}
