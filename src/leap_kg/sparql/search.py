"""Full text in SPARQL: `?dataset leap:search "ocean heat"` finds what the search index finds.

The statement is taken out of the query before the engine sees it, and the hits are put in its place as VALUES. Forms:

    ?d leap:search "ocean heat" .            the best hits, at most 10,000
    ?d leap:search ("ocean heat" 20) .       at most 20
    (?d ?rank) leap:search "ocean heat" .    with the place of each hit, 1 for the best

Hazard: words and IRIs come from outside. The words reach the index as a bound value, the IRIs reach the query
through the engine's own writer of terms; nothing else is put into the text. The index is that of the newest revision.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from pyoxigraph import NamedNode

from leap_kg.graph.index.search import SearchIndex
from leap_kg.sparql.guard import Refused
from leap_kg.sparql.tokens import Kind, LexicalError, Token, TokenError, tokenize

MOST_HITS = 10_000
MOST_SEARCHES = 8

_HOW = 'write ?node leap:search "words" as a statement of its own, or with a limit: ?node leap:search ("words" 20)'
_ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f"}
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_OBJECTS = frozenset({Kind.STRING, Kind.VARIABLE})
_SUBJECTS = frozenset({Kind.VARIABLE, Kind.CLOSE, Kind.SEPARATOR, Kind.IRI, Kind.NAME})


class Search(NamedTuple):
    """One search: the part of the text it stands in, what it binds, and what it asks.

    `rank` is `""` without one; `again` is what follows the hits: the subject, where its description goes on.
    """

    start: int
    end: int
    node: str
    rank: str
    words: str
    limit: int
    again: str


def find(text: str, predicate: str) -> tuple[Search, ...]:
    """The searches in a query that passed the guard; `predicate` is the IRI of `leap:search`.

    Raises `Refused` (400) for one whose words are not constant, or that stands where it cannot be answered.
    """
    local = re.split(r"[#/]", predicate)[-1]
    if local not in text:
        return ()
    try:
        found = tuple(_searches(list(tokenize(text)), predicate))
    except LexicalError as error:
        raise Refused(400, error.within(text)) from None
    except _Unanswerable as error:
        raise Refused(400, error.within(text)) from None
    if len(found) > MOST_SEARCHES:
        raise Refused(400, f"more than {MOST_SEARCHES} searches; split the query")
    return found


def rewrite(text: str, searches: Sequence[Sequence[str | int]], index: str) -> str:
    """The query with the hits in place of the searches; raises `ValueError` without an index."""
    if not Path(index).is_file():
        raise ValueError("there is no search index here, so leap:search finds nothing")
    reader = SearchIndex(Path(index))
    try:
        for fields in reversed(searches):
            one = Search(*fields)  # type: ignore[arg-type]
            hits = [hit.iri for hit in reader.find(one.words, limit=one.limit).hits]
            text = f"{text[: one.start]}{_values(one, hits)}{one.again}{text[one.end :]}"
    finally:
        reader.close()
    return text


def _values(one: Search, hits: Sequence[str]) -> str:
    nodes = [str(NamedNode(iri)) for iri in hits]
    if not one.rank:
        return f"VALUES {one.node} {{ {' '.join(nodes)} }} "
    rows = " ".join(f"({node} {rank})" for rank, node in enumerate(nodes, start=1))
    return f"VALUES ({one.node} {one.rank}) {{ {rows} }} "


class _Unanswerable(TokenError):
    """A search that cannot be answered."""


def _searches(tokens: list[Token], predicate: str) -> Iterator[Search]:
    prefixes: dict[str, str] = {}
    for place, token in enumerate(tokens):
        before, after = tokens[place - 1] if place else None, tokens[place + 1 : place + 2]
        if token.kind is Kind.IRI and place >= 2 and tokens[place - 2].text.upper() == "PREFIX" and before:
            prefixes[before.text] = token.text[1:-1]
        elif (
            _names(token, predicate, prefixes)
            and before
            and before.kind in _SUBJECTS
            and before.text not in (".", "}")
            and after
            and (after[0].kind in _OBJECTS or after[0].text in ("(", "["))
        ):
            yield _search(tokens, place)


def _names(token: Token, predicate: str, prefixes: dict[str, str]) -> bool:
    if token.kind is Kind.IRI:
        return token.text[1:-1] == predicate
    if token.kind is not Kind.NAME:
        return False
    prefix, _, local = token.text.partition(":")
    return prefixes.get(f"{prefix}:", "") + local == predicate


def _search(tokens: list[Token], place: int) -> Search:
    start, node, rank = _subject(tokens, place)
    last, words, limit = _object(tokens, place)
    end, again = tokens[last].end, ""
    following = tokens[last + 1 : last + 2]
    while following and following[0].text == ";":
        last += 1
        end, again = following[0].end, node
        following = tokens[last + 1 : last + 2]
    if following and following[0].text in (".", "}"):
        again = ""
    elif following and (following[0].text in (",", "^^") or following[0].kind is Kind.LANGUAGE):
        raise _Unanswerable(following[0].offset, _HOW)
    return Search(start, end, node, rank, words, limit, again)


def _subject(tokens: list[Token], place: int) -> tuple[int, str, str]:
    """Where the subject begins, its variable and that of the rank."""
    before = tokens[place - 1]
    if before.kind is Kind.VARIABLE:
        return before.offset, before.text, ""
    pair = tokens[max(0, place - 4) : place]
    kinds = [token.kind for token in pair]
    if kinds == [Kind.OPEN, Kind.VARIABLE, Kind.VARIABLE, Kind.CLOSE] and (pair[0].text, pair[3].text) == ("(", ")"):
        return pair[0].offset, pair[1].text, pair[2].text
    raise _Unanswerable(before.offset, f"leap:search binds a variable; {_HOW}")


def _object(tokens: list[Token], place: int) -> tuple[int, str, int]:
    """The place of the last token of the object, the words and the limit."""
    first = tokens[place + 1]
    if first.kind is Kind.STRING:
        return place + 1, _string(first.text), MOST_HITS
    pair = tokens[place + 1 : place + 5]
    kinds = [token.kind for token in pair]
    if kinds == [Kind.OPEN, Kind.STRING, Kind.NUMBER, Kind.CLOSE] and first.text == "(" and pair[2].text.isdecimal():
        return place + 4, _string(pair[1].text), max(1, min(MOST_HITS, int(pair[2].text[:9])))
    raise _Unanswerable(first.offset, f"the words of leap:search must stand in the query; {_HOW}")


def _string(text: str) -> str:
    """The value of a string as it is written in SPARQL."""
    marks = 3 if text[:3] in ("'''", '"""') else 1
    return _ESCAPE.sub(_character, text[marks:-marks])


def _character(found: "re.Match[str]") -> str:
    code = found[1] or found[2]
    return chr(int(code, 16)) if code else _ESCAPES.get(found[3], found[3])
