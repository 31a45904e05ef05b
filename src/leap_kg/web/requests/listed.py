"""The list of requests: filters with counts, order and pages, all of it in the address.

One named query gives all rows, so the page, its twins, the command line and the client say the same.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Self

from pyoxigraph import NamedNode
from starlette.datastructures import QueryParams

from leap_kg.graph.statements import Term
from leap_kg.ingest.requests.standing import WORDS
from leap_kg.ontology.iri import path_of
from leap_kg.web.cells import Node
from leap_kg.web.links import external_href, url
from leap_kg.web.listing import Chosen, FacetValue, FacetView, Pages, number, pages
from leap_kg.web.reading import Reading, moment

PATH = "/requests"
PAGE = 25
QUERY = "questions/requests"
COLUMNS = ("request", "title", "status", "asked", "by", "name", "because", "answer", "issue")
TONES = {
    "asked": "plain", "accepted": "info", "in-progress": "info", "published": "success", "failed": "error",
    "retracted": "warning", "declined": "plain", "suspended": "plain",
}  # fmt: skip

_LABELS = {"status": "Status", "about": "What is asked for", "by": "Asked by"}
_SHOWN = 15
_LONGEST = 200
_KINDS = {"dataset": "A dataset", "instances": "CMIP6 instances"}
_SORTS = ("newest", "oldest", "title", "status")


class NotAsked(ValueError):
    """A parameter that means nothing; the text says what to give instead."""


@dataclass(frozen=True, slots=True)
class Row:
    """One request as texts, `""` for what is not known."""

    request: str
    title: str
    status: str
    asked: str = ""
    by: str = ""
    name: str = ""
    because: str = ""
    answer: str = ""
    issue: str = ""

    @classmethod
    def of(cls, found: Mapping[str, Term]) -> Self:
        """A row of the query."""
        texts = {name: term.value for name, term in found.items() if name in COLUMNS and hasattr(term, "value")}
        return cls(**{"title": texts.get("request", ""), **texts})

    @property
    def about(self) -> str:
        """Whether it asks for CMIP6 instances or for a dataset."""
        return "instances" if "/request/cmip6/" in self.request else "dataset"

    @property
    def who(self) -> str:
        """Who asked, in a word."""
        return self.name or self.by


def rows_of(reading: Reading) -> list[Row]:
    """All requests of a revision, the newest first."""
    return [Row.of(found) for found in reading.ask(QUERY)]


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters and the order of an address, checked; `""` for none."""

    status: str = ""
    about: str = ""
    by: str = ""
    q: str = ""
    sort: str = "newest"

    @classmethod
    def read(cls, given: QueryParams) -> Self:
        """What a query string asks for; raises `NotAsked`."""
        known = {"status": (*WORDS, "unknown"), "about": tuple(_KINDS), "sort": _SORTS}
        asked = cls()
        for field in fields(cls):
            text = given.get(field.name, "").strip()
            if text and text not in known.get(field.name, (text,)):
                raise NotAsked(f"{field.name} is one of {', '.join(known[field.name])}, not {text[:60]!r}")
            if len(text) > _LONGEST:
                raise NotAsked(f"{field.name} is longer than {_LONGEST} characters: give fewer")
            asked = replace(asked, **{field.name: text}) if text else asked
        return asked

    def takes(self, row: Row) -> bool:
        """Whether a request passes all filters."""
        chosen = all(getattr(self, name) in ("", value(row)) for name, value in _VALUES.items())
        return chosen and all(word in row.title.lower() for word in self.q.lower().split())

    def href(self, page: int = 1) -> str:
        """The address of a page with these filters."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        given["sort"] = "" if self.sort == "newest" else self.sort
        return url(PATH, **given, page=page if page > 1 else None)

    def ordered(self, rows: Sequence[Row]) -> list[Row]:
        """The requests that pass, in order; those of no date come last."""
        found = [row for row in rows if self.takes(row)]
        match self.sort:
            case "title":
                return sorted(found, key=lambda row: (row.title.lower(), row.request))
            case "status":
                return sorted(found, key=lambda row: (_place(row.status), row.title.lower(), row.request))
            case "oldest":
                return sorted(found, key=lambda row: (not row.asked, row.asked, row.title))
            case _:
                dated = sorted((row for row in found if row.asked), key=lambda row: row.asked, reverse=True)
                return [*dated, *(row for row in found if not row.asked)]


def _place(status: str) -> int:
    """Where a state stands in lists of all states; what is not known comes last."""
    return WORDS.index(status) if status in WORDS else len(WORDS)


_VALUES: dict[str, Callable[[Row], str]] = {
    "status": lambda row: row.status,
    "about": lambda row: row.about,
    "by": lambda row: row.who,
}


@dataclass(frozen=True, slots=True)
class Shown:
    """One request as the page shows it."""

    node: Node
    status: str
    label: str
    tone: str
    asked: str
    who: Node | None
    because: str
    answer: Node | None
    issue: Node | None


@dataclass(frozen=True, slots=True)
class RequestsPage:
    """One page of the list; `sorts` are the orders with their addresses, the chosen one without."""

    asked: Asked
    total: int
    shown: list[Shown]
    facets: list[FacetView]
    chosen: list[Chosen]
    clear: str
    sorts: list[tuple[str, str]]
    pages: Pages


def requests_page(reading: Reading, rows: Sequence[Row], asked: Asked, page: str | None) -> RequestsPage:
    """The page of the list that an address asks for."""
    found = asked.ordered(rows)
    current = min(number(page, 1, 1_000_000), max(1, -(-len(found) // PAGE)))
    views = [_facet(reading, rows, asked, name) for name in _LABELS]
    chosen = [
        Chosen(_LABELS[view.name], value.label, value.path) for view in views for value in view.values if value.active
    ]
    chosen += [Chosen("Words", asked.q, replace(asked, q="").href())] if asked.q else []
    return RequestsPage(
        asked=asked,
        total=len(found),
        shown=[_shown(reading, row) for row in found[(current - 1) * PAGE : current * PAGE]],
        facets=[view for view in views if view.values],
        chosen=chosen,
        clear=Asked(sort=asked.sort).href() if chosen else "",
        sorts=[(name, "" if name == asked.sort else replace(asked, sort=name).href()) for name in _SORTS],
        pages=pages(len(found), current, PAGE, asked.href),
    )


def status_label(reading: Reading, word: str) -> str:
    """A state in words."""
    return reading.label(NamedNode(f"{reading.base}request-status/{word}")) if word in WORDS else "not known yet"


def _shown(reading: Reading, row: Row) -> Shown:
    return Shown(
        node=Node(row.title, path_of(reading.base, row.request), row.request),
        status=row.status,
        label=status_label(reading, row.status),
        tone=TONES.get(row.status, "plain"),
        asked=moment(row.asked)[:10],
        who=reading.link(NamedNode(row.by)) if row.by else None,
        because=row.because,
        answer=reading.link(NamedNode(row.answer)) if row.answer else None,
        issue=issue_link(row.issue),
    )


def issue_link(iri: str) -> Node | None:
    """Where a request is discussed, an issue as people call it (`lab/data#7`); `None` for what is no web page."""
    address = external_href(iri)
    if not address:
        return None
    parts = address.removeprefix("https://github.com/").split("/")
    is_issue = len(parts) == 4 and parts[2] == "issues"
    return Node(f"{parts[0]}/{parts[1]}#{parts[3]}" if is_issue else "Page", address, address, external=True)


def _facet(reading: Reading, rows: Sequence[Row], asked: Asked, name: str) -> FacetView:
    wanted, active, value_of = replace(asked, **{name: ""}), getattr(asked, name), _VALUES[name]
    counts = Counter(value for row in rows if wanted.takes(row) if (value := value_of(row)))
    if active:
        counts.setdefault(active, 0)
    ranked = sorted(counts, key=lambda value: (_place(value) * (name == "status"), -counts[value], value))[:_SHOWN]
    values = [
        FacetValue(
            _label(reading, name, value),
            counts[value],
            replace(asked, **{name: "" if value == active else value}).href(),
            value == active,
        )
        for value in ranked
    ]
    return FacetView(name, _LABELS[name], values, "")


def _label(reading: Reading, name: str, value: str) -> str:
    return status_label(reading, value) if name == "status" else _KINDS.get(value, value)
