"""Writes down a curator's verdict on a link, and does to the plain triple what it comes to, in one publication.

Accepted by all who say anything: the plain triple is published, however unsure its evidence. Rejected, or disputed:
it is not. Taken back: it is as it was before anybody spoke, which the link remembers; the next mining says the rest.
What it comes to for the links of the same place, of a file and of its repository, is done with it.

Hazard: two curators may work at once. Each has one verdict a link, and nobody overwrites another's; `seen` refuses a
verdict on what its sender has not seen.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from pyoxigraph import Literal, NamedNode, Quad, Store, Triple

from leap_kg.graph.activity import Activity
from leap_kg.graph.followers import followed_writer
from leap_kg.graph.home import Home
from leap_kg.graph.lookup import looked_up
from leap_kg.graph.publish import Writer
from leap_kg.links.assertion import ACCEPTED, PUBLISHED, REJECTED
from leap_kg.links.judged import (
    Curator,
    Verdict,
    curated_graph,
    parts_of,
    stamp,
    status_of,
    verdicts_on,
)
from leap_kg.links.sameness import require_one_person
from leap_kg.links.siblings import Siblings, family_of, statuses, still_held
from leap_kg.ontology.iri import mint, part
from leap_kg.ontology.jsonld import quads_in
from leap_kg.ontology.namespaces import ADMS, DCT, PROV, RDF, SCHEMA, ours

NONE = "none"
WORDS = (ACCEPTED, REJECTED, NONE)
LONGEST_WHY = 1000
"""Characters of the words why."""
COMMAND_LINE = "command line"
"""Who speaks where nobody is named."""
_WAIT = 300.0
_PUBLISHED, _UNPUBLISHED = Literal("published"), Literal("not published")


class NoLink(LookupError, ValueError):
    """There is no such link; the text says what to do."""


class NoVerdict(ValueError):
    """This cannot be said of a link; the text says what can."""


class Unseen(ValueError):
    """The link is not what its curator looked at any more."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a curator says of a link: a word of `WORDS`, perhaps why, and the stamp of what they saw (`""`: any)."""

    link: str
    word: str
    curator: Curator
    why: str = ""
    seen: str = ""


@dataclass(frozen=True, slots=True)
class Decided:
    """The revision that has the verdict, and what all verdicts on the link come to now."""

    revision: int
    status: str


def decide(home: Home, base: str, link: str, word: str, name: str = COMMAND_LINE, why: str = "") -> int:
    """Note what a curator says of a link, in place of what they said before; the revision.

    Raises as `write`, and `HomeError`.
    """
    now = datetime.now(UTC)
    said = Said(link, word, Curator.named(base, name), why)
    with followed_writer(home, base, _WAIT) as writer:
        run = f"curated/{now:%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
        return write(writer, base, said, Activity(run, f"Verdict on a link by {name}", now, now)).revision


def write(writer: Writer, base: str, said: Said, activity: Activity) -> Decided:
    """Publish a verdict; the same once more changes nothing, whatever was seen.

    Raises `NoLink`, `Unseen`, `TwoPeople`, and `NoVerdict`.
    """
    if said.word not in WORDS:
        raise NoVerdict(f"{said.word[:60]!r} is no verdict; say {', '.join(WORDS)}")
    if len(said.why) > LONGEST_WHY:
        raise NoVerdict(f"say why in at most {LONGEST_WHY} characters, not {len(said.why)}")
    store = writer.store
    before = verdicts_on(store, base, said.link)
    own = next((each for each in before if each.curator.iri == said.curator.iri), None)
    if said.word == (own.word if own else NONE) and (own is None or said.why in ("", own.why)):
        if own is None and parts_of(store, base, said.link) is None:
            raise _no_link(said.link)
        return Decided(writer.revision, status_of(before))
    others = [each for each in before if each is not own]
    after = [*others, _verdict(store, base, said, activity)] if said.word != NONE else others
    return _write(writer, base, said, (before, after), activity)


def _verdict(store: Store, base: str, said: Said, activity: Activity) -> Verdict:
    """What is to be written; raises as `write`."""
    parts = parts_of(store, base, said.link)
    if parts is None:
        raise _no_link(said.link)
    if said.seen and said.seen != stamp(store, base, said.link):
        raise Unseen("the link, its evidence or what others say of it changed since you looked: look at it again")
    if said.word == ACCEPTED:
        require_one_person(store, *parts)
    subject, predicate, target = (part.value for part in parts)
    at = activity.ended.replace(microsecond=0).isoformat()
    run = activity.iri(base).value
    return Verdict(said.link, subject, predicate, target, said.word, said.curator, at, run, said.why.strip())


def _write(
    writer: Writer, base: str, said: Said, change: tuple[list[Verdict], list[Verdict]], activity: Activity
) -> Decided:
    store, curated, node = writer.store, curated_graph(base), NamedNode(said.link)
    before, after = change
    status = status_of(after)
    removed = [quad for each in before for quad in looked_up(store, each.node, None, None, curated)]
    removed += looked_up(store, node, ADMS("status"), None, curated)
    added = [quad for each in after for quad in quads_in(each.triples(base), curated)]
    if status:
        added.append(Quad(node, ADMS("status"), mint(base, "verdict", status), curated))
    for gone, come in _changes(store, base, said.link, status):
        removed += gone
        added += come
    revision = writer.commit("curated", removed, added, activity).revision
    return Decided(revision, status)


def _changes(store: Store, base: str, link: str, status: str) -> Iterator[tuple[list[Quad], list[Quad]]]:
    """What goes and comes, of the link and of those that follow from it or that it follows from."""
    family = family_of(store, link)
    own = statuses(store, base, family)
    before, after = Siblings(own, family), Siblings({**own, link: status}, family)
    for each, files in family.items():
        words, doubted = (before.word(each), after.word(each)), (before.doubted(each), after.doubted(each))
        if each != link and words[0] == words[1] and doubted[0] == doubted[1]:
            continue
        kept = [file for file in files if file not in doubted[1]]
        holds = not doubted[1] or still_held(store, base, kept) >= PUBLISHED
        yield _plain(store, base, NamedNode(each), words[1], holds=holds, touched=bool(words[1] or doubted[1]))


def _plain(
    store: Store, base: str, link: NamedNode, word: str, *, holds: bool, touched: bool
) -> tuple[list[Quad], list[Quad]]:
    """What goes and comes so that the plain triple is as a word has it (`""`: as it was before any, if what is left
    of the evidence holds), and so that it can be taken back.
    """
    unjudged, curated = part(link, "unjudged"), curated_graph(base)
    remembered = looked_up(store, unjudged, None, None, curated)
    places = list(_places(store, base, link))
    present = [quad for quad in places if quad in store]
    was = any(quad.object == _PUBLISHED for quad in remembered) if remembered else bool(present)
    wanted = word == ACCEPTED if word else was and holds
    noted = [
        Triple(unjudged, DCT("title"), Literal("Before any verdict")),
        Triple(unjudged, PROV("specializationOf"), link),
        Triple(unjudged, SCHEMA("creativeWorkStatus"), _PUBLISHED if was else _UNPUBLISHED),
    ]
    kept = quads_in(noted, curated) if touched else []
    return [*remembered, *([] if wanted else present)], [*kept, *(places if wanted else [])]


def _places(store: Store, base: str, link: NamedNode) -> Iterator[Quad]:
    """The plain triple in each graph that has the link: where mining would say it."""
    parts = parts_of(store, base, link.value)
    if parts is not None:
        for quad in looked_up(store, link, RDF("type"), ours(base)("LinkAssertion"), None):
            yield Quad(*parts, quad.graph_name)


def _no_link(link: str) -> NoLink:
    return NoLink(f"there is no link {link}: its IRI is on the page of the link")
