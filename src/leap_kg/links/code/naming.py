"""Calls of which only the name is known: what a library of somebody's own calls `open_…` or `download_…` reads.

So are functions of the repository whose way to the data could not be followed. Hazard: a name promises little, so the
address must be that of data by itself, and told whole.
"""

import ast
import re
from typing import TYPE_CHECKING

from leap_kg.links.code import addresses
from leap_kg.links.code.values import Class, Function, Items, Value, Values, as_text
from leap_kg.links.signal import UNKNOWN, Role

if TYPE_CHECKING:
    from leap_kg.links.code.folding import Folder

_READING = re.compile(
    r"_{0,2}(?:(?:[a-z]+_){0,2}(?:open|read|load|download|fetch|retrieve|wget|scan)(?:_\w+|[A-Z]\w*|er)?"
    r"|from_(?:zarr|netcdf|nc|urls?|files?|path|csv|parquet|store|dataset|catalog|grib|kerchunk|hdf5?)"
    r"|(?:[A-Za-z]\w*)?(?:Reader|Loader|Dataset|DataSource|Downloader|Fetcher)"
    r"|(?:add|import|ingest|get|grab|pull|obtain|acquire|stream|cache)_(?:remote_|web_|online_|raw_|url_|http_)?"
    r"(?:data|dataset|datasets|reader|readers|file|files|netcdf|csv|zarr|grib|raster|table)(?:_from_\w+)?"
    r"|get_latest_access_url|TDSCatalog)\Z",
    re.ASCII,
)
_NO_READING = re.compile(
    r"(?:\w*_(?:tab|browser|url|urls|window|link|figure|image|page))\Z|opener\Z|(?:is|can|has|no|not|should|un|was)_",
    re.ASCII,
)
_FETCHING = re.compile(r"download|fetch|retrieve|wget", re.IGNORECASE)
"""Names that say that something of the web is got, whatever its address looks like."""
_MOST = 20


_WRITING = re.compile(r"_{0,2}(?:[a-z]+_){0,2}(?:write|save|upload|export|dump|put)(?:_\w+|[A-Z]\w*|er)?\Z", re.ASCII)
_KEEPING = {"write", "put", "put_nowait", "write_text", "write_line", "write_lines", "write_row"}
"""Names of methods that keep what they are given where their object is: an address in a list is not written to."""
_STORAGE = re.compile(r"(?:gs|gcs|s3a?|abfss?|az|adl|osn)://", re.IGNORECASE)


def noted(folder: "Folder", name: str, node: ast.Call, given: list[Values], named: dict[str, Values]) -> None:
    """Note the addresses that a call reads whose name alone is known."""
    role = _role(folder, name)
    if role is None:
        return
    keywords = {each.arg: each.value for each in node.keywords}
    told = [(values, node.args[at] if at < len(node.args) else None) for at, values in enumerate(given)]
    for values, at in [*told, *((values, keywords.get(key)) for key, values in named.items())]:
        for text in _texts(values):
            if "://" not in text:
                continue
            if UNKNOWN in text:
                part = addresses.given(text) if role is Role.READS and _FETCHING.search(name) else None
                if part is not None:
                    folder.ledger.named(role, part, folder.place(node, at), name, sure=False)
                continue
            if role is Role.WRITES and not _STORAGE.match(text):
                continue
            address = (addresses.fetched if _FETCHING.search(name) else addresses.looking)(text)
            sure = address is not None
            if address is None and (_FETCHING.search(name) or text.endswith(".json")):
                address = addresses.given(text)
            if address is not None and UNKNOWN not in address:
                folder.ledger.named(role, address, folder.place(node, at), name, sure=sure)


def followed(folder: "Folder", function: Value, node: ast.Call, given: list[Values], named: dict[str, Values]) -> None:
    """Note what a function or class of the repository is given to read, where following it led to none of that."""
    match function:
        case Function(node=ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name)) | Class(name=name):
            if _role(folder, name) is not None:
                every = [*given, *named.values()]
                texts = [text for values in every for text in _texts(values) if "://" in text]
                if not any(folder.ledger.tells(addresses.given(text) or text) for text in texts):
                    noted(folder, name, node, given, named)


def _role(folder: "Folder", name: str) -> Role | None:
    """What the name says that a call does with data; nobody writes to the web."""
    if folder.site is not None or _NO_READING.match(name):
        return None
    return (
        Role.READS if _READING.match(name) else Role.WRITES if _WRITING.match(name) and name not in _KEEPING else None
    )


def _texts(values: Values, depth: int = 0) -> list[str]:
    found: list[str] = []
    for value, _ in values[:_MOST]:
        if isinstance(value, Items):
            if depth < 2:
                found += [text for each in value.each[:_MOST] for text in _texts(each, depth + 1)]
        else:
            found.append(as_text(value))
    return found[:_MOST]
