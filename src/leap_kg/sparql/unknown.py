"""Values of a named query's parameters that the graph does not have, so that an empty answer says nothing.

A string is looked for in what the query `among` lists, or in the titles of the kinds that `titled` names, an IRI
anywhere in the graph. Hazard: the lists are read in this process, as all queries of the catalogue are; they have no
parameters, so that nobody can make them long, and no more titles are looked through than a bound.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode
from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler

from leap_kg.graph.engine import Engine
from leap_kg.graph.index.search import SearchIndex
from leap_kg.graph.lookup import looked_up, stands
from leap_kg.ontology.iri import readable
from leap_kg.ontology.namespaces import DCT
from leap_kg.sparql import run
from leap_kg.sparql.catalogue import Catalogue, NamedQuery
from leap_kg.sparql.parameters import Parameter, Value

_NEAR = 5
_LEAST_ALIKE = 0.75
_ALIKE_FROM = 100  # characters; a longer text is no misspelling of a name
_MOST_WORDS = 6
_MOST_BESIDE = 10_000
_MOST_TITLES = 50_000


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value of `parameter` that the graph does not have; `near` are those most like it that it has, best first."""

    parameter: str
    value: str
    reason: str
    near: tuple[str, ...]
    is_node: bool = False

    def __str__(self) -> str:
        return self.reason + (f"; near it: {', '.join(self.near)}" if self.near else "")


def unknown(
    query: NamedQuery,
    values: Mapping[str, Value | None],
    catalogue: Catalogue,
    store: Engine,
    index: SearchIndex,
    *,
    once: Callable[[NamedNode], bool] = lambda node: False,
) -> list[Unknown]:
    """The values, defaults among them, that the graph does not have; `values` are those that `query.bind` takes.

    For a query that is put to the history of changes, `once` says whether the graph had a node that it lacks now.
    """
    found = (_missed(each, values.get(name), catalogue, store, index) for name, each in query.parameters.items())
    return [each for each in found if each is not None and not (each.is_node and once(NamedNode(each.value)))]


def _missed(
    parameter: Parameter, given: Value | None, catalogue: Catalogue, store: Engine, index: SearchIndex
) -> Unknown | None:
    value = parameter.taken(given)
    if parameter.type == "iri" and value is not None:
        node = value if isinstance(value, NamedNode) else NamedNode(str(value))
        if _stands(node, store):
            return None
        reason = f"the graph says nothing of <{node.value}>"
        return Unknown(parameter.name, node.value, reason, _like(node, index), is_node=True)
    if parameter.titled:
        return _untitled(parameter, str(value), store, index)
    listed = catalogue.get(parameter.among) if parameter.among else None
    if listed is None:
        return None
    text, names = str(value), _names(listed, store)
    if text in names:
        return None
    return Unknown(parameter.name, text, f"the graph knows no {listed.title} {text!r}", _alike(text, names))


def _untitled(parameter: Parameter, text: str, store: Engine, index: SearchIndex) -> Unknown | None:
    """Whether no node of the kinds has the text in its title, as far as so many titles can be looked through."""
    wanted, kinds = text.lower(), {"kind": parameter.titled}
    alike = index.find(text, kinds, _NEAR, tolerant=True).hits
    if not wanted or any(wanted in hit.label.lower() for hit in alike):
        return None
    titles = looked_up(store, None, DCT("title"), most=_MOST_TITLES)
    nodes = {q.subject.value for q in titles if isinstance(q.subject, NamedNode) and wanted in _words(q.object).lower()}
    if len(titles) == _MOST_TITLES or any(index.kind(node) in parameter.titled for node in nodes):
        return None
    kinds_said = " or ".join(filter(None, (", ".join(parameter.titled[:-1]), parameter.titled[-1])))
    reason = f"no {kinds_said} has {text[:_ALIKE_FROM]!r} in its title"
    if not alike and (some := index.find("", {"kind": parameter.titled[:1]}, _NEAR).hits):
        reason += f"; titles are such as: {', '.join(hit.label for hit in some)}"
    return Unknown(parameter.name, text, reason, tuple(dict.fromkeys(hit.label for hit in alike)))


def _words(term: object) -> str:
    return term.value if isinstance(term, Literal) else ""


def _stands(node: NamedNode, store: Engine) -> bool:
    """Whether the node stands anywhere in the graph."""
    return stands(store, node) or stands(store, None, None, node) or stands(store, None, node)


def _names(listed: NamedQuery, store: Engine) -> list[str]:
    rows = run.select(store, listed.bind())
    return [term.value for row in rows for term in row.values() if isinstance(term, Literal)]


def _alike(text: str, names: Sequence[str]) -> tuple[str, ...]:
    if len(text) > _ALIKE_FROM:
        return ()
    found = process.extract(
        text, names, scorer=JaroWinkler.similarity, processor=str.lower, score_cutoff=_LEAST_ALIKE, limit=_NEAR
    )
    return tuple(str(name) for name, *_ in found)


def _like(node: NamedNode, index: SearchIndex) -> tuple[str, ...]:
    """Nodes of the same folder that are called nearly so, or else those that have the words of the IRI's last part."""
    folder, mark, name = node.value.rpartition("/")
    if mark and (near := _alike(name, [iri[len(folder) + 1 :] for iri in index.below(folder + mark, _MOST_BESIDE)])):
        return tuple(f"{folder}{mark}{each}" for each in near)
    words = " ".join(re.split(r"[^\w]+", readable(node.value))[:_MOST_WORDS]).strip()
    return tuple(hit.iri for hit in index.find(words, limit=_NEAR).hits) if words else ()
