"""What the graph itself lacks: kinds of things, links that are sure enough to publish, data for questions.

Hazard: a query reads all links; it is asked once a revision, and its answer kept with the outputs.
"""

from dataclasses import dataclass

from pyoxigraph import NamedNode

from leap_kg.graph.lookup import stands
from leap_kg.graph.statements import Term
from leap_kg.ontology.namespaces import RDF
from leap_kg.sparql.catalogue import NamedQuery
from leap_kg.sparql.demands import Demand, missing
from leap_kg.web.cells import Node, plain
from leap_kg.web.links import query_url
from leap_kg.web.reading import Reading

_QUESTIONS = "questions/"
_EMPTY, _UNSURE = "questions/empty-classes", "questions/unsure-links"


@dataclass(frozen=True, slots=True)
class Gap:
    """One list of what is lacking: `name` in addresses, rows with a few words each, and the query or page behind it.

    `advice` says what mends it.
    """

    name: str
    title: str
    advice: str
    rows: list[tuple[Node, str]]
    path: str


def gaps_of(reading: Reading) -> list[Gap]:
    """All three lists, also the empty ones."""
    lacking = _unanswerable(reading)
    return [_questions(lacking), _classes(reading, lacking), _links(reading)]


def _unanswerable(reading: Reading) -> list[tuple[NamedQuery, list[Demand]]]:
    """The questions that cannot have an answer, each with what it demands and the graph has none of."""
    known: dict[Demand, bool] = {}

    def is_there(demand: Demand) -> bool:
        if demand not in known:
            node, is_class = demand
            store = reading.snapshot.store
            known[demand] = stands(store, None, RDF("type"), node) if is_class else stands(store, None, node)
        return known[demand]

    asked = [query for query in reading.queries.all() if query.question and query.name.startswith(_QUESTIONS)]
    found = ((query, sorted(missing(query.text, is_there), key=str)) for query in asked)
    lacking = [(query, demands) for query, demands in found if demands]
    return sorted(lacking, key=lambda each: (each[0].question or 0, each[0].order, each[0].name))


def _questions(lacking: list[tuple[NamedQuery, list[Demand]]]) -> Gap:
    rows = []
    for query, demands in lacking:
        words = ", ".join(sorted({_word(node) for node, _ in demands}))
        path = f"/queries#query-{query.name.replace('/', '-')}"
        rows.append((Node(query.title, path, ""), f"question {query.question}: nothing has {words}"))
    return Gap(
        "questions-without-data",
        "Questions that the graph has no data for",
        "A source that brings what they ask for answers them.",
        rows,
        "/queries",
    )


def _classes(reading: Reading, lacking: list[tuple[NamedQuery, list[Demand]]]) -> Gap:
    text, found = _asked(reading, _EMPTY)
    rows = []
    for row in found:
        node = row.get("class")
        if isinstance(node, NamedNode):
            number = sum((node, True) in demands for _, demands in lacking)
            label = plain(reading.cell(row["label"])) if "label" in row else reading.label(node)
            link = reading.link(node)
            asked = f"asked for by {number} question{'' if number == 1 else 's'}" if number else ""
            rows.append((Node(label, link.path, link.iri, external=link.external), asked))
    return Gap(
        "kinds-without-instances",
        "Kinds of things that the graph has none of",
        "Nothing of these was harvested, or no record says that it is one.",
        rows,
        query_url(text),
    )


def _links(reading: Reading) -> Gap:
    text, found = _asked(reading, _UNSURE)
    rows = []
    for row in found:
        node = row.get("link")
        if isinstance(node, NamedNode):
            place = plain(reading.cell(row["place"])) if "place" in row else ""
            sure = plain(reading.cell(row["confidence"]))
            rows.append((reading.link(node), f"{sure} sure{f', {place}' if place else ''}"))
    return Gap(
        "links-below-the-threshold",
        "Links too unsure to be published",
        "A curator's yes publishes a link, a no takes it away.",
        rows,
        query_url(text),
    )


def _asked(reading: Reading, name: str) -> tuple[str, list[dict[str, Term]]]:
    query = reading.queries.get(name)
    if query is None:
        raise LookupError(f"there is no query {name}.rq in the folder sparql")
    text = query.bind()
    return text, reading.select(text)


def _word(node: NamedNode) -> str:
    """The local name of a class or property, as its vocabulary writes it."""
    return node.value.rpartition("#")[2].rstrip("/").rpartition("/")[2]
