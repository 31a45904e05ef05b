"""Sessions: who signed in with a token, until when, in a file that all web processes share.

A session is a secret of 256 bits of chance that only the browser has; `sessions.sqlite` (mode 0600) keeps its SHA-256,
the id of the token, and its end. The token is looked up with every request, so revoking it ends its sessions at once.

Hazard: neither a secret nor a token must reach an address, a log or a page. The token of a form is made of the secret
by a keyed hash that does not lead back.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from leap_kg.graph.home import Home
from leap_kg.graph.scopes import CURATE
from leap_kg.graph.secretfile import secret_file
from leap_kg.graph.tokens import Token, Tokens

LIFE = timedelta(hours=12)
MOST = 20
"""Sessions of one token; the oldest end first."""

_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
_TABLE = """
CREATE TABLE IF NOT EXISTS session (
    hash TEXT PRIMARY KEY, token TEXT NOT NULL, expires TEXT NOT NULL
) STRICT"""


@dataclass(frozen=True, slots=True)
class Session:
    """Someone who is signed in: the token they gave, and the secret of their browser."""

    token: Token
    secret: str = field(repr=False)

    @property
    def form_token(self) -> str:
        """What every form of theirs carries, so that no other site can make one."""
        return hmac.new(self.secret.encode(), b"leap-kg form", hashlib.sha256).hexdigest()

    def made(self, form_token: str) -> bool:
        """Whether a form with this was made for this session."""
        return hmac.compare_digest(self.form_token.encode(), form_token.encode("utf-8", "replace"))


class Sessions:
    """The sessions of a home; any number of processes may use them at once."""

    def __init__(self, home: Home) -> None:
        self._path = home.path / "sessions.sqlite"
        self._tokens = Tokens(home)

    def open(self, token: Token) -> Session:
        """A new session; raises `HomeError` if it cannot be kept."""
        secret, now = secrets.token_urlsafe(32), datetime.now(UTC)
        with secret_file(self._path, _TABLE, create=True) as database:
            database.execute("DELETE FROM session WHERE expires <= ?", (now.isoformat(),))
            ends = min(now + LIFE, token.expires)
            database.execute("INSERT INTO session VALUES (?, ?, ?)", (_hash(secret), token.id, ends.isoformat()))
            database.execute(
                "DELETE FROM session WHERE token = ? AND hash NOT IN "
                "(SELECT hash FROM session WHERE token = ? ORDER BY expires DESC, rowid DESC LIMIT ?)",
                (token.id, token.id, MOST),
            )
        return Session(token, secret)

    def find(self, secret: str, scopes: tuple[str, ...] = (CURATE,)) -> Session | None:
        """The session of this secret, if it goes on and its token still has one of the scopes."""
        if not _SECRET.fullmatch(secret) or not self._path.is_file():
            return None
        with secret_file(self._path, _TABLE) as database:
            row = database.execute("SELECT token, expires FROM session WHERE hash = ?", (_hash(secret),)).fetchone()
        if row is None or datetime.fromisoformat(row[1]) <= datetime.now(UTC):
            return None
        token = self._tokens.valid(row[0])
        return Session(token, secret) if token is not None and any(map(token.allows, scopes)) else None

    def end(self, secret: str) -> None:
        """Forget a session."""
        if self._path.is_file():
            with secret_file(self._path, _TABLE) as database:
                database.execute("DELETE FROM session WHERE hash = ?", (_hash(secret),))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
