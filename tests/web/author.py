"""Helpers of the tests that write over HTTP: tokens, and requests that carry one."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

import requests
from pyoxigraph import NamedNode, Quad

from leap_kg.graph.home import Home
from leap_kg.graph.log.patch import PatchLog
from leap_kg.graph.snapshot import Snapshots
from leap_kg.graph.tokens import Tokens
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.web.server import Server

ONE = f"{BASE}graph/source/one"
TURTLE = "text/turtle"
PERSON = f'<{BASE}person/github/ada> a <http://xmlns.com/foaf/0.1/Person> ; <http://xmlns.com/foaf/0.1/name> "Ada" .'


def token(home: Path, *scopes: str) -> str:
    """The text of a new token."""
    return Tokens(Home(home)).create("test", scopes or ("admin",))[1]


@dataclass(frozen=True)
class Author:
    """Someone who writes to a server with a token (`""` for none)."""

    server: Server
    token: str

    def ask(
        self, method: str, path: str, body: str | bytes = "", kind: str = TURTLE, **headers: str
    ) -> requests.Response:
        """A request with a body; header names have `_` for `-`."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        data = body.encode() if isinstance(body, str) else body
        if kind:
            sent["Content-Type"] = kind
        return self.server.ask(method, path, "*/*", data=data, headers=sent)

    def put(self, graph: str, body: str | bytes, kind: str = TURTLE, **headers: str) -> requests.Response:
        """Replace a graph."""
        return self.ask("PUT", at(graph), body, kind, **headers)

    def update(self, text: str, **headers: str) -> requests.Response:
        """Send an update."""
        return self.ask("POST", "/sparql", text, "application/sparql-update", **headers)


def with_own_connection(author: Author) -> Author:
    """The same author, for another thread."""
    session = requests.Session()
    session.trust_env = False
    return Author(replace(author.server, session=session), author.token)


def at(graph: str) -> str:
    """The address of a graph."""
    return "/graph-store?graph=" + quote(graph, safe="")


def graph(home: Path, iri: str) -> set[str]:
    """What the newest snapshot says in a graph, as triples in N-Triples."""
    snapshot = Snapshots(Home(home)).current()
    assert snapshot is not None
    quads = snapshot.store.quads_for_pattern(None, None, None, NamedNode(iri))
    return {f"{quad.subject} {quad.predicate} {quad.object}" for quad in quads}


def logged(home: Path) -> list[tuple[str, set[Quad]]]:
    """The label of each patch and what it added outside the graph of runs."""
    log = PatchLog(Home(home).log)
    return [(log.header(number).source, set(_said(log.read(number).added))) for number in log.files()]


def _said(quads: Iterable[Quad]) -> Iterable[Quad]:
    return (quad for quad in quads if quad.graph_name != NamedNode(f"{BASE}graph/prov"))
