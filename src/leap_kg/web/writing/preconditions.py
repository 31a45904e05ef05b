"""If-Match and If-None-Match of requests to write a graph: nobody overwrites what they have not seen.

The validator of a graph is the revision that changed it last, so what is published elsewhere leaves it alone.
https://www.rfc-editor.org/rfc/rfc9110#section-13.1
"""

import re
from dataclasses import dataclass

from fastapi import Request
from pyoxigraph import NamedNode

from leap_kg.graph.engine import Engine
from leap_kg.graph.lookup import stands
from leap_kg.graph.publication.provenance import graph_revision
from leap_kg.sparql.guard import Refused

_TAG = re.compile(r'\s*"(\d{1,15})-[a-z]+"\s*')


def graph_tag(revision: int, form: str) -> str:
    """The strong validator of a graph that `revision` changed last, written in the format named `form`."""
    return f'"{revision}-{form}"'


def exists(store: Engine, graph: NamedNode) -> bool:
    """Whether the graph says anything; one that says nothing does not exist."""
    return stands(store, None, None, None, graph)


@dataclass(frozen=True, slots=True)
class Precondition:
    """What must hold for a request to be carried out: the revision its sender saw, and whether a graph exists.

    `seen` is `None` without If-Match and `()` if it names no revision of ours.
    """

    seen: tuple[int, ...] | None = None
    must_exist: bool = False
    must_not_exist: bool = False

    @classmethod
    def of(cls, request: Request) -> "Precondition":
        """The preconditions of a request; raises `Refused` (400) for an If-None-Match that a write cannot have."""
        match = ",".join(request.headers.getlist("if-match")).strip()
        none = ",".join(request.headers.getlist("if-none-match")).strip()
        if none not in ("", "*"):
            raise Refused(400, "a request to write can have `If-None-Match: *` only")
        seen = None
        if match not in ("", "*"):
            seen = tuple(int(found[1]) for tag in match.split(",") if (found := _TAG.fullmatch(tag)))
        return cls(seen, must_exist=match != "", must_not_exist=none == "*")

    def __bool__(self) -> bool:
        return self.must_exist or self.must_not_exist

    def require(self, store: Engine, graph: NamedNode, base: str) -> None:
        """Raise `Refused` (412) if the graph in the store is not as the sender thinks."""
        there = exists(store, graph) if self else False
        if self.must_not_exist and there:
            raise Refused(412, "this graph exists already")
        if self.must_exist and not there:
            raise Refused(412, "this graph does not exist any more")
        if self.seen is not None and graph_revision(store, graph, base) not in self.seen:
            raise Refused(412, "this graph has changed since you read it; read it again and repeat the change")
