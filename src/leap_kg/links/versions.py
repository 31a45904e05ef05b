"""Preprints and articles that may be one work (V1): titles agree, and so do authors.

Registers say which article a preprint became; many do not. What is found here is a candidate for a curator and never
more: a title may be that of a talk, a thesis and three articles, and authors write series of papers that differ by one
word. What any source relates already is left alone.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode

from leap_kg.graph.engine import Engine
from leap_kg.graph.index.entry import label_in
from leap_kg.links.assembling import Assembly
from leap_kg.links.assertion import Evidence
from leap_kg.links.known import Known
from leap_kg.links.people import key_of
from leap_kg.links.resolving import Target
from leap_kg.ontology.namespaces import DCT, FABIO, PROV, RDF, RDFS, SCHEMA

_SAME, _ALIKE = 0.75, 0.5
_ENOUGH = 0.8
"""The share of words that two titles have in common, of all words of both."""
_FEWEST_WORDS = 4
_MOST_ALIKE = 40
"""Works of one author of each sort; of somebody with more, the first are compared, by title."""
_LATER = (FABIO("JournalArticle"), FABIO("ConferencePaper"), FABIO("BookChapter"), FABIO("Thesis"))
_TITLES = (DCT("title"), RDFS("label"))
_REVISES = PROV("wasRevisionOf")
_TIES = (_REVISES, DCT("isVersionOf"), DCT("hasVersion"), DCT("isFormatOf"), SCHEMA("sameAs"))


@dataclass(slots=True)
class _Work:
    iri: str
    title: str
    words: frozenset[str]
    year: int
    authors: frozenset[str] = field(default_factory=frozenset)


def add_versions(store: Engine, assembly: Assembly) -> None:
    """Add which article may be that of which preprint; the article is the subject, as where registers say so."""
    early = _works(store, (FABIO("Preprint"),))
    late = [work for work in _works(store, _LATER) if work.iri not in {each.iri for each in early}]
    by_author: dict[str, tuple[list[_Work], list[_Work]]] = defaultdict(lambda: ([], []))
    for which, works in enumerate((early, late)):
        for work in works:
            for author in work.authors:
                by_author[author][which].append(work)
    seen: set[tuple[str, str]] = set()
    for author in sorted(by_author):
        before, after = by_author[author]
        for one in before[:_MOST_ALIKE]:
            for other in after[:_MOST_ALIKE]:
                if (one.iri, other.iri) not in seen:
                    seen.add((one.iri, other.iri))
                    _compare(one, other, assembly)


def _compare(preprint: _Work, article: _Work, assembly: Assembly) -> None:
    shared = len(preprint.words & article.words) / len(preprint.words | article.words)
    if shared < _ENOUGH or (preprint.year and article.year and preprint.year > article.year + 1):
        return
    authors = preprint.authors & article.authors
    fewer = min(len(preprint.authors), len(article.authors))
    if 2 * len(authors) < fewer or _decided(assembly.known, preprint.iri, article.iri):
        return
    sure = _SAME if shared == 1 and len(authors) == fewer else _ALIKE
    quote = f"{preprint.title} / {article.title}, both by {', '.join(sorted(authors)[:3])}"
    evidence = Evidence("V1", sure, article.iri, quote[:200], "titles and authors")
    assembly.add(article.iri, _REVISES, Target(preprint.iri, known=True), evidence)


def _decided(known: Known, preprint: str, article: str) -> bool:
    """Whether a source says what became of the preprint, or how the two are related."""
    pairs = ((preprint, article), (article, preprint))
    return known.says(None, _REVISES, preprint) or any(
        known.says(one, predicate, other) for one, other in pairs for predicate in _TIES
    )


def _works(store: Engine, classes: tuple[NamedNode, ...]) -> list[_Work]:
    nodes = {
        quad.subject.value
        for each in classes
        for quad in store.quads_for_pattern(None, RDF("type"), each, None)
        if isinstance(quad.subject, NamedNode)
    }
    found = (_work(store, NamedNode(iri)) for iri in sorted(nodes))
    return sorted((work for work in found if work is not None), key=lambda work: (work.title, work.iri))


def _work(store: Engine, node: NamedNode) -> _Work | None:
    """The work, if its title and authors are known and the title has words enough to tell it from others."""
    title = next((text for predicate in _TITLES for text in sorted(_texts(store, node, predicate))), "")
    words = frozenset(re.findall(r"[^\W_]+", _plain(title)))
    if len(words) < _FEWEST_WORDS:
        return None
    makers = [
        quad.object
        for predicate in (DCT("creator"), DCT("contributor"))
        for quad in store.quads_for_pattern(node, predicate, None, None)
        if isinstance(quad.object, NamedNode)
    ]
    authors = frozenset(filter(None, (key_of(label_in(store, maker)) for maker in makers)))
    year = min(filter(str.isdecimal, (text[:4] for text in _texts(store, node, DCT("issued")))), default="0")
    return _Work(node.value, title, words, int(year), authors) if authors else None


def _texts(store: Engine, node: NamedNode, predicate: NamedNode) -> Iterator[str]:
    quads = store.quads_for_pattern(node, predicate, None, None)
    return (quad.object.value for quad in quads if isinstance(quad.object, Literal))


def _plain(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).casefold()
