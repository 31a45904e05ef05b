"""Templates: names of files with holes that parts of a URL fill.

Hazard: templates are the operator's, URLs are not. A group that brings `..`, a backslash, NUL or a leading
`/`, or that leads (by a link, say) out of the folder the template begins with, is refused.
"""

import re
import stat
from dataclasses import dataclass
from pathlib import Path

_GROUP = re.compile(r"\\(?:([1-9][0-9]?)(?![0-9])|g<([^>]*)>|(\\))")
_SUFFIXES = frozenset({".yaml", ".yml", ".json"})
_MOST_FILES = 10_000


class Escape(ValueError):
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
        """The existing file that `found` leads to, links resolved; raises `Escape`."""
        there = self._there(found)
        return there[0] if there and stat.S_ISREG(there[1]) else None

    def files(self, found: re.Match[str]) -> list[Path]:
        """The existing file that `found` leads to, or all YAML and JSON below the folder it leads to, in order."""
        there = self._there(found)
        if there is None:
            return []
        path, mode = there
        if stat.S_ISREG(mode):
            return [path]
        if not stat.S_ISDIR(mode):
            return []
        below = sorted(file for file in path.rglob("*") if file.suffix in _SUFFIXES and file.is_file())
        if len(below) > _MOST_FILES:
            raise Escape(f"{path} has more than {_MOST_FILES} recordings, so name a smaller folder")
        return [file for file in below if file.resolve().is_relative_to(path)]

    def _there(self, found: re.Match[str]) -> tuple[Path, int] | None:
        values = [found[group] or "" for group in self.groups]
        if any(".." in value or "\\" in value or "\0" in value or value.startswith("/") for value in values):
            raise Escape("a part of it would lead out of the mirror's folder")
        name = self.parts[0] + "".join(value + part for value, part in zip(values, self.parts[1:], strict=True))
        try:
            path = (self.folder / name).resolve()
            root = (self.folder / self._prefix()).resolve()
            mode = path.stat().st_mode
        except (OSError, RuntimeError, ValueError):
            # Absent, not to be entered, a name too long or not encodable, links in a circle.
            return None
        if not path.is_relative_to(root):
            raise Escape(f"it leads out of the mirror's folder {root}")
        return path, mode

    def _prefix(self) -> str:
        first = self.parts[0]
        return first[: first.rfind("/") + 1] if self.groups else first


def _literal(text: str) -> str:
    if "\\" in text:
        raise ValueError(r"has a backslash that starts none of \1 to \99, \g<name> and \\")
    return text


def _group(name: str, pattern: re.Pattern[str]) -> int | str:
    if name.isascii() and name.isdigit() and len(name) < 4 and int(name) <= pattern.groups:
        return int(name)
    if name in pattern.groupindex:
        return name
    raise ValueError(f"uses the group {name!r}, which `match` does not have")
