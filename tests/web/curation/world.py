"""A platform with links of all kinds to decide, and a curator who has a browser."""

import re
from dataclasses import dataclass, field
from pathlib import Path

import requests

from leap_kg.graph.home import Home
from leap_kg.graph.tokens import Tokens
from leap_kg.ontology.iri import path_of
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.links.test_verdicts import Desk
from tests.links.worlds import commit
from tests.web.platform import followed
from tests.web.server import Server

MARKUP = '"><script>alert(1)</script>{{ 7*7 }}'
README = """# Code

See https://doi.org/10.5555/data.7 and https://doi.org/10.5555/paper.1, and the <b>preprint</b> https://arxiv.org/abs/2306.08754

- the store gs://leap/ocean.zarr <img src=x onerror=alert(1)>
- the stores gs://leap/land-2021.zarr and gs://leap/land-2020.zarr
- the store https://nyu1.osn.mghpcc.org/leap/gotm.zarr
- the software https://doi.org/10.5281/zenodo.9
"""


def fill(folder: Path) -> Home:
    """A home with links, mined."""
    desk = Desk(folder)
    (desk.folder / "README.md").write_text(README)
    commit(desk.folder)
    desk.mine(desk.folder)
    return followed(desk.home)


@dataclass
class Curator:
    """Someone with a token and a browser that keeps cookies; `form` is what their pages put into forms."""

    server: Server
    token: str
    session: requests.Session = field(default_factory=requests.Session)
    form: str = ""

    def __post_init__(self) -> None:
        self.session.trust_env = False

    def get(self, path: str, **headers: str) -> requests.Response:
        """A page."""
        sent = {"Accept": "text/html", **headers}
        return self.session.get(self.server.origin + path, headers=sent, timeout=60, allow_redirects=False)

    def post(self, path: str, fields: dict[str, str] | bytes, **headers: str) -> requests.Response:
        """A form; header names have `_` for `-`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {"Accept": "text/html", "Content-Type": "application/x-www-form-urlencoded", **named}
        return self.session.post(
            self.server.origin + path, data=fields, headers=sent, timeout=60, allow_redirects=False
        )

    def sign_in(self, **headers: str) -> requests.Response:
        """Give the token; on success remember what forms carry."""
        answer = self.post("/curation/sign-in", {"token": self.token, "back": "/curation"}, **headers)
        if answer.status_code == 303:
            found = re.search(r'name="form" value="([0-9a-f]{64})"', self.get("/curation").text)
            assert found, "the queue has no form of this session"
            self.form = found[1]
        return answer

    def seen(self, link: str) -> str:
        """The stamp in the form of the page of a link."""
        page = self.get(path_of(BASE, link)).text
        found = re.search(r'name="seen" value="([0-9a-f]{12})"', page)
        return found[1] if found else ""

    def say(self, link: str, word: str, why: str = "", **more: str) -> requests.Response:
        """Send a verdict as a page does, having looked at the link."""
        fields = {"form": self.form, "link": link, "word": word, "why": why, "seen": self.seen(link), **more}
        return self.post("/curation/verdict", fields)


def curator(server: Server, home: Home, name: str = "kim", *scopes: str) -> Curator:
    """A new curator, not signed in."""
    return Curator(server, Tokens(home).create(name, scopes or ("curate",))[1])
