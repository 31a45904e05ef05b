"""All links of one revision in short, the most useful to decide first.

A verdict is useful if it is likely to change what the graph says, and much hangs on that: so a link counts by the
weight of its property, times the chance that the word turns it (its confidence where the plain triple is not
published, one minus that where it is), halved if it leads to what the graph does not describe.

Hazard: a graph may hold millions of links. At most `MOST` are looked at; whoever counts looks at `whole` first.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from pyoxigraph import Literal, NamedNode

from leap_kg.graph.lookup import looked_up, stands
from leap_kg.links.assertion import ACCEPTED, REJECTED
from leap_kg.links.judged import DISPUTED, all_verdicts, curated_graph
from leap_kg.links.methods import CITATION, PUBLICATION
from leap_kg.links.siblings import Siblings
from leap_kg.ontology.namespaces import ADMS, OWL, PROV, RDF, SCHEMA
from leap_kg.web.reading import Reading

MOST = 50_000
_WEIGHTS = {
    OWL("sameAs").value: 1.0,
    PUBLICATION.value: 1.0,
    PROV("used").value: 0.9,
    PROV("generated").value: 0.9,
    CITATION.value: 0.5,
    SCHEMA("mentions").value: 0.3,
}
_WEIGHT = 0.7
_UNKNOWN = 0.5


@dataclass(frozen=True, slots=True)
class Candidate:
    """A link in short: `kind` is that of its subject (its name in addresses), `plain` whether the plain triple is
    published, `status` what curators come to (`""`: nobody has spoken), `known` whether its object is described.
    `files` are the links that it follows from.
    """

    iri: str
    subject: str
    predicate: str
    target: str
    confidence: float
    methods: tuple[str, ...]
    kind: str
    plain: bool
    status: str
    known: bool
    files: tuple[str, ...] = ()

    @property
    def use(self) -> float:
        """How useful a verdict is, 0 to 1."""
        turn = 1 - self.confidence if self.plain else self.confidence
        return _WEIGHTS.get(self.predicate, _WEIGHT) * turn * (1 if self.known else _UNKNOWN)


@dataclass(frozen=True, slots=True)
class Candidates:
    """Links, the most useful first, and whether these are all there are."""

    links: tuple[Candidate, ...]
    whole: bool


def candidates(reading: Reading) -> Candidates:
    """All links of a revision."""
    made = _Pass(reading)
    found = list(made.links())
    return Candidates(tuple(sorted(found, key=lambda one: (-one.use, one.iri))), len(found) < MOST)


class _Pass:
    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._store = reading.snapshot.store
        self._kinds: dict[NamedNode, str] = {}
        self._known: dict[NamedNode, bool] = {}
        self._words = self._statuses()

    def links(self) -> Iterator[Candidate]:
        quads = looked_up(self._store, None, RDF("type"), self._reading.leap("LinkAssertion"), most=MOST)
        nodes = (node for node in dict.fromkeys(quad.subject for quad in quads) if isinstance(node, NamedNode))
        found = [made for node in nodes if (made := self._candidate(node))]
        siblings = Siblings(self._words, {made.iri: made.files for made in found})
        for made in found:
            # A place is decided once: what follows from links of files is not asked for beside them.
            if made.status or not made.files:
                yield replace(made, status=siblings.word(made.iri))

    def _statuses(self) -> dict[str, str]:
        start = f"{self._reading.base}verdict/"
        found = looked_up(self._store, None, ADMS("status"), None, curated_graph(self._reading.base))
        named = ((str(getattr(q.subject, "value", "")), str(getattr(q.object, "value", ""))) for q in found)
        words = {link: word.removeprefix(start) for link, word in named if word.startswith(start)}
        return {link: word for link, word in words.items() if word in (ACCEPTED, REJECTED, DISPUTED)}

    def _candidate(self, node: NamedNode) -> Candidate | None:
        said: dict[NamedNode, list[NamedNode | Literal]] = {}
        for quad in looked_up(self._store, node, None, None, None):
            if isinstance(quad.object, NamedNode | Literal):
                said.setdefault(quad.predicate, []).append(quad.object)
        subject, predicate, target = (_node(said.get(RDF(name))) for name in ("subject", "predicate", "object"))
        if subject is None or predicate is None or target is None:
            return None
        methods = {each.value.rpartition("/")[2] for each in said.get(self._reading.leap("method"), ())}
        return Candidate(
            iri=node.value,
            subject=subject.value,
            predicate=predicate.value,
            target=target.value,
            confidence=_number(said.get(self._reading.leap("confidence"))),
            methods=tuple(sorted(methods)),
            kind=self._kind(subject),
            plain=stands(self._store, subject, predicate, target, None),
            status=self._words.get(node.value, ""),
            known=self._is_known(target),
            files=tuple(sorted(each.value for each in said.get(PROV("wasDerivedFrom"), ()))),
        )

    def _kind(self, node: NamedNode) -> str:
        if node not in self._kinds:
            kind = self._reading.kind(node)
            self._kinds[node] = kind.name if kind else ""
        return self._kinds[node]

    def _is_known(self, node: NamedNode) -> bool:
        if node not in self._known:
            self._known[node] = stands(self._store, node, RDF("type"), None, None)
        return self._known[node]


def spoken(reading: Reading, curator: str) -> dict[str, str]:
    """What one curator says: the word by the IRI of the link."""
    found = all_verdicts(reading.snapshot.store, reading.base)
    return {each.link: each.word for each in found if each.curator.iri == curator}


def _node(terms: list[NamedNode | Literal] | None) -> NamedNode | None:
    return next((term for term in terms or () if isinstance(term, NamedNode)), None)


def _number(terms: list[NamedNode | Literal] | None) -> float:
    for term in terms or ():
        try:
            return min(max(float(term.value), 0.0), 1.0)
        except ValueError:
            continue
    return 0.0
