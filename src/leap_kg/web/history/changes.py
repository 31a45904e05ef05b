"""The list of revisions: what each changed, of what somebody follows; read from the timeline, never from patches."""

from collections.abc import Iterable
from dataclasses import dataclass

from pyoxigraph import NamedNode

from leap_kg.graph.history.feed import NEW
from leap_kg.graph.history.timeline import Revised, Timeline, Touched
from leap_kg.graph.names import source_graph
from leap_kg.ontology.iri import path_of
from leap_kg.ontology.kinds import kind_of, kinds
from leap_kg.ontology.namespaces import RDF, VOID
from leap_kg.web.cells import Node
from leap_kg.web.history.following import Filter, Following, revisions
from leap_kg.web.listing import Chosen, FacetValue, FacetView, kind_label, kind_noun
from leap_kg.web.reading import Reading

PAGE = 20
NAMED = 8
_SPANS = (("1d", "the last day"), ("7d", "the last week"), ("30d", "the last month"), ("1y", "the last year"))
_UNFOLLOWED = frozenset(("tombstone", "run", "source", "term", "concept"))
_NEWEST_REVISIONS = 30
_NEWEST_TOUCHED = 100


@dataclass(frozen=True, slots=True)
class Change:
    """One revision in the list; `problem` says why it cannot be told what it did, if it cannot."""

    revision: int
    path: str
    at: str
    source: Node
    removed: int
    added: int
    entities: list[tuple[Node, str]]
    more: int
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ChangeList:
    """One page of the list, newest first. `total` is `None` where several things are followed.

    `older` leads to the next page, `newest` back to the first; `""` if there is none. `fields` are those of a form that
    asks for more.
    """

    following: Following
    total: int | None
    changes: list[Change]
    older: str
    newest: str
    facets: list[FacetView]
    chosen: list[Chosen]
    clear: str
    atom: str
    fields: list[tuple[str, str]]


def change_list(
    timeline: Timeline, reading: Reading, following: Following, since: int, before: int | None
) -> ChangeList:
    """A page of the revisions up to the one that is read, after `since` and before `before`."""
    filters = following.filters(reading.base)
    until = min(before or reading.revision + 1, reading.revision + 1)
    found = revisions(timeline, filters, since, until, PAGE + 1)
    waiting = _untold(timeline, reading, since) if following.everything and before is None else []
    return ChangeList(
        following=following,
        total=filters[0].count(timeline, since) + len(waiting) if len(filters) == 1 else None,
        changes=[*waiting, *(_change(timeline, reading, revised, filters) for revised in found[:PAGE])],
        older=following.href("/changes", found[PAGE - 1].revision) if len(found) > PAGE else "",
        newest=following.href("/changes") if before is not None else "",
        facets=_facets(reading, following),
        chosen=_chosen(reading, following),
        clear="" if following.everything else "/changes",
        atom=following.href("/changes.atom", since=""),
        fields=following.pairs,
    )


def newest(timeline: Timeline, reading: Reading, cls: NamedNode, count: int) -> list[Node]:
    """The nodes of a class that came into the graph last and are still there."""
    kind = kind_of([cls.value], reading.base)
    found: dict[str, Node] = {}
    name = kind.name if kind else ""
    for revised in timeline.revisions(kind=name, before=reading.revision + 1, limit=_NEWEST_REVISIONS):
        for touched in timeline.touched(revised.revision, _NEWEST_TOUCHED):
            node = NamedNode(touched.iri)
            if touched.how == NEW and touched.kind == name and cls in reading.types(node):
                found.setdefault(touched.iri, reading.link(node))
        if len(found) >= count:
            break
    return list(found.values())[:count]


def touched_node(reading: Reading, touched: Touched) -> Node:
    """An entity as it is called now, or as it was when it was touched if it is gone."""
    node = NamedNode(touched.iri)
    if reading.described(node):
        return reading.link(node)
    word = kind_noun(touched.kind, touched.iri, reading.base)
    return Node(touched.label, path_of(reading.base, touched.iri), touched.iri, word or None)


def _change(timeline: Timeline, reading: Reading, revised: Revised, filters: list[Filter]) -> Change:
    shown = {one.iri: one for each in filters for one in each.touched(timeline, revised.revision, NAMED)}
    first = list(shown.values())[:NAMED]
    return Change(
        revision=revised.revision,
        path=f"/changes/{revised.revision}",
        at=revised.at.isoformat(),
        source=reading.link(source_graph(reading.base, revised.source)),
        removed=revised.removed,
        added=revised.added,
        entities=[(touched_node(reading, touched), touched.how) for touched in first],
        more=max(0, timeline.touched_count(revised.revision) - len(first)),
    )


def _untold(timeline: Timeline, reading: Reading, since: int) -> list[Change]:
    """The revisions that are served before the timeline has them."""
    unknown = range(reading.revision, max(timeline.last(), since), -1)
    problem = "the timeline does not have it yet"
    return [Change(n, f"/changes/{n}", "", Node("", "", ""), 0, 0, [], 0, problem) for n in list(unknown)[:PAGE]]


def _facets(reading: Reading, following: Following) -> list[FacetView]:
    """Sources, kinds and spans to narrow the list by."""
    condition = following.condition
    graphs = reading.subjects(RDF("type"), VOID("Dataset"))
    prefix = f"{reading.base}graph/source/"
    sources = [(graph.value.removeprefix(prefix), reading.label(graph)) for graph in graphs]
    named = [(kind.name, kind.plural) for kind in kinds(reading.base) if kind.name not in _UNFOLLOWED]
    spans = [
        _value(following, label, span == following.since, since="" if span == following.since else span)
        for span, label in _SPANS
    ]
    return [
        FacetView("since", "Since", spans, ""),
        _facet(following, "source", "Source", condition.source, sources),
        _facet(following, "kind", "Kind", condition.kind, named),
    ]


def _facet(
    following: Following, name: str, title: str, active: str | None, choices: Iterable[tuple[str, str]]
) -> FacetView:
    """One facet whose values are those of a field of the condition, each with its label."""
    condition = following.condition
    values = [
        _value(following, label, value == active, condition=_toggled(condition, name, value))
        for value, label in choices
    ]
    return FacetView(name, title, values, "")


def _toggled(condition: Filter, field: str, value: str) -> Filter:
    fields = {"source": condition.source, "kind": condition.kind, "entity": condition.entity}
    return Filter(**{**fields, field: "" if fields[field] == value else value})


def _value(following: Following, label: str, active: bool, **changed: object) -> FacetValue:
    return FacetValue(label, 0, following.href("/changes", **changed), active)  # type: ignore[arg-type]


def _chosen(reading: Reading, following: Following) -> list[Chosen]:
    condition, found = following.condition, []
    if following.since:
        found.append(
            Chosen("Since", dict(_SPANS).get(following.since, following.since), following.href("/changes", since=""))
        )
    for field, name, label in (
        ("source", "Source", condition.source),
        ("kind", "Kind", kind_label(condition.kind, reading.base)),
        ("entity", "Of", _name(reading, condition.entity)),
    ):
        if value := getattr(condition, field):
            found.append(Chosen(name, label, following.href("/changes", condition=_toggled(condition, field, value))))
    for one in following.follow:
        kept = tuple(other for other in following.follow if other != one)
        found.append(Chosen("Following", _followed(reading, one), following.href("/changes", follow=kept)))
    return found


def _followed(reading: Reading, text: str) -> str:
    name, _, value = text.partition(":")
    if name == "kind":
        return kind_label(value, reading.base)
    if name == "source":
        return value
    return _name(reading, Following(follow=(text,)).filters(reading.base)[0].entity)


def _name(reading: Reading, iri: str) -> str:
    try:
        return reading.label(NamedNode(iri)) if iri else ""
    except ValueError:
        return iri


def title_of(reading: Reading, following: Following) -> str:
    """What is followed, in words; `""` for everything."""
    return ", ".join(chosen.label for chosen in _chosen(reading, following) if chosen.name != "Since")
