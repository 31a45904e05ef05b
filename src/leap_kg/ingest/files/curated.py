"""Entries as curators write them, in words of the context and without IRIs, as JSON-LD.

    type: Course
    title: Xarray for climate data
    startDate: 2026-03-02
    instructor: 0000-0002-1825-0097

What a curator may leave to us: the IRI of the entry (made of its kind and its name, or of the file's name), the IRIs
of people, papers, organisations and licences (written as ORCID, DOI, ROR and SPDX identifiers), and the types of
dates. What cannot be read is reported with the place, left out, and kept as it was written.
"""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urljoin

from leap_kg.ingest.files.terms import ID, TYPE, Terms, nearest, terms
from leap_kg.ingest.formats.rdftext import runs
from leap_kg.ingest.formats.reading import Path, Reading, dotted
from leap_kg.ingest.mapping import dates
from leap_kg.ingest.mapping.finding import Severity
from leap_kg.ingest.source import RecordUnusable
from leap_kg.ontology.identifiers import Refusal, doi, github, licence, orcid, ror
from leap_kg.ontology.iri import iri_text, mint, slug
from leap_kg.ontology.kinds import kind_of

_NAMES = ("title", "name")
_SCHEMES = ("http:", "https:", "gs:", "s3:", "doi:", "urn:", "mailto:", "pkg:", "file:")
_ANYWHERE = "https://catalogue.invalid/x/"
_LIKE_ORCID = re.compile(r"\d{4}-?\d{4}-?\d{4}-?\d{3}[\dXx]", re.ASCII)


class Curated:
    """Reads the entries of one file or row; findings go to `reading`.

    `name` is what an entry without an identifier is called, unless there are several of them.
    """

    def __init__(self, reading: Reading, base: str, name: tuple[str, ...]) -> None:
        self._reading = reading
        self._base = base
        self._name = name
        self._terms: Terms = terms(base)
        self._seen: dict[str, Path] = {}

    def document(self, value: object, what: str) -> dict[str, Any] | list[Any]:
        """The entry, or the list of entries, as JSON-LD; raises `RecordUnusable` for what is neither."""
        if isinstance(value, dict):
            return self._entry(value, (), what, named=True)
        if isinstance(value, list) and all(isinstance(item, dict) for item in value):
            return [self._entry(item, (number,), what, named=False) for number, item in enumerate(value)]
        raise RecordUnusable("is neither an entry (`type: …`, `title: …`) nor a list of entries", what)

    def item(self, entry: dict[str, Any], what: str) -> dict[str, Any]:
        """One of several entries of a file as JSON-LD; raises `RecordUnusable` if it cannot be named."""
        return self._entry(entry, (), what, named=False)

    def _entry(self, entry: dict[str, Any], path: Path, what: str, *, named: bool) -> dict[str, Any]:
        if any(key.startswith("@") for key in entry):
            # Whoever writes JSON-LD's own keywords writes JSON-LD, only in YAML.
            own = entry.get("@context", [])
            ours = f"{self._base}context.jsonld"
            return {**entry, "@context": [ours, *(own if isinstance(own, list) else [own])]}
        said = self._node(entry, path)
        said["@context"] = f"{self._base}context.jsonld"
        if ID not in said:
            said[ID] = self._identifier(entry, path, what, named=named)
        if said[ID] in self._seen:
            message = f"{dotted((*path, ID)) or ID} is also given at {dotted(self._seen[said[ID]]) or 'the top'}"
            hint = "Give each entry an id of its own, or write the two as one."
            self._reading.report("duplicate-id", Severity.WARNING, message, hint, (*path, ID), said[ID])
        self._seen.setdefault(said[ID], path)
        return said

    def _node(self, entry: dict[str, Any], path: Path) -> dict[str, Any]:
        said: dict[str, Any] = {}
        for key, value in entry.items():
            place = (*path, key)
            if value in (None, "", [], {}):
                continue
            if key == TYPE:
                said[TYPE] = self._each(value, place, self._class)
            elif key == ID:
                said[ID] = self._own(value, entry, place)
            elif not self._terms.explains(key):
                self._unknown(key, value, place)
            elif key in self._terms.links:
                said[key] = self._each(value, place, self._licence if key == "license" else self._link)
            elif key in self._terms.dates:
                said[key] = self._each(value, place, self._date)
            elif key in self._terms.properties:
                said[key] = self._each(value, place, self._plain)
            else:
                # What a name with a prefix means is for others to say: a mapping may be a thing.
                said[key] = self._each(value, place, self._foreign)
        return {key: value for key, value in said.items() if value not in (None, [])}

    def _each(self, value: Any, place: Path, read: Callable[[Any, Path], Any]) -> Any:  # noqa: ANN401 - JSON
        if isinstance(value, list):
            read_items = [self._one(item, (*place, number), read) for number, item in enumerate(value)]
            return [item for item in read_items if item is not None]
        return self._one(value, place, read)

    def _one(self, value: Any, place: Path, read: Callable[[Any, Path], Any]) -> Any:  # noqa: ANN401 - JSON
        if isinstance(value, dict):
            if any(key.startswith("@") for key in value):
                return value
            if read not in (self._plain, self._date):
                return self._node(value, place)
            hint = "Write the text alone."
            message = f"{dotted(place)} should be a text, but is a mapping"
            self._reading.report("bad-value", Severity.WARNING, message, hint, place, value)
            self._reading.keep(place, value)
            return None
        if isinstance(value, list):
            self._reading.report(
                "bad-value", Severity.WARNING, f"{dotted(place)} is a list in a list", "Use one.", place
            )
            self._reading.keep(place, value)
            return None
        return read(value, place)

    def _plain(self, value: Any, place: Path) -> Any:  # noqa: ANN401 - JSON
        return value if isinstance(value, bool | int | float) else self._reading.text(value, place) or None

    def _foreign(self, value: Any, place: Path) -> Any:  # noqa: ANN401 - JSON
        return self._plain(value, place)

    def _class(self, value: Any, place: Path) -> str | None:  # noqa: ANN401 - JSON
        text = self._reading.text(value, place)
        if not text or text in self._terms.classes or ":" in text:
            return text or None
        like = nearest(text, self._terms.classes)
        hint = f"Write {like}, if that is what is meant." if like else f"There are {', '.join(self._terms.classes)}."
        message = f"{dotted(place)} names {text!r}, which is no class that the catalogue knows"
        self._reading.report("bad-value", Severity.VIOLATION, message, hint, place, text)
        self._reading.keep(place, text)
        return None

    def _unknown(self, key: str, value: object, place: Path) -> None:
        self._reading.keep(place, value)
        like = self._terms.nearest(key)
        message = f"{dotted(place)} is no term that the catalogue knows; its value was kept, but nothing can search it"
        if like:
            hint = f"Rename it to {like!r}, the nearest term."
            self._reading.report("misspelt-key", Severity.VIOLATION, message, hint, place, key)
        else:
            hint = "Use a term of the context, or drop it."
            self._reading.report("unknown-key", Severity.INFO, message, hint, place, key)

    def _date(self, value: Any, place: Path) -> dict[str, str] | None:  # noqa: ANN401 - JSON
        text = self._reading.text(value, place)
        date = dates.parse(text)
        if date is not None:
            return {"@value": date.text, "@type": date.datatype.value}
        if text:
            hint = "Write it as 2026-03-02, 2026-03, 2026 or 2026-03-02T14:00:00Z."
            self._reading.report("bad-date", Severity.WARNING, f"{dotted(place)} is not a date", hint, place, text)
            self._reading.keep(place, text)
        return None

    def _licence(self, value: Any, place: Path) -> str | None:  # noqa: ANN401 - JSON
        known = licence.parse(str(value))
        if not isinstance(known, Refusal):
            return known.iri
        self._reading.report(
            "unknown-licence", Severity.WARNING, f"the licence cannot be used: {known.reason}", known.hint, place, value
        )
        self._reading.keep(place, value)
        return None

    def _link(self, value: Any, place: Path) -> str | None:  # noqa: ANN401 - JSON
        """The IRI of what a text names: an identifier, an address, or the path of a node of ours."""
        text = self._reading.text(value, place)
        if not text:
            return None
        iri = _account(text) if "account" in place else _iri(text)
        if iri is None:
            message = f"{dotted(place)} names nothing: {text[:100]!r} is no identifier and no address"
            hint = "Write an ORCID, DOI, ROR, a full address, or the path of a page here, such as person/github/login."
            self._reading.report("bad-identifier", Severity.WARNING, message, hint, place, text)
            self._reading.keep(place, text)
        return iri

    def _own(self, value: Any, entry: dict[str, Any], place: Path) -> str | None:  # noqa: ANN401 - JSON
        """The IRI of the entry itself; a single word is a name among the things of its kind."""
        text = self._reading.text(value, place)
        if not text:
            return None
        iri = _iri(text)
        if iri is not None:
            return iri
        if runs(text) or _leads_out(text):
            message = f"{dotted(place)} is {text[:100]!r}, which names nothing here; it was taken for a name"
            hint = "Write a word, a full address, or a path such as event/2026-summer-school."
            self._reading.report("bad-identifier", Severity.WARNING, message, hint, place, text)
        if _LIKE_ORCID.fullmatch(text) and isinstance(known := orcid.parse(text), Refusal):
            message = f"{dotted(place)} looks like an ORCID iD and is {known.reason}; it was taken for a name"
            self._reading.report("bad-identifier", Severity.WARNING, message, known.hint, place, text)
        return mint(self._base, self._kind(entry), slug(text)).value

    def _identifier(self, entry: dict[str, Any], path: Path, what: str, *, named: bool) -> str:
        """The IRI of an entry that gives none: made of the file's name, or, of several in a file, of its own."""
        title = next((str(entry[key]) for key in _NAMES if isinstance(entry.get(key), str) and entry[key].strip()), "")
        name = self._name if named else ((*self._name, slug(title)) if title else ())
        if not name:
            place = self._reading.place(path).pointer
            raise RecordUnusable(f"the entry {place} has neither an id nor a title nor a name: give it an id", what)
        if entry.get(TYPE) in (None, "", []):
            raise RecordUnusable("has neither an id nor a type: say what it is, or which thing it is about", what)
        return mint(self._base, self._kind(entry), *name).value

    def _kind(self, entry: dict[str, Any]) -> str:
        """The word that begins the path of such a thing: that of its kind."""
        types = entry.get(TYPE)
        names = types if isinstance(types, list) else [types]
        classes = [self._terms.classes[name] for name in names if isinstance(name, str) and name in self._terms.classes]
        kind = kind_of(classes, self._base)
        return kind.name if kind is not None else "thing"


def _iri(text: str) -> str | None:
    """The IRI of an identifier, an address or a path; `None` for a word, a name or a sentence."""
    if any(character.isspace() for character in text):
        return None
    for parse in (orcid.parse, doi.parse, ror.parse):
        found = parse(text)
        if not isinstance(found, Refusal):
            return found.iri
    if text.lower().startswith(_SCHEMES):
        return iri_text(text)
    if runs(text) or _leads_out(text):
        return None
    if ":" in text:
        return quote(text, safe=":/?#[]@!$&'()*+,;=%-._~")
    return quote(text, safe="/#-._~@+,;=%") if "/" in text.strip("/") else None


def _leads_out(text: str) -> bool:
    """Whether a path leads out of the catalogue, or to another server; a full address leads where it says."""
    path = re.split(r"[?#]", text, maxsplit=1)[0]
    return ":" not in path.partition("/")[0] and not urljoin(_ANYWHERE, path).startswith(_ANYWHERE)


def _account(text: str) -> str | None:
    found = github.parse_login(text)
    return None if isinstance(found, Refusal) else found.iri
