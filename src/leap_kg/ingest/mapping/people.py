"""Who is who: one node a person, joined on ORCID and GitHub login, never on a name.

Records are mapped one by one and may know a person by the login alone. Once all records are mapped,
`resolve()` puts the ORCID's node wherever that login's node stands. That a login belongs to an ORCID is only
said where a record says it, so that the claim goes when that record takes it back.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Triple

from leap_kg.ontology.iri import mint
from leap_kg.ontology.namespaces import DCT, FOAF, RDF, SCHEMA

ORCID = "https://orcid.org/"
_GITHUB = "https://github.com/"


def person_iri(orcid: str | None, login: str | None, own: tuple[str, ...], base: str) -> NamedNode:
    """The node of a person: by ORCID IRI, else by login, else by record and name (`own`)."""
    if orcid:
        return NamedNode(orcid)
    if login:
        return login_node(login, base)
    return mint(base, "person", *own)


def login_node(login: str, base: str) -> NamedNode:
    """The node of a person of whom no more is known than the login."""
    return mint(base, "person", "github", login)


def describe_person(person: NamedNode, name: str, login: str | None) -> Iterator[Triple]:
    """What a record says about a person: that there is one, the name and the account."""
    yield Triple(person, RDF("type"), FOAF("Person"))
    yield Triple(person, RDF("type"), SCHEMA("Person"))
    yield Triple(person, FOAF("name"), Literal(name or login or _tail(person)))
    if login:
        yield Triple(person, FOAF("account"), NamedNode(_GITHUB + login))


@dataclass(frozen=True, slots=True)
class Identities:
    """What is known about logins: the one ORCID of each, and the logins that appear with several."""

    orcid_of: Mapping[str, NamedNode]
    conflicts: Mapping[str, tuple[str, ...]]


def login_of(triple: Triple) -> str | None:
    """The GitHub login that the triple gives its subject, if that is what it says."""
    account = triple.object
    if triple.predicate != FOAF("account") or not isinstance(account, NamedNode):
        return None
    return login_at(account.value)


def login_at(account: str) -> str | None:
    """The login whose GitHub address this is."""
    return account.removeprefix(_GITHUB) if account.startswith(_GITHUB) else None


def identities(triples: Iterable[Triple]) -> Identities:
    """Which login belongs to which ORCID, by the accounts that the triples state."""
    return identified(
        (triple.subject.value, triple.object.value)
        for triple in triples
        if triple.predicate == FOAF("account")
        and isinstance(triple.subject, NamedNode)
        and isinstance(triple.object, NamedNode)
    )


def identified(accounts: Iterable[tuple[str, str]]) -> Identities:
    """Which login belongs to which ORCID, by these people and their accounts."""
    found: dict[str, set[NamedNode]] = defaultdict(set)
    for person, account in accounts:
        login = login_at(account)
        if login is not None and person.startswith(ORCID):
            found[login].add(NamedNode(person))
    single = {login: next(iter(people)) for login, people in found.items() if len(people) == 1}
    several = {login: tuple(sorted(p.value for p in people)) for login, people in found.items() if len(people) > 1}
    return Identities(single, several)


def resolve(triples: Iterable[Triple], known: Identities, base: str) -> list[Triple]:
    """The triples with each login's node replaced by its ORCID's; the old node says what replaced it."""
    replacement = {login_node(login, base): person for login, person in known.orcid_of.items()}
    resolved: dict[Triple, None] = {}
    for triple in triples:
        subject, target = triple.subject, triple.object
        new_subject = replacement.get(subject, subject) if isinstance(subject, NamedNode) else subject
        new_target = replacement.get(target, target) if isinstance(target, NamedNode) else target
        moved = new_subject != subject
        if moved:
            resolved[Triple(subject, DCT("isReplacedBy"), new_subject)] = None
        if not moved or triple.predicate not in (FOAF("account"), DCT("isReplacedBy")):
            resolved[Triple(new_subject, triple.predicate, new_target)] = None
    return list(resolved)


def one_name(triples: Iterable[Triple], known: Identities | None = None) -> list[Triple]:
    """The triples with one `foaf:name` a person, the one most often given; others become alternate names.

    A login or an ORCID stands in for a name only where there is no other. `triples` may hold one statement several
    times, once for each record that makes it.
    """
    collected = list(triples)
    people = {t.subject for t in collected if t.predicate == RDF("type") and t.object == FOAF("Person")}
    given: dict[NamedNode, Counter[str]] = defaultdict(Counter)
    stand_ins: dict[NamedNode, set[str]] = defaultdict(set)
    for login, person in known.orcid_of.items() if known else ():
        stand_ins[person].add(login)
    kept: dict[Triple, None] = {}
    for triple in collected:
        subject, target = triple.subject, triple.object
        if not isinstance(subject, NamedNode) or subject not in people:
            kept[triple] = None
        elif triple.predicate == FOAF("name") and isinstance(target, Literal):
            given[subject][target.value] += 1
        else:
            kept[triple] = None
            if triple.predicate == FOAF("account") and isinstance(target, NamedNode):
                stand_ins[subject].add(_tail(target))
    for person, names in given.items():
        kept.update(dict.fromkeys(names_of(person, names, stand_ins[person])))
    return list(kept)


def names_of(person: NamedNode, given: Mapping[str, int], stand_ins: set[str]) -> Iterator[Triple]:
    """What a person is called, of the names that are `given` (each so often) and the texts that stand in for one."""
    real = [name for name in given if name not in {_tail(person), *stand_ins}] or list(given)
    best, *others = sorted(real, key=lambda name: (-given[name], -len(name), name))
    yield Triple(person, FOAF("name"), Literal(best))
    yield from (Triple(person, SCHEMA("alternateName"), Literal(other)) for other in others)


def stand_in(account: str) -> str:
    """What of an account may stand where a name should."""
    return account.rsplit("/", 1)[-1]


def _tail(node: NamedNode) -> str:
    return stand_in(node.value)
