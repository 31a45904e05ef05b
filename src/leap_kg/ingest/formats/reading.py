"""Reading of dirty mappings: takes what is there, repairs what is safe, reports all else as findings.

Nothing in here raises for what a file says. A value that cannot be used is reported, left out of the reading
and kept as it stands in `unmapped`, as are keys that no mapping knows.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeVar

from pyoxigraph import NamedNode
from rapidfuzz import process
from rapidfuzz.distance import OSA

from leap_kg.ingest.mapping import dates
from leap_kg.ingest.mapping.finding import Finding, Place, Severity
from leap_kg.ingest.mapping.statements import printable
from leap_kg.ontology.identifiers import Refusal
from leap_kg.ontology.iri import iri_text

Path = tuple[str | int, ...]
Value = TypeVar("Value")

# Marks of a gap that were never filled; `CO<sub>2</sub>` and other markup is none.
_GAPS = re.compile(r"<[A-Z][A-Z_ ]{2,}>|<your [a-z ]+>|\{\{[^{}]*\}\}")
# Texts that LEAP's feedstock template brings along, and ours.
_OURS = {
    "your name",
    "your-login",
    "who made the data",
    "what their part was.",
    "say in two sentences what the data are, from where and for when.",
}
_PLACEHOLDERS = re.compile(
    r"\bmy-custom-tag\b|\bJust a Test\b|\bJust a guy testing\b|\bsome-bucket\b"
    r"|\bsome-path\b|\bThe (even )?cool(er)? (small|large) Proto Dataset\b|\bprototype test\b",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"(https?|ftp|gs|gcs|s3)://[^/\s]", re.IGNORECASE)
_MOST_FINDINGS = 1000
_LONGEST_SHOWN = 500


@dataclass(slots=True)
class File:
    """Where a part of a record was read from: its IRI and the line of each value, 1-based."""

    iri: str
    lines: Mapping[Path, int] = field(default_factory=dict)
    link: str | None = field(init=False)
    """The IRI as RDF can hold it, if it can."""

    def __post_init__(self) -> None:
        self.link = iri_text(self.iri)


@dataclass(slots=True)
class Reading:
    """The findings on one record as it is read, and which file each top-level key came from."""

    files: Mapping[str, File]
    default: File
    findings: list[Finding] = field(default_factory=list)
    unmapped: dict[str, Any] = field(default_factory=dict)

    def report(
        self,
        kind: str,
        severity: Severity,
        message: str,
        hint: str,
        path: Path = (),
        value: object = "",
        focus: NamedNode | None = None,
    ) -> None:
        """Note a finding at `path` of the record; of a record that has thousands, the first thousand."""
        if len(self.findings) > _MOST_FINDINGS:
            return
        if len(self.findings) == _MOST_FINDINGS:
            kind, severity, value, focus = "bad-value", Severity.WARNING, "", None
            message, hint = f"the record has more than {_MOST_FINDINGS} findings", "Mend those that are listed first."
        place = self.place(path)
        self.findings.append(
            Finding(kind, severity, message, _sentence(hint), place.pointer, _shown(value), place.file, focus)
        )

    def place(self, path: Path) -> Place:
        """Where `path` stands; for what is not there, the line of the nearest thing around it."""
        file = self.files.get(str(path[0]), self.default) if path else self.default
        around = path
        while (line := file.lines.get(around)) is None and around:
            around = around[:-1]
        pointer = dotted(path) + (f" (line {line})" if line else "")
        return Place(pointer.strip(), file.link)

    def keep(self, path: Path, value: object) -> None:
        """Keep a value that nothing else of the record says; an empty one says nothing."""
        if value is None or value in ("", [], {}):
            return
        name = dotted(path)
        while name in self.unmapped and self.unmapped[name] != value:
            name += "'"
        self.unmapped[name] = value

    def text(self, value: object, path: Path) -> str:
        """The value as one stripped text, `""` if there is none; control characters are taken out."""
        if value is None:
            return ""
        if not isinstance(value, str):
            if not isinstance(value, bool | int | float):
                self._wrong(value, "a text", path)
                return ""
            value = json.dumps(value)
        clean = printable(value)
        if clean is value:
            clean = value.strip()
        elif (clean := clean.strip()) != value.strip():
            hint = "Remove the characters that cannot be printed."
            self.report("bad-text", Severity.WARNING, f"{dotted(path)} holds control characters", hint, path)
        if clean and _unfilled(clean):
            self.report(
                "placeholder",
                Severity.WARNING,
                f"{dotted(path)} still holds a text of the feedstock template",
                "Replace it with what is true of this dataset.",
                path,
                clean,
            )
        return clean

    def texts(self, value: object, path: Path) -> list[tuple[str, Path]]:
        """The texts of a list, each with its path; a lone text counts as a list of one."""
        if isinstance(value, str):
            text = self.text(value, path)
            if text:
                message = f"{dotted(path)} is one text where a list is due; it was taken as a list of one"
                self.report("bad-value", Severity.INFO, message, "Write it as a list: `- ` and the text.", path, text)
            return [(text, path)] if text else []
        found = []
        for number, item in enumerate(self.items(value, path)):
            if text := self.text(item, (*path, number)):
                found.append((text, (*path, number)))
        return found

    def items(self, value: object, path: Path) -> list[Any]:
        """The items of a list, `[]` for none."""
        if value is None or value == "":
            return []
        if isinstance(value, list):
            return value
        self._wrong(value, "a list", path)
        return []

    def mappings(self, value: object, path: Path) -> list[tuple[dict[str, Any], Path]]:
        """The mappings of a list, each with its path; a lone mapping counts as a list of one."""
        if isinstance(value, dict):
            return [(value, path)]
        found = []
        for number, item in enumerate(self.items(value, path)):
            if isinstance(item, dict):
                found.append((item, (*path, number)))
            elif item is not None:
                self._wrong(item, "a mapping", (*path, number))
        return found

    def mapping(self, value: object, path: Path) -> dict[str, Any]:
        """The value as a mapping, `{}` for none."""
        if value is None or value == "":
            return {}
        if isinstance(value, dict):
            return value
        self._wrong(value, "a mapping", path)
        return {}

    def url(self, value: object, path: Path) -> str:
        """The value as an IRI that RDF can hold, `""` if there is none or it cannot be one."""
        text = self.text(value, path)
        if not text:
            return ""
        iri = iri_text(text) if _ADDRESS.match(text) else None
        if iri is None:
            hint = "Give a full address that begins with https:// (or gs://, s3://)."
            self.report("bad-identifier", Severity.WARNING, f"{dotted(path)} is not a URL", hint, path, text)
            self.keep(path, text)
            return ""
        if iri != text:
            hint = "Percent-encode the characters that a URL cannot hold (a space is %20)."
            self.report("bad-text", Severity.INFO, f"{dotted(path)} holds characters no URL can", hint, path, text)
        return iri

    def identifier(self, value: object, path: Path, parse: Callable[[str], Value | Refusal]) -> Value | None:
        """The value through one of the normalisers; a refusal becomes a finding and `None`."""
        text = self.text(value, path)
        if not text:
            return None
        result = parse(text)
        if not isinstance(result, Refusal):
            return result
        message = f"{dotted(path)}: {result.reason}"
        self.report("bad-identifier", Severity.WARNING, message, result.hint, path, text)
        self.keep(path, text)
        return None

    def date(self, value: object, path: Path) -> str:
        """The value as a date that `dates.parse` reads, `""` if there is none; what is no date is kept and reported."""
        text = self.text(value, path)
        if not text or dates.parse(text) is not None:
            return text
        hint = "Write the year, month and day of the calendar as 2020-12-31."
        self.report("bad-date", Severity.WARNING, f"{dotted(path)} is not a date", hint, path, text)
        self.keep(path, text)
        return ""

    def flag(self, value: object, path: Path) -> bool | None:
        """The value as true or false, `None` for none."""
        if value is None or isinstance(value, bool):
            return value
        self._wrong(value, "true or false", path)
        return None

    def rest(self, mapping: Mapping[str, Any], known: Iterable[str], path: Path, *, beside: bool = False) -> None:
        """Report and keep the keys that are not `known`.

        `beside` says that a key may be a misspelling of one that stands beside it, too.
        """
        names = tuple(known)
        if mapping.keys() <= _as_set(names):
            return
        for key, value in mapping.items():
            if key in names:
                continue
            place = (*path, key)
            self.keep(place, value)
            close = process.extractOne(key.lower(), names, scorer=OSA.distance, score_cutoff=_tolerance(key))
            if close is not None and (beside or close[0] not in mapping):
                self.report(
                    "misspelt-key",
                    Severity.VIOLATION,
                    f"{dotted(place)} looks like a misspelt {close[0]!r}",
                    f"Rename the key to {close[0]!r}.",
                    place,
                    key,
                )
            else:
                self.report(
                    "unknown-key",
                    Severity.INFO,
                    f"no mapping knows the key {dotted(place)}",
                    "Move its content to a key that the catalogue reads, or drop it.",
                    place,
                    key,
                )

    def _wrong(self, value: object, wanted: str, path: Path) -> None:
        self.keep(path, value)
        kinds: dict[type[object], str] = {dict: "a mapping", list: "a list", str: "a text", bool: "true or false"}
        found = kinds.get(type(value), "a number")
        message = f"{dotted(path)} should be {wanted}, but is {found}"
        self.report("bad-value", Severity.WARNING, message, f"Write {wanted} there.", path, value)


@lru_cache(maxsize=256)
def _as_set(names: tuple[str, ...]) -> frozenset[str]:
    """Readers know the same few sets of keys for every record."""
    return frozenset(names)


def _unfilled(text: str) -> bool:
    """Whether a text of the template was left in; the patterns are slow, so that words rule most texts out."""
    lowered = text.lower()
    if len(lowered) < 80 and " ".join(lowered.split()) in _OURS:
        return True
    # Each of the texts holds one of these words, in letters of which each has one capital.
    if (
        "proto" in lowered
        or ("-" in lowered and ("ome-" in lowered or "my-cu" in lowered))
        or (" a " in lowered and ("t a te" in lowered or "t a gu" in lowered))
    ) and _PLACEHOLDERS.search(text):
        return True
    return ("<" in text or "{{" in text) and _GAPS.search(text) is not None


def dotted(path: Path) -> str:
    """A path as people write it: `stores[3].url`."""
    text = "".join([f"[{step}]" if isinstance(step, int) else f".{step}" for step in path])
    return text.removeprefix(".")


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")


def _tolerance(key: str) -> int:
    return 1 if len(key) <= 5 else 2


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return printable(text)[:_LONGEST_SHOWN]
