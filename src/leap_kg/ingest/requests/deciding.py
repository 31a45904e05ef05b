"""Writes down what a curator decides about a request: a state, words why, and the dataset that answers it.

A decision is a part of its request in `graph/curated`; a later one takes the place of an earlier one, and the history
keeps both. Where the request is follows from it and from all other evidence, at once.

Hazard: two curators may look at one request. Who decides says what they saw, and is refused if it is not so any more.
"""

from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Triple

from leap_kg.graph.activity import Activity
from leap_kg.graph.engine import Engine
from leap_kg.graph.lookup import looked_up, stands
from leap_kg.graph.names import curated_graph
from leap_kg.graph.publish import Writer
from leap_kg.ingest.mapping.statements import Statements
from leap_kg.ingest.requests.asking import following
from leap_kg.ingest.requests.settling import settle
from leap_kg.ingest.requests.standing import DECIDABLE, DECLINED
from leap_kg.ontology.iri import mint, part
from leap_kg.ontology.jsonld import quads_in
from leap_kg.ontology.namespaces import ADMS, DCAT, DCT, OA, PROV, RDF, SCHEMA, XSD

LONGEST_WHY = 1000


class NoRequest(LookupError, ValueError):
    """There is no such request."""


class NoDecision(ValueError):
    """This cannot be decided; the text says why, `field` which part of the form is to be mended."""

    def __init__(self, text: str, field: str) -> None:
        super().__init__(text)
        self.field = field


class Unseen(ValueError):
    """The decision is not what its curator looked at any more."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a curator decided: a state of `DECIDABLE` (`""`: what the evidence says), why, and the dataset, if any.

    `at` is when, an xsd:dateTime, `by` the name of the curator.
    """

    word: str = ""
    why: str = ""
    answer: str = ""
    by: str = ""
    at: str = ""


def decision_on(store: Engine, base: str, node: NamedNode) -> Decision:
    """The decision that stands, an empty one if there is none."""
    graph, own = curated_graph(base), part(node, "decision")

    def one(subject: NamedNode, predicate: NamedNode) -> str:
        found = (quad.object for quad in looked_up(store, subject, predicate, None, graph))
        return min((each.value for each in found if isinstance(each, NamedNode | Literal)), default="")

    who = one(own, PROV("wasAttributedTo"))
    return Decision(
        word=one(node, ADMS("status")).removeprefix(f"{base}request-status/"),
        why=one(own, DCT("description")),
        answer=one(node, SCHEMA("itemOffered")),
        by=one(NamedNode(who), DCT("title")) if who else "",
        at=one(own, PROV("generatedAtTime")),
    )


def decide(writer: Writer, base: str, node: NamedNode, said: Decision, seen: str, activity: Activity) -> int:
    """Publish a decision in place of the one before, and where the request is now; the revision.

    `seen` is the time of the decision that its curator looked at. A decision without state and dataset takes the one
    before back. Raises `NoRequest`, `Unseen`, `NoDecision`, and as `Writer.commit`.
    """
    store = writer.store
    if not stands(store, node, RDF("type"), SCHEMA("Demand")):
        raise NoRequest(f"there is no request {node.value}: its IRI is on its page")
    _require(store, said)
    before = decision_on(store, base, node)
    if (before.word, before.why, before.answer) == (said.word, said.why, said.answer):
        return writer.revision
    if before.at != seen:
        raise Unseen("somebody decided about this request since you looked: look at it again")
    graph, own = curated_graph(base), part(node, "decision")
    removed = looked_up(store, own, None, None, graph)
    for predicate in (ADMS("status"), SCHEMA("itemOffered")):
        removed += looked_up(store, node, predicate, None, graph)
    added = quads_in(_triples(base, node, own, said, activity), graph) if said.word or said.answer else []
    writer.commit("curated", removed, added, activity)
    return settle(writer, base, node, following(activity))


def _require(store: Engine, said: Decision) -> None:
    if said.word and said.word not in DECIDABLE:
        raise NoDecision(f"choose one of {', '.join(DECIDABLE)}, or what the evidence says", "word")
    if len(said.why) > LONGEST_WHY:
        raise NoDecision(f"say why in at most {LONGEST_WHY} characters, not {len(said.why)}", "why")
    if said.word == DECLINED and not said.why:
        raise NoDecision("say why it is declined, so that whoever asked knows what to do instead", "why")
    if said.answer and not stands(store, NamedNode(said.answer), RDF("type"), DCAT("Dataset")):
        raise NoDecision("this is no dataset of the graph: give the address or the IRI of the page of one", "answer")


def _triples(base: str, node: NamedNode, own: NamedNode, said: Decision, activity: Activity) -> list[Triple]:
    say, who = Statements(), mint(base, "curator", said.by)
    say.type(own, OA("Annotation"))
    say.text(own, DCT("title"), f"Decided by {said.by}")
    say.link(own, OA("motivatedBy"), OA("moderating"))
    say.link(own, OA("hasTarget"), node)
    say.text(own, DCT("description"), said.why)
    say.link(own, PROV("wasAttributedTo"), who)
    say.text(own, PROV("generatedAtTime"), activity.ended.isoformat(), XSD("dateTime"))
    say.link(own, PROV("wasGeneratedBy"), activity.iri(base))
    say.type(who, PROV("Agent"))
    say.text(who, DCT("title"), said.by)
    if said.word:
        status = mint(base, "request-status", said.word)
        say.link(node, ADMS("status"), status)
        say.link(own, OA("hasBody"), status)
    say.link(node, SCHEMA("itemOffered"), said.answer or None)
    return say.triples()
