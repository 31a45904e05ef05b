"""Witnesses in the graph itself: what registers say between papers, data and software (L2, L3), papers whose record
names the repository that names them (L4), and stores that feedstocks say their recipes make (D2).

The named queries of `sparql/links` find them; evidence is the record that says so. Records of two parties, of the paper
and of the data, are surer than one.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache

from pyoxigraph import NamedNode

from leap_kg.graph.engine import Engine
from leap_kg.graph.lookup import looked_up
from leap_kg.links.assembling import Assembly
from leap_kg.links.assertion import Evidence
from leap_kg.links.catalogued import Catalogues
from leap_kg.links.files import Listed
from leap_kg.links.methods import CITATION, PUBLICATION
from leap_kg.links.resolving import Target
from leap_kg.links.signal import LONGEST_QUOTE
from leap_kg.ontology.identifiers import Refusal, github
from leap_kg.ontology.iri import mint
from leap_kg.ontology.namespaces import CITO, DCT, PROV, SH
from leap_kg.resources import declarations
from leap_kg.sparql.catalogue import Catalogue, load
from leap_kg.sparql.run import Term, select

_BOTH, _ONE, _NAMED_BY_BOTH = 0.98, 0.95, 0.98
_COPIED = 0.6
"""A catalogue that takes its description from another repository may be that one's, copied as a start."""
_INVERSE = {
    DCT("isPartOf"): DCT("hasPart"),
    DCT("isReferencedBy"): DCT("references"),
    CITO("isCitedBy"): CITO("cites"),
    CITO("isCitedAsDataSourceBy"): CITO("citesAsDataSource"),
    CITO("isDocumentedBy"): CITO("documents"),
    CITO("isDescribedBy"): CITO("describes"),
}
_REFERENCES = frozenset({DCT("references"), CITO("cites")})
_ADDRESS = re.compile(r"github\.com/[\w.-]+/[\w.-]*\w", re.IGNORECASE | re.ASCII)


def add_related(store: Engine, assembly: Assembly, load: Mapping[tuple[str, str], Listed] | None = None) -> None:
    """Add what the graph itself says; files must have been added before, because L4 needs the repository's word.

    `load` are the files that can be opened, by repository and path: a line of theirs is surer to follow than a record.
    """
    _recipes(store, assembly, Catalogues(load or {}, assembly.base))
    _registers(store, assembly)
    _named_by_both(store, assembly)


def _recipes(store: Engine, assembly: Assembly, catalogues: Catalogues) -> None:
    """What feedstocks say that their recipes make (D2): said of the recipe and of its repository.

    Evidence is the line of the feedstock's catalogue; where none is at hand, it is the record, and no file is named.
    """
    told: set[tuple[str, str, Evidence]] = set()
    copied = _described_elsewhere(store, assembly)
    for row in _rows(store, "links/recipe-stores", assembly.base):
        recipe, made, repository = (getattr(row.get(name), "value", "") for name in ("recipe", "store", "repository"))
        address, graph = (getattr(row.get(name), "value", "") for name in ("address", "source"))
        sure = _COPIED if assembly.known.now(repository) in copied else _ONE
        evidence = catalogues.evidence("D2", sure, repository, made)
        if evidence is None:
            evidence = _evidence("D2", sure, recipe, f"{recipe.rpartition('/')[2]}: {address}", graph)
        for subject, of in ((recipe, ""), (repository, recipe)):
            # Two sources may have taken it from the same line.
            if (subject, made, evidence) not in told:
                told.add((subject, made, evidence))
                assembly.add(subject, PROV("generated"), Target(made, known=True), evidence, of=of)


def _described_elsewhere(store: Engine, assembly: Assembly) -> set[str]:
    """The repositories whose catalogue points at the description of another, as findings about it say."""
    found = set()
    for quad in looked_up(store, None, DCT("type"), mint(assembly.base, "finding-kind", "foreign-meta")):
        if not isinstance(quad.subject, NamedNode):
            continue
        file, said = (_value(store, quad.subject, name) for name in (DCT("source"), SH("value")))
        own, other = github.parse_file(file), github.parse_repository(said)
        if isinstance(own, Refusal) or isinstance(other, Refusal):
            continue
        now = assembly.known.now(own.repository.iri)
        if now != assembly.known.now(other.iri):
            found.add(now)
    return found


def _value(store: Engine, node: NamedNode, predicate: NamedNode) -> str:
    return next((str(getattr(quad.object, "value", "")) for quad in looked_up(store, node, predicate)), "")


def _registers(store: Engine, assembly: Assembly) -> None:
    found: dict[tuple[str, NamedNode, str], set[tuple[bool, str]]] = defaultdict(set)
    for row in _rows(store, "links/related-works", assembly.base):
        work, product, said, source = (row.get(name) for name in ("work", "product", "property", "source"))
        if not (isinstance(said, NamedNode) and isinstance(work, NamedNode) and isinstance(product, NamedNode)):
            continue
        inverse = said in _INVERSE
        found[work.value, _INVERSE.get(said, said), product.value].add((inverse, getattr(source, "value", "")))
    for (work_iri, predicate, product_iri), said_by in found.items():
        method = "L3" if predicate in _REFERENCES else "L2"
        confidence = _BOTH if len({inverse for inverse, _ in said_by}) > 1 else _ONE
        for inverse, graph in sorted(said_by):
            speaker, other = (product_iri, work_iri) if inverse else (work_iri, product_iri)
            evidence = _evidence(method, confidence, speaker, f"{_word(predicate, inverse)} {other}", graph)
            assembly.add(work_iri, predicate, Target(product_iri, known=True), evidence)


def _named_by_both(store: Engine, assembly: Assembly) -> None:
    named: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    for row in _rows(store, "links/works-naming-code", assembly.base):
        work, text = (getattr(row.get(name), "value", "") for name in ("work", "named"))
        says, graph = (getattr(row.get(name), "value", "") for name in ("property", "source"))
        for address in _ADDRESS.findall(text):
            repository = github.parse_repository(f"https://{address}")
            if not isinstance(repository, Refusal):
                now = assembly.known.now(repository.iri)
                named[now, work].add((f"{re.split('[#/]', says)[-1]}: {_around(text, address)}", graph))
    for repository_iri, paper in assembly.pairs((CITATION, PUBLICATION)):
        for quote, graph in sorted(named.get((repository_iri, paper), ())):
            evidence = _evidence("L4", _NAMED_BY_BOTH, paper, quote, graph)
            assembly.add(repository_iri, PUBLICATION, Target(paper, known=True), evidence)


def _evidence(method: str, confidence: float, speaker: str, quote: str, graph: str) -> Evidence:
    source = graph.rpartition("/")[2]
    address = speaker if speaker.startswith(("http://", "https://")) else ""
    return Evidence(method, confidence, speaker, quote[:LONGEST_QUOTE], f"its record in {source}", address)


def _word(predicate: NamedNode, inverse: bool) -> str:
    said = next((key for key, value in _INVERSE.items() if value == predicate), predicate) if inverse else predicate
    return re.split("[#/]", said.value)[-1]


def _around(text: str, address: str) -> str:
    """The address with the words before it."""
    start = max(text.find(address) - LONGEST_QUOTE // 3, 0)
    return " ".join(text[start : start + LONGEST_QUOTE - 40].split())


def _rows(store: Engine, name: str, base: str) -> Iterator[dict[str, Term]]:
    query = _queries(base).get(name)
    if query is None:
        raise LookupError(f"there is no query {name}.rq in the folder sparql")
    yield from select(store, query.bind())


@lru_cache(maxsize=2)
def _queries(base: str) -> Catalogue:
    return load(declarations() / "sparql", base)
