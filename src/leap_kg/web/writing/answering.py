"""What every answer to a request to write has in common: how it fails, and what it says of the run that it was.

Hazard: an error text is for the sender; what went wrong with files and processes of ours is for the log.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import uuid4

from pyoxigraph import Literal, NamedNode
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from leap_kg.graph.activity import Activity
from leap_kg.graph.lookup import looked_up
from leap_kg.graph.names import provenance_graph
from leap_kg.graph.publish import Rejected, Writer
from leap_kg.graph.tokens import Token
from leap_kg.ontology.namespaces import DCT
from leap_kg.ontology.shapes import Violation
from leap_kg.sparql.accept import best
from leap_kg.sparql.guard import Refused
from leap_kg.sparql.query import QueryFailed
from leap_kg.web.writing.access import Denied
from leap_kg.web.writing.publishing import Busy

Failure = Refused | QueryFailed | Busy | Rejected
FAILURES = (Refused, QueryFailed, Busy, Rejected)
"""What a request to write can fail with, for `failed`."""

_MOST_VIOLATIONS = 1000
_RETRY = 5


def failed(request: Request, failure: Failure) -> Response:
    """The answer to a request that changed nothing."""
    if isinstance(failure, Rejected):
        return _report(request, failure.violations)
    headers = {}
    if isinstance(failure, Busy):
        status, reason, headers["Retry-After"] = 503, failure.reason, str(failure.retry_after)
    else:
        status, reason = failure.status, failure.reason
        if isinstance(failure, Denied):
            headers = failure.headers
        elif isinstance(failure, QueryFailed) and status in (429, 503):
            headers["Retry-After"] = str(failure.retry_after or _RETRY)
    return PlainTextResponse(f"{reason}\n", status_code=status, headers=headers)


def _report(request: Request, violations: Sequence[Violation]) -> Response:
    """422: every breach of a shape with its node and what to mend."""
    shown = violations[:_MOST_VIOLATIONS]
    headline = f"{len(violations)} breaches of the shapes; nothing was written"
    accepts = ",".join(request.headers.getlist("accept"))
    if best(accepts, ["application/json", "text/plain"]) == "text/plain":
        lines = [headline, *(f"{each}" for each in shown)]
        return PlainTextResponse("\n".join(lines) + "\n", status_code=422)
    found = [
        {"node": each.focus, "message": each.message, "property": each.path, "value": each.value} for each in shown
    ]
    return JSONResponse({"error": headline, "violations": found}, status_code=422)


def activity(token: Token, title: str, started: datetime) -> Activity:
    """The run that a request is, named after its token."""
    return Activity(run=f"http/{token.id}/{uuid4().hex}", title=title, started=started, ended=datetime.now(UTC))


def title_of(writer: Writer, base: str, graph: NamedNode) -> str:
    """What a graph is called: as it was, so that a request does not rename a source; a new one by its IRI."""
    titles = looked_up(writer.store, graph, DCT("title"), None, provenance_graph(base))
    known = next((quad.object.value for quad in titles if isinstance(quad.object, Literal)), None)
    return known or graph.value.removeprefix(f"{base}graph/source/")


def done(status: int, revision: int, text: str = "", **headers: str) -> Response:
    """The answer to a request that was carried out: the graph is at `revision` now."""
    named = {"Leap-Revision": str(revision), **{name.replace("_", "-"): value for name, value in headers.items()}}
    return Response(text or None, status_code=status, media_type="text/plain" if text else None, headers=named)
