"""Asks the hub who somebody is, and keeps what a browser holds in a form that only this service can read.

Hazard: a token of the hub acts for its owner everywhere on the hub. It must not reach an address, a log or a page; in a
cookie it is sealed with a key that follows from the service's own token, so a hub that gives out another ends all.
"""

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from cryptography.fernet import Fernet, InvalidToken
from jupyterhub.services.auth import HubOAuth
from tornado.web import HTTPError

from leap_kg.web.signin.member import KEPT_SECONDS

COOKIE_SECONDS = 12 * 3600
STATE_SECONDS = 600

_NEEDED = ("JUPYTERHUB_API_TOKEN", "JUPYTERHUB_API_URL", "JUPYTERHUB_CLIENT_ID", "JUPYTERHUB_SERVICE_PREFIX")
_LONGEST_NAME = 100


class HubAway(Exception):
    """The hub does not answer, or not as it should."""


class NotAllowed(Exception):
    """The hub knows them, and says that they may not use this service; or their name cannot be used."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom the hub knows a token to be of."""

    name: str
    groups: frozenset[str]


class Hub:
    """The hub whose managed service this process is."""

    def __init__(self, auth: HubOAuth) -> None:
        self._auth = auth
        key = hashlib.sha256(b"leap-kg cookie\0" + auth.api_token.encode()).digest()
        self._seal = Fernet(urlsafe_b64encode(key))
        self._key = key

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Self:
        """The hub that started this process; raises `ValueError` if none did."""
        if lacking := [name for name in _NEEDED if not environment.get(name)]:
            raise ValueError(
                f"LEAP_KG_SIGN_IN=jupyterhub is for a service that a JupyterHub starts, which sets {', '.join(lacking)}"
            )
        return cls(HubOAuth(cache_max_age=KEPT_SECONDS))

    @property
    def home(self) -> str:
        """The path of the hub's first page."""
        return f"{self._auth.hub_prefix}home"

    @property
    def logout(self) -> str:
        """The path where people sign out of the hub."""
        return f"{self._auth.hub_prefix}logout"

    async def who(self, token: str, session: str) -> Identity | None:
        """Whose token this is, by an answer of the hub that is a minute old at most; `None` if it is nobody's.

        `session` is the browser's on the hub: who signs out there has another one. Raises `HubAway`, `NotAllowed`.
        """
        try:
            model = await self._auth.user_for_token(token, session_id=session, sync=False)
            if model is None:
                return None
            if not self._auth.check_scopes(self._auth.access_scopes, model):
                raise NotAllowed("your account on the hub may not use this service")
            return identity_of(model)
        except (HTTPError, KeyError, TypeError, ValueError) as error:
            raise HubAway from error

    async def token_for(self, code: str) -> str:
        """The token that a sign-in ends with; raises `HubAway`, also for a code that the hub did not give."""
        try:
            return str(await self._auth.token_for_code(code, sync=False))
        except (HTTPError, KeyError, TypeError, ValueError) as error:
            raise HubAway from error

    def login(self, state: str) -> str:
        """The path on the hub where a sign-in begins."""
        return f"{self._auth.login_url}&state={state}"

    def sealed(self, *texts: str) -> str:
        """Texts that only this service can read again."""
        return self._seal.encrypt(json.dumps(texts).encode()).decode()

    def opened(self, text: str, seconds: int) -> list[str]:
        """The texts that were sealed at most so many seconds ago; none for anything else."""
        try:
            found = json.loads(self._seal.decrypt(text.encode("ascii", "replace"), ttl=seconds))
        except (InvalidToken, ValueError):
            return []
        return [str(each) for each in found]

    def form_secret(self, token: str) -> str:
        """What the forms of the owner of this token are sealed with; it does not lead back to the token."""
        return hmac.new(self._key, f"forms {token}".encode(), hashlib.sha256).hexdigest()


def identity_of(model: Mapping[str, Any]) -> Identity:
    """What the hub's answer says of a user or service; raises `NotAllowed` for a name that cannot sign a verdict."""
    name, groups = str(model["name"]), model.get("groups") or []
    if not name.strip(".") or len(name) > _LONGEST_NAME or not name.isprintable() or "/" in name:
        raise NotAllowed("your name on the hub cannot be used here: it needs printable letters, and no slash")
    return Identity(name, frozenset(str(each) for each in groups))
