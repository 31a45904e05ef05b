"""What stays of nodes that are gone, over any history of a source."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Triple

from leap_kg.ingest.runs.departures import departures
from leap_kg.ontology.iri import mint
from leap_kg.ontology.namespaces import DCAT, DCT, FOAF, PROV, RDF, SCHEMA
from tests.ingest.shelf import BASE, LEAP

MOMENT = datetime(2026, 3, 1, 12, tzinfo=UTC)
Datasets = Mapping[str, Iterable[str]]

histories = st.lists(
    st.dictionaries(st.sampled_from("abcd"), st.sets(st.sampled_from(["s1", "s2", "s3"])), max_size=4),
    min_size=1,
    max_size=6,
)


def node(name: str) -> NamedNode:
    return mint(BASE, "dataset", "lab", name)


def store(name: str) -> NamedNode:
    return mint(BASE, "store", "gs", "lab", name)


def described(datasets: Datasets) -> list[Triple]:
    """Datasets with their stores."""
    triples = []
    for name, stores in datasets.items():
        triples += [Triple(node(name), RDF("type"), DCAT("Dataset")), Triple(node(name), DCT("title"), Literal(name))]
        for each in stores:
            triples.append(Triple(node(name), DCAT("distribution"), store(each)))
            triples += [
                Triple(store(each), RDF("type"), LEAP("ZarrStore")),
                Triple(store(each), DCT("title"), Literal(each)),
            ]
    return triples


def left(present: Iterable[Triple], wanted: Iterable[Triple], elsewhere: Iterable[Triple] = ()) -> set[Triple]:
    return set(departures(present, wanted, elsewhere, MOMENT, BASE).triples)


def types(triples: Iterable[Triple], subject: NamedNode) -> set[NamedNode]:
    return {t.object for t in triples if t.subject == subject and t.predicate == RDF("type")}  # type: ignore[misc]


def heirs(triples: Iterable[Triple], subject: NamedNode) -> set[NamedNode]:
    return {t.object for t in triples if t.subject == subject and t.predicate == DCT("isReplacedBy")}  # type: ignore[misc]


@given(histories)
def test_over_any_history_every_node_is_described_or_gone_or_replaced(history: list[dict[str, set[str]]]) -> None:
    present: set[Triple] = set()
    ever: set[NamedNode] = set()
    for number, datasets in enumerate(history):
        wanted = described(datasets)
        moment = MOMENT + timedelta(days=number)
        present = {*wanted, *departures(present, wanted, (), moment, BASE).triples}
        again = {*wanted, *departures(present, wanted, (), moment + timedelta(hours=1), BASE).triples}
        assert again == present
        ever |= {t.subject for t in wanted}  # type: ignore[misc]
        for subject in ever:
            alive = any(t.subject == subject for t in wanted)
            gone = LEAP("Tombstone") in types(present, subject)
            assert [alive, gone, bool(heirs(present, subject))].count(True) == 1
            end, steps = subject, 0
            while heirs(present, end):
                (end,) = heirs(present, end)
                steps += 1
                assert steps < 10, "the pointers lead in a circle"
            assert types(present, end)


@given(histories)
def test_a_node_that_comes_back_is_as_if_it_had_never_gone(history: list[dict[str, set[str]]]) -> None:
    present: set[Triple] = set()
    for datasets in [*history, {"a": {"s1"}, "b": {"s2", "s3"}, "c": set(), "d": {"s1"}}]:
        wanted = described(datasets)
        present = {*wanted, *left(present, wanted)}
    assert present == set(described({"a": {"s1"}, "b": {"s2", "s3"}, "c": set(), "d": {"s1"}}))


def test_a_tombstone_keeps_name_time_and_former_types() -> None:
    assert left(described({"a": []}), []) == {
        Triple(node("a"), RDF("type"), LEAP("Tombstone")),
        Triple(node("a"), DCT("title"), Literal("a")),
        Triple(node("a"), DCT("type"), DCAT("Dataset")),
        Triple(
            node("a"),
            PROV("invalidatedAtTime"),
            Literal(MOMENT.isoformat(), datatype=NamedNode("http://www.w3.org/2001/XMLSchema#dateTime")),
        ),
    }


def test_only_a_dataset_with_all_the_stores_is_the_heir() -> None:
    before = described({"a": ["s1", "s2"]})
    assert heirs(left(before, described({"b": ["s1", "s2", "s3"]})), node("a")) == {node("b")}
    assert heirs(left(before, described({"b": ["s1"], "c": ["s2"]})), node("a")) == set()


def test_of_two_possible_heirs_the_one_with_the_title_is_taken() -> None:
    wanted = [*described({"b": ["s1"], "c": ["s1"]}), Triple(node("c"), DCT("title"), Literal("a"))]
    assert heirs(left(described({"a": ["s1"]}), wanted), node("a")) == {node("c")}


def test_what_was_below_a_moved_dataset_moves_with_it() -> None:
    def with_parts(name: str) -> list[Triple]:
        recipe, entry = mint(BASE, "recipe", "lab", name, "r"), mint(BASE, "entry", "lab", name)
        other = mint(BASE, "recipe", "lab", name, f"only-{name}")
        kinds = ((recipe, LEAP("Recipe")), (entry, DCAT("CatalogRecord")), (other, LEAP("Recipe")))
        return [*described({name: ["s1"]}), *(Triple(part, RDF("type"), kind) for part, kind in kinds)]

    found = left(with_parts("a"), with_parts("b"))
    assert heirs(found, mint(BASE, "recipe", "lab", "a", "r")) == {mint(BASE, "recipe", "lab", "b", "r")}
    assert heirs(found, mint(BASE, "entry", "lab", "a")) == {mint(BASE, "entry", "lab", "b")}
    assert types(found, mint(BASE, "recipe", "lab", "a", "only-a")) == {LEAP("Tombstone")}


def test_what_another_source_describes_is_not_gone() -> None:
    before, beside = described({"a": ["s1"]}), described({"a": []})
    assert left(before, [], beside) == left(described({"a": ["s1"]})[3:], [])
    buried = left(before, [])
    assert types(left(buried, [], beside), node("a")) == set()
    assert types(left(buried, [], beside), store("s1")) == {LEAP("Tombstone")}


def test_what_another_source_only_mentions_is_gone() -> None:
    mention = [Triple(node("a"), RDF("type"), FOAF("Document")), Triple(node("a"), SCHEMA("citation"), node("z"))]
    assert LEAP("Tombstone") in types(left(described({"a": []}), mention), node("a"))
    assert LEAP("Tombstone") in types(left(described({"a": []}), [], mention), node("a"))


def test_an_heir_may_be_described_by_another_source() -> None:
    assert heirs(left(described({"a": ["s1"]}), [], described({"b": ["s1"]})), node("a")) == {node("b")}


def test_a_login_is_replaced_by_the_person_who_has_it() -> None:
    login, orcid = mint(BASE, "person", "github", "ada"), NamedNode("https://orcid.org/0000-0002-1825-0097")
    account = NamedNode("https://github.com/ada")
    before = [Triple(login, RDF("type"), FOAF("Person")), Triple(login, FOAF("account"), account)]
    wanted = [Triple(orcid, RDF("type"), FOAF("Person")), Triple(orcid, FOAF("account"), account)]
    found = left(before, wanted)
    assert heirs(found, login) == {orcid}
    assert left(found, wanted) == found
    assert left(found, []) == set()


def test_a_pointer_that_the_records_give_anew_replaces_the_old_one() -> None:
    login = mint(BASE, "person", "github", "ada")
    old, new = NamedNode("https://orcid.org/0000-0002-1825-0097"), NamedNode("https://orcid.org/0000-0002-1694-233X")
    wanted = [Triple(login, DCT("isReplacedBy"), new), Triple(new, RDF("type"), FOAF("Person"))]
    assert left([Triple(login, DCT("isReplacedBy"), old)], [*wanted, Triple(old, RDF("type"), FOAF("Person"))]) == set()


def test_parts_and_nodes_of_others_leave_no_trace() -> None:
    part, foreign = NamedNode(f"{node('a').value}#contact-1"), NamedNode("https://example.org/x")
    organization = mint(BASE, "organization", "nasa")
    kinds = (
        (part, DCAT("Dataset")),
        (foreign, DCAT("Dataset")),
        (organization, NamedNode("http://www.w3.org/ns/org#Organization")),
    )
    assert left([Triple(subject, RDF("type"), kind) for subject, kind in kinds], []) == set()


def renamed(
    present: Iterable[Triple], wanted: Iterable[Triple], successors: Mapping[NamedNode, NamedNode]
) -> set[Triple]:
    return set(departures(present, wanted, (), MOMENT, BASE, successors).triples)


def test_what_a_record_was_about_leads_to_what_it_is_about_now_whatever_stores_say() -> None:
    before, wanted = described({"a": ["s1"]}), described({"b": [], "c": ["s1"]})
    assert heirs(left(before, wanted), node("a")) == {node("c")}
    assert heirs(renamed(before, wanted, {node("a"): node("b")}), node("a")) == {node("b")}
    recipes = [Triple(mint(BASE, "recipe", "lab", name, "r"), RDF("type"), LEAP("Recipe")) for name in "ab"]
    found = renamed([*before, recipes[0]], [*wanted, recipes[1]], {node("a"): node("b")})
    assert heirs(found, mint(BASE, "recipe", "lab", "a", "r")) == {mint(BASE, "recipe", "lab", "b", "r")}


def test_nodes_that_leave_no_tombstone_lead_on_too() -> None:
    old, new = mint(BASE, "bucket", "a"), mint(BASE, "bucket", "b")
    before, wanted = ([Triple(each, RDF("type"), DCAT("DataService"))] for each in (old, new))
    assert left(before, wanted) == set()
    found = renamed(before, wanted, {old: new})
    assert found == {Triple(old, DCT("isReplacedBy"), new)}
    assert left([*wanted, *found], wanted) == found


def test_a_successor_that_is_not_described_is_none() -> None:
    before = described({"a": []})
    assert renamed(before, [], {node("a"): node("b")}) == left(before, [])
    assert renamed(before, before, {node("a"): node("b")}) == set()


@given(st.lists(st.sampled_from("abcd"), min_size=2, max_size=8))
def test_over_any_renamings_of_a_foreign_node_each_old_name_leads_to_the_one_of_today(names: list[str]) -> None:
    def called(name: str) -> NamedNode:
        return NamedNode(f"https://example.org/{name}")

    def said(name: str) -> list[Triple]:
        part = NamedNode(f"{called(name).value}/part")
        return [Triple(each, RDF("type"), SCHEMA("SoftwareSourceCode")) for each in (called(name), part)]

    present: set[Triple] = set(said(names[0]))
    for old, new in pairwise(names):
        successors = {called(old): called(new)} if old != new else {}
        wanted = said(new)
        present = {*wanted, *departures(present, wanted, (), MOMENT, BASE, successors).triples}
        assert present == {*wanted, *left(present, wanted)}
    for name in set(names):
        for ending in ("", "/part"):
            end = NamedNode(f"{called(name).value}{ending}")
            for _ in names:
                end = next(iter(heirs(present, end)), end)
            assert end.value == f"{called(names[-1]).value}{ending}"
    assert left(present, []) == set()


def test_a_person_is_remembered_by_name() -> None:
    person = mint(BASE, "person", "github", "ada")
    before = [Triple(person, RDF("type"), FOAF("Person")), Triple(person, FOAF("name"), Literal("Ada Lovelace"))]
    assert Triple(person, DCT("title"), Literal("Ada Lovelace")) in left(before, [])


def test_only_nodes_that_leave_now_count_as_new() -> None:
    found = departures(described({"a": ["s1"]}), [], (), MOMENT, BASE)
    assert set(found.new) == {node("a"), store("s1")}
    assert departures(found.triples, [], (), MOMENT, BASE).new == ()
