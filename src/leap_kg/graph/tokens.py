"""Tokens for writing from outside: who may write which graphs, until when.

A token is `leapkg_<id>_<secret>`; the secret has 256 bits of chance, so one SHA-256 of it is as good as a slow hash
of a password. Only that hash is kept, in `tokens.sqlite` of the home (mode 0600). Every check reads the file, so
a token that is revoked on the command line is refused by a running server with the next request.

Hazard: a token must not reach a log or a message. Nothing here puts more than its id into one.
"""

import contextlib
import hashlib
import hmac
import re
import secrets
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from leap_kg.graph.home import Home
from leap_kg.graph.scopes import covers, parse_scope
from leap_kg.graph.secretfile import secret_file

PREFIX = "leapkg_"
DEFAULT_LIFE = timedelta(days=90)

_TOKEN = re.compile(rf"{PREFIX}([0-9a-f]{{12}})_([A-Za-z0-9_-]{{43}})")
_SECRET_BYTES = 32
_NOBODY = hashlib.sha256(b"").hexdigest()
_NOTED_EVERY = timedelta(minutes=1)  # a write for each request would make readers wait for one another
_LONGEST_NAME = 100
_TABLE = """
CREATE TABLE IF NOT EXISTS token (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, hash TEXT NOT NULL, scopes TEXT NOT NULL,
    created TEXT NOT NULL, expires TEXT NOT NULL, revoked TEXT, used TEXT
) STRICT"""
_COLUMNS = "id, name, scopes, created, expires, revoked, used"


@dataclass(frozen=True, slots=True)
class Token:
    """What is known of a token, which is everything but its secret; all times are UTC."""

    id: str
    name: str
    scopes: tuple[str, ...]
    created: datetime
    expires: datetime
    revoked: datetime | None = None
    used: datetime | None = None

    def allows(self, scope: str) -> bool:
        """Whether it may do what this scope stands for."""
        return covers(self.scopes, scope)

    def is_valid(self, now: datetime) -> bool:
        """Whether it is neither revoked nor expired."""
        return self.revoked is None and now < self.expires


class Tokens:
    """The tokens of a home; any number of processes may use them at once."""

    def __init__(self, home: Home) -> None:
        self._path = home.path / "tokens.sqlite"

    def create(self, name: str, scopes: Iterable[str], life: timedelta = DEFAULT_LIFE) -> tuple[Token, str]:
        """A new token and its text, which cannot be had a second time.

        Raises `ValueError` for a name or scope that cannot be used and `HomeError` if the home cannot be written.
        """
        held = tuple(sorted({parse_scope(scope) for scope in scopes}))
        if not held:
            raise ValueError("a token needs at least one scope")
        if not name.strip() or len(name) > _LONGEST_NAME or not name.isprintable():
            raise ValueError(f"name the token in 1 to {_LONGEST_NAME} printable characters, by who or what uses it")
        if life <= timedelta(0):
            raise ValueError("a token must be valid for some time")
        now = _now()
        try:
            token = Token(secrets.token_hex(6), name.strip(), held, now, now + life)
        except OverflowError:
            raise ValueError("a token cannot be valid for so long") from None
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        with secret_file(self._path, _TABLE, create=True) as database:
            database.execute(
                "INSERT INTO token (id, name, hash, scopes, created, expires) VALUES (?, ?, ?, ?, ?, ?)",
                (token.id, token.name, _hash(secret), " ".join(held), _text(now), _text(token.expires)),
            )
        return token, f"{PREFIX}{token.id}_{secret}"

    def check(self, text: str) -> Token | None:
        """The token with this text if it is valid now, else `None`; notes that it was used."""
        found = _TOKEN.fullmatch(text)
        if found is None or not self._path.is_file():
            return None
        now = _now()
        with secret_file(self._path, _TABLE) as database:
            row = database.execute(f"SELECT hash, {_COLUMNS} FROM token WHERE id = ?", (found[1],)).fetchone()  # noqa: S608
            known = hmac.compare_digest(_hash(found[2]), row[0] if row else _NOBODY)
            token = _token(row[1:]) if row and known else None
            if token is None or not token.is_valid(now):
                return None
            if token.used is None or now - token.used > _NOTED_EVERY:
                # Whether the time can be noted must not decide whether the holder may write.
                with contextlib.suppress(sqlite3.OperationalError):
                    database.execute("UPDATE token SET used = ? WHERE id = ?", (_text(now), token.id))
        return token

    def valid(self, token_id: str) -> Token | None:
        """The token with this id if it is valid now: for whoever has checked its text before."""
        return next((token for token in self.all() if token.id == token_id and token.is_valid(_now())), None)

    def all(self) -> list[Token]:
        """All tokens, also those that are no longer valid, the newest first."""
        if not self._path.is_file():
            return []
        with secret_file(self._path, _TABLE) as database:
            rows = database.execute(f"SELECT {_COLUMNS} FROM token ORDER BY created DESC, id").fetchall()  # noqa: S608
        return [_token(row) for row in rows]

    def revoke(self, token_id: str) -> bool:
        """Make a token useless from now on; false if there is none with this id that is not revoked already."""
        if not self._path.is_file():
            return False
        with secret_file(self._path, _TABLE) as database:
            done = database.execute(
                "UPDATE token SET revoked = ? WHERE id = ? AND revoked IS NULL", (_text(_now()), token_id)
            )
            return done.rowcount == 1


def _token(row: tuple[str, str, str, str, str, str | None, str | None]) -> Token:
    identity, name, scopes, created, expires, revoked, used = row
    return Token(
        identity, name, tuple(scopes.split()), _moment(created), _moment(expires),
        _moment(revoked) if revoked else None, _moment(used) if used else None,
    )  # fmt: skip


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("ascii")).hexdigest()


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _text(moment: datetime) -> str:
    return moment.isoformat()


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
