"""SPARQL 1.1 Update over HTTP: what an update would change is worked out by a query process, then written as one patch.

The process only reads a snapshot and can be killed, so a heavy update delays nobody. If something was published in
between, the change is worked out again, with the writer held. Only graphs that the token covers can be in it.
https://www.w3.org/TR/sparql11-protocol/#update-operation
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from fastapi import APIRouter, Request, Response
from pyoxigraph import NamedNode, Store
from starlette.concurrency import run_in_threadpool

from leap_kg.graph.publish import Writer
from leap_kg.graph.scopes import default_graph, label_of, protected_graphs
from leap_kg.graph.snapshot import Snapshots
from leap_kg.graph.tokens import Token
from leap_kg.ontology.namespaces import prefixes
from leap_kg.sparql.guard import Refused
from leap_kg.sparql.update import Delta, UpdateOptions
from leap_kg.web.answers import site_of
from leap_kg.web.site import Site
from leap_kg.web.sparql.queryform import FORM, UPDATE, QueryRequest, media_type, read_body
from leap_kg.web.writing.access import require_graphs
from leap_kg.web.writing.answering import FAILURES, activity, done, failed
from leap_kg.web.writing.authorisation import authorised, client_name
from leap_kg.web.writing.bodies import received
from leap_kg.web.writing.readonly import REFUSAL
from leap_kg.web.writing.screening import require_no_secrets

router = APIRouter()

_SEVERAL = "update"


@router.post("/update", include_in_schema=False)
async def update(request: Request) -> Response:
    """An update, at an address that takes nothing else."""
    try:
        kind = media_type(request.headers.get("content-type", ""))
        if kind not in (FORM, UPDATE):
            raise Refused(415, f"send an update as {UPDATE}, or in a form as {FORM}, not as {kind or 'nothing'}")
        await authorised(request)
        (body,) = await received(request, site_of(request).settings)
        asked = await run_in_threadpool(lambda: read_body(request.scope["query_string"], kind, body.read()))
    except FAILURES as failure:
        return failed(request, failure)
    return await respond(request, asked)


async def respond(request: Request, asked: QueryRequest) -> Response:
    """Carry out an update that was asked for; 204, or why not."""
    try:
        if reason := request.scope.get(REFUSAL):
            raise Refused(403, reason.rstrip())
        token = await authorised(request)
        if asked.at is not None:
            raise Refused(400, "only the graph as it is now can be changed; leave out `at`")
        if asked.update is None:
            raise Refused(400, f"there is no update: give it as the parameter update, or as a body of type {UPDATE}")
        site = site_of(request)
        options = update_options(site, default_graph(site.settings.base).value, asked.using_graphs, asked.using_named)
        return done(204, await Update(site, token, client_name(request), asked.update, options).run())
    except FAILURES as failure:
        return failed(request, failure)


def update_options(
    site: Site, default: str, using_graphs: tuple[str, ...] = (), using_named: tuple[str, ...] = ()
) -> UpdateOptions:
    """How updates are read here; `default` is the graph for triples without one. Raises `Refused` (400)."""
    for graph in (*using_graphs, *using_named):
        try:
            NamedNode(graph)
        except ValueError:
            raise Refused(400, f"the graph {graph[:200]!r} is no absolute IRI") from None
    base = site.settings.base
    return UpdateOptions(
        base=base,
        default_graph=default,
        using_graphs=using_graphs,
        using_named=using_named,
        protected=tuple(graph.value for graph in protected_graphs(base)),
        prefixes=prefixes(base),
        scratch=str(_scratch(site)),
    )


@dataclass(frozen=True, slots=True)
class Update:
    """One update by the holder of a token.

    `only` is the graph that it must stay in, if there is one; `before` is called with the writer and may refuse.
    """

    site: Site
    token: Token
    client: str
    text: str
    options: UpdateOptions
    only: str | None = None
    before: Callable[[Writer], None] | None = None
    started: datetime = field(default_factory=lambda: datetime.now(UTC))

    async def run(self) -> int:
        """Carry it out; returns the revision that the graph has then. Raises what `FAILURES` lists."""
        number, directory = await run_in_threadpool(self._newest)
        async with self.site.working_out.turn():
            change = await self._change(directory)
        if not change and self.before is None:
            return number
        loop = asyncio.get_running_loop()
        return await self.site.publishing.run(lambda writer: self._written(writer, number, change, loop))

    def _written(self, writer: Writer, number: int, change: Delta, loop: asyncio.AbstractEventLoop) -> int:
        if self.before is not None:
            self.before(writer)
        if writer.revision != number:
            _, directory = self._newest()
            change = asyncio.run_coroutine_threadsafe(self._change(directory), loop).result()
        if not change:
            return writer.revision
        require_no_secrets(writer, change.added, self.site.settings.base)
        graphs = _graphs(change)
        base, label = self.site.settings.base, _SEVERAL
        if len(graphs) == 1:
            label = label_of(base, next(iter(graphs)))
        run = activity(self.token, f"Update by {self.token.name}", self.started)
        return writer.commit(label, change.removed, change.added, run).revision

    async def _change(self, directory: Path) -> Delta:
        """What it would change in this snapshot, if the token covers that."""
        seconds = self.site.settings.write_seconds
        data = await self.site.pool.update(
            directory, self.text, self.options.as_json(), seconds=seconds, client=self.client
        )
        change = await run_in_threadpool(Delta.from_bytes, data)
        graphs = _graphs(change)
        if self.only is not None and graphs - {self.only}:
            raise Refused(403, f"this update may change the graph <{self.only}> only; send it to /sparql instead")
        require_graphs(self.token, graphs, self.site.settings.base)
        return change

    def _newest(self) -> tuple[int, Path]:
        """The newest revision and its snapshot; an empty one before the first."""
        found = Snapshots(self.site.home).newest_directory()
        return found or (0, _empty(_scratch(self.site)))


def _graphs(change: Delta) -> set[str]:
    return {
        quad.graph_name.value for quad in (*change.removed, *change.added) if isinstance(quad.graph_name, NamedNode)
    }


def _scratch(site: Site) -> Path:
    """Where query processes may put copies of a snapshot: on its disk, where a copy is made of hard links."""
    folder = site.home.path / "scratch"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _empty(scratch: Path) -> Path:
    """A store that says nothing, made once; many may want it at once, and see it only when it is whole."""
    folder = scratch / "empty"
    if not folder.exists():
        with TemporaryDirectory(prefix="empty-", dir=scratch) as making:
            made = Path(making) / "store"
            Store(str(made)).flush()
            with suppress(OSError):  # another was quicker
                made.rename(folder)
    return folder
