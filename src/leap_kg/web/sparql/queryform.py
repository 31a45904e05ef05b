"""Reads a request to a SPARQL endpoint as the SPARQL 1.1 protocol has it, before anything of it is acted on.

https://www.w3.org/TR/sparql11-protocol/#query-operation. Hazard: a body is read up to a limit, never whole.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote_plus

from starlette.requests import ClientDisconnect

from leap_kg.sparql.guard import Refused

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"
# A query may have 64 KiB of UTF-8; percent-encoded that is three times as much, and there are parameters beside it.
MAX_BODY = 256 * 1024
_MAX_FIELDS = 200
_CHARSET = re.compile(r';\s*charset\s*=\s*"?([^\s";]+)', re.IGNORECASE)
_YES = frozenset({"yes", "true", "1"})
_NO = frozenset({"", "no", "false", "0"})


@dataclass(frozen=True, slots=True)
class QueryRequest:
    """What a client asks.

    `query` is `None` if it gave none, and so is `update`; a request has one of them at most. `form` is the name of a
    format, `truncate` asks for the beginning of a result that is too large, `at` is the moment that is asked about.
    """

    query: str | None
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    form: str | None = None
    truncate: bool = False
    at: str | None = None
    update: str | None = None
    using_graphs: tuple[str, ...] = ()
    using_named: tuple[str, ...] = ()


def read(query_string: bytes) -> QueryRequest:
    """The query of a request without a body; raises `Refused` with 400."""
    asked = _asked(_pairs(query_string))
    if asked.update is not None:
        raise Refused(400, "an update is sent by POST")
    return asked


def media_type(content_type: str) -> str:
    """The media type that a header names, in lower case; raises `Refused` with 415 for text that is not UTF-8."""
    kind, _, parameters = content_type.partition(";")
    charset = _CHARSET.search(f";{parameters}")
    if charset and charset[1].lower() not in ("utf-8", "utf8", "us-ascii"):
        raise Refused(415, f"send text as UTF-8, not as {charset[1][:40]}")
    return kind.strip().lower()


def read_body(query_string: bytes, kind: str, body: bytes) -> QueryRequest:
    """The query or update of a request with a body of the media type `kind`; raises `Refused` with 400 or 415."""
    pairs = _pairs(query_string)
    if kind == FORM:
        return _asked([*(pair for pair in pairs if pair[0] not in ("query", "update")), *_pairs(body)])
    if kind not in (QUERY, UPDATE):
        raise Refused(415, f"send a query as {QUERY}, or in a form as {FORM}, not as {kind or 'nothing'}")
    if any(name in ("query", "update") for name, _ in pairs):
        raise Refused(400, "what is asked is given twice, in the address and in the body")
    return _asked([*pairs, ("query" if kind == QUERY else "update", _text(body))])


async def collect(chunks: AsyncIterator[bytes], seconds: float, most: int = MAX_BODY) -> bytes:
    """A body as far as it may go; raises `Refused`: 400 (cut off), 408 (too slow), 413 (too large)."""
    parts, size = [], 0
    try:
        async with asyncio.timeout(seconds):
            async for chunk in chunks:
                size += len(chunk)
                if size > most:
                    raise Refused(413, f"the request has more than the {most} bytes that are read here")
                parts.append(chunk)
    except TimeoutError:
        raise Refused(408, f"the body did not arrive within {seconds:g} s") from None
    except ClientDisconnect:
        raise Refused(400, "the body ended too early") from None
    return b"".join(parts)


def _asked(pairs: Sequence[tuple[str, str]]) -> QueryRequest:
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        given.setdefault(name, []).append(value)
    queries, updates = given.get("query", ()), given.get("update", ())
    if len(queries) + len(updates) > 1:
        raise Refused(400, "what is asked is given more than once: give one query or one update")
    if updates and ("default-graph-uri" in given or "named-graph-uri" in given):
        raise Refused(400, "an update names its dataset with using-graph-uri and using-named-graph-uri")
    forms, moments = given.get("format", [""]), {value for value in given.get("at", ()) if value}
    if len(moments) > 1:
        raise Refused(400, "at is given more than once; give one moment")
    return QueryRequest(
        query=queries[0] if queries else None,
        default_graphs=tuple(given.get("default-graph-uri", ())),
        named_graphs=tuple(given.get("named-graph-uri", ())),
        form=forms[-1] or None,
        truncate=_truth("truncate", given.get("truncate", [""])[-1]),
        at=next(iter(moments), None),
        update=updates[0] if updates else None,
        using_graphs=tuple(given.get("using-graph-uri", ())),
        using_named=tuple(given.get("using-named-graph-uri", ())),
    )


def _truth(name: str, value: str) -> bool:
    if value.lower() in _YES:
        return True
    if value.lower() in _NO:
        return False
    raise Refused(400, f"{name} is yes or no, not {value[:40]!r}")


def _pairs(encoded: bytes) -> list[tuple[str, str]]:
    if encoded.startswith(b"query=") and b"&" not in encoded:
        with suppress(UnicodeDecodeError):  # what is wrong is said below
            # Most requests are one query and no more, and splitting takes longer than the rest.
            return [("query", unquote_plus(encoded[6:].decode("ascii"), errors="strict"))]
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
        raise Refused(400, f"the text is not UTF-8: {error.reason} at byte {error.start}") from None
