"""Writes down a request that was made on the site, in one publication, and where it is, in the next.

Hazard: a form may be sent twice. The name of a request follows from what its form carried, so the second time finds
the first one there and changes nothing. Whoever may ask may ask a bounded number of times a day.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pyoxigraph import Literal, NamedNode

from leap_kg.graph.activity import Activity
from leap_kg.graph.lookup import looked_up, stands
from leap_kg.graph.names import REQUESTS_SOURCE, source_graph
from leap_kg.graph.publish import Writer
from leap_kg.ingest.mapping.statements import Statements
from leap_kg.ingest.requests.settling import settle
from leap_kg.ingest.requests.wish import Wish, describe
from leap_kg.ontology.iri import digest, mint, slug
from leap_kg.ontology.jsonld import quads_in
from leap_kg.ontology.namespaces import DCT, PROV, RDF, SCHEMA, XSD

MOST_A_DAY = 20


class TooMany(ValueError):
    """Somebody asked too often; the text says when they may again."""


@dataclass(frozen=True, slots=True)
class Made:
    """A request that is there now, and the revision that has it."""

    node: NamedNode
    revision: int


def ask(writer: Writer, base: str, wish: Wish, name: str, key: str, activity: Activity) -> Made:
    """Publish what somebody of this name asks for; `key` is the same whenever the same form is sent.

    Raises `TooMany`, and as `Writer.commit`.
    """
    node = mint(base, "request", f"{slug(wish.title)[:60].strip('-')}-{digest(name, key)}")
    if stands(writer.store, node, RDF("type"), SCHEMA("Demand")):
        return Made(node, writer.revision)
    who = mint(base, "member", name)
    _require_few(writer, base, who, activity.ended)
    say = Statements()
    describe(wish, node, say)
    say.type(who, PROV("Agent"))
    say.text(who, DCT("title"), name)
    say.link(node, DCT("creator"), who)
    say.text(node, DCT("issued"), activity.ended.replace(microsecond=0).isoformat(), XSD("dateTime"))
    say.link(node, PROV("wasGeneratedBy"), activity.iri(base))
    writer.commit(REQUESTS_SOURCE, [], quads_in(say.triples(), source_graph(base, REQUESTS_SOURCE)), activity)
    return Made(node, settle(writer, base, node, following(activity)))


def following(activity: Activity) -> Activity:
    """The run that says where a request is after this one."""
    return replace(activity, run=f"{activity.run}-standing", title=f"{activity.title}: where it is")


def _require_few(writer: Writer, base: str, who: NamedNode, now: datetime) -> None:
    place, since, times = source_graph(base, REQUESTS_SOURCE), now - timedelta(days=1), []
    for quad in looked_up(writer.store, None, DCT("creator"), who, place):
        if isinstance(quad.subject, NamedNode):
            found = looked_up(writer.store, quad.subject, DCT("issued"), None, place)
            times += [datetime.fromisoformat(one.object.value) for one in found if isinstance(one.object, Literal)]
    if sum(time > since for time in times) >= MOST_A_DAY:
        raise TooMany(f"you asked for {MOST_A_DAY} datasets within a day: ask for the rest tomorrow, or in one request")
