"""One catalogue file of intake as entries, one for each data source; https://intake.readthedocs.io/.

The first generation lists `sources` by name, each with a driver and its arguments. The second (`version: 2`) lists
`data` by token, and `entries`, readers of that data, by token too; `aliases` gives tokens their names.

Hazard: `{{ … }}` in a text is a template that intake evaluates. Nothing is evaluated here: a text keeps its braces,
and only `{{ CATALOG_DIR }}`, the folder of the file, is put in, letter by letter.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

from leap_kg.ingest.formats.yamltext import Document
from leap_kg.ingest.source import RecordUnusable

_FOLDER = re.compile(r"\{\{\s*CATALOG_DIR\s*\}\}/*", re.ASCII)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:", re.ASCII)
_TOKEN = re.compile(r"\{data\(([\w-]{1,100})\)\}", re.ASCII)
# The drivers whose data source is another catalogue file.
_NESTED = {"catalog", "yaml_file_cat", "yaml_files_cat", "yamlfilecatalog", "yamlfilescatalog", "yaml_file"}
_NESTED_TYPES = {"catalogfile", "yamlfilecatalog", "catalog"}
# The names under which drivers take the address of what they open.
_ADDRESSES = ("urlpath", "path", "url", "uri", "obj", "store", "esmcol_obj", "json", "stac_obj", "server")
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?", re.ASCII)
_ACROSS = re.compile(r"::")


@dataclass(frozen=True, slots=True)
class Entry:
    """One data source: its name in the catalogue, and what the file says of it.

    `addresses` are as written, but for the folder of the catalogue; `arguments` are all other arguments.
    """

    name: str
    driver: str = ""
    description: str = ""
    addresses: tuple[str, ...] = ()
    arguments: dict[str, Any] = field(default_factory=dict)
    parameters: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    reader: str = ""

    @property
    def is_template(self) -> bool:
        """Whether an address has a hole that only a user of the catalogue can fill."""
        return any("{" in address for address in self.addresses)

    @property
    def nested(self) -> str:
        """The address of the catalogue that this entry is, `""` if it is data."""
        word = self.driver.rpartition(".")[2].rpartition(":")[2].lower()
        is_catalogue = word in (_NESTED_TYPES if ":" in self.driver else _NESTED)
        return self.addresses[0] if is_catalogue and self.addresses and not self.is_template else ""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A catalogue file: what it says of itself, its entries, and the names of those that are none."""

    title: str
    description: str
    entries: tuple[Entry, ...]
    faulty: tuple[tuple[str, str], ...]


def read_catalogue(document: Document, url: str) -> Catalogue:
    """What the file at `url` says; raises `RecordUnusable` if it is no catalogue of intake."""
    value: dict[str, Any] = document.value if isinstance(document.value, dict) else {}
    entries: list[Entry] = []
    faulty: list[tuple[str, str]] = []
    if isinstance(value.get("sources"), dict):
        pairs = _first(value["sources"], url)
    elif isinstance(value.get("data"), dict) or isinstance(value.get("entries"), dict):
        pairs = _second(value, url)
    else:
        raise RecordUnusable("is no catalogue of intake: it has neither `sources` nor `data` and `entries`", url)
    for name, found in pairs:
        if isinstance(found, Entry):
            entries.append(found)
        else:
            faulty.append((name, found))
    metadata = _mapping(value.get("metadata"))
    title = _text(value.get("name")) or _text(metadata.get("title")) or _text(metadata.get("name"))
    description = _text(value.get("description")) or _text(metadata.get("description"))
    return Catalogue(title, description, tuple(entries), tuple(faulty))


def _first(sources: dict[str, Any], url: str) -> Iterator[tuple[str, Entry | str]]:
    for name, said in sources.items():
        if not isinstance(said, dict):
            yield name, "is no mapping; write driver and args below it"
            continue
        driver = said.get("driver")
        if isinstance(driver, list):
            # Several drivers can open it; the first is the one to prefer.
            driver = next((each for each in driver if isinstance(each, str)), "")
        arguments = _mapping(said.get("args"))
        if not isinstance(driver, str) or not driver:
            yield name, "names no driver; add it, such as driver: zarr"
            continue
        yield (
            name,
            Entry(
                name=name,
                driver=driver,
                description=_text(said.get("description")),
                addresses=_addresses(arguments, url),
                arguments={key: each for key, each in arguments.items() if key not in _ADDRESSES},
                parameters=_mapping(said.get("parameters")),
                metadata=_mapping(said.get("metadata")),
            ),
        )


def _second(value: dict[str, Any], url: str) -> Iterator[tuple[str, Entry | str]]:
    """Every piece of data once, under its alias, with the reader that stands for it."""
    names = {token: name for name, token in _mapping(value.get("aliases")).items() if isinstance(token, str)}
    data, readers = _mapping(value.get("data")), _mapping(value.get("entries"))
    reading: dict[str, tuple[str, dict[str, Any]]] = {}
    for token, said in readers.items():
        if not isinstance(said, dict):
            yield names.get(token, token), "is no mapping; write reader and kwargs below it"
            continue
        kwargs = _mapping(said.get("kwargs"))
        opened = _TOKEN.search(_text(kwargs.get("data")) or " ".join(map(str, _list(kwargs.get("args")))))
        if opened is not None and opened[1] in data:
            reading.setdefault(opened[1], (token, said))
    for token, said in data.items():
        if not isinstance(said, dict):
            yield names.get(token, token), "is no mapping; write datatype and kwargs below it"
            continue
        reader, how = reading.get(token, ("", {}))
        kwargs = _mapping(said.get("kwargs"))
        name = names.get(token) or names.get(reader) or token
        options = {key: each for key, each in _mapping(how.get("kwargs")).items() if key not in ("data", "args")}
        metadata = {**_mapping(said.get("metadata")), **_mapping(how.get("metadata"))}
        yield (
            name,
            Entry(
                name=name,
                driver=_text(said.get("datatype")),
                description=_text(metadata.get("description")),
                addresses=_addresses(kwargs, url),
                arguments={**{key: each for key, each in kwargs.items() if key not in _ADDRESSES}, **options},
                parameters={**_mapping(said.get("user_parameters")), **_mapping(how.get("user_parameters"))},
                metadata=metadata,
                reader=_text(how.get("reader")),
            ),
        )


def _addresses(arguments: dict[str, Any], url: str) -> tuple[str, ...]:
    found: list[str] = []
    for key in _ADDRESSES:
        value = arguments.get(key)
        texts = [each for each in value if isinstance(each, str)] if isinstance(value, list) else [_text(value)]
        # A number is no address: it stays what it is, for the mapping to report.
        found += [_placed(text, url) if not _NUMBER.fullmatch(text) else text for text in map(str.strip, texts) if text]
    return tuple(dict.fromkeys(found))


def _placed(text: str, url: str) -> str:
    """The address with the catalogue's folder put in; a relative one is relative to that folder."""
    folder = urljoin(url, ".")
    if match := _FOLDER.match(text):
        text = folder + text[match.end() :]
    elif not _SCHEME.match(text) and not text.startswith("{") and not _ACROSS.search(text) and urlsplit(url).scheme:
        text = urljoin(folder, text) if not text.startswith("/") else text
    return text


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
