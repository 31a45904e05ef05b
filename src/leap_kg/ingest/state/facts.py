"""What can be looked up about records without reading what they say: which nodes they speak of, names and accounts.

Only these few facts cross from record to record: a login that one record gives to an ORCID, the name that most
records give a person, and which records describe a node.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b, sha256

from pyoxigraph import Literal, NamedNode, Triple

from leap_kg.ingest.mapping.people import login_of
from leap_kg.ontology.namespaces import DCAT, FOAF, RDF

_GITHUB = "/person/github/"
_LOGIN = re.compile(rf"{_GITHUB}([^/#?]+)$")
# As texts: comparing terms costs several times as much.
_TYPE, _PERSON, _NAME, _ACCOUNT, _STORE = (
    RDF("type").value, FOAF("Person").value, FOAF("name").value, FOAF("account").value, DCAT("distribution").value,
)  # fmt: skip
_LINKED = f"{_STORE}> <".encode()
_PEOPLED = tuple(mark.encode() for mark in (_GITHUB, _PERSON, _NAME, _ACCOUNT))


@dataclass(frozen=True, slots=True)
class Facts:
    """`nodes` are the subjects, stores and people known by login that the record speaks of, by `node_number`.

    `people` are the logins among them; `names` are (node, name as it stands in N-Triples, whether the node is said to
    be a person), with `""` for a person without a name; `accounts` are (person, account).
    """

    nodes: frozenset[int]
    people: tuple[str, ...]
    names: frozenset[tuple[str, str, bool]]
    accounts: frozenset[tuple[str, str]]

    @classmethod
    def of(cls, triples: Iterable[Triple]) -> "Facts":
        """The facts that a record states."""
        nodes: set[str] = set()
        persons: set[str] = set()
        named: set[tuple[str, str]] = set()
        accounts: set[tuple[str, str]] = set()
        logins: set[str] = set()
        for triple in triples:
            subject, target = triple.subject, triple.object
            if not isinstance(subject, NamedNode):
                continue
            about, said = subject.value, triple.predicate.value
            nodes.add(about)
            if isinstance(target, NamedNode):
                iri = target.value
                if said == _STORE or _GITHUB in iri:
                    nodes.add(iri)
                if said == _TYPE:
                    if iri == _PERSON:
                        persons.add(about)
                elif said == _ACCOUNT:
                    accounts.add((about, iri))
                    if login := login_of(triple):
                        logins.add(login)
            elif said == _NAME and isinstance(target, Literal):
                named.add((about, str(target)))
        logins.update(found[1] for node in nodes if _GITHUB in node and (found := _LOGIN.search(node)))
        nameless = persons - {person for person, _ in named}
        return cls(
            frozenset(map(node_number, nodes)),
            tuple(sorted(logins)),
            frozenset([*((p, name, p in persons) for p, name in named), *((person, "", True) for person in nameless)]),
            frozenset(accounts),
        )

    @classmethod
    def of_record(cls, text: bytes, triples: Iterable[Triple]) -> "Facts":
        """The same for triples that are written as this N-Triples text: of most a look at the text tells all."""
        if speaks_of_people(text):
            return cls.of(triples)
        nodes = set()
        for line in text.split(b"\n")[:-1]:
            about, _, said = line.partition(b"> <")
            nodes.add(about[1:])
            if said.startswith(_LINKED):
                nodes.add(said[len(_LINKED) :].partition(b">")[0])
        return cls(frozenset(map(_number, nodes)), (), frozenset(), frozenset())


def speaks_of_people(text: bytes) -> bool:
    """Whether a text of N-Triples may say something of people or names; if not, it has nothing to do with either."""
    return any(mark in text for mark in _PEOPLED)


def node_number(iri: str) -> int:
    """64 bits that stand for a node; who looks one up looks at what is found, too."""
    return _number(iri.encode("utf-8", "surrogatepass"))


def _number(iri: bytes) -> int:
    return int.from_bytes(blake2b(iri, digest_size=8).digest(), "big", signed=True)


def said_hash(text: bytes, logins: str = "") -> bytes:
    """What stands for the triples of an N-Triples text, whatever their order, and the places of its logins."""
    return sha256(b"\n".join([logins.encode(), *sorted(text.splitlines())])).digest()[:16]
