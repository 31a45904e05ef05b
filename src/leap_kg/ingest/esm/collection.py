"""The description of a collection: an intake-esm JSON document, or nothing but the table itself.

https://github.com/NCAR/esm-collection-spec. Its table is a CSV file beside it, or stands in it as a list.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from leap_kg.ingest.esm.table import read_rows, read_table
from leap_kg.ingest.formats.jsonvalue import read_value
from leap_kg.ingest.source import RecordUnusable
from leap_kg.ontology.identifiers import Refusal, storage

ASSETS = ("zstore", "path", "uri", "url", "store")


@dataclass(frozen=True, slots=True)
class Collection:
    """`table` is the address of the CSV, or `rows` are the rows themselves. `asset` is the column of addresses.

    `form` is the format of all assets, `form_column` the column that has each one's; `vocabularies` gives the address
    of each column's vocabulary, `""` for those without one.
    """

    identifier: str
    title: str
    description: str
    modified: str
    table: str
    rows: list[Any] | None
    asset: str
    form: str
    form_column: str
    vocabularies: dict[str, str]


def read_collection(data: bytes, url: str) -> Collection:
    """The collection of a JSON document; raises `Unreadable` or `RecordUnusable`."""
    value = read_value(data, what=url).value
    if not isinstance(value, dict):
        raise RecordUnusable("the document is no collection of intake-esm: give that of its JSON or CSV file", url)
    assets = value.get("assets") if isinstance(value.get("assets"), dict) else {}
    rows = value.get("catalog_dict")
    file = value.get("catalog_file")
    if not isinstance(rows, list) and not isinstance(file, str):
        raise RecordUnusable("the collection has neither a catalog_file nor a catalog_dict: add one", url)
    return Collection(
        identifier=_text(value.get("id")) or url.rpartition("/")[2],
        title=_text(value.get("title")),
        description=_text(value.get("description")),
        modified=_text(value.get("last_updated")),
        table="" if isinstance(rows, list) else table_url(url, str(file)),
        rows=rows if isinstance(rows, list) else None,
        asset=_text(assets.get("column_name")) if isinstance(assets, dict) else "",
        form=_text(assets.get("format")) if isinstance(assets, dict) else "",
        form_column=_text(assets.get("format_column_name")) if isinstance(assets, dict) else "",
        vocabularies=dict(_vocabularies(value.get("attributes"))),
    )


def asset_columns(collection: Collection) -> tuple[str, ...]:
    """Where a row may have its address, the likeliest first: descriptions outlive renamed columns."""
    return (collection.asset, *ASSETS)


def all_rows(collection: Collection, table: bytes) -> Iterator[dict[str, str] | str]:
    """The rows from the first one on, those of the file `table` if they are not in the description; can be repeated."""
    return read_rows(collection.rows) if collection.rows is not None else read_table(table, collection.table)


def bare_table(url: str) -> Collection:
    """The collection of a table that has no description."""
    name = url.rpartition("/")[2].partition(".")[0]
    return Collection(name, "", "", "", url, None, "", "", "", {})


def table_url(url: str, file: str) -> str:
    """Where the table is: beside the collection, or in a bucket that the web can reach."""
    if "://" not in file:
        return urljoin(url, file)
    location = storage.parse(file)
    return file if isinstance(location, Refusal) else location.https or file


def _vocabularies(value: object) -> list[tuple[str, str]]:
    found = []
    for attribute in value if isinstance(value, list) else ():
        name = attribute.get("column_name") if isinstance(attribute, dict) else None
        if isinstance(name, str) and name:
            found.append((name, _text(attribute.get("vocabulary"))))
    return found


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
