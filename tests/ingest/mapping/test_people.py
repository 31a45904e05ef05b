"""Who is who: by ORCID and login, never by name, whatever the order in which records come."""

from collections.abc import Sequence
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, Triple

from leap_kg.ingest.formats.reading import File, Reading
from leap_kg.ingest.leap.feedstock import Feedstock, Party
from leap_kg.ingest.leap.parties import map_parties
from leap_kg.ingest.mapping.people import describe_person, identities, one_name, person_iri, resolve
from leap_kg.ingest.mapping.statements import Statements
from leap_kg.ingest.runs.composition import compose
from leap_kg.ingest.source import Mapped
from leap_kg.ontology.iri import mint
from leap_kg.ontology.namespaces import DCT, FOAF, RDF, SCHEMA
from leap_kg.ontology.shapes import validate
from tests.ingest.shelf import BASE, CARBERRY, PERTSCH, dataset, kinds

ADA, BEN = (f"https://orcid.org/{number}" for number in (CARBERRY, PERTSCH))
EVE = "https://orcid.org/0000-0001-5109-3700"

parties = st.builds(
    Party,
    name=st.sampled_from(["", "Ada", "Ada Lovelace", "ada", "Ben", "B. Ben", "Bén"]),
    orcid=st.sampled_from([None, ADA, BEN, EVE]),
    login=st.sampled_from([None, "ada", "ben", "eve"]),
    path=st.just(("maintainers", 0)),
)
records = st.lists(st.lists(parties, max_size=4), max_size=5)


def record(number: int, people: Sequence[Party]) -> Mapped:
    """A record that names these maintainers."""
    say, node = Statements(), dataset(f"record{number}")
    map_parties(
        Feedstock(maintainers=list(people)), node, ("lab", f"record{number}"), Reading({}, File("x:y")), say, BASE
    )
    return Mapped(f"lab/record{number}", node, say.triples(), [])


def composed(groups: Sequence[Sequence[Party]], order: Sequence[int] | None = None) -> list[Triple]:
    mapped = [record(number, people) for number, people in enumerate(groups)]
    return compose([mapped[at] for at in order] if order is not None else mapped, (), BASE).triples


def people_in(triples: Sequence[Triple]) -> set[str]:
    return {t.subject.value for t in triples if t.predicate == RDF("type") and t.object == FOAF("Person")}  # type: ignore[union-attr]


def objects(triples: Sequence[Triple], subject: str, predicate: NamedNode) -> set[str]:
    return {t.object.value for t in triples if t.subject == NamedNode(subject) and t.predicate == predicate}  # type: ignore[union-attr]


def expected(groups: Sequence[Sequence[Party]]) -> set[str]:
    """The nodes there must be, worked out from the parties alone."""
    owners: dict[str, set[str]] = {}
    for party in (party for people in groups for party in people):
        if party.login and party.orcid:
            owners.setdefault(party.login, set()).add(party.orcid)
    nodes = set()
    for number, people in enumerate(groups):
        for party in people:
            single = owners.get(party.login or "", set())
            if party.orcid:
                nodes.add(party.orcid)
            elif party.login:
                nodes.add(next(iter(single)) if len(single) == 1 else f"{BASE}person/github/{party.login}")
            elif party.name:
                nodes.add(f"of record {number}: {party.name}")
    return nodes


@given(records, st.randoms(use_true_random=False))
def test_the_order_of_records_and_of_people_does_not_matter(groups: list[list[Party]], random: Random) -> None:
    order = list(range(len(groups)))
    random.shuffle(order)
    before = set(composed(groups))
    assert set(composed(groups, order)) == before
    for people in groups:
        random.shuffle(people)
    assert set(composed(groups)) == before


@given(records)
def test_people_are_joined_on_orcid_and_login_and_on_nothing_else(groups: list[list[Party]]) -> None:
    found = people_in(composed(groups))
    own = {iri for iri in found if iri.startswith(f"{BASE}person/lab/")}
    wanted = expected(groups)
    assert found - own == {iri for iri in wanted if not iri.startswith("of record")}
    assert len(own) == len({iri for iri in wanted if iri.startswith("of record")})


@given(records)
@settings(max_examples=40)
def test_every_graph_of_people_passes_the_shapes(groups: list[list[Party]]) -> None:
    assert validate([Quad(t.subject, t.predicate, t.object) for t in composed(groups)], BASE) == []


@given(records)
def test_resolving_twice_is_resolving_once(groups: list[list[Party]]) -> None:
    triples = [triple for number, people in enumerate(groups) for triple in record(number, people).triples]
    known = identities(triples)
    once = resolve(triples, known, BASE)
    assert resolve(once, known, BASE) == once
    assert resolve(once, identities(once), BASE) == once
    named = one_name(once, known)
    assert set(one_name(named, known)) == set(named)


@given(records)
def test_a_login_with_two_orcids_joins_nobody_and_is_a_finding(groups: list[list[Party]]) -> None:
    owners: dict[str, set[str]] = {}
    for party in (party for people in groups for party in people):
        if party.login and party.orcid:
            owners.setdefault(party.login, set()).add(party.orcid)
    torn = {login for login, orcids in owners.items() if len(orcids) > 1}
    triples = composed(groups)
    concerned = sum(len({party.login for party in people} & torn) for people in groups)
    assert kinds(triples).count("identity-conflict") == concerned
    for login in torn:
        node = f"{BASE}person/github/{login}"
        assert objects(triples, node, DCT("isReplacedBy")) == set()


def test_an_orcid_bare_as_url_and_missing_is_one_person() -> None:
    groups = [[Party("Ada Lovelace", ADA, "ada", ())], [Party("Ada", None, "ada", ())], [Party("A.", ADA, None, ())]]
    triples = composed(groups)
    assert people_in(triples) == {ADA}
    for number in range(3):
        assert objects(triples, dataset(f"record{number}").value, SCHEMA("maintainer")) == {ADA}
    assert objects(triples, f"{BASE}person/github/ada", DCT("isReplacedBy")) == {ADA}
    assert objects(triples, ADA, FOAF("account")) == {"https://github.com/ada"}


def test_one_orcid_may_have_two_logins() -> None:
    triples = composed([[Party("Ada", ADA, "ada", ())], [Party("Ada", ADA, "eve", ())], [Party("", None, "eve", ())]])
    assert people_in(triples) == {ADA}
    assert kinds(triples) == []


def test_the_same_name_twice_is_two_people() -> None:
    triples = composed([[Party("Ada", None, None, ())], [Party("Ada", None, None, ())], [Party("Ada", ADA, None, ())]])
    assert len(people_in(triples)) == 3


def test_names_that_look_alike_in_an_iri_are_two_people() -> None:
    assert len(people_in(composed([[Party("José Ñ", None, None, ()), Party("Jose N", None, None, ())]]))) == 2


def test_the_name_most_often_given_wins_and_the_others_stay() -> None:
    names = ("Ada", "Ada Lovelace", "Ada Lovelace", "A. Lovelace")
    triples = composed([[Party(name, ADA, None, ())] for name in names])
    assert objects(triples, ADA, FOAF("name")) == {"Ada Lovelace"}
    assert objects(triples, ADA, SCHEMA("alternateName")) == {"Ada", "A. Lovelace"}


def test_a_login_is_a_name_only_where_there_is_no_other() -> None:
    groups = [[Party("", None, "ada", ())], [Party("", ADA, None, ())], [Party("", ADA, "ada", ())]]
    assert objects(composed(groups), ADA, FOAF("name")) == {"ada"}
    triples = composed([*groups, [Party("Ada Lovelace", ADA, None, ())]])
    assert objects(triples, ADA, FOAF("name")) == {"Ada Lovelace"}
    assert objects(triples, ADA, SCHEMA("alternateName")) == set()


def test_a_person_is_named_by_the_best_identifier_there_is() -> None:
    own = ("lab", "record", "ada")
    assert person_iri(ADA, "ada", own, BASE).value == ADA
    assert person_iri(None, "ada", own, BASE) == mint(BASE, "person", "github", "ada")
    assert person_iri(None, None, own, BASE).value == f"{BASE}person/lab/record/ada"


def test_a_person_without_a_name_is_called_by_the_identifier() -> None:
    said = list(describe_person(NamedNode(ADA), "", None))
    assert Triple(NamedNode(ADA), FOAF("name"), Literal(CARBERRY)) in said


def test_accounts_elsewhere_than_on_github_join_nobody() -> None:
    account = NamedNode("https://gitlab.com/ada")
    found = identities(
        [Triple(NamedNode(ADA), FOAF("account"), account), Triple(NamedNode(BEN), FOAF("account"), account)]
    )
    assert not found.orcid_of
    assert not found.conflicts
