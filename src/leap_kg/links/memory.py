"""What mining remembers between runs, in one SQLite file: the files of each repository, and what was found in them.

A convenience, never the truth: without it every file is read again. What was found is kept by the content of the file
and the readers that read it, so an unchanged file is not even opened, and changed readers read everything anew.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pyoxigraph import NamedNode

from leap_kg.graph.database import Held, opened, transaction
from leap_kg.ingest.mapping.finding import Finding, Severity
from leap_kg.links.files import File
from leap_kg.links.mined import Mined
from leap_kg.links.signal import Place, Role, Signal

_LAYOUT = 1
HARVESTED = "harvested"
LOCAL = "local"


class Memory(Held):
    """The file at `path`; one process at a time. A damaged file is made anew."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def _open(self) -> sqlite3.Connection:
        return opened(self._path, _prepare)

    def found(self, file: File, readers: str) -> Mined | None:
        """What these readers found in a file of this content and path."""
        row = self._database.execute(
            "SELECT found FROM mined WHERE sha256 = ? AND path = ? AND readers = ?", (file.sha256, file.path, readers)
        ).fetchone()
        return _mined(json.loads(row[0])) if row else None

    def formerly(self, file: File) -> Mined | None:
        """What other readers found in a file of this content and path."""
        row = self._database.execute(
            "SELECT found FROM mined WHERE sha256 = ? AND path = ? ORDER BY readers LIMIT 1", (file.sha256, file.path)
        ).fetchone()
        return _mined(json.loads(row[0])) if row else None

    def remember(self, found: Iterable[tuple[File, str, Mined]]) -> None:
        """Keep what readers found, each with their version."""
        rows = [(file.sha256, file.path, readers, json.dumps(_plain(mined))) for file, readers, mined in found]
        with transaction(self._database):
            self._database.executemany("REPLACE INTO mined VALUES (?, ?, ?, ?)", rows)

    def repositories(self, origin: str) -> dict[str, list[File]]:
        """The files of each repository that came from there, by the repository's IRI."""
        found: dict[str, list[File]] = {}
        rows = self._database.execute(
            "SELECT repository, path, at, sha256, node FROM file WHERE origin = ? ORDER BY repository, path", (origin,)
        )
        for row in rows:
            found.setdefault(row[0], []).append(File(*row))
        return found

    def lacking(self) -> dict[str, Finding]:
        """What is wrong with repositories as a whole, by their IRIs."""
        rows = self._database.execute("SELECT repository, found FROM lacking ORDER BY repository")
        return {repository: _mined(json.loads(found)).findings[0] for repository, found in rows}

    def folders(self) -> dict[str, str]:
        """The folder that each checkout was mined from, by the repository's IRI, as far as it is known."""
        return dict(self._database.execute("SELECT repository, folder FROM checkout ORDER BY repository"))

    def settle(
        self,
        files: Mapping[str, Iterable[tuple[str, File]]],
        readers: Iterable[str],
        lacking: Mapping[str, Finding] | None = None,
        folders: Mapping[str, str] | None = None,
    ) -> None:
        """Make these all the files there are, by repository, each with its origin; forget what is in none of them, and
        what other readers than these have found, if these have read the file. `lacking` are the findings on
        repositories as a whole, `folders` those that checkouts were mined from.
        """
        rows = [
            (file.repository, origin, file.path, file.at, file.sha256, file.node)
            for listed in files.values()
            for origin, file in listed
        ]
        with transaction(self._database):
            self._database.execute("DELETE FROM lacking")
            told = [(iri, json.dumps(_plain(Mined((), (said,))))) for iri, said in (lacking or {}).items()]
            self._database.executemany("INSERT INTO lacking VALUES (?, ?)", told)
            self._database.execute("DELETE FROM checkout")
            self._database.executemany("INSERT INTO checkout VALUES (?, ?)", (folders or {}).items())
            self._database.execute("DELETE FROM file")
            self._database.executemany("INSERT INTO file VALUES (?, ?, ?, ?, ?, ?)", rows)
            self._database.execute(
                "DELETE FROM mined WHERE NOT EXISTS "
                "(SELECT 1 FROM file WHERE file.sha256 = mined.sha256 AND file.path = mined.path)"
            )
            now = "SELECT value FROM json_each(:now)"
            self._database.execute(
                f"DELETE FROM mined WHERE readers NOT IN ({now}) AND EXISTS (SELECT 1 FROM mined AS other WHERE "  # noqa: S608
                f"other.sha256 = mined.sha256 AND other.path = mined.path AND other.readers IN ({now}))",
                {"now": json.dumps(sorted(set(readers)))},
            )


def _prepare(database: sqlite3.Connection) -> None:
    database.execute(
        "CREATE TABLE IF NOT EXISTS lacking (repository TEXT PRIMARY KEY, found TEXT NOT NULL) WITHOUT ROWID"
    )
    database.execute(
        "CREATE TABLE IF NOT EXISTS checkout (repository TEXT PRIMARY KEY, folder TEXT NOT NULL) WITHOUT ROWID"
    )
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if version == _LAYOUT:
        return
    for table in ("file", "mined"):
        database.execute(f"DROP TABLE IF EXISTS {table}")
    database.execute(
        "CREATE TABLE file (repository TEXT NOT NULL, origin TEXT NOT NULL, path TEXT NOT NULL, at TEXT NOT NULL, "
        "sha256 TEXT NOT NULL, node TEXT NOT NULL, PRIMARY KEY (repository, path)) WITHOUT ROWID"
    )
    database.execute(
        "CREATE TABLE mined (sha256 TEXT NOT NULL, path TEXT NOT NULL, readers TEXT NOT NULL, found TEXT NOT NULL, "
        "PRIMARY KEY (sha256, path, readers)) WITHOUT ROWID"
    )
    database.execute(f"PRAGMA user_version = {_LAYOUT}")


def _plain(mined: Mined) -> dict[str, object]:
    return {
        "signals": [{**asdict(signal), "role": signal.role.value} for signal in mined.signals],
        "findings": [
            {
                "kind": f.kind, "severity": f.severity.value, "message": f.message, "hint": f.hint,
                "pointer": f.pointer, "value": f.value, "file": f.file, "focus": f.focus.value if f.focus else None,
            }
            for f in mined.findings
        ],
        "imports": list(mined.imports),
    }  # fmt: skip


def _mined(plain: dict[str, Any]) -> Mined:
    signals: list[Signal] = []
    for said in plain["signals"]:
        place, role = said.pop("place"), said.pop("role")
        signals.append(Signal(**said, role=Role(role), place=Place(**place)))
    findings: list[Finding] = []
    for said in plain["findings"]:
        focus, severity = said.pop("focus"), said.pop("severity")
        node = NamedNode(str(focus)) if focus else None
        findings.append(Finding(**said, severity=Severity(severity), focus=node))
    return Mined(tuple(signals), tuple(findings), tuple(plain.get("imports", ())))
