"""Who is who: one node a person, joined on ORCID and GitHub login, never on a name.

Records are mapped one by one and may know a person by the login alone. Once all records of a source
are mapped, `resolve()` puts the ORCID's node wherever that login's node stands.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Store, Triple

from leap_kg.ontology.iri import mint
from leap_kg.ontology.namespaces import DCT, FOAF, RDF, SCHEMA

_ORCID = "https://orcid.org/"
_GITHUB = "https://github.com/"


def person_iri(orcid: str | None, login: str | None, own: tuple[str, str], base: str) -> NamedNode:
    """The node of a person: by ORCID IRI, else by login, else by record and name (`own`)."""
    if orcid:
        return NamedNode(orcid)
    if login:
        return mint(base, "person", "github", login)
    return mint(base, "person", *own)


def describe_person(person: NamedNode, name: str, login: str | None) -> Iterator[Triple]:
    """What a record says about a person: that there is one, the name and the account."""
    yield Triple(person, RDF("type"), FOAF("Person"))
    yield Triple(person, RDF("type"), SCHEMA("Person"))
    yield Triple(person, FOAF("name"), Literal(name or login or person.value.rsplit("/", 1)[-1]))
    if login:
        yield Triple(person, FOAF("account"), NamedNode(_GITHUB + login))


@dataclass(frozen=True, slots=True)
class Identities:
    """What is known about logins: the one ORCID of each, and the logins that appear with several."""

    orcid_of: Mapping[str, NamedNode]
    conflicts: Mapping[str, tuple[str, ...]]


def known_accounts(store: Store, beside: NamedNode) -> Iterator[Triple]:
    """The accounts of people that a store holds in other graphs than `beside`."""
    for quad in store.quads_for_pattern(None, FOAF("account"), None, None):
        if quad.graph_name != beside:
            yield Triple(quad.subject, quad.predicate, quad.object)


def identities(triples: Iterable[Triple]) -> Identities:
    """Which login belongs to which ORCID, by the accounts that the triples state."""
    found: dict[str, set[NamedNode]] = defaultdict(set)
    for triple in triples:
        subject = triple.subject
        if (
            triple.predicate == FOAF("account")
            and isinstance(subject, NamedNode)
            and subject.value.startswith(_ORCID)
            and isinstance(triple.object, NamedNode)
        ):
            found[triple.object.value.removeprefix(_GITHUB)].add(subject)
    single = {login: next(iter(people)) for login, people in found.items() if len(people) == 1}
    several = {login: tuple(sorted(p.value for p in people)) for login, people in found.items() if len(people) > 1}
    return Identities(single, several)


def resolve(triples: Iterable[Triple], known: Identities, base: str) -> list[Triple]:
    """The triples with each login's node replaced by its ORCID's; the old node says what replaced it."""
    replacement = {mint(base, "person", "github", login): person for login, person in known.orcid_of.items()}
    resolved: dict[Triple, None] = {}
    for triple in triples:
        subject, target = triple.subject, triple.object
        new_subject = replacement.get(subject, subject) if isinstance(subject, NamedNode) else subject
        new_target = replacement.get(target, target) if isinstance(target, NamedNode) else target
        resolved[Triple(new_subject, triple.predicate, new_target)] = None
        if new_subject != subject:
            resolved[Triple(subject, DCT("isReplacedBy"), new_subject)] = None
    return list(resolved)


def one_name(triples: Iterable[Triple]) -> list[Triple]:
    """The triples with one `foaf:name` a person, the one most often given; others become alternate names.

    `triples` may hold one statement several times, once for each record that makes it.
    """
    given: dict[NamedNode, Counter[str]] = defaultdict(Counter)
    kept: dict[Triple, None] = {}
    people = set()
    collected = list(triples)
    for triple in collected:
        if triple.predicate == RDF("type") and triple.object == FOAF("Person"):
            people.add(triple.subject)
    for triple in collected:
        is_name = triple.predicate == FOAF("name") and triple.subject in people
        if is_name and isinstance(triple.subject, NamedNode) and isinstance(triple.object, Literal):
            given[triple.subject][triple.object.value] += 1
        else:
            kept[triple] = None
    for person, names in given.items():
        best, *others = sorted(names, key=lambda name: (-names[name], -len(name), name))
        kept[Triple(person, FOAF("name"), Literal(best))] = None
        for other in others:
            kept[Triple(person, SCHEMA("alternateName"), Literal(other))] = None
    return list(kept)
