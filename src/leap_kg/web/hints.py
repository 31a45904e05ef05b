"""What to change in a search that finds nothing, or that asks by a name which no search has.

Nothing found may be an answer, and may be a standard name that is misspelt or a value that nothing has: which of both
it was is said. The texts hold what visitors wrote, each of it cut.
"""

from collections.abc import Iterable, Mapping, Sequence

from rapidfuzz import process

from leap_kg.graph.index.entry import CALLED
from leap_kg.graph.index.search import SearchIndex
from leap_kg.ontology.identifiers.standard_name import SCHEME
from leap_kg.ontology.rights import called
from leap_kg.stac.narrowed import named
from leap_kg.web.listing import FACETS, FIELDS, LARGEST_PAGE, State

_PARAMETERS = ("q", *FIELDS, *FACETS, "exact", "page", "limit", "all", "facets", "at")
_ELSEWHERE = {
    **dict.fromkeys(("datetime", "date", "period", "temporal"), "time"),
    **dict.fromkeys(("query", "text", "search"), "q"),
    **dict.fromkeys(("type", "collections"), "kind"),
    **dict.fromkeys(("license",), "licence"),
    **dict.fromkeys(("keyword", "keywords", "tags"), "tag"),
    **dict.fromkeys(("units",), "unit"),
    **dict.fromkeys(("spatial", "intersects", "box"), "bbox"),
    **dict.fromkeys(("offset", "start"), "page"),
}
"""What other catalogues call these, where it is not spelt alike."""

_COUNTS = {"page": "such as page=2", "limit": f"such as limit=50; a page has {LARGEST_PAGE} hits at the most"}
_DIGITS = 10

_LIKE, _NEAR, _FEW, _SHOWN = 75, 3, 12, 60


def unknown(parameters: Iterable[str]) -> str:
    """What is wrong with the parameters of an address, `""` if each is one of a search."""
    for name in parameters:
        if name in _PARAMETERS:
            continue
        meant = _ELSEWHERE.get(name.lower()) or next(iter(_near(name, _PARAMETERS)), "")
        what = f"here it is {meant}" if meant else f"there are {', '.join(_PARAMETERS)}"
        return f"a search has no parameter {name[:_SHOWN]!r}: {what}"
    return ""


def uncountable(parameters: Mapping[str, str]) -> str:
    """What is wrong with the page or the length of a list that an address asks for, `""` if nothing is."""
    for name, means in _COUNTS.items():
        text = parameters.get(name, "")
        counts = text.isascii() and text.isdecimal() and 0 < len(text) < _DIGITS and int(text) > 0
        if name in parameters and not counts:
            return f"{name} cannot be {text[:_SHOWN]!r}: write a whole number from 1 on, {means}"
    return ""


def hints(index: SearchIndex, state: State) -> list[str]:
    """Why a search whose values are `resolved` finds nothing, as far as a name or value is to blame."""
    found = []
    if state.standard_name:
        name = named(state.standard_name)
        used, table = index.values("meaning"), index.values(CALLED)
        near = _near(name, used) or _near(name, table)
        if name not in used and (name not in table or near):
            said, rest = "nothing here means", ""
            if name not in table and index.below(SCHEME, 1):
                said = "there is no standard name"
            elif name not in table:
                rest = "; whether CF has that name is not known, for its table of names was not harvested"
            found.append(f"{said} {name[:_SHOWN]!r}{_listed('near it', near)}{rest}")
    for facet, values in state.facets.items():
        for value in values:
            if not index.has(facet, value):
                known = index.values(facet)
                shown = known if len(known) <= _FEW else _near(value, known)
                written = called(value) or value[:_SHOWN]
                found.append(f"nothing has the {facet} {written!r}{_listed('there are', shown)}")
    return found


def _near(text: str, names: Sequence[str]) -> list[str]:
    return [name for name, *_ in process.extract(text, names, limit=_NEAR, score_cutoff=_LIKE)]


def _listed(head: str, names: Sequence[str]) -> str:
    return f"; {head}: {', '.join(names)}" if names else ""
