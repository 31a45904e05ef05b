"""Which commit a copy of a repository's files is of, where a mirror has the copy and the copy says so.

A harvest that asks no API knows a file by its branch, which moves. A mirror answers from copies, and beside the files
of a repository `_snapshot.json` may name it and the commit that they were taken at, as `repo` and `commit`.

Hazard: a copy may have been changed since. A commit is believed of a file only if what was harvested is the copy, byte
for byte; and whoever writes the mirror is trusted, as in harvesting.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from pathlib import Path

from leap_kg.ingest.http.address import blob_form, raw_form
from leap_kg.ingest.mirror import Rule
from leap_kg.ingest.mirror.template import Escape
from leap_kg.ontology.identifiers import github

SNAPSHOT = "_snapshot.json"
_COMMIT = re.compile(r"[0-9a-f]{40}", re.ASCII)
_LONGEST = 2**16


class Mirrored:
    """The commits of the copies that the rules of a mirror name; each `_snapshot.json` is read once."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = rules
        self._read: dict[Path, tuple[str, str]] = {}

    def commit(self, place: github.File, url: str, sha256: str) -> str:
        """The commit that has this content at a place that was asked for by its URL; `""` where nobody says so."""
        copy = self._copy(url)
        if copy is None or not copy.as_posix().endswith(f"/{place.path}"):
            return ""
        folder = Path(copy.as_posix().removesuffix(f"/{place.path}"))
        if folder not in self._read:
            self._read[folder] = _snapshot(folder / SNAPSHOT)
        repository, commit = self._read[folder]
        return commit if repository == place.repository.key and _digest(copy) == sha256 else ""

    def _copy(self, url: str) -> Path | None:
        """The file that answers a URL, as in harvesting."""
        for form in dict.fromkeys((url, raw_form(url), blob_form(url))):
            matches = [(rule, found) for rule in self._rules if (found := rule.match.fullmatch(form))]
            for rule, found in matches:
                try:
                    if not rule.recorded and (path := rule.file.file(found)) is not None:
                        return path
                except Escape:
                    return None
            if matches:
                return None
        return None


def _snapshot(file: Path) -> tuple[str, str]:
    """Repository, in lower case, and commit; empty where the file does not say both."""
    try:
        with file.open("rb") as opened:
            said = json.loads(opened.read(_LONGEST))
    except (OSError, ValueError, RecursionError):
        return "", ""
    repository, commit = (said.get("repo"), said.get("commit")) if isinstance(said, dict) else (None, None)
    if not isinstance(repository, str) or not isinstance(commit, str) or not _COMMIT.fullmatch(commit):
        return "", ""
    return repository.lower(), commit


def _digest(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError:
        return ""
