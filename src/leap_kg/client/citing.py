"""How to cite a dataset: BibTeX, CSL-JSON and text, composed from what the graph says of it and of the works it names.

Hazard: names and titles are anybody's. In BibTeX every character that means something to TeX is escaped, and braces
are always in pairs.
"""

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from leap_kg.client.errors import KgError

STYLES = ("bibtex", "csl", "text")
_DOI = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:)?(10\.\d{4,9}/\S+)", re.IGNORECASE)
_YEAR = re.compile(r"[12]\d{3}")
_TEX = {
    **{c: f"\\{c}" for c in "{}#$%&_"},
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


@dataclass(frozen=True, slots=True)
class Creator:
    """Who made something; a person's name is cut into parts by whoever formats it."""

    name: str
    is_person: bool


@dataclass(frozen=True, slots=True)
class Cited:
    """A dataset or a work to be cited; what is not known is `""`. `reference` is how its record wants it."""

    iri: str
    title: str
    creators: tuple[Creator, ...] = ()
    date: str = ""
    publisher: str = ""
    version: str = ""
    journal: str = ""
    reference: str = ""
    is_data: bool = False

    @property
    def doi(self) -> str:
        """The DOI without the resolver's address."""
        return doi(self.iri)

    @property
    def year(self) -> str:
        """Four digits."""
        found = _YEAR.match(self.date)
        return found[0] if found else ""

    @property
    def address(self) -> str:
        """Where it is to be found."""
        return f"https://doi.org/{self.doi}" if self.doi else self.iri if self.iri.startswith("http") else ""


def doi(text: str) -> str:
    """The DOI in a text that is one, in whatever spelling, `""` for any other text."""
    found = _DOI.fullmatch(text.strip())
    return found[1] if found else ""


def cite(items: Sequence[Cited], style: str) -> str:
    """The items in a style of `STYLES`, the dataset first; raises `KgError` for another style."""
    if style not in STYLES:
        raise KgError(f"{style!r} is no style of citations", f"There are {', '.join(STYLES)}.")
    if style == "csl":
        return json.dumps([_csl(item) for item in items], ensure_ascii=False, indent=1)
    if style == "bibtex":
        keys: dict[str, int] = {}
        return "\n\n".join(_bibtex(item, keys) for item in items) + "\n"
    return "\n".join(item.reference or _text(item) for item in items)


def _text(item: Cited) -> str:
    names = "; ".join(creator.name for creator in item.creators)
    year = f"({item.year or 'n.d.'})"
    title = f"{item.title}{f' (version {item.version})' if item.version else ''}{' [data set]' if item.is_data else ''}"
    parts = (f"{names} {year}".strip(), title, item.journal or item.publisher, item.address)
    return ". ".join(part.rstrip(".") for part in parts if part) + ("" if item.address else ".")


def _csl(item: Cited) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": item.iri,
        "type": "dataset" if item.is_data else "article-journal" if item.journal else "article",
        "title": item.title,
        "author": [
            _person(creator.name) if creator.is_person else {"literal": creator.name} for creator in item.creators
        ],
        "issued": {"date-parts": [_date_parts(item.date)]} if item.year else None,
        "publisher": item.publisher,
        "container-title": item.journal,
        "version": item.version,
        "DOI": item.doi,
        "URL": item.address,
    }
    return {name: value for name, value in found.items() if value}


def _person(name: str) -> dict[str, str]:
    if "," in name:
        family, _, given = name.partition(",")
    else:
        given, _, family = name.rpartition(" ")
    parts = {"family": family.strip(), "given": given.strip()}
    return {key: part for key, part in parts.items() if part} or {"literal": name}


def _date_parts(date: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", date.partition("T")[0])[:3]]


def _bibtex(item: Cited, keys: dict[str, int]) -> str:
    authors = " and ".join(
        _escaped(c.name) if c.is_person and " and " not in c.name else f"{{{_escaped(c.name)}}}" for c in item.creators
    )
    fields = {
        "author": authors,
        "title": f"{{{_escaped(item.title)}}}",
        "year": item.year,
        "journal": _escaped(item.journal),
        "publisher": _escaped(item.publisher),
        "version": _escaped(item.version),
        "doi": _escaped(item.doi),
        "url": _address(item.address),
        "note": "Data set" if item.is_data else "",
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value and value != "{}"]
    kind = "article" if item.journal and not item.is_data else "misc"
    return "\n".join([f"@{kind}{{{_key(item, keys)},", *lines, "}"])


def _key(item: Cited, keys: dict[str, int]) -> str:
    """A key that is unique in this list, such as `noaa2024sea`."""
    first = item.creators[0].name if item.creators else ""
    words = [_ascii(first).split(" ")[-1], item.year, _ascii(item.title).split(" ")[0]]
    key = "".join(words) or "data"
    keys[key] = keys.get(key, 0) + 1
    return key if keys[key] == 1 else f"{key}-{keys[key]}"


def _ascii(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", " ", plain).strip()


def _escaped(text: str) -> str:
    one_line = " ".join(text.split())
    return "".join(_TEX.get(c, c) for c in one_line if c.isprintable())


def _address(text: str) -> str:
    """An address as `url` takes it: verbatim, but for what would end the field."""
    return "".join(f"%{ord(c):02X}" if c in "{}\\" else c for c in text if c.isprintable() and c != " ")
