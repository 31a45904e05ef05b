"""Mirror files: the rules by which URLs are answered.

Hazard: patterns are trusted. One that backtracks for ever on a crafted URL hangs, so prefer `[^/]+` to `.+`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from leap_kg.ingest.formats.yamltext import Document, Unreadable, read_yaml
from leap_kg.ingest.mirror.template import Template


class MirrorFaulty(ValueError):
    """A mirror file that cannot be used; the text names the file, the item, its line and what is wrong."""


@dataclass(frozen=True, slots=True)
class Rule:
    """URLs that match `match` as a whole are answered by the file that `file` names, or by what is `recorded` in it."""

    match: re.Pattern[str]
    file: Template
    recorded: bool = False


def read_mirror(path: Path) -> tuple[Rule, ...]:
    """The rules of a mirror file; raises `MirrorFaulty`."""
    try:
        document = read_yaml(path.read_bytes(), what=str(path))
    except OSError as failure:
        raise MirrorFaulty(f"{path} cannot be read ({failure.strerror}): name a mirror file that exists") from None
    except Unreadable as failure:
        raise MirrorFaulty(str(failure)) from None
    return tuple(_rules(path, document))


def _rules(path: Path, document: Document) -> Iterator[Rule]:
    if not isinstance(document.value, list):
        raise MirrorFaulty(f"{path} is not a list: write one `- match: …` with its `file: …` for each rule")
    for place, line in document.duplicate_keys:
        raise MirrorFaulty(f"{path}, line {line}: item {_number(place)}: the key {place[-1]!r} stands twice")
    for index, item in enumerate(document.value):
        try:
            yield _rule(item, path.parent)
        except (ValueError, OverflowError, RecursionError) as failure:
            raise MirrorFaulty(f"{path}, line {document.lines[index,]}: item {index + 1}: {failure}") from None


def _number(place: Sequence[str | int]) -> int:
    return int(place[0]) + 1


def _rule(item: object, folder: Path) -> Rule:
    if not isinstance(item, dict):
        raise ValueError("is not a pair of `match: REGEX` and `file: TEMPLATE`")
    for key in item.keys() - {"match", "file", "recording"}:
        raise ValueError(f"has the key {key!r}; only `match`, `file` and `recording` have a meaning")
    if "file" in item and "recording" in item:
        raise ValueError("has both `file` and `recording`; make two rules of it")
    kind = "recording" if "recording" in item else "file"
    match, name = item.get("match"), item.get(kind)
    if not isinstance(match, str) or not isinstance(name, str) or not name:
        raise ValueError(f"needs a text under both `match` and `{kind}`")
    try:
        pattern = re.compile(match)
    except re.error as failure:
        raise ValueError(f"`match` is not a regular expression: {failure}") from None
    try:
        return Rule(pattern, Template.parse(name, folder, pattern), kind == "recording")
    except ValueError as failure:
        raise ValueError(f"`{kind}` {failure}") from None
