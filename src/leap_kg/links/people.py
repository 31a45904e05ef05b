"""Who may be one person: nodes with one account (N1), and nodes whose names agree (N2), which only a curator joins.

Hazard: merging two people is worse than leaving one as two. A name alone never joins anybody: it makes a candidate,
surer if both made something with the same others or at the same place. Two ORCID iDs are two people, whatever their
names. A name that very many have says nothing.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations

from pyoxigraph import Literal, NamedNode

from leap_kg.graph.engine import Engine
from leap_kg.ingest.mapping.names import parts_of
from leap_kg.links.assembling import Assembly
from leap_kg.links.assertion import Evidence
from leap_kg.links.resolving import Target
from leap_kg.ontology.namespaces import DCT, FOAF, OWL, PROV, RDF, SCHEMA

ORCID = "https://orcid.org/"
MOST_NAMESAKES = 12
"""People who share family name and initial; more than that, and the name says nothing."""

_ACCOUNT, _TOGETHER, _FULL, _INITIALS = 0.97, 0.75, 0.5, 0.3
_MADE = (DCT("creator"), DCT("contributor"), PROV("agent"))


@dataclass(slots=True)
class Person:
    """A node of a person: names, accounts, what it made or is attributed with, and the others there."""

    iri: str
    names: set[str] = field(default_factory=set)
    accounts: set[str] = field(default_factory=set)
    company: set[str] = field(default_factory=set)


def add_people(store: Engine, assembly: Assembly) -> None:
    """Add who may be whom; the node with an ORCID iD is the target, else the first."""
    people = _people(store)
    for one, other in _pairs(people, lambda person: person.accounts):
        shared = ", ".join(sorted(one.accounts & other.accounts))
        _say(assembly, one, other, "N1", _ACCOUNT, f"both have the account {shared}")
    for one, other in _pairs(people, lambda person: {key for name in person.names if (key := key_of(name))}):
        agreed = max((agree(a, b) for a in one.names for b in other.names), default=0.0)
        # One work does not name one person twice.
        if not agreed or other.iri in one.company:
            continue
        shared_company = _without(one.company & other.company, people, one, other)
        quote = f"{min(one.names)} / {min(other.names)}"
        if shared_company and agreed == _FULL:
            agreed, quote = _TOGETHER, f"{quote}, both with {', '.join(sorted(shared_company)[:3])}"
        _say(assembly, one, other, "N2", agreed, quote)


def key_of(name: str) -> str:
    """Family name and first initial, without accents and case; `""` for a name with no two parts."""
    family, given = map(_plain, parts_of(name))
    return f"{family} {given[0]}" if family and given else ""


def agree(one: str, other: str) -> float:
    """How likely two names are one person's by themselves: written alike, or one shortens the other; else 0."""
    (family, given), (other_family, other_given) = (tuple(map(_plain, parts_of(name))) for name in (one, other))
    if not (family and given and other_given) or family != other_family:
        return 0.0
    words, others = given.split(), other_given.split()
    if words == others and any(len(word) > 1 for word in words):
        return _FULL
    pairs = list(zip(words, others, strict=False))
    if not all(_same_word(a, b) for a, b in pairs):
        return 0.0
    return _FULL if len(words[0]) > 1 and words[0] == others[0] else _INITIALS


def _same_word(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return long == short or (len(short) == 1 and long.startswith(short))


def _plain(text: str) -> str:
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(re.findall(r"[^\W_]+", bare.casefold()))


def _people(store: Engine) -> dict[str, Person]:
    people: dict[str, Person] = {}
    for quad in store.quads_for_pattern(None, RDF("type"), FOAF("Person"), None):
        if isinstance(quad.subject, NamedNode):
            people.setdefault(quad.subject.value, Person(quad.subject.value))
    for predicate, attribute in ((FOAF("name"), "names"), (FOAF("account"), "accounts")):
        for quad in store.quads_for_pattern(None, predicate, None, None):
            person = people.get(getattr(quad.subject, "value", ""))
            if person is not None and isinstance(quad.object, NamedNode if attribute == "accounts" else Literal):
                getattr(person, attribute).add(quad.object.value)
    together: dict[str, set[str]] = defaultdict(set)
    for predicate in _MADE:
        for quad in store.quads_for_pattern(None, predicate, None, None):
            if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode):
                together[quad.subject.value.partition("#")[0]].add(quad.object.value)
    for others in together.values():
        for iri in others & people.keys():
            people[iri].company |= others - {iri}
    for quad in store.quads_for_pattern(None, SCHEMA("affiliation"), None, None):
        attributed = [
            each.object.value
            for each in store.quads_for_pattern(quad.subject, PROV("agent"), None, None)
            if isinstance(quad.subject, NamedNode) and isinstance(each.object, NamedNode)
        ]
        place = quad.object.value if isinstance(quad.object, NamedNode | Literal) else ""
        for iri in attributed:
            if iri in people and place:
                people[iri].company.add(place)
    return people


def _pairs(people: dict[str, Person], keys: Callable[[Person], set[str]]) -> Iterator[tuple[Person, Person]]:
    """Pairs that share a key, each once and in order, but for keys of very many."""
    groups: dict[str, list[Person]] = defaultdict(list)
    for iri in sorted(people):
        for key in sorted(keys(people[iri])):
            groups[key].append(people[iri])
    seen: set[tuple[str, str]] = set()
    for key in sorted(groups):
        if len(groups[key]) <= MOST_NAMESAKES:
            for one, other in combinations(groups[key], 2):
                both_have = one.iri.startswith(ORCID) and other.iri.startswith(ORCID)
                if (one.iri, other.iri) not in seen and not both_have:
                    seen.add((one.iri, other.iri))
                    yield one, other


def _without(company: Iterable[str], people: dict[str, Person], one: Person, other: Person) -> set[str]:
    """The company without the two themselves, by name."""
    return {
        min(people[iri].names, default=iri) if iri in people else iri
        for iri in company
        if iri not in (one.iri, other.iri)
    }


def _say(assembly: Assembly, one: Person, other: Person, method: str, confidence: float, quote: str) -> None:
    subject, target = (one, other) if other.iri.startswith(ORCID) or not one.iri.startswith(ORCID) else (other, one)
    evidence = Evidence(method, confidence, subject.iri, quote[:200], "names and what they made")
    assembly.add(subject.iri, OWL("sameAs"), Target(target.iri, known=True), evidence)
