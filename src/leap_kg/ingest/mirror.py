"""The mirror: answers URLs from local files, for air-gapped sites and for tests.

A mirror file is a YAML list of rules:

    - match: https://github\\.com/([^/]+)/([^/]+)/blob/[^/]+/(.+)
      file: feedstocks/\\1__\\2/\\3

`match` is a Python regular expression that has to match the WHOLE URL (`re.fullmatch`); end it in `.*`
to match a beginning. `file` is relative to the mirror file and may use `\\1` to `\\99`, `\\g<1>`,
`\\g<name>`, `\\g<0>` (the whole URL) and `\\\\`; all else in it is literal, and nothing is percent-decoded.
The URL is tried as asked; if no rule matches it so, as GitHub's raw form, then as its blob form. Of the
rules that match, the first whose file exists answers. Anything else is a 404, and no network is used.

Hazard: rules are the operator's, URLs are not. A group that brings `..`, a backslash, NUL or a leading
`/`, or that leads (by a link, say) out of the folder the template begins with, is refused. Patterns are
trusted: one that backtracks for ever on a crafted URL hangs, so prefer `[^/]+` to `.+`.
"""

import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from leap_kg.ingest.address import MAX_URL, blob_form, raw_form
from leap_kg.ingest.fetch import Body, Fetcher, FetchFailed, Limits
from leap_kg.ingest.yamltext import Document, Unreadable, read_yaml

_GROUP = re.compile(r"\\(?:([1-9][0-9]?)(?![0-9])|g<([^>]*)>|(\\))")


class MirrorFaulty(ValueError):
    """A mirror file that cannot be used; the text names the file, the item, its line and what is wrong."""


class _Escape(ValueError):
    """A group would lead out of the mirror."""


@dataclass(frozen=True, slots=True)
class Template:
    """A file name with holes: literal texts and, between them, groups (by number or name).

    `folder` is the directory that the file is relative to.
    """

    folder: Path
    parts: tuple[str, ...]
    groups: tuple[int | str, ...]

    @classmethod
    def parse(cls, text: str, folder: Path, pattern: re.Pattern[str]) -> "Template":
        """Read `text`; raises `ValueError` for a group `pattern` lacks or an escape that has no meaning."""
        parts, groups, at = [""], list[int | str](), 0
        for found in _GROUP.finditer(text):
            parts[-1] += _literal(text[at : found.start()])
            at = found.end()
            if found[3]:
                parts[-1] += "\\"
            else:
                groups.append(_group(found[1] or found[2], pattern))
                parts.append("")
        parts[-1] += _literal(text[at:])
        return cls(folder, tuple(parts), tuple(groups))

    def file(self, found: re.Match[str]) -> Path | None:
        """The existing file that `found` leads to, links resolved; raises `ValueError` on an escape."""
        values = [found[group] or "" for group in self.groups]
        if any(".." in value or "\\" in value or "\0" in value or value.startswith("/") for value in values):
            raise _Escape("a part of it would lead out of the mirror's folder")
        name = self.parts[0] + "".join(value + part for value, part in zip(values, self.parts[1:], strict=True))
        try:
            path = (self.folder / name).resolve()
            root = (self.folder / self._prefix()).resolve()
            mode = path.stat().st_mode
        except (OSError, RuntimeError, ValueError):
            # Absent, not to be entered, a name too long or not encodable, links in a circle.
            return None
        if not path.is_relative_to(root):
            raise _Escape(f"it leads out of the mirror's folder {root}")
        return path if stat.S_ISREG(mode) else None

    def _prefix(self) -> str:
        first = self.parts[0]
        return first[: first.rfind("/") + 1] if self.groups else first


def _literal(text: str) -> str:
    if "\\" in text:
        raise ValueError(r"`file` has a backslash that starts none of \1 to \99, \g<name> and \\")
    return text


def _group(name: str, pattern: re.Pattern[str]) -> int | str:
    if name.isascii() and name.isdigit() and len(name) < 4 and int(name) <= pattern.groups:
        return int(name)
    if name in pattern.groupindex:
        return name
    raise ValueError(f"`file` uses the group {name!r}, which `match` does not have")


@dataclass(frozen=True, slots=True)
class Rule:
    """URLs that match `match` as a whole are answered by the file that `file` names."""

    match: re.Pattern[str]
    file: Template


class MirrorFetcher(Fetcher):
    """Answers URLs by `rules`, never by the network; a URL without a file is missing, as on a 404."""

    def __init__(self, rules: Sequence[Rule], limits: Limits) -> None:
        self._rules = tuple(rules)
        self._limits = limits

    def fetch(self, url: str) -> Body:
        """The body of `url`; raises `FetchFailed`. `media_type` is None: a file says nothing of it."""
        if len(url) > MAX_URL:
            reason = f"is longer than {MAX_URL} characters: mend it where it is listed"
            raise FetchFailed(url, reason, "refused")
        for form in dict.fromkeys((url, raw_form(url), blob_form(url))):
            matches = [(rule, found) for rule in self._rules if (found := rule.match.fullmatch(form))]
            if matches:
                return self._answer(url, form, matches)
        reason = "no rule of the mirror matches it (404): add a rule, or mend the address"
        raise FetchFailed(url, reason, "missing", 404)

    def _answer(self, url: str, form: str, matches: list[tuple[Rule, re.Match[str]]]) -> Body:
        try:
            for rule, found in matches:
                if path := rule.file.file(found):
                    return Body.of(url, form, self._read(url, path), None)
        except _Escape as escape:
            raise FetchFailed(url, f"{escape}: mend the address where it is listed", "refused") from None
        reason = "the mirror has no file for it (404): add the file, or mend the address"
        raise FetchFailed(url, reason, "missing", 404)

    def _read(self, url: str, path: Path) -> bytes:
        cap = self._limits.body_bytes
        try:
            with path.open("rb") as file:
                data = file.read(cap + 1)
        except OSError as failure:
            reason = f"{path} cannot be read ({failure.strerror}): check its permissions"
            raise FetchFailed(url, reason, "unreachable") from None
        if len(data) > cap:
            reason = f"{path} is larger than {cap} bytes: shorten it, or raise the size limit"
            raise FetchFailed(url, reason, "too-large")
        return data


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
    for key in item.keys() - {"match", "file"}:
        raise ValueError(f"has the key {key!r}; only `match` and `file` have a meaning")
    match, file = item.get("match"), item.get("file")
    if not isinstance(match, str) or not isinstance(file, str) or not file:
        raise ValueError("needs a text under both `match` and `file`")
    try:
        pattern = re.compile(match)
    except re.error as failure:
        raise ValueError(f"`match` is not a regular expression: {failure}") from None
    return Rule(pattern, Template.parse(file, folder, pattern))
