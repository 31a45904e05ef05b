"""A request to write one graph: who sent it, what must hold, and how its triples get through the only door in."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from fastapi import Request
from pyoxigraph import NamedNode, Quad, Triple
from starlette.concurrency import run_in_threadpool

from leap_kg.graph.activity import Activity
from leap_kg.graph.publication.canonical import TooLong
from leap_kg.graph.publication.change import Publication
from leap_kg.graph.publish import Rejected, Writer, publishable
from leap_kg.graph.scopes import label_of, source_of
from leap_kg.graph.tokens import Token
from leap_kg.settings import Settings
from leap_kg.sparql.guard import Refused
from leap_kg.web.answers import site_of
from leap_kg.web.site import Site
from leap_kg.web.writing.access import require_graphs
from leap_kg.web.writing.answering import activity, title_of
from leap_kg.web.writing.bodies import received
from leap_kg.web.writing.preconditions import Precondition, exists
from leap_kg.web.writing.rdfbody import MAX_EXPANSION, Target, triples_of
from leap_kg.web.writing.screening import require_no_secrets


@dataclass(frozen=True, slots=True)
class GraphWriting:
    """One request to write one graph, by someone who may."""

    site: Site
    token: Token
    graph: NamedNode
    precondition: Precondition
    started: datetime

    @classmethod
    def of(cls, request: Request, token: Token, graph: NamedNode) -> "GraphWriting":
        """What the request asks for; raises `Denied` (403) if the token does not cover the graph."""
        site = site_of(request)
        require_graphs(token, [graph.value], site.settings.base)
        return cls(site, token, graph, Precondition.of(request), datetime.now(UTC))

    @property
    def settings(self) -> Settings:
        """The settings of the server."""
        return self.site.settings

    async def body(self, request: Request) -> list[Triple]:
        """The triples that the request carries."""
        bodies = await received(request, self.settings)
        target = Target(self.graph.value, self.settings.base, MAX_EXPANSION * self.settings.body_bytes)
        return await run_in_threadpool(triples_of, bodies, target)

    async def run(self, job: Callable[[Writer], Publication]) -> tuple[bool, Publication]:
        """Do this with the writer if the preconditions hold; also returns whether the graph existed before."""

        def checked(writer: Writer) -> tuple[bool, Publication]:
            self.check(writer)
            existed = exists(writer.store, self.graph)
            try:
                return existed, job(writer)
            except (Refused, Rejected):
                raise
            except TooLong as error:
                raise Refused(413, str(error)) from None
            except ValueError as error:  # what the store does not keep, such as texts with a direction
                raise Refused(400, str(error)) from None

        return await self.site.publishing.run(checked)

    def check(self, writer: Writer) -> None:
        """Raise `Refused` (412) if the preconditions do not hold."""
        self.precondition.require(writer.store, self.graph, self.settings.base)

    def replace(self, writer: Writer, triples: Sequence[Triple]) -> Publication:
        """Make these triples all that the graph says."""
        source, quads = source_of(self.settings.base, self.graph.value), self._quads(triples)
        if source is not None:
            require_no_secrets(writer, quads, self.settings.base)
            return writer.publish(source, quads, self._activity(writer))
        wanted = publishable(quads, self.graph)
        present = set(writer.store.quads_for_pattern(None, None, None, self.graph))
        return self.commit(writer, present - wanted, wanted - present)

    def extend(self, writer: Writer, triples: Sequence[Triple]) -> Publication:
        """Add these triples to the graph."""
        return self.commit(writer, (), self._quads(triples))

    def commit(self, writer: Writer, removed: Iterable[Quad], added: Collection[Quad]) -> Publication:
        """Take and add quads of the graph."""
        require_no_secrets(writer, added, self.settings.base)
        label = label_of(self.settings.base, self.graph.value)
        return writer.commit(label, removed, added, self._activity(writer))

    def _quads(self, triples: Sequence[Triple]) -> list[Quad]:
        return [Quad(t.subject, t.predicate, t.object, self.graph) for t in triples]

    def _activity(self, writer: Writer) -> Activity:
        return activity(self.token, title_of(writer, self.settings.base, self.graph), self.started)
