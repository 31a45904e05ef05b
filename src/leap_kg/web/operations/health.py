"""`/health`, `/ready` and `/metrics`: for whoever runs the server.

`/health` says that the process answers; restart it if not. `/ready` says that it can do its work: a query goes through
the same workers as a visitor's; send it no requests if not. `/metrics` is for Prometheus.

Hazard: these are asked every few seconds, and by anybody. So they name no files; `/health` opens nothing; `/ready` asks
one query at a time and remembers the answer for a moment; `/metrics` is open to this machine alone, and others need
a token that may operate, for load, memory and versions help an attacker to choose the moment.
"""

import asyncio
import sqlite3
import time
from dataclasses import dataclass
from ipaddress import ip_address

import structlog
from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, PlainTextResponse

from leap_kg.graph.copies.replica import Status, read_status
from leap_kg.graph.home import HomeError
from leap_kg.graph.names import provenance_graph, whole_graph
from leap_kg.graph.remote.snapshot import served
from leap_kg.graph.scopes import OPERATE
from leap_kg.ontology.namespaces import ONTOLOGY_PATH
from leap_kg.sparql.query import QueryFailed, prepare
from leap_kg.web.answers import site_of
from leap_kg.web.operations.harvests import harvest_families
from leap_kg.web.operations.metrics import CONTENT_TYPE
from leap_kg.web.site import NoRevision, Site
from leap_kg.web.writing.access import Denied

router = APIRouter()
log = structlog.get_logger(__name__)

_REMEMBERED = 1.0
_QUERY_SECONDS = 5.0
_CLIENT = "/ready"
_PROXIED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether the server can do its work, since when this is known (monotonic seconds), and why not."""

    revision: int
    made: float
    reason: str = ""


class Prober:
    """Finds out whether one web process is ready; at most one query a second, however many ask."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._turn = asyncio.Lock()
        self._known: Readiness | None = None

    async def readiness(self) -> Readiness:
        """What is the case now, or was a moment ago."""
        async with self._turn:
            if self._known is None or time.monotonic() - self._known.made > _REMEMBERED:
                number, reason = await self._probe()
                self._known = Readiness(number, time.monotonic(), reason)
            return self._known

    async def _probe(self) -> tuple[int, str]:
        """The newest revision, and what is wrong, `""` for nothing."""
        site = self._site
        try:
            revision = await run_in_threadpool(site.revision)
            answered = await self._ask(revision.number)
            committed = site.log.header(revision.number).at.timestamp()
            status = read_status(site.home)
            await run_in_threadpool(self._search)
        except NoRevision:
            return 0, "nothing is published yet"
        except QueryFailed as failure:
            return revision.number, f"a query failed: {failure.reason}"
        except sqlite3.Error as error:
            log.error("not ready", reason=str(error))  # noqa: TRY400 - the reason says it; where it arose does not
            return revision.number, "the search index cannot be read; see the log"
        except (HomeError, OSError, RuntimeError) as error:
            log.error("not ready", reason=str(error))  # noqa: TRY400 - the reason says it; where it arose does not
            return 0, "the newest snapshot cannot be opened; see the log"
        if not answered:
            return revision.number, f"the workers' snapshot is not revision {revision.number}"
        return revision.number, self._too_old(time.time() - committed, status)

    def _search(self) -> None:
        """Look something up in the index."""
        if not self._site.home.index.is_file():
            raise sqlite3.OperationalError(f"{self._site.home.index} is gone")
        with self._site.search() as index:
            index.find("graph", limit=1)

    async def _ask(self, number: int) -> bool:
        """Whether a worker reads this revision, in the way of a visitor's query."""
        site, base = self._site, self._site.settings.base
        text = (
            f"ASK {{ GRAPH <{provenance_graph(base).value}> "
            f"{{ <{whole_graph(base).value}> <{base}{ONTOLOGY_PATH}revision> {number} }} }}"
        )
        query = prepare(text, requested="json", seconds=_QUERY_SECONDS)
        directory = site.revision().reading.snapshot.directory
        answer = await site.pool.run(directory, query, _CLIENT)
        return b"true" in answer.body

    def _too_old(self, age: float, status: Status | None) -> str:
        settings = self._site.settings
        if age > settings.ready_age:
            return f"the newest revision is {age:.0f} s old, more than LEAP_KG_READY_AGE"
        if status is not None and (lag := status.lag(time.time())) > settings.ready_lag:
            reason = "; it cannot follow, see the log" if status.fault else ""
            return f"the replica is {lag:.0f} s behind its source, more than LEAP_KG_READY_LAG{reason}"
        return ""


@router.get("/health")
def health(request: Request) -> JSONResponse:
    """That the server answers, and which revision it serves; 0 if nothing was published yet."""
    site = site_of(request)
    number = served(site.home).newest()
    told: dict[str, object] = {"status": "ok" if number else "empty", "revision": number}
    if (status := _replica(site)) is not None:
        lag = status.lag(time.time())
        told["replica"] = {
            "behind": status.behind,
            "lag_seconds": round(lag, 1) if lag < float("inf") else None,
            "source_seen_seconds": round(time.time() - status.seen, 1) if status.seen else None,
            "following": not status.fault,
        }
    return JSONResponse(told, headers={"Cache-Control": "no-store"})


@router.get("/ready", include_in_schema=False)
async def ready(request: Request) -> JSONResponse:
    """Whether the server can do its work: 200, or 503 with the reason."""
    found = await prober_of(request).readiness()
    body = {"ready": not found.reason, "revision": found.revision}
    if found.reason:
        body["reason"] = found.reason  # type: ignore[assignment]
    return JSONResponse(body, 503 if found.reason else 200, headers={"Cache-Control": "no-store"})


@router.get("/metrics", include_in_schema=False)
async def metrics(request: Request) -> Response:
    """The counts of all web processes, for Prometheus."""
    try:
        await _require_operator(request)
    except Denied as denied:
        return PlainTextResponse(f"{denied.reason}\n", denied.status, headers=denied.headers)
    site = site_of(request)
    body = await run_in_threadpool(lambda: site.metrics.text(_facts(site), harvest_families(site.home)))
    return Response(body, media_type=CONTENT_TYPE, headers={"Cache-Control": "no-store"})


def prober_of(request: Request) -> Prober:
    """The prober of this web process."""
    state = request.app.state
    if not hasattr(state, "prober"):
        state.prober = Prober(site_of(request))
    prober: Prober = state.prober
    return prober


async def _require_operator(request: Request) -> None:
    """Raise `Denied` unless the request comes from this machine itself, or carries a token that may operate."""
    header = request.headers.get("authorization")
    client = request.client.host if request.client else ""
    if header is None and is_local(client) and not any(name in request.headers for name in _PROXIED):
        return
    if header is None:
        reason = f"reading the metrics from another machine needs a token with the scope {OPERATE}"
        raise Denied(401, reason, {"WWW-Authenticate": "Bearer"})
    token = await run_in_threadpool(site_of(request).authorisation.token, header, client)
    if not token.allows(OPERATE):
        raise Denied(403, f"reading the metrics needs a token with the scope {OPERATE}")


def is_local(address: str) -> bool:
    """Whether an address is this machine's own loopback."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(parsed, "ipv4_mapped", None)
    return bool((mapped or parsed).is_loopback)


def _facts(site: Site) -> dict[str, tuple[str, float]]:
    """What every web process would say alike: the state of the home."""
    number = served(site.home).newest()
    facts = {"leap_kg_revision": ("The newest revision, which is the number of publications.", float(number))}
    if number:
        try:
            age = time.time() - site.log.header(number).at.timestamp()
            facts["leap_kg_revision_age_seconds"] = ("Time since the newest revision was made.", max(age, 0.0))
        except HomeError:
            pass  # the log is damaged; `leap_kg_revision` is still right
    if (status := _replica(site)) is not None:
        facts |= {
            "leap_kg_replica_lag_seconds": (
                "Time since the replica had all that its source has.",
                status.lag(time.time()),
            ),
            "leap_kg_replica_behind_revisions": (
                "Revisions of the source that are missing here.",
                float(status.behind),
            ),
            "leap_kg_replica_fault": ("1 if the replica cannot follow its source.", float(bool(status.fault))),
        }
    return facts


def _replica(site: Site) -> Status | None:
    try:
        return read_status(site.home)
    except HomeError as error:
        return Status("", fault=str(error))
