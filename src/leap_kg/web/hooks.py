"""`/hooks/github`: GitHub reports that a repository changed; the next harvest looks.

Only a report that is signed with the secret counts, https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries.
Nothing is harvested here and nothing of the body is believed but which repository it names.

Hazard: anybody may post. The body is bounded in size and time before it is hashed, the signature is compared in
constant time, and answers do not tell whether a repository is known: they promise no more than that it is looked for.
"""

import asyncio
import hashlib
import hmac
import re
from datetime import UTC, datetime
from typing import Any

import structlog
from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse, Response

from leap_kg.graph.home import HomeError
from leap_kg.ingest.formats.jsonvalue import read_value
from leap_kg.ingest.formats.yamltext import Unreadable
from leap_kg.ingest.github.reported import Report, Reported
from leap_kg.ontology.identifiers import Refusal, github
from leap_kg.sparql.guard import Refused
from leap_kg.web.answers import site_of

log = structlog.get_logger(__name__)

router = APIRouter()

PATH = "/hooks/github"
MAX_BYTES = 8 * 2**20
_SECONDS = 15.0
_SIGNATURE = re.compile(r"sha256=([0-9a-fA-F]{64})", re.ASCII)
_DELIVERY = re.compile(r"[0-9A-Za-z-]{1,100}", re.ASCII)
# What can change what a source says of a repository.
_EVENTS = frozenset({"push", "release", "repository", "create", "delete", "public", "member", "workflow_run", "issues"})


@router.post(PATH, include_in_schema=False)
async def reported(request: Request) -> Response:
    """202 for a report that was written down, 200 for a ping and for what is known or of no concern."""
    try:
        return await _taken(request)
    except Refused as refusal:
        return _said(refusal.status, refusal.reason)
    except HomeError as error:
        log.warning("a report of GitHub could not be kept", reason=str(error))
        return _said(503, "the report cannot be kept at the moment; deliver it again later")


async def _taken(request: Request) -> Response:
    """The report written down; raises `Refused` and `HomeError`."""
    site = site_of(request)
    if not site.settings.webhook_secret:
        raise Refused(503, "this server takes no webhooks: LEAP_KG_GITHUB_WEBHOOK_SECRET is not set")
    body = await _body(request)
    _check(body, request.headers.get("x-hub-signature-256", ""), site.settings.webhook_secret)
    event, delivery = request.headers.get("x-github-event", ""), request.headers.get("x-github-delivery", "")
    if not _DELIVERY.fullmatch(delivery):
        raise Refused(400, "the header X-GitHub-Delivery is missing or no identifier")
    if event == "ping":
        return _said(200, "webhooks arrive here")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Refused(415, "choose application/json as the content type of the webhook")
    report = _report(event, body)
    if report is None:
        return _said(200, "nothing of this concerns the graph")
    digest = hashlib.sha256(body).hexdigest()
    new = await run_in_threadpool(Reported(site.home).note, report, delivery, digest)
    log.info("reported by GitHub", repository=report.name, github_event=event, new=new)
    if not new:
        return _said(200, "this was reported before")
    # Which sources there are is known where harvests run, not here.
    return _said(202, f"written down; the next harvest looks, if one of its sources takes {report.name}")


async def _body(request: Request) -> bytes:
    """The whole body; raises `Refused` for one that is too large or too slow."""
    length = request.headers.get("content-length", "")
    if length.isdecimal() and (len(length) > 12 or int(length) > MAX_BYTES):
        raise Refused(413, f"a report has at most {MAX_BYTES} bytes here")
    body = bytearray()
    try:
        async with asyncio.timeout(_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > MAX_BYTES:
                    raise Refused(413, f"a report has at most {MAX_BYTES} bytes here")
    except TimeoutError:
        raise Refused(408, f"the report did not arrive within {_SECONDS:g} s") from None
    except ClientDisconnect:
        raise Refused(400, "the report ended too early") from None
    return bytes(body)


def _check(body: bytes, header: str, secret: str) -> None:
    """Raises `Refused` unless the header is the body's signature."""
    expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    match = _SIGNATURE.fullmatch(header)
    # Compared in any case, so that a missing signature takes as long as a wrong one.
    given = match[1].lower() if match else "0" * 64
    if not hmac.compare_digest(expected, given):
        raise Refused(401, "the signature (X-Hub-Signature-256) is missing or not made with the secret of this server")


def _report(event: str, body: bytes) -> Report | None:
    """What an event says, `None` if it changes nothing here; raises `Refused` for what is no event."""
    try:
        said: Any = read_value(body, what="the report").value
    except Unreadable as problem:
        raise Refused(400, str(problem)) from None
    repository = said.get("repository") if isinstance(said, dict) else None
    if event not in _EVENTS or not isinstance(repository, dict) or repository.get("private") is True:
        return None
    number, name = repository.get("id"), repository.get("full_name")
    known = github.parse_repository(name) if isinstance(name, str) else Refusal("", "")
    if not isinstance(number, int) or isinstance(number, bool) or not 0 < number < 2**63 or isinstance(known, Refusal):
        raise Refused(400, "the report names no repository by id and full_name")
    if event == "push" and not _matters(said.get("ref"), repository.get("default_branch")):
        return None
    before = _before(said, known)
    return Report(number, known.display, event, datetime.now(UTC), before)


def _matters(ref: object, branch: object) -> bool:
    """Whether a push is one of the default branch or of a tag; others change nothing that is read."""
    return isinstance(ref, str) and (ref.startswith("refs/tags/") or ref == f"refs/heads/{branch}")


def _before(said: dict[str, Any], now: github.Repository) -> str:
    """The name that the repository had before it was renamed or given to another owner, `""` if it was not."""
    changes = said.get("changes")
    found: Any = changes if isinstance(changes, dict) else {}
    name, owner = now.name, now.owner
    for step in ("repository", "name", "from"):
        found = found.get(step) if isinstance(found, dict) else None
    if isinstance(found, str):
        name = found
    former: Any = changes.get("owner") if isinstance(changes, dict) else None
    former = former.get("from") if isinstance(former, dict) else None
    for kind in ("user", "organization"):
        account = former.get(kind) if isinstance(former, dict) else None
        if isinstance(account, dict) and isinstance(account.get("login"), str):
            owner = account["login"]
    before = github.parse_repository(f"https://github.com/{owner}/{name}")
    return "" if isinstance(before, Refusal) or before.key == now.key else before.display


def _said(status: int, text: str) -> Response:
    return PlainTextResponse(f"{text}\n", status, headers={"Cache-Control": "no-store"})
