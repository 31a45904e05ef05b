"""Refuses a query or update that could fetch, write where it must not or crash the engine, before a parser sees it.

Hazard: pyoxigraph overflows its stack on deep nesting, plans hundreds of joins in cubic time and sends HTTP
requests for `SERVICE` and `LOAD`. What passes may still be slow or large: the worker pool's deadline and memory
limit hold then.

What the default limits let through needs less than 4 MiB of stack in pyoxigraph 0.5.13; a worker has 128 MiB.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from leap_kg.sparql.measure import Counts, Forbidden, Limits, Refused, ServiceWatch
from leap_kg.sparql.nesting import Nesting
from leap_kg.sparql.text import guarded
from leap_kg.sparql.tokens import Kind, LexicalError, Token, tokenize
from leap_kg.sparql.update.operations import Request
from leap_kg.sparql.update.reading import UPDATE_LIMITS, UpdateLimits, read_request

__all__ = [
    "DEFAULT",
    "UPDATE_LIMITS",
    "Limits",
    "QueryForm",
    "Refused",
    "UpdateLimits",
    "Verdict",
    "check",
    "inspect",
    "inspect_update",
]


class QueryForm(Enum):
    """The four forms of a query; two answer with rows or a truth value, two with a graph."""

    SELECT = "SELECT"
    ASK = "ASK"
    CONSTRUCT = "CONSTRUCT"
    DESCRIBE = "DESCRIBE"

    @property
    def is_graph(self) -> bool:
        """Whether the answer is a graph."""
        return self in (QueryForm.CONSTRUCT, QueryForm.DESCRIBE)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the guard read: the form, and whether the query chooses its dataset itself (`FROM`)."""

    form: QueryForm
    own_dataset: bool


DEFAULT = Limits()


def check(text: str, limits: Limits = DEFAULT) -> QueryForm:
    """The form of a query that may run; raises `Refused` with status 400, 403 or 413."""
    return inspect(text, limits).form


def inspect(text: str, limits: Limits = DEFAULT) -> Verdict:
    """As `check`, and says more: see `Verdict`. Time is linear in the length of `text`."""
    return guarded(text, "the query", limits.bytes, lambda form: _read(form, limits))


def inspect_update(text: str, limits: UpdateLimits = UPDATE_LIMITS) -> Request:
    """The operations of an update that may run; raises `Refused` with status 400, 403 (SERVICE, LOAD) or 413."""
    return read_request(text, limits)


def _read(text: str, limits: Limits) -> Verdict:
    tokens = tokenize(text)
    form = _prologue(tokens)
    nesting, counts, service = Nesting(limits.depth), Counts(limits), ServiceWatch()
    own_dataset = False
    for token in tokens:
        nesting.read(token)
        counts.read(token, nesting)
        service.read(token)
        if token.kind is Kind.WORD:
            own_dataset |= nesting.is_outermost and token.text.upper() == "FROM"
            _refuse_write(token)
    nesting.finish()
    return Verdict(form, own_dataset)


_FORMS = {form.value: form for form in QueryForm}
_PROLOGUE = frozenset({"BASE", "PREFIX", "VERSION"})
_WRITES = frozenset(["INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH"])


def _prologue(tokens: Iterator[Token]) -> QueryForm:
    """Read BASE, PREFIX and VERSION up to the word that names the form."""
    for token in tokens:
        word = token.text.upper()
        if token.kind in (Kind.IRI, Kind.NAME, Kind.STRING) or word in _PROLOGUE:
            continue
        if word in _FORMS:
            return _FORMS[word]
        _refuse_write(token)
        raise LexicalError(token.offset, "a query begins with SELECT, ASK, CONSTRUCT or DESCRIBE")
    raise LexicalError(0, "the query is empty: write SELECT, ASK, CONSTRUCT or DESCRIBE")


def _refuse_write(token: Token) -> None:
    if token.kind is Kind.WORD and token.text.upper() in _WRITES:
        word = token.text.upper()
        if word == "LOAD":
            reason = "LOAD is an update: a query only reads, and nothing is fetched here; send the data itself"
            raise Forbidden(token.offset, reason)
        raise Forbidden(token.offset, f"{word} is an update: a query only reads; send it as an update, with a token")
