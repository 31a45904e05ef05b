"""What fetching remembers between runs: validators of what was fetched, and how its hosts want to be treated.

One SQLite file beside the raw store, which holds the bodies. Nothing depends on it: if it is lost, everything is
asked for once more. It holds no secret: an address with a secret in it is not remembered at all, since hiding the
secret would make different addresses one.
"""

import fcntl
import json
import os
import sqlite3
import threading
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from leap_kg.graph.database import opened
from leap_kg.graph.home import HomeError, unwritable
from leap_kg.ingest.http.asking import Ask
from leap_kg.redaction import redact

_VERSION = 1
# One transaction: a process killed in the middle leaves an empty file, not a half-made one.
_SCHEMA = f"""
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS fetch (
    url TEXT NOT NULL, accept TEXT NOT NULL, final_url TEXT NOT NULL, etag TEXT NOT NULL, last_modified TEXT NOT NULL,
    sha256 TEXT NOT NULL, media_type TEXT, headers TEXT NOT NULL, status INTEGER NOT NULL, fetched_at TEXT NOT NULL,
    PRIMARY KEY (url, accept));
CREATE TABLE IF NOT EXISTS host (host TEXT PRIMARY KEY, manners TEXT NOT NULL);
PRAGMA user_version = {_VERSION};
COMMIT;
"""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What was fetched: where it was found, its validators (`""` where there is none), and the hash of its body.

    `status` and `fetched_at` (ISO 8601) are those of the last answer, 304 if the body had not changed.
    """

    final_url: str
    etag: str
    last_modified: str
    sha256: str
    media_type: str | None
    headers: Mapping[str, str]
    status: int
    fetched_at: str


class FetchStore:
    """The file `path`, made again if it is damaged; a context manager, safe across threads and processes.

    With `readonly` it must exist, and nothing on disk changes. Raises `HomeError` if it cannot be used.
    """

    def __init__(self, path: Path, readonly: bool = False) -> None:
        self._path = path
        self.readonly = readonly
        self._lock = threading.Lock()

    def __enter__(self) -> "FetchStore":
        self._claims = _lockable(self._path.with_suffix(".lock"), make=not self.readonly)
        try:
            self._database = self._opened()
        except sqlite3.Error as error:
            self._let_go()
            raise self._unusable(error) from None
        return self

    def _opened(self) -> sqlite3.Connection:
        if not self.readonly:
            return opened(self._path, _prepare, any_thread=True)
        # A file that nobody writes has no log beside it, and reading it must not make one.
        still = not self._path.with_name(f"{self._path.name}-wal").exists()
        uri = f"{self._path.resolve().as_uri()}?mode=ro{'&immutable=1' if still else ''}"
        database = sqlite3.connect(uri, uri=True, check_same_thread=False)
        try:
            _check(database)
        except BaseException:
            database.close()
            raise
        return database

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()
        self._let_go()

    def _let_go(self) -> None:
        if self._claims is not None:
            os.close(self._claims)

    @contextmanager
    def claimed(self, host: str) -> Iterator[None]:
        """Be the only process that asks this host; within a process, one thread at a time has to see to it itself."""
        if self._claims is None:
            yield
            return
        # One byte of the file stands for each host; two that share one only wait for each other.
        place = zlib.crc32(host.encode())
        fcntl.lockf(self._claims, fcntl.LOCK_EX, 1, place)
        try:
            yield
        finally:
            fcntl.lockf(self._claims, fcntl.LOCK_UN, 1, place)

    def fetched(self, ask: Ask) -> Fetched | None:
        """What is remembered of it; `None` if it was never fetched, has no validators or cannot be remembered."""
        if not memorable(ask):
            return None
        row = self._row(
            "SELECT final_url, etag, last_modified, sha256, media_type, headers, status, fetched_at FROM fetch "
            "WHERE url = ? AND accept = ?",
            (ask.url, ask.accept),
        )
        if row is None:
            return None
        try:
            final_url, etag, last_modified, sha256, media_type, headers, status, moment = row
            return Fetched(final_url, etag, last_modified, sha256, media_type, json.loads(headers), int(status), moment)
        except (ValueError, TypeError) as error:
            raise self._unusable(error) from None

    def remember(self, ask: Ask, fetched: Fetched) -> None:
        """Put it in the place of what was remembered; nothing of what has a secret in its address."""
        if memorable(ask):
            headers = json.dumps(dict(fetched.headers), sort_keys=True)
            self._write(
                "INSERT OR REPLACE INTO fetch VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    ask.url,
                    ask.accept,
                    fetched.final_url,
                    fetched.etag,
                    fetched.last_modified,
                    fetched.sha256,
                    fetched.media_type,
                    headers,
                    fetched.status,
                    fetched.fetched_at,
                ),
            )

    def manners(self, host: str) -> str | None:
        """How the host wants to be treated, as it was put; `None` if nothing is known."""
        row = self._row("SELECT manners FROM host WHERE host = ?", (host,))
        return str(row[0]) if row else None

    def put_manners(self, host: str, manners: str) -> None:
        """Remember how the host wants to be treated."""
        self._write("INSERT OR REPLACE INTO host VALUES (?, ?)", (host, manners))

    def _row(self, query: str, values: tuple[str, ...]) -> tuple[str, ...] | None:
        try:
            with self._lock:
                row: tuple[str, ...] | None = self._database.execute(query, values).fetchone()
                return row
        except sqlite3.Error as error:
            raise self._unusable(error) from None

    def _write(self, statement: str, values: tuple[str | int | None, ...]) -> None:
        if self.readonly:
            return
        try:
            with self._lock:
                self._database.execute(statement, values)
        except sqlite3.Error as error:
            raise self._unusable(error) from None

    def _unusable(self, error: Exception) -> HomeError:
        remedy = "delete it, and the next harvest asks for everything once more"
        return HomeError(f"{self._path} cannot be used ({error}); make room there, or {remedy}")


def _prepare(database: sqlite3.Connection) -> None:
    # What the last moments before a power cut told is no loss.
    database.execute("PRAGMA synchronous = NORMAL")
    if database.execute("SELECT count(*) FROM sqlite_master").fetchone() != (0,):
        _check(database)
    database.executescript(_SCHEMA)


def _check(database: sqlite3.Connection) -> None:
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if version != _VERSION:
        raise sqlite3.DatabaseError(f"it is of version {version}, not {_VERSION}")


def _lockable(path: Path, *, make: bool) -> int | None:
    """The file whose bytes are claimed; `None` if there is none, and none is to be made."""
    try:
        return os.open(path, os.O_RDWR | os.O_CLOEXEC | (os.O_CREAT if make else 0), 0o666)
    except OSError as error:
        if not make:
            return None
        raise unwritable(path, error) from None


def memorable(ask: Ask) -> bool:
    """Whether it may be remembered: a whole body, not posted for, in whose address nothing had to be hidden.

    The later pages that one address gives come by the order they are asked in, and have no validators to go by.
    """
    return ask.data is None and not ask.first and not ask.turn and redact(ask.url) == ask.url
