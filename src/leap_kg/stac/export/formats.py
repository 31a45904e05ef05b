"""The formats by their names: each writes a catalogue to a folder and returns a line that says what is there."""

from collections.abc import Callable, Mapping
from pathlib import Path

from leap_kg.stac.export import intake
from leap_kg.stac.export.contents import Contents
from leap_kg.stac.export.folder import folder
from leap_kg.stac.export.geoparquet import Geoparquet
from leap_kg.stac.export.pgstac import COLLECTIONS, Pgstac
from leap_kg.stac.export.static import CATALOG, Static


class NothingToExport(RuntimeError):
    """There is nothing that this format can hold; the text says what to do."""


_EMPTY = "the graph has no dataset, store or item; harvest some with `leap-kg harvest --sources FILE`"
_NO_STORE = "no dataset has a store that intake could open; harvest some, or see `leap-kg check` for what is wrong"
_NO_ITEM = "there are no items of STAC, and nothing else fits into stac-geoparquet; --format stac has the collections"


def _stac(contents: Contents, output: Path, root: str) -> str:
    with folder(output, CATALOG) as place:
        written = Static(contents, place, root)
        written.write()
        _require(written.collections + written.items, _EMPTY)
    stores = f", {written.stores:,} stores" if written.stores else ""
    without = (
        f"; {written.without_address:,} stores without an address were left out" if written.without_address else ""
    )
    return f"{output / CATALOG}: {_counted(written.collections, written.items)}{stores}{without}"


def _pgstac(contents: Contents, output: Path, _: str) -> str:
    with folder(output, COLLECTIONS) as place:
        written = Pgstac(contents, place)
        written.write()
        _require(written.collections, _EMPTY)
    left_out = f"; {written.left_out} items that pgstac cannot hold were left out" if written.left_out else ""
    return f"{output}: {_counted(written.collections, written.items)}{left_out}"


def _intake(contents: Contents, output: Path, _: str) -> str:
    with folder(output, intake.CATALOG) as place:
        written = intake.Intake(contents, place)
        written.write()
        _require(written.stores, _NO_STORE)
    every = written.stores + written.left_out
    left_out = f" of {every:,}; {written.left_out:,} that intake cannot open were left out" if written.left_out else ""
    return f"{output / intake.CATALOG}, {output / intake.CLASSIC}: {written.stores:,} stores{left_out}"


def _geoparquet(contents: Contents, output: Path, _: str) -> str:
    with folder(output, "") as place:
        written = Geoparquet(contents, place)
        written.write()
        reasons = "".join(
            f"; {title} does not fit a table as a whole ({why})" for title, why in written.reasons.items()
        )
        _require(written.items, f"{_NO_ITEM}{reasons}")
    left_out = f"; {written.left_out:,} items were left out" if written.left_out else ""
    return f"{output}: {written.files:,} files, {written.items:,} items{left_out}{reasons}"


def _counted(collections: int, items: int) -> str:
    return f"{collections:,} collections, {items:,} items"


def _require(number: int, message: str) -> None:
    if not number:
        raise NothingToExport(message)


FORMATS: Mapping[str, Callable[[Contents, Path, str], str]] = {
    "stac": _stac,
    "stac-geoparquet": _geoparquet,
    "intake": _intake,
    "pgstac": _pgstac,
}
