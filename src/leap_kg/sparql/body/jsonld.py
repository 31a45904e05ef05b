"""The guard of JSON-LD, before the parser of RDF sees it; and our own context in place of its address.

Hazards, measured on pyoxigraph 0.5.13: JSON nested 10,000 deep takes minutes or ends the process; so does a chain of
20,000 prefixes, each defined by the one before. A prefix of a megabyte, used 20,000 times in one node, is written
out 20,000 times before the first triple comes. A context with 10,000 terms is copied whole wherever another one is
added to it. No context is ever fetched: only ours may be named, all others must stand in the document.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn

from leap_kg.ontology.jsonld import context, context_iri
from leap_kg.sparql.body.limits import BodyLimits, BodyRefused, refused_at

MOST_WRITTEN = 2**27
"""Characters of a document when every name in it is written out; a bound on the memory of the parser."""
MOST_COPIED = 10_000_000
"""Terms of all contexts, times how often one of them is added to another: about a second of work."""
MOST_TERMS = 1000
MOST_DIGITS = 1000

_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"?+|(?P<open>[\[{])|(?P<close>[\]}])', re.DOTALL)


def check_json(data: bytes, limits: BodyLimits) -> None:
    """Raise `BodyRefused` if the brackets of a JSON text nest too deep (400) or it is too long (413)."""
    if len(data) > limits.json_bytes:
        raise BodyRefused(413, f"JSON-LD of more than {limits.json_bytes} bytes is not taken; send Turtle or N-Triples")
    depth = 0
    for token in _TOKEN.finditer(data):
        if token.lastgroup == "open":
            depth += 1
            if depth > limits.depth:
                raise refused_at(data, token.start(), f"nested deeper than {limits.depth}; flatten it with @id")
        elif token.lastgroup == "close":
            depth -= 1


def prepared_jsonld(data: bytes, base: str, limits: BodyLimits) -> bytes:
    """The document as the parser may have it; `base` begins the address of our context.

    Raises `BodyRefused`: 400 for what is no JSON, too deep, or names a context that is not in it; 413 for too much.
    """
    check_json(data, limits)
    try:
        document = json.loads(data, object_pairs_hook=_unique, parse_int=_integer, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise BodyRefused(400, f"is not JSON: {error.msg}", error.lineno, error.colno) from None
    except ValueError as error:
        raise BodyRefused(400, f"is not JSON: {error}") from None
    if not isinstance(document, dict | list):
        raise BodyRefused(400, "is not JSON-LD: a document is an object or a list of objects")
    _Measure(context_iri(base), limits).check(document)
    if context_iri(base).encode() not in data:
        return data
    return json.dumps(_with_ours(document, context_iri(base), context(base)["@context"])).encode()


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object; a key that stands twice would be read by one parser here and by the other there."""
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for number, (key, _) in enumerate(pairs) if any(key == other for other, _ in pairs[:number]))
        raise ValueError(f"the key {twice[:100]!r} stands twice in one object; keep one of the two")
    return found


def _integer(text: str) -> int:
    if len(text) > MOST_DIGITS:
        raise ValueError(f"a number has {len(text)} digits; write it as text")
    return int(text)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


class _Measure:
    """How large a document becomes when it is written out."""

    def __init__(self, ours: str, limits: BodyLimits) -> None:
        self._ours = ours
        self._limits = limits
        self._values = 0
        self._contexts = 0
        self._context_size = 0
        self._terms: set[str] = set()
        self._longest = 100  # our own context has no longer names
        self._is_scoped = False
        self._aliases = {"@id", "@graph"}

    def check(self, document: object) -> None:
        """Raise `BodyRefused` if it becomes too large."""
        found = list(_contexts(document))
        for each in found:
            self._take(each)
        longest = max(self._longest, self._longest_name(document))
        if self._values * longest > MOST_WRITTEN:
            raise BodyRefused(
                413, f"written out, {self._values} values with names of {longest} characters are too long; split it"
            )
        uses = self._values if self._is_scoped else len(found)
        if len(self._terms) * uses > MOST_COPIED:
            raise BodyRefused(413, "its contexts take too long to apply; write one context, at the top")

    def _take(self, found: object) -> None:
        self._contexts += 1
        if found == self._ours:
            return
        self._context_size += len(json.dumps(found))
        limits = self._limits
        if self._contexts > limits.contexts or self._context_size > limits.context_bytes:
            raise BodyRefused(
                413,
                f"its contexts are more than {limits.contexts}, or longer than {limits.context_bytes} characters; "
                "write one context, at the top",
            )
        self._inspect(found, inside=False)

    def _inspect(self, found: object, *, inside: bool) -> None:
        """Take in a context, a list of them, or the definition of a term (`inside`)."""
        if isinstance(found, list):
            for item in found:
                self._inspect(item, inside=inside)
        elif isinstance(found, str):
            self._name(found)
            if not inside and found != self._ours:
                raise BodyRefused(
                    400, f"the context {found[:200]!r} is not fetched; use {self._ours}, or write it into the document"
                )
        elif isinstance(found, dict):
            if "@import" in found:
                raise BodyRefused(400, "@import is not followed; write that context into the document")
            for key, value in found.items():
                if not inside:
                    self._terms.add(key)
                if len(self._terms) > MOST_TERMS:
                    raise BodyRefused(413, f"its contexts have more than {MOST_TERMS} terms; write fewer")
                self._name(key)
                if value == "@id" or (isinstance(value, dict) and value.get("@id") == "@id"):
                    self._aliases.add(key)
                if key == "@context":
                    self._is_scoped = True
                    self._inspect(value, inside=False)
                else:
                    self._inspect(value, inside=True)

    def _name(self, text: str) -> None:
        self._longest = max(self._longest, len(text))
        if len(text) > self._limits.iri:
            raise BodyRefused(400, f"a context holds a name of more than {self._limits.iri} characters; shorten it")

    def _longest_name(self, value: object) -> int:
        """The most characters of a key or of a node's name; counts all values on the way."""
        self._values += 1
        longest = 0
        if isinstance(value, list):
            for item in value:
                longest = max(longest, self._longest_name(item))
        elif isinstance(value, dict):
            for key, item in value.items():
                own = len(item) if key in self._aliases and isinstance(item, str) else 0
                longest = max(longest, len(key), own, self._longest_name(item))
        return longest


def _contexts(value: Any) -> Iterator[object]:  # noqa: ANN401 - JSON
    """The contexts of a document, not those inside contexts."""
    if isinstance(value, list):
        for item in value:
            yield from _contexts(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key == "@context":
                yield item
            else:
                yield from _contexts(item)


def _with_ours(value: Any, ours: str, definition: object) -> Any:  # noqa: ANN401 - JSON
    """The document with the definition in place of the address of our context."""
    if isinstance(value, list):
        return [_with_ours(item, ours, definition) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: _resolved(item, ours, definition) if key == "@context" else _with_ours(item, ours, definition)
        for key, item in value.items()
    }


def _resolved(found: Any, ours: str, definition: object) -> Any:  # noqa: ANN401 - JSON
    if isinstance(found, list):
        return [_resolved(item, ours, definition) for item in found]
    return definition if found == ours else _with_ours(found, ours, definition)
