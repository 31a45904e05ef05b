"""A member of the hub, and what the groups there allow.

Hazard: rights follow from groups alone, and only for the request at hand. Whoever came by a cookie may curate by forms,
which carry a token of their own, and write in no other way: a browser sends cookies along with anything.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from starlette.requests import Request

from leap_kg.graph.scopes import ADMIN, CURATE
from leap_kg.graph.tokens import Token
from leap_kg.hub.declared.members import SCOPES
from leap_kg.ontology.iri import digest
from leap_kg.web.curation.sessions import Session

KEPT_SECONDS = 60
"""How long an answer of the hub counts: who leaves a group loses what it allowed within this time."""

_KEY = "leap_kg.member"


@dataclass(frozen=True, slots=True)
class Member:
    """Someone the hub knows, and how they came: `secret` is what forms are sealed with, `""` where none may be shown.

    `by_cookie` is false for whoever sent a token of the hub. `home` and `logout` are pages of the hub.
    """

    name: str
    groups: frozenset[str]
    by_cookie: bool
    home: str
    logout: str
    secret: str = field(default="", repr=False)

    @property
    def token(self) -> Token:
        """What they may do, as a token of ours says it."""
        now = datetime.now(UTC)
        scopes = tuple(sorted(SCOPES[group] for group in self.groups & SCOPES.keys()))
        return Token(f"hub-{digest(self.name)}", self.name, scopes, now, now + timedelta(seconds=KEPT_SECONDS))

    @property
    def session(self) -> Session | None:
        """The session for forms of curators, `None` if they are none or came in another way."""
        token = self.token
        return Session(token, self.secret) if self.secret and token.allows(CURATE) else None

    @property
    def asking(self) -> Session | None:
        """The session for forms that ask for data, which every member may, `None` if they came in another way."""
        return Session(self.token, self.secret) if self.secret else None

    @property
    def role(self) -> str:
        """What they are here, in a word; `""` for those who may read."""
        return next((word for scope, word in ((ADMIN, "admin"), (CURATE, "curator")) if self.token.allows(scope)), "")

    def enter(self, request: Request) -> None:
        """Let the request be theirs."""
        request.scope[_KEY] = self


def member_of(request: Request) -> Member | None:
    """Whose request it is, `None` where no hub says who anybody is."""
    found: Member | None = request.scope.get(_KEY)
    return found
