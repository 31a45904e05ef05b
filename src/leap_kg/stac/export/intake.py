"""Catalogues of stores for intake: `catalog.yaml` as intake 2 writes them, `sources.yaml` in the classic form.

The classic form is read by both, with the drivers of intake-xarray. A store of a format that intake has no reader
for is left out, and counted; so is one whose arrays would have to be named.

Hazard: intake fills in what stands in braces, be it a variable of the environment or what an import gives. A store
whose address or arguments have such is left out; in what people read braces give way to parentheses.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from pyoxigraph import NamedNode

from leap_kg.ontology.iri import digest
from leap_kg.stac.asset import asset, format_of, opens_by_address
from leap_kg.stac.export.contents import Contents
from leap_kg.stac.export.names import Names
from leap_kg.stac.stores import stores_of

CATALOG, CLASSIC = "catalog.yaml", "sources.yaml"
_READER = "intake.readers.readers:XArrayDatasetReader"
_DATA = {"zarr": "intake.readers.datatypes:Zarr", "netcdf": "intake.readers.datatypes:HDF5"}
_OUTPUT = "xarray:Dataset"
_PLAIN = str.maketrans("{}", "()")
_REFERENCE = "data("
"""What intake takes for a reference to other data even without braces."""


class _Store(NamedTuple):
    """One entry: `form` is a key of `_DATA`, `options` go to fsspec, `kwargs` to `xarray.open_dataset`."""

    name: str
    form: str
    url: str
    options: dict[str, Any]
    kwargs: dict[str, Any]
    metadata: dict[str, Any]


class Intake:
    """Writes both files into a folder; `stores` counts what was written, `left_out` the other stores."""

    def __init__(self, contents: Contents, into: Path) -> None:
        self._contents = contents
        self._into = into
        self.stores = self.left_out = 0

    def write(self) -> None:
        """Write both; raises `OSError`."""
        stores = list(self._stores())
        self.stores = len(stores)
        _write(self._into / CATALOG, _catalogue(stores, self._contents.name))
        _write(self._into / CLASSIC, _classic(stores, self._contents.name))

    def _stores(self) -> Iterator[_Store]:
        names, known = Names(), set[NamedNode]()
        reading = self._contents.reading
        for each in self._contents.collections():
            if not each.row.made:
                continue
            stores = [store for store in stores_of(reading, NamedNode(each.row.iri)) if store.node not in known]
            known.update(store.node for store in stores)
            for store in stores:
                made, form = asset(reading, store.node), format_of(reading, store.node)
                name = each.row.name if len(stores) == 1 else f"{each.row.name}-{store.name}"
                # intake knows a store by its address alone.
                is_open = form in _DATA and opens_by_address(reading, store.node)
                entry = _store(name, form, made, each.document) if made and is_open else None
                if entry is None:
                    self.left_out += 1
                else:
                    yield entry._replace(name=names.of(entry.name))


def _store(name: str, form: str, made: dict[str, Any], dataset: dict[str, Any]) -> _Store | None:
    """The entry of an asset; `None` if intake would take an address or argument of it for a template."""
    kwargs = dict(made.get("xarray:open_kwargs", {}))
    stated = kwargs.pop("storage_options", None)
    options = {**made.get("xarray:storage_options", {}), **(stated if isinstance(stated, dict) else {})}
    if _is_template([made["href"], kwargs, options]):
        return None
    metadata = {
        "title": made["title"],
        "description": dataset.get("description", ""),
        "dataset": dataset.get("title") or dataset.get("id", ""),
        "license": dataset.get("license", ""),
        "keywords": dataset.get("keywords", []),
    }
    return _Store(name, form, made["href"], options, kwargs, {key: _untemplated(v) for key, v in metadata.items() if v})


def _is_template(value: object) -> bool:
    if isinstance(value, dict):
        return any(map(_is_template, (*value, *value.values())))
    if isinstance(value, list):
        return any(map(_is_template, value))
    return isinstance(value, str) and ("{" in value or value.startswith(_REFERENCE))


def _untemplated(value: object) -> Any:  # noqa: ANN401 - a text or a list of texts
    """What people read, without the braces that intake would fill."""
    if isinstance(value, list):
        return [_untemplated(each) for each in value]
    text = str(value).translate(_PLAIN)
    return f" {text}" if text.startswith(_REFERENCE) else text


def _catalogue(stores: list[_Store], name: str) -> dict[str, Any]:
    data, entries, aliases = {}, {}, {}
    for store in stores:
        token = digest(store.name)
        data[token] = {
            "datatype": _DATA[store.form],
            "kwargs": {"url": store.url, "storage_options": store.options or None},
            "metadata": {},
            "user_parameters": {},
        }
        entries[store.name] = {
            "reader": _READER,
            "output_instance": _OUTPUT,
            "kwargs": {"args": [f"{{data({token})}}"], **store.kwargs},
            "metadata": store.metadata,
            "user_parameters": {},
        }
        aliases[store.name] = store.name
    return {
        "version": 2,
        "metadata": {"title": _untemplated(name)},
        "aliases": aliases,
        "data": data,
        "entries": entries,
        "user_parameters": {},
    }


def _classic(stores: list[_Store], name: str) -> dict[str, Any]:
    sources = {}
    for store in stores:
        arguments: dict[str, Any] = {"urlpath": store.url}
        if store.options:
            arguments["storage_options"] = store.options
        if store.form == "zarr":
            arguments |= {key: value for key, value in store.kwargs.items() if key != "engine"}
        else:
            arguments["xarray_kwargs"] = store.kwargs
        sources[store.name] = {
            "driver": store.form,
            "description": store.metadata.get("description", ""),
            "args": arguments,
            "metadata": {key: value for key, value in store.metadata.items() if key != "description"},
        }
    return {"metadata": {"version": 1, "name": _untemplated(name)}, "sources": sources}


def _write(path: Path, document: dict[str, Any]) -> None:
    path.write_text(yaml.safe_dump(document, sort_keys=False, allow_unicode=True), encoding="utf-8")
