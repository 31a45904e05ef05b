"""The queue of links to decide: filters with counts, order and pages, all of it in the address.

The values of one filter are alternatives, so each is counted with the other filters applied and its own left out.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Self
from urllib.parse import urlencode

from pyoxigraph import NamedNode
from starlette.datastructures import QueryParams

from leap_kg.links.assertion import ACCEPTED, PUBLISHED, REJECTED
from leap_kg.links.judged import DISPUTED
from leap_kg.links.methods import METHODS
from leap_kg.ontology.iri import mint
from leap_kg.ontology.kinds import kinds
from leap_kg.web.curation.candidates import Candidate, Candidates
from leap_kg.web.listing import Chosen, FacetValue, FacetView, Pages, number, pages
from leap_kg.web.reading import Reading

PATH = "/curation"
PAGE = 10
OPEN = "open"
_SHOWS = {
    OPEN: "Not published, nobody has spoken",
    "published": "Published, nobody has spoken",
    DISPUTED: "Curators differ",
    ACCEPTED: "Agreed",
    REJECTED: "Disagreed",
}
_BANDS = ((PUBLISHED, 1.01), (0.5, PUBLISHED), (0.3, 0.5), (0.0, 0.3))
_LABELS = {"show": "State", "property": "Property", "kind": "What it is said of", "method": "Method",
           "confidence": "Confidence"}  # fmt: skip


class NotAsked(ValueError):
    """A parameter that means nothing; the text says what to give instead."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters of an address, checked; `""` for none. `property` is the end of a property's IRI."""

    show: str = OPEN
    property: str = ""
    kind: str = ""
    method: str = ""
    confidence: str = ""

    @classmethod
    def read(cls, given: QueryParams, base: str) -> Self:
        """What a query string asks for; raises `NotAsked`."""
        known = {
            "show": tuple(_SHOWS),
            "kind": tuple(kind.name for kind in kinds(base)),
            "method": tuple(METHODS),
            "confidence": tuple(map(_band, _BANDS)),
        }
        asked = cls()
        for name in _LABELS:
            text = given.get(name, "").strip()
            if text and text not in known.get(name, (text,)):
                raise NotAsked(f"{name} is one of {', '.join(known[name])}, not {text[:60]!r}: or leave it out")
            if len(text) > 100:
                raise NotAsked(f"{name} is longer than 100 characters: choose one of those that the page lists")
            asked = replace(asked, **{name: text}) if text else asked
        return asked

    def takes(self, link: Candidate) -> bool:
        """Whether the link passes all filters."""
        return all(getattr(self, name) in ("", *_VALUES[name](link)) for name in _LABELS)

    def href(self, page: int = 1) -> str:
        """The address of a page with these filters."""
        pairs = [(field.name, getattr(self, field.name)) for field in fields(self)]
        pairs = [(name, text) for name, text in pairs if text and (name, text) != ("show", OPEN)]
        pairs += [("page", str(page))] if page > 1 else []
        return f"{PATH}?{urlencode(pairs)}" if pairs else PATH


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One page of the queue; `shown` are its links, `disputed` is how many curators differ on, `""` leads nowhere."""

    asked: Asked
    total: int
    shown: list[Candidate]
    facets: list[FacetView]
    chosen: list[Chosen]
    clear: str
    disputed: int
    disputed_path: str
    whole: bool
    here: str
    pages: Pages


def queue_page(reading: Reading, held: Candidates, asked: Asked, page: str | None) -> QueuePage:
    """The page of the queue that an address asks for."""
    found = [link for link in held.links if asked.takes(link)]
    current = min(number(page, 1, 1_000_000), max(1, -(-len(found) // PAGE)))
    views = [_facet(reading, held.links, asked, name) for name in _LABELS]
    chosen = [
        Chosen(_LABELS[view.name], value.label, value.path)
        for view in views
        for value in view.values
        if value.active and (view.name, getattr(asked, view.name)) != ("show", OPEN)
    ]
    disputed = sum(link.status == DISPUTED for link in held.links)
    return QueuePage(
        asked=asked,
        total=len(found),
        shown=found[(current - 1) * PAGE : current * PAGE],
        facets=[view for view in views if view.values],
        chosen=chosen,
        clear=PATH if chosen else "",
        disputed=disputed,
        disputed_path=Asked(show=DISPUTED).href() if disputed and asked.show != DISPUTED else "",
        whole=held.whole,
        here=asked.href(current),
        pages=pages(len(found), current, PAGE, asked.href),
    )


def as_rows(found: Sequence[Candidate]) -> list[dict[str, str | float | bool]]:
    """Links of the queue as its twins print them."""
    return [
        {
            "link": link.iri,
            "subject": link.subject,
            "property": link.predicate,
            "object": link.target,
            "confidence": round(link.confidence, 4),
            "methods": " ".join(link.methods),
            "kind": link.kind,
            "published": link.plain,
            "verdict": link.status,
            "use": round(link.use, 4),
        }
        for link in found
    ]


COLUMNS = ("link", "subject", "property", "object", "confidence", "methods", "kind", "published", "verdict", "use")


def _tail(iri: str) -> str:
    return iri.rpartition("#")[2].rpartition("/")[2]


def _band(band: tuple[float, float]) -> str:
    return f"{band[0]:g}"


def _show(link: Candidate) -> tuple[str, ...]:
    return (link.status or ("published" if link.plain else OPEN),)


_VALUES: dict[str, Callable[[Candidate], tuple[str, ...]]] = {
    "show": _show,
    "property": lambda link: (_tail(link.predicate),),
    "kind": lambda link: (link.kind,) if link.kind else (),
    "method": lambda link: link.methods,
    "confidence": lambda link: tuple(_band(band) for band in _BANDS if band[0] <= link.confidence < band[1]),
}


def _facet(reading: Reading, links: Sequence[Candidate], asked: Asked, name: str) -> FacetView:
    wanted, active = replace(asked, **{name: ""}), getattr(asked, name)
    counts, named = Counter[str](), dict[str, str]()
    for link in links:
        if wanted.takes(link):
            for value in _VALUES[name](link):
                counts[value] += 1
                named.setdefault(value, link.predicate)
    order = list(_SHOWS) if name == "show" else [_band(band) for band in _BANDS] if name == "confidence" else []
    if name == "show" or active:
        counts.setdefault(active, 0)

    def path(value: str) -> str:
        taken = value == active and name != "show"
        return replace(asked, **{name: "" if taken else value}).href()

    ranked = sorted(counts, key=lambda value: (order.index(value) if order else 0, -counts[value], value))
    values = [
        FacetValue(_label(reading, name, value, named.get(value, "")), counts[value], path(value), value == active)
        for value in ranked
    ]
    return FacetView(name, _LABELS[name], values, "")


def _label(reading: Reading, name: str, value: str, predicate: str) -> str:
    match name:
        case "show":
            return _SHOWS[value]
        case "property":
            return reading.word(NamedNode(predicate)) if predicate else value
        case "kind":
            return next((kind.label for kind in kinds(reading.base) if kind.name == value), value)
        case "method":
            return f"{value}: {reading.label(mint(reading.base, 'link-method', value))}"
        case _:
            low, high = next(band for band in _BANDS if _band(band) == value)
            return f"{low:g} and more" if high > 1 else f"below {high:g}" if not low else f"{low:g} to {high:g}"
