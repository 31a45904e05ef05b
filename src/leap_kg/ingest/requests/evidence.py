"""Gathers from the graph what is known of requests: words, answers, the stores of answers, code, parts.

What was concluded before is no evidence, so the graph of conclusions is left out. Hazard: all requests are looked at
in a few queries, each over everything, so none may multiply requests with what names them: an issue may stand for a
thousand requests, and a page for a thousand datasets.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import urlsplit

from pyoxigraph import Literal, NamedNode

from leap_kg.graph.engine import Engine
from leap_kg.graph.names import STANDING_SOURCE, curated_graph, source_graph
from leap_kg.ingest.requests.instances import STATES, stores_of
from leap_kg.ingest.requests.standing import FAILED, PUBLISHED, RETRACTED, SUSPENDED, WORDS, Evidence, data_state
from leap_kg.ontology.namespaces import ADMS, DCAT, DCT, FOAF, SCHEMA, ours
from leap_kg.sparql.run import Term, select

_UNREADABLE = ("missing", "empty", "broken")
_AT_A_TIME = 500
_MOST_ANSWERS = 50

Rows = list[dict[str, Term]]


class Gathered:
    """The evidence on all requests, or on `only` one; `parts_of` are the requests that each is made of.

    Of one, `stood` is where its parts are, as was concluded before.
    """

    def __init__(self, graph: Engine, base: str, only: NamedNode | None = None) -> None:
        self._graph = graph
        self._base = base
        self._curated = curated_graph(base)
        self._own = source_graph(base, STANDING_SOURCE)
        asked = f"?request a {SCHEMA('Demand')} ."
        self._asked = asked if only is None else f"VALUES ?request {{ {only} }} {asked}"
        self.known: dict[NamedNode, Evidence] = {
            node: Evidence() for row in self._ask("?request", "") if (node := _node(row, "request"))
        }
        self.parts_of = self._pairs("?request ?other", f"?request {DCT('hasPart')} ?other .")
        self.stood = self._stood() if only is not None else {}
        if self.known:
            self._words()
            instances = self._instances()
            self._answers(self.known.keys() - instances)

    def _ask(self, what: str, pattern: str) -> Rows:
        return select(self._graph, f"SELECT DISTINCT {what} WHERE {{ {self._asked} {pattern} }}")

    def _pairs(self, what: str, pattern: str) -> dict[NamedNode, list[NamedNode]]:
        found: dict[NamedNode, list[NamedNode]] = defaultdict(list)
        for row in self._ask(what, pattern):
            if (node := _node(row, "request")) and (other := _node(row, "other")):
                found[node].append(other)
        return found

    def _stood(self) -> dict[NamedNode, str]:
        pattern = f"?request {DCT('hasPart')} ?other . ?other {SCHEMA('availability')} ?standing ."
        rows = ((_node(row, "other"), _node(row, "standing")) for row in self._ask("?other ?standing", pattern))
        return {other: self._word(found, "request-status") for other, found in rows if other and found}

    def _words(self) -> None:
        """What curators and sources say, and what lists of instances have."""
        for row in self._ask("?request ?word ?graph", f"GRAPH ?graph {{ ?request {ADMS('status')} ?word }}"):
            node, word, graph = (_node(row, name) for name in ("request", "word", "graph"))
            if node and word and graph and (said := self._word(word, "request-status")) in WORDS:
                if graph == self._curated:
                    self.known[node].curated = said
                else:
                    self.known[node].said.add(said)
        listed = self._pairs("?request ?other", f"?request {SCHEMA('creativeWorkStatus')} ?other .")
        for node, states in listed.items():
            # Who asks for it still, counts before who does not any more.
            if {self._word(state, "state") for state in states} == {SUSPENDED}:
                self.known[node].said.add(SUSPENDED)

    def _instances(self) -> set[NamedNode]:
        """The requests for CMIP6 instances; their answers are stores."""
        wanted = {
            node: text.value
            for row in self._ask("?request ?text", f"?request {DCT('identifier')} ?text .")
            if (node := _node(row, "request")) and isinstance(text := row["text"], Literal)
            if text.value.startswith("CMIP6.")
        }
        for node, stores in stores_of(self._graph, self._base, wanted).items():
            self.known[node].answers |= stores
        return set(wanted)

    def _answers(self, others: Iterable[NamedNode]) -> None:
        """The datasets that answer the other requests, and the code that names their issues."""
        named = {node: self.known[node] for node in others}
        stated = self._pairs(
            "?request ?other",
            f"GRAPH ?graph {{ ?request {SCHEMA('itemOffered')} ?other }} FILTER(?graph != {self._own})",
        )
        found: dict[NamedNode, set[NamedNode]] = {node: set(stated.get(node, ())) for node in named}
        places = self._pairs("?request ?other", f"?request {DCAT('landingPage')} ?other .")
        issues = self._pairs("?request ?other", f"?request {FOAF('page')} ?other .")
        sought = {place for node in named for place in places.get(node, ()) if _is_particular(place)}
        had = self._namers(sought, f"{FOAF('page')}|{DCAT('landingPage')}|{DCAT('accessURL')}", (DCAT("Dataset"),))
        leap = ours(self._base)
        code = (leap("Recipe"), SCHEMA("SoftwareSourceCode"))
        told = {page for node in named for page in issues.get(node, ())}
        naming = self._namers(told, "?how", (DCAT("Dataset"), *code))
        namers = {one for ones in naming.values() for one in ones}
        made = self._namers(namers, f"{leap('recipe')}|{leap('feedstock')}", (DCAT("Dataset"),))
        for node, evidence in named.items():
            for place in places.get(node, ()):
                found[node] |= had.get(place, set())
            for page in issues.get(node, ()):
                for namer in naming.get(page, set()):
                    found[node] |= made.get(namer, set()) | {namer}
                    evidence.code.add(namer)
        self._judge(found)

    def _namers(
        self, things: Iterable[NamedNode], how: str, classes: tuple[NamedNode, ...]
    ) -> dict[NamedNode, set[NamedNode]]:
        """The nodes of these classes that name each of the things by these properties."""
        found: dict[NamedNode, set[NamedNode]] = defaultdict(set)
        for some in _batches(things):
            rows = select(
                self._graph,
                f"SELECT DISTINCT ?thing ?namer WHERE {{ VALUES ?thing {{ {' '.join(map(str, some))} }} "
                f"?namer {how} ?thing . ?namer a ?kind . FILTER(?kind IN ({', '.join(map(str, classes))})) }}",
            )
            for row in rows:
                if (thing := _node(row, "thing")) and (namer := _node(row, "namer")):
                    found[thing].add(namer)
        return found

    def _judge(self, found: Mapping[NamedNode, set[NamedNode]]) -> None:
        """The state of each dataset and store that answers; what is neither is no answer."""
        states: dict[NamedNode, list[str]] = {}
        for some in _batches(one for ones in found.values() for one in ones):
            for row in select(self._graph, self._state_query(some)):
                answer, store = _node(row, "answer"), _node(row, "store")
                if answer:
                    states.setdefault(answer, []).extend([self._state(row)] if store else [])
        for node, answers in found.items():
            judged = {answer: data_state(states[answer]) for answer in sorted(answers, key=str) if answer in states}
            self.known[node].answers |= dict(list(judged.items())[:_MOST_ANSWERS])
            self.known[node].code -= judged.keys()

    def _state_query(self, answers: Iterable[NamedNode]) -> str:
        dataset, store = f"?answer a {DCAT('Dataset')} .", f"?answer a {DCAT('Distribution')} ."
        ways = (
            f"{{ {dataset} OPTIONAL {{ ?answer {DCAT('distribution')} ?store }} }}",
            f"{{ {store} BIND(?answer AS ?store) }}",
            f"{{ ?answer a {ours(self._base)('ZarrStore')} . BIND(?answer AS ?store) }}",
        )
        named = " ".join(map(str, answers))
        return (
            f"SELECT DISTINCT ?answer ?store ?status ?state WHERE {{ VALUES ?answer {{ {named} }} "
            f"{' UNION '.join(ways)} OPTIONAL {{ ?store {ADMS('status')} ?status }} "
            f"OPTIONAL {{ ?store {SCHEMA('creativeWorkStatus')} ?state }} }}"
        )

    def _state(self, row: Mapping[str, Term]) -> str:
        """What a store is to a request: retracted counts before anything, then whether it can be read."""
        status, state = _node(row, "status"), _node(row, "state")
        known = STATES.get(self._word(state, "state"), PUBLISHED) if state else PUBLISHED
        if known == RETRACTED:
            return known
        return FAILED if status and self._word(status, "status") in _UNREADABLE else known

    def _word(self, node: NamedNode, scheme: str) -> str:
        """The end of a concept's IRI, `""` for one of another scheme."""
        start = f"{self._base}{scheme}/"
        return node.value.removeprefix(start) if node.value.startswith(start) else ""


def _node(row: Mapping[str, Term], name: str) -> NamedNode | None:
    found = row.get(name)
    return found if isinstance(found, NamedNode) else None


def _batches(nodes: Iterable[NamedNode]) -> Iterator[list[NamedNode]]:
    """The nodes, each once, as many at a time as a query takes."""
    ordered = sorted(set(nodes), key=str)
    return (ordered[start : start + _AT_A_TIME] for start in range(0, len(ordered), _AT_A_TIME))


def _is_particular(place: NamedNode) -> bool:
    """Whether an address is that of something: the front page of a server may be that of anything."""
    parts = urlsplit(place.value)
    return bool(parts.path.strip("/") or parts.query)
