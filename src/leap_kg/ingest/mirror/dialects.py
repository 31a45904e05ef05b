"""Recordings in the dialects that are in use, read into exchanges.

- Cassettes of VCR, in YAML or JSON: a list under `interactions` (Python) or `http_interactions` (Ruby, R), bodies as
  text, as `!!binary` or under `base64_string`, statuses as numbers or texts, under `code` or `status_code`.
- Fixtures of nock, as Octokit keeps them: a JSON list of `scope`, `method`, `path`, `response`, with `headers` or
  `rawHeaders`; binary and packed bodies in hexadecimal, data as JSON values.

Hazard: a recording is a file of strangers. It is bounded in size and depth, names no other file and no Python object,
and anything that is not as it should be is an error that names the place.
"""

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from leap_kg.ingest.mirror.exchange import Exchange, keys

MAX_BYTES = 64 * 2**20
_MAX_DEPTH = 64
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BINARY = "tag:yaml.org,2002:binary"
_PLAIN_TAGS = frozenset({"!", *(f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "null", "bool"))})


def read_exchanges(data: bytes) -> list[Exchange]:
    """The exchanges of a recording that can be asked for (GET and POST), in its order; raises `ValueError`."""
    if len(data) > MAX_BYTES:
        raise ValueError(f"is larger than {MAX_BYTES} bytes: split it")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"is not UTF-8 at byte offset {error.start}: save it as UTF-8") from None
    value = _json(text) if text.lstrip()[:1] in ("[", "{") else _yaml(text)
    if isinstance(value, dict):
        interactions = value.get("interactions", value.get("http_interactions"))
        if isinstance(interactions, list):
            return list(_each(interactions, _interaction))
    elif isinstance(value, list):
        return list(_each(value, _fixture))
    raise ValueError("is no recording: there is neither a list of interactions nor one of fixtures in it")


def _each(items: list[Any], read: Any) -> Iterator[Exchange]:  # noqa: ANN401 - one of the two readers below
    for number, item in enumerate(items, start=1):
        try:
            exchange = read(item)
            if exchange is not None:
                keys(exchange.url, exchange.data)
                yield exchange
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            reason = f"lacks {error}" if isinstance(error, KeyError) else str(error)
            raise ValueError(f"exchange {number} cannot be read: {reason[:200]}") from None


# --- VCR ----------------------------------------------------------------------------------------------


def _interaction(item: Any) -> Exchange | None:  # noqa: ANN401 - whatever the file holds
    request, response = item["request"], item["response"]
    method = str(request["method"]).upper()
    if method not in ("GET", "POST"):
        return None
    posted = _body(request.get("body")) if method == "POST" else None
    accept = _headers(request.get("headers")).get("accept", "*/*")
    body = _body(response.get("body", response.get("content")))
    return Exchange(
        _text(request.get("uri", request.get("url"))),
        accept,
        posted,
        _status(response),
        _headers(response.get("headers")),
        body,
    )


def _body(value: Any) -> bytes:  # noqa: ANN401 - whatever the file holds
    if value is None:
        return b""
    if isinstance(value, dict):
        if str(value.get("file", "no")).lower() not in ("no", "false", ""):
            raise ValueError("its body is in another file, which is not read: record it with the body inside")
        if "base64_string" in value:
            return _unbased(_text(value["base64_string"]))
        return _body(value.get("string"))
    return value if isinstance(value, bytes) else _text(value).encode()


def _status(response: Mapping[str, Any]) -> int:
    status = response.get("status", response.get("status_code"))
    if isinstance(status, dict):
        status = status.get("code", status.get("status_code"))
    number = int(status) if isinstance(status, int | str) else 0
    if not 100 <= number <= 599:
        raise ValueError("has no HTTP status")
    return number


def _headers(value: Any) -> dict[str, str]:  # noqa: ANN401 - whatever the file holds
    """Headers by name in lower case; of several with one name, joined as HTTP joins them."""
    found: dict[str, str] = {}
    for name, given in (value or {}).items():
        found[str(name).lower()] = ", ".join(map(_text, given if isinstance(given, list) else [given]))
    return found


# --- Octokit ------------------------------------------------------------------------------------------


def _fixture(item: Any) -> Exchange | None:  # noqa: ANN401 - whatever the file holds
    method = str(item["method"]).upper()
    if method not in ("GET", "POST"):
        return None
    raw = item.get("rawHeaders")
    pairs = dict(zip(raw[::2], raw[1::2], strict=True)) if isinstance(raw, list) else item.get("headers")
    headers, value = _headers(pairs), item["response"]
    if item.get("responseIsBinary") or ("content-encoding" in headers and isinstance(value, list)):
        body = bytes.fromhex("".join(value) if isinstance(value, list) else value)
    else:
        body = value.encode() if isinstance(value, str) else json.dumps(value, ensure_ascii=False).encode()
    given = item.get("body", "")
    posted = None if method == "GET" else (given if isinstance(given, str) else json.dumps(given)).encode()
    accept = _headers(item.get("reqheaders")).get("accept", "*/*")
    return Exchange(_text(item["scope"]) + _text(item["path"]), accept, posted, _status(item), headers, body)


# --- text to values -----------------------------------------------------------------------------------


def _text(value: Any) -> str:  # noqa: ANN401 - whatever the file holds
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, str | int | float):
        return str(value)
    raise ValueError(f"has {type(value).__name__} where a text is due")


def _unbased(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("holds a body in base64 that is none") from None


def _json(text: str) -> Any:  # noqa: ANN401 - whatever the file holds
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"is not JSON: {str(error)[:200]}") from None


def _yaml(text: str) -> Any:  # noqa: ANN401 - whatever the file holds
    """The value of one YAML document: texts, bytes, lists and mappings. Aliases share what they stand for."""
    root: list[Any] = []
    stack: list[Any] = [root]
    pending: list[Any] = [None]
    anchors: dict[str, Any] = {}
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            match event:
                case yaml.ScalarEvent():
                    value: Any = _scalar(event)
                case yaml.AliasEvent():
                    value = anchors[event.anchor or ""]
                case yaml.SequenceStartEvent() | yaml.MappingStartEvent():
                    value = [] if isinstance(event, yaml.SequenceStartEvent) else {}
                case yaml.CollectionEndEvent():
                    stack.pop()
                    pending.pop()
                    continue
                case _:
                    continue
            _put(stack[-1], pending, value)
            if isinstance(event, yaml.CollectionStartEvent):
                stack.append(value)
                pending.append(None)
                if len(stack) > _MAX_DEPTH:
                    raise ValueError(f"is nested more than {_MAX_DEPTH} deep")
            if anchor := getattr(event, "anchor", None):
                anchors[anchor] = value
    except KeyError as error:
        raise ValueError(f"has the alias {error} without its anchor") from None
    except yaml.YAMLError as error:
        raise ValueError(f"is not YAML: {' '.join(str(error).split())[:200]}") from None
    return next(iter(root), None)


def _put(parent: Any, pending: list[Any], value: Any) -> None:  # noqa: ANN401 - values under way
    """Add `value` to the list or mapping that is open; `pending[-1]` is the key whose value is due."""
    if isinstance(parent, list):
        parent.append(value)
    elif pending[-1] is None:
        if not isinstance(value, str):
            raise ValueError("has a key that is no text")
        pending[-1] = value
    else:
        parent[pending[-1]] = value
        pending[-1] = None


def _scalar(event: yaml.ScalarEvent) -> str | bytes | None:
    tag: str | None = event.tag
    if tag == _BINARY:
        return _unbased(event.value)
    if tag is not None and tag not in _PLAIN_TAGS:
        raise ValueError(f"has the tag {tag[:80]!r}, which is refused: record it as text")
    if event.implicit[0] and event.value in ("", "~", "null"):
        return None
    text: str = event.value
    return text
