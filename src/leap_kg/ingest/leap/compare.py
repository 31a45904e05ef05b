"""The published catalogue held against the feedstock's files, field by field.

Compared as the files write them, before anything is normalised. White space at the ends does not
count, nor does the order of lists; everything else that differs is a finding with both values.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from leap_kg.ingest.mapping.finding import Finding, Severity

Entry = Mapping[str, Any]


def compare(published: Entry, files: Entry, title: str, file: str | None) -> Iterator[Finding]:
    """A finding for each field on which the two disagree."""
    for field, extract in _FIELDS.items():
        left, right = extract(published), extract(files)
        if left == right:
            continue
        reason = _reason(left, right)
        yield Finding(
            kind="renamed" if field == "title" else "differs-from-published",
            severity=Severity.INFO,
            message=f"{field} of {title!r} is published otherwise than its files say: {reason}",
            hint="Run the nightly catalogue job again, or correct the feedstock if the published value is right.",
            pointer=field,
            value=json.dumps({"published": left, "files": right}, ensure_ascii=False, sort_keys=True),
            file=file,
        )


def _text(entry: Entry, *path: str) -> str:
    value: Any = entry
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return "" if value is None else str(value).strip()


def _items(entry: Entry, key: str) -> list[Any]:
    value = entry.get(key)
    return value if isinstance(value, list) else []


def _tags(entry: Entry) -> list[str]:
    return sorted(str(tag).strip() for tag in _items(entry, "tags"))


def _stores(entry: Entry, *keys: str) -> list[str]:
    stores = [store for store in _items(entry, "stores") if isinstance(store, dict)]
    return sorted(" at ".join(_text(store, key) for key in keys) for store in stores)


def _maintainers(entry: Entry) -> list[str]:
    people = (person for person in _items(entry, "maintainers") if isinstance(person, dict))
    return sorted(f"{_text(person, 'name')} ({_text(person, 'github')})" for person in people)


_FIELDS: dict[str, Callable[[Entry], Any]] = {
    "title": lambda entry: _text(entry, "title"),
    "description": lambda entry: _text(entry, "description"),
    "tags": _tags,
    "licence": lambda entry: _text(entry, "provenance", "license"),
    "store ids": lambda entry: _stores(entry, "id"),
    "store URLs": lambda entry: _stores(entry, "id", "url"),
    "maintainers": _maintainers,
}


def _reason(published: str | list[str], files: str | list[str]) -> str:
    if not published:
        return "the published entry leaves it empty"
    if not files:
        return "the files no longer state it"
    if isinstance(published, list) and isinstance(files, list):
        missing, extra = set(files) - set(published), set(published) - set(files)
        parts = [f"not published: {', '.join(sorted(missing))}"] if missing else []
        parts += [f"only published: {', '.join(sorted(extra))}"] if extra else []
        return "; ".join(parts) or "the same values, in other numbers"
    if _folded(str(published)) == _folded(str(files)):
        return "only white space or letter case differs"
    return "the text was changed after it was published"


def _folded(text: str) -> str:
    return re.sub(r"\s+", " ", text).casefold()
