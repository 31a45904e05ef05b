"""The filters of the list of publications: each value with how many it leads to, in the shapes of `web.listing`.

The values of one filter are alternatives, so each is counted with the other filters applied and its own left out.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from leap_kg.outputs.kind import Kind
from leap_kg.outputs.output import Output
from leap_kg.outputs.selection import EVER, Access, Selection
from leap_kg.web.listing import Chosen, FacetValue, FacetView
from leap_kg.web.outputs.asked import Asked

PATH = "/publications"
LABELS = {"year": "Year", "kind": "Kind", "access": "Open access", "award": "Award", "person": "Person",
          "theme": "Theme", "others": "Belonging"}  # fmt: skip
ACCESS = {Access.OPEN: "Free to read", Access.CLOSED: "Not free to read", Access.UNKNOWN: "Nobody has looked"}
_SHOWN = 8
_WHOLE = 60
_Value = tuple[str, str]


def facets(outputs: Sequence[Output], asked: Asked, whole: str = "") -> list[FacetView]:
    """All filters that have a value; `whole` is the one that is shown with more than its first values."""
    wanted = asked.selection
    rows = {
        "year": _counted(outputs, replace(wanted, period=EVER), lambda o: [(o.year, o.year)] if o.year else []),
        "kind": _counted(outputs, replace(wanted, kinds=frozenset()), lambda o: [(o.kind.value, o.kind.names.plural)]),
        "access": _counted(outputs, replace(wanted, access=None), _access),
        "award": _counted(outputs, replace(wanted, award=""), lambda o: [(a.iri, a.name) for a in o.awards]),
        "person": _counted(outputs, replace(wanted, person=""), _people),
        "theme": _themes(outputs, wanted, _WHOLE if whole == "theme" else _SHOWN),
    }
    rows["year"].sort(reverse=True)
    rows["kind"].sort(key=lambda row: [each.value for each in Kind].index(row[0]))
    views = [_view(name, values, asked, whole) for name, values in rows.items()]
    return [view for view in (*views, _others(outputs, asked)) if view.values]


def chosen(asked: Asked, named: Iterable[FacetView]) -> list[Chosen]:
    """What was chosen, each with the address without it."""
    labels = {value.path: value.label for view in named for value in view.values if value.active}
    found = []
    for name, text in asked.pairs:
        path = _with(asked, name, text)
        words = {"from": "From", "to": "To"}.get(name) or LABELS[name]
        found.append(Chosen(words, labels.get(path, text), path))
    return found


def _counted(
    outputs: Iterable[Output], selection: Selection, values: Callable[[Output], Iterable[_Value]]
) -> list[tuple[str, str, int]]:
    """The values of what a selection takes, the most frequent first."""
    counts, labels = Counter[str](), dict[str, str]()
    for each in outputs:
        if selection.takes(each):
            found = dict(values(each))
            counts.update(found.keys())
            labels.update(found)
    return [(value, labels[value], n) for value, n in sorted(counts.items(), key=lambda one: (-one[1], labels[one[0]]))]


def _access(output: Output) -> list[_Value]:
    access = Access.of(output)
    return [(access.value, ACCESS[access])]


def _people(output: Output) -> list[_Value]:
    return [(maker.orcid or maker.iri, maker.name) for maker in output.makers if not maker.body and maker.iri]


def _themes(outputs: Iterable[Output], wanted: Selection, most: int) -> list[tuple[str, str, int]]:
    """Keywords; a theme is also found in titles and abstracts, so each is counted as it will be chosen."""
    taken = [each for each in outputs if replace(wanted, theme="").takes(each)]
    words = _counted(taken, Selection(others=True), lambda o: [(k.casefold(), k) for k in o.keywords if k.strip()])
    found = []
    for value, label, _ in words[: most + 1]:
        theme = Selection(theme=value, others=True)
        found.append((value, label, sum(theme.takes(each) for each in taken)))
    return found


def _others(outputs: Sequence[Output], asked: Asked) -> FacetView:
    everything = replace(asked.selection, others=True)
    count = sum(everything.takes(each) for each in outputs)
    path, active = _with(asked, "others", "1"), bool(asked.others)
    shown = [FacetValue("Works without a stated reason too", count, path, active)] if count or active else []
    return FacetView("others", LABELS["others"], shown, "")


def _view(name: str, rows: Sequence[tuple[str, str, int]], asked: Asked, whole: str) -> FacetView:
    active = {text for key, text in asked.pairs if key == name}
    most = _WHOLE if whole == name else _SHOWN
    shown = [
        FacetValue(label, count, _with(asked, name, value), value in active)
        for place, (value, label, count) in enumerate(rows)
        if place < most or value in active
    ]
    more = asked.href(PATH, [("all", name)]) if len(rows) > len(shown) and whole != name else ""
    return FacetView(name, LABELS[name], shown, more)


def _with(asked: Asked, name: str, value: str) -> str:
    """The address with this value chosen, or given up if it is."""
    if name == "kind":
        kept = tuple(kind for kind in asked.kinds if kind != value)
        return replace(asked, kinds=kept if value in asked.kinds else (*kept, value)).href(PATH)
    field = {"from": "since", "to": "until"}.get(name, name)
    taken = getattr(asked, field) == value
    if name == "year":
        return replace(asked, since="", until="", year="" if taken else value).href(PATH)
    changes: dict[str, Any] = {field: "" if taken else value}
    return replace(asked, **changes).href(PATH)
