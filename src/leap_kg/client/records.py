"""Lists of records: like a list, as a DataFrame, and as a table in a notebook.

Hazard: the texts are harvested from files that anybody can edit. In HTML every one of them is escaped and kept apart
from its surroundings, and only http(s) addresses become links; there is no script and nothing is loaded.
"""

import html
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any, Generic, TypeVar, overload
from urllib.parse import urlsplit

from leap_kg.client.errors import printable
from leap_kg.client.packages import need

Record = TypeVar("Record")
_SHOWN = 50
_CELL = 200
_TABLE = "border-collapse:collapse;font-size:90%"
_HEAD = "text-align:left;padding:2px 8px;border-bottom:1px solid"
_ITEM = "text-align:left;vertical-align:top;padding:2px 8px"


class Records(Sequence[Record], Generic[Record]):
    """Records of one dataclass, each a `noun`; `total` is how many there are in the graph if these are the first.

    `hints` say why there are none, where something that was asked for is to blame.
    """

    def __init__(
        self,
        kind: type[Record],
        found: Iterable[Record],
        noun: str = "record",
        total: int | None = None,
        hints: Iterable[str] = (),
    ) -> None:
        self._kind = kind
        self._found = tuple(found)
        self._noun = noun
        self.hints = tuple(printable(hint) for hint in hints)
        self.total = len(self._found) if total is None else max(total, len(self._found))

    @property
    def _columns(self) -> list[str]:
        return [field.name for field in fields(self._kind) if field.repr]  # type: ignore[arg-type]

    @overload
    def __getitem__(self, place: int) -> Record: ...
    @overload
    def __getitem__(self, place: slice) -> "Records[Record]": ...
    def __getitem__(self, place: int | slice) -> "Record | Records[Record]":
        if isinstance(place, slice):
            return Records(self._kind, self._found[place], self._noun)
        return self._found[place]

    def __len__(self) -> int:
        return len(self._found)

    def __repr__(self) -> str:
        lines = [self._summary, *(f"  {printable(repr(record), 160)}" for record in self._found[:_SHOWN])]
        return "\n".join(lines + (["  …"] if len(self._found) > _SHOWN else []))

    def to_dataframe(self) -> Any:  # noqa: ANN401 - a pandas.DataFrame
        """One row a record; columns whose values are all texts are of dtype `string`."""
        pandas = need("pandas", "a table")
        rows = {name: [getattr(record, name) for record in self._found] for name in self._columns}
        made = pandas.DataFrame(rows, columns=self._columns)
        texts = [name for name, values in rows.items() if values and all(isinstance(value, str) for value in values)]
        return made.astype(dict.fromkeys(texts, "string"))

    @property
    def _summary(self) -> str:
        number = f"{len(self):,}" if self.total == len(self) else f"{len(self):,} of {self.total:,}"
        plural = f"{self._noun[:-1]}ies" if self._noun.endswith("y") else f"{self._noun}s"
        return "; ".join([f"{number} {self._noun if self.total == 1 else plural}", *self.hints])

    def _repr_html_(self) -> str:
        columns = [name for name in self._columns if any(getattr(record, name) for record in self._found[:_SHOWN])]
        head = "".join(f'<th style="{_HEAD}">{escaped(name.replace("_", " "))}</th>' for name in columns)
        lines = (
            "<tr>" + "".join(f'<td style="{_ITEM}">{cell(getattr(record, name))}</td>' for name in columns) + "</tr>"
            for record in self._found[:_SHOWN]
        )
        more = f"<p>… and {len(self) - _SHOWN:,} more here</p>" if len(self) > _SHOWN else ""
        return (
            f'<div><p>{escaped(self._summary)}</p><table style="{_TABLE}"><thead><tr>{head}</tr></thead>'
            f"<tbody>{''.join(lines)}</tbody></table>{more}</div>"
        )


def escaped(text: object, most: int = _CELL) -> str:
    """Text as HTML that shows it, on its own in a line that may run the other way."""
    return f"<bdi>{html.escape(printable(str(text), most), quote=True)}</bdi>"


def cell(value: object) -> str:
    """A value as HTML; an http(s) address leads there."""
    if value is None or value == "":
        return ""
    if isinstance(value, tuple):
        return ", ".join(cell(one) for one in value[:10])
    return link(str(value), str(value)) if isinstance(value, str) else escaped(value)


def link(text: str, address: str) -> str:
    """Text that leads to an address if that is one for browsers, else just the text."""
    try:
        parts = urlsplit(address)
        safe = parts.scheme in ("http", "https") and bool(parts.netloc) and address.isprintable() and " " not in address
    except ValueError:
        safe = False
    if not safe:
        return escaped(text)
    return f'<a href="{html.escape(address, quote=True)}" rel="noopener noreferrer">{escaped(text)}</a>'


def definitions(pairs: Mapping[str, str]) -> str:
    """Names with HTML beside each; what is empty is left out."""
    lines = (
        f'<tr><th style="{_ITEM}">{escaped(name)}</th><td style="{_ITEM}">{value}</td></tr>'
        for name, value in pairs.items()
        if value
    )
    return f'<table style="{_TABLE}"><tbody>{"".join(lines)}</tbody></table>'


def made(kind: type[Record], rows: Iterable[Mapping[str, str]], **more: Callable[[str], Any]) -> list[Record]:
    """Records from rows of texts; `more` reads fields that are none. What a row lacks is `""`, or `None` if read."""
    names = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    return [
        kind(
            **{
                name: (more[name](row[name]) if row.get(name) else None) if name in more else row.get(name, "")
                for name in names
            }
        )
        for row in rows
    ]
