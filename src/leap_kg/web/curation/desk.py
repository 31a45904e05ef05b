"""What a page needs to offer its forms to whoever is signed in as a curator."""

from dataclasses import dataclass
from typing import Self

from fastapi import Request

from leap_kg.graph.home import HomeError
from leap_kg.links.judged import Curator, stamp, verdicts_on
from leap_kg.web.answers import site_of
from leap_kg.web.curation.cookies import session_of
from leap_kg.web.curation.sessions import Session
from leap_kg.web.reading import Reading
from leap_kg.web.security import raw_path


@dataclass(frozen=True, slots=True)
class Mine:
    """What a form about one link carries and shows: the stamp of the link, and the curator's own word (`""`: none)."""

    stamp: str
    word: str


@dataclass(frozen=True, slots=True)
class Desk:
    """A signed-in curator on a page; `back` is the address of the page."""

    session: Session
    curator: Curator
    back: str
    reading: Reading

    @classmethod
    def of(cls, request: Request, reading: Reading) -> Self | None:
        """The desk of a request, `None` for whoever is not signed in."""
        try:
            session = session_of(request)
        except HomeError:  # then nobody is signed in, and pages are shown as to everybody
            session = None
        if session is None:
            return None
        query = request.scope["query_string"].decode("latin-1")
        back = f"{raw_path(request.scope)}{'?' if query else ''}{query}"
        return cls(session, curator_of(request, session), back, reading)

    @property
    def form_token(self) -> str:
        """What each form carries."""
        return self.session.form_token

    def on(self, link: str) -> Mine:
        """What a form about a link needs."""
        store, base = self.reading.snapshot.store, self.reading.base
        own = (each.word for each in verdicts_on(store, base, link) if each.curator == self.curator)
        return Mine(stamp(store, base, link), next(own, ""))


def curator_of(request: Request, session: Session) -> Curator:
    """Who speaks: by the name of the token."""
    return Curator.named(site_of(request).settings.base, session.token.name)
