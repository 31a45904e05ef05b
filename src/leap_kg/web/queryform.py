"""Reads a request to `/sparql` as the SPARQL 1.1 protocol has it, before anything of it is acted on.

https://www.w3.org/TR/sparql11-protocol/#query-operation. Hazard: a body is read up to a limit, never whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from fastapi import Request

from leap_kg.sparql.guard import Refused

_FORM = "application/x-www-form-urlencoded"
_QUERY = "application/sparql-query"
_UPDATE = "application/sparql-update"
# A query may have 64 KiB of UTF-8; percent-encoded that is three times as much, and there are parameters beside it.
_MAX_BODY = 256 * 1024
_MAX_FIELDS = 200


@dataclass(frozen=True, slots=True)
class QueryRequest:
    """What a client asks; `query` is `None` if it gave none, `form` the name of a format."""

    query: str | None
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    form: str | None = None


async def read(request: Request) -> QueryRequest:
    """The query of a request; raises `Refused` with 400, 403, 413 or 415."""
    pairs = _pairs(request.scope["query_string"])
    if request.method == "GET":
        return _asked(pairs)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == _UPDATE:
        raise Refused(403, "this endpoint only reads: send a query as application/sparql-query")
    if kind not in (_FORM, _QUERY):
        raise Refused(415, f"send a query as {_QUERY}, or in a form as {_FORM}, not as {kind or 'nothing'}")
    body = await _body(request)
    if kind == _FORM:
        return _asked([*(pair for pair in pairs if pair[0] != "query"), *_pairs(body)])
    if any(name == "query" for name, _ in pairs):
        raise Refused(400, "the query is given twice, in the address and in the body")
    return _asked([*pairs, ("query", _text(body))])


async def _body(request: Request) -> bytes:
    parts, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > _MAX_BODY:
            raise Refused(413, f"the request has more than the {_MAX_BODY} bytes that are read here")
        parts.append(chunk)
    return b"".join(parts)


def _asked(pairs: Sequence[tuple[str, str]]) -> QueryRequest:
    def given(name: str) -> tuple[str, ...]:
        return tuple(value for key, value in pairs if key == name)

    if given("update"):
        raise Refused(403, "this endpoint only reads: it answers queries, not updates")
    queries = given("query")
    if len(queries) > 1:
        raise Refused(400, "the query is given more than once")
    forms = given("format")
    return QueryRequest(
        query=queries[0] if queries else None,
        default_graphs=given("default-graph-uri"),
        named_graphs=given("named-graph-uri"),
        form=forms[-1] if forms and forms[-1] else None,
    )


def _pairs(encoded: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(encoded.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MAX_FIELDS)
    except UnicodeDecodeError:
        raise Refused(400, "the parameters are not percent-encoded UTF-8") from None
    except ValueError:
        raise Refused(400, f"there are more than {_MAX_FIELDS} parameters") from None


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused(400, f"the query is not UTF-8: {error.reason} at byte {error.start}") from None
