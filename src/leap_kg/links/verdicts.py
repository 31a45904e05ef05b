"""A curator's verdict on a link, in the graph of what curators say."""

import secrets
from datetime import UTC, datetime

from pyoxigraph import NamedNode, Quad

from leap_kg.graph.activity import Activity
from leap_kg.graph.followers import followed_writer
from leap_kg.graph.home import Home
from leap_kg.links.assertion import ACCEPTED, REJECTED
from leap_kg.ontology.iri import mint
from leap_kg.ontology.namespaces import ADMS, RDF, ours

WORDS = (ACCEPTED, REJECTED, "none")
_WAIT = 300.0


class NoLink(LookupError):
    """There is no such link; the text says what to do."""


def decide(home: Home, base: str, link: str, word: str) -> int:
    """Note what a curator says of a link, in place of what was said before; the revision. Raises `NoLink`."""
    node, curated = NamedNode(link), NamedNode(f"{base}graph/curated")
    with followed_writer(home, base, _WAIT) as writer:
        if not any(writer.store.quads_for_pattern(node, RDF("type"), ours(base)("LinkAssertion"), None)):
            raise NoLink(f"there is no link {link}: its IRI is on the page of the link")
        removed = list(writer.store.quads_for_pattern(node, ADMS("status"), None, curated))
        said = [] if word == "none" else [Quad(node, ADMS("status"), mint(base, "verdict", word), curated)]
        now = datetime.now(UTC)
        run = f"curated/{now:%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
        return writer.commit("curated", removed, said, Activity(run, "Verdicts on links", now, now)).revision
