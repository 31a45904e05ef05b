"""Browse and search: hits, facets with counts and pages, all of it in the address.

The values of one facet are alternatives, so each is counted with the other facets applied and its own left out.

Hazard: texts of the address that name a place, a time or a standard name may be no such thing; what reads them raises
`BadSearch`, which is for the visitor.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from leap_kg.graph.index.counting import Count
from leap_kg.graph.index.search import Found, Hit, SearchIndex
from leap_kg.graph.index.unit import spelt
from leap_kg.ontology import rights
from leap_kg.ontology.iri import path_of
from leap_kg.ontology.kinds import kinds, noun
from leap_kg.stac.narrowed import narrowing
from leap_kg.web.cells import Node
from leap_kg.web.identified import NOTHING, Identified

FACETS = {
    "kind": "Kind",
    "tag": "Tag",
    "licence": "Licence",
    "provider": "Provider",
    "maintainer": "Maintainer",
    "format": "Format",
    "access": "Access",
    "chunking": "Chunks",
    "variable": "Variable",
    "meaning": "Standard name",
    "unit": "Unit",
    "image": "Image",
}
FIELDS = {"bbox": "Within", "time": "Time", "standard_name": "Means"}
"""What narrows a list beside facets, each one text."""

PAGE = 20
LARGEST_PAGE = 1000
_SHOWN_VALUES = 8
_MAX_VALUES = 20
_MAX_TEXT = 300
_MAX_VALUE = 1000
_SNIPPET = 240
_NEAR = 3


@dataclass(frozen=True, slots=True)
class State:
    """What an address asks for: words, chosen values of facets, the page, and the facet shown in full.

    `bbox`, `time` and `standard_name` are as they were written. With `exact` no other words are searched in place of
    those that nothing has. `named` are the nodes that the text names, which come first.
    """

    path: str = "/browse"
    text: str = ""
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    number: int = 1
    size: int = PAGE
    whole: str = ""
    bbox: str = ""
    time: str = ""
    standard_name: str = ""
    exact: bool = False
    named: Identified = NOTHING

    @classmethod
    def read(cls, path: str, parameters: QueryParams) -> "State":
        """The state in a query string; what is too long or unknown is left out."""
        chosen = {}
        for name in FACETS:
            values = [value for value in parameters.getlist(name) if 0 < len(value) <= _MAX_VALUE]
            if values:
                chosen[name] = tuple(dict.fromkeys(values))[:_MAX_VALUES]
        return cls(
            path=path,
            text=parameters.get("q", "").strip()[:_MAX_TEXT],
            facets=chosen,
            number=number(parameters.get("page"), 1, 1_000_000),
            size=number(parameters.get("limit"), PAGE, LARGEST_PAGE),
            whole=parameters.get("all", "") if parameters.get("all", "") in FACETS else "",
            exact=parameters.get("exact", "") == "yes",
            bbox=parameters.get("bbox", "").strip()[:_MAX_VALUE],
            time=parameters.get("time", "").strip()[:_MAX_VALUE],
            standard_name=parameters.get("standard_name", "").strip()[:_MAX_VALUE],
        )

    def href(self, page: int = 1, whole: str = "", facets: Mapping[str, tuple[str, ...]] | None = None) -> str:
        """The address of this list on another page, with other facets, or with one facet in full."""
        pairs = [("q", self.text)] if self.text else []
        pairs += self.narrowed
        pairs += [("exact", "yes")] if self.exact else []
        pairs += [(name, v) for name, values in (self.facets if facets is None else facets).items() for v in values]
        pairs += [("all", whole)] if whole else []
        pairs += [("page", str(page))] if page > 1 else []
        pairs += [("limit", str(self.size))] if self.size != PAGE else []
        return f"{self.path}?{urlencode(pairs)}" if pairs else self.path

    @property
    def narrowed(self) -> list[tuple[str, str]]:
        """What narrows the list beside facets."""
        return [(name, value) for name in FIELDS if (value := getattr(self, name))]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The chosen values as fields of a form."""
        return [(name, value) for name, values in self.facets.items() for value in values]

    def without(self, *names: str) -> "State":
        """The same, not narrowed by these of `FIELDS`; the facets stay."""
        return replace(
            self,
            bbox="" if "bbox" in names else self.bbox,
            time="" if "time" in names else self.time,
            standard_name="" if "standard_name" in names else self.standard_name,
        )

    def resolved(self, index: SearchIndex) -> "State":
        """The same with the values that the index has where labels or ends of IRIs were given."""
        chosen = {
            name: tuple(dict.fromkeys(value for text in texts for value in index.meant(name, _written(name, text))))
            for name, texts in self.facets.items()
        }
        return replace(self, facets=chosen)

    def found(
        self, index: SearchIndex, limit: int, offset: int, counted: Sequence[str] = (), most: int | None = None
    ) -> Found:
        """A part of what is asked for, with all facets counted as they lead on; raises `BadSearch`."""
        narrowed = narrowing(self.bbox, self.time, self.standard_name, index.meanings)
        tolerant = not self.exact
        words, ahead = self.named.words or self.text, self.named.nodes
        found = index.find(
            words, self.facets, limit, offset, counted, narrowing=narrowed, tolerant=tolerant, most=most, ahead=ahead
        )
        text, counts, least = found.shown_for or words, dict(found.facets), found.least
        for name in self.facets.keys() & set(counted):
            others = {other: values for other, values in self.facets.items() if other != name}
            without = index.find(text, others, 0, counted=(name,), narrowing=narrowed, ahead=ahead)
            counts[name] = without.facets[name]
            least = least or without.least
        return replace(found, facets=counts, least=least)

    def toggled(self, name: str, value: str) -> str:
        """The address with this value of a facet chosen, or given up if it is."""
        values = self.facets.get(name, ())
        kept = tuple(v for v in values if v != value) if value in values else (*values, value)
        return self.href(facets={**self.facets, name: kept})


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a facet; `path` turns it on or off."""

    label: str
    count: int
    path: str
    active: bool


@dataclass(frozen=True, slots=True)
class FacetView:
    """One facet with its most frequent values; `more_path` shows the others."""

    name: str
    label: str
    values: list[FacetValue]
    more_path: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """An active value; `path` takes it away."""

    name: str
    label: str
    path: str


@dataclass(frozen=True, slots=True)
class Result:
    """One hit with the beginning of its description."""

    node: Node
    summary: str


@dataclass(frozen=True, slots=True)
class PageLink:
    """A page of a list; `number` is `None` for a gap."""

    number: int | None
    path: str


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of a list."""

    number: int
    pages: int
    previous: str | None
    next: str | None
    links: list[PageLink]


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of hits; `clear_path` is the list without facets, `""` if none is chosen.

    `shown_for` are the words searched in place of those asked for, `exact_path` leads to the list for these; `meant`
    leads to the list for words that may have been meant; `near` to those for standard names like one nothing has.
    Where `least`, there are at least as many of each value of a facet as its count says.
    """

    state: State
    total: int
    results: list[Result]
    facets: list[FacetView]
    chosen: list[Chosen]
    clear_path: str
    pages: Pages
    shown_for: str = ""
    exact_path: str = ""
    meant: Node | None = None
    near: Sequence[Node] = ()
    least: bool = False


def listing(index: SearchIndex, state: State, base: str) -> Listing:
    """The page of the list that a state asks for; raises `BadSearch`."""
    state = state.resolved(index)
    found = state.found(index, state.size, (state.number - 1) * state.size, tuple(FACETS))
    plain = replace(state.without(*FIELDS), facets={})
    meant = replace(state, text=found.meant, number=1)
    return Listing(
        state=state,
        total=found.total,
        results=[_result(hit, base) for hit in found.hits],
        facets=[view for name in FACETS if (view := _facet(name, _ordered(name, found.facets, base), state)).values],
        chosen=_chosen(found.facets, state),
        clear_path=plain.href() if state.facets or state.narrowed else "",
        pages=pages(found.total, state.number, state.size, state.href),
        shown_for=found.shown_for,
        exact_path=replace(state, exact=True).href() if found.shown_for else "",
        meant=Node(meant.text, meant.href(), "") if found.meant else None,
        near=[] if found.total else _near(index, state),
        least=found.least,
    )


def as_document(found: Found, state: State, base: str, revision: int, hints: Sequence[str] = ()) -> dict[str, object]:
    """What the JSON twin says: the hits, and the facets as the page shows them, each with all its values."""
    counted = {name: _ordered(name, found.facets, base) for name in FACETS if found.facets.get(name)}
    return {
        "total": found.total,
        **({"more": True} if found.more else {}),
        **({"least": True} if found.least else {}),
        "page": state.number,
        "revision": revision,
        **({"shown_for": found.shown_for} if found.shown_for else {}),
        **({"meant": found.meant} if found.meant else {}),
        **({"hints": list(hints)} if hints else {}),
        "hits": hits_as_rows(found.hits, base),
        **(
            {
                "facets": {
                    name: [{"value": c.facet.value, "label": c.facet.label, "count": c.hits} for c in values]
                    for name, values in counted.items()
                }
            }
            if found.facets
            else {}
        ),
    }


def pages(total: int, current: int, size: int, href: Callable[[int], str]) -> Pages:
    """The links to the pages around the current one, and to the first and the last."""
    last = max(1, -(-total // size))
    near = sorted({1, last, *range(current - 2, current + 3)})
    links: list[PageLink] = []
    for page in (page for page in near if 1 <= page <= last):
        before = links[-1].number if links else None
        if before is not None and page > before + 1:
            links.append(PageLink(None, ""))
        links.append(PageLink(page, href(page)))
    return Pages(
        number=current,
        pages=last,
        previous=href(min(current - 1, last)) if current > 1 else None,
        next=href(current + 1) if current < last else None,
        links=links,
    )


def number(text: str | None, default: int, largest: int) -> int:
    """A count given in an address, within 1 and `largest`; `default` for anything else."""
    if text is None or not (text.isascii() and text.isdecimal()) or len(text) > 9:
        return default
    return min(max(int(text), 1), largest)


def hits_as_rows(hits: Iterable[Hit], base: str) -> list[dict[str, str]]:
    """Hits as the twins of the page give them."""
    return [
        {
            "iri": hit.iri,
            "path": path_of(base, hit.iri),
            "label": hit.label,
            "kind": kind_noun(hit.kind, hit.iri, base),
            "snippet": snippet_of(hit.summary),
        }
        for hit in hits
    ]


def snippet_of(summary: str) -> str:
    """The beginning of a description, cut at a word."""
    text = " ".join(summary.split())
    return text if len(text) <= _SNIPPET else text[:_SNIPPET].rsplit(" ", 1)[0] + "…"


def kind_label(name: str, base: str) -> str:
    """The word for a kind by its name in addresses."""
    return next((kind.label for kind in kinds(base) if kind.name == name), name)


def kind_noun(name: str, iri: str, base: str) -> str:
    """The word for a node of a kind, by the kind's name in addresses."""
    return next((noun(kind, iri, base) for kind in kinds(base) if kind.name == name), name)


def kind_plural(name: str, base: str) -> str:
    """The word for several of a kind by its name in addresses."""
    return next((kind.plural for kind in kinds(base) if kind.name == name), name)


def _result(hit: Hit, base: str) -> Result:
    node = Node(hit.label, path_of(base, hit.iri), hit.iri, kind_noun(hit.kind, hit.iri, base))
    return Result(node, snippet_of(hit.summary))


def _ordered(name: str, counts: Mapping[str, list[Count]], base: str) -> list[Count]:
    """The values of a facet, most frequent first; kinds in the order in which people look for them."""
    found = counts.get(name, [])
    if name != "kind":
        return found
    order = {kind.name: place for place, kind in enumerate(kinds(base))}
    return sorted(found, key=lambda count: order.get(count.facet.value, len(order)))


def _facet(name: str, counts: Sequence[Count], state: State) -> FacetView:
    active = set(state.facets.get(name, ()))
    whole = state.whole == name
    shown = [
        FacetValue(c.facet.label, c.hits, state.toggled(name, c.facet.value), c.facet.value in active)
        for place, c in enumerate(counts)
        if whole or place < _SHOWN_VALUES or c.facet.value in active
    ]
    hidden = len(shown) < len(counts)
    return FacetView(name, FACETS[name], shown, state.href(whole=name) if hidden else "")


def _chosen(counts: Mapping[str, Sequence[Count]], state: State) -> list[Chosen]:
    found = [Chosen(FIELDS[name], value, state.without(name).href()) for name, value in state.narrowed]
    for name, values in state.facets.items():
        labels = {count.facet.value: count.facet.label for count in counts.get(name, ())}
        found += [Chosen(FACETS[name], labels.get(v) or rights.called(v) or v, state.toggled(name, v)) for v in values]
    return found


def _written(name: str, text: str) -> str:
    """A value as the index spells it."""
    if name == "access":
        return rights.meant(text) or text
    return (spelt(text) or text) if name == "unit" else text


def _near(index: SearchIndex, state: State) -> list[Node]:
    """Where nothing means a standard name: the lists for those like it that something means."""
    if not state.standard_name:
        return []
    alike = get_close_matches("_".join(state.standard_name.split()), index.values("meaning"), _NEAR, 0.6)
    return [Node(name, replace(state, standard_name=name, number=1).href(), "") for name in alike]
