"""What an update does here: default graphs, blank nodes, protected graphs, refusals with their place."""

from dataclasses import replace

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from leap_kg.sparql.measure import Refused
from leap_kg.sparql.update import Delta, ForbiddenGraph, TooLarge, delta
from tests.sparql.update.worlds import BASE, DEFAULT, OPTIONS, PROTECTED, iri

G0, G1 = iri("g0"), iri("g1")
P = iri("p0")


def quad(subject: str, value: int, graph: NamedNode) -> Quad:
    """A quad with the one predicate of these tests."""
    return Quad(iri(subject), P, Literal(value), graph)


@pytest.fixture
def store() -> Store:
    """Two graphs of sources, what stands in the default graph, and a protected graph."""
    made = Store()
    made.extend(
        [
            quad("a", 1, G0), quad("b", 2, G0), quad("a", 1, G1), quad("c", 3, G1),
            quad("a", 1, NamedNode(DEFAULT)), quad("x", 9, NamedNode(PROTECTED)),
        ]
    )  # fmt: skip
    return made


def test_a_where_reads_the_union_and_triples_without_graph_are_written_to_the_default_graph(store: Store) -> None:
    change = delta(store, "DELETE { ?s <p0> ?o } INSERT { ?s <p1> ?o } WHERE { ?s <p0> ?o FILTER(?o < 3) }", OPTIONS)
    assert change.removed == (quad("a", 1, NamedNode(DEFAULT)),)
    assert {(each.subject, each.graph_name) for each in change.added} == {
        (iri("a"), NamedNode(DEFAULT)),
        (iri("b"), NamedNode(DEFAULT)),
    }
    assert delta(store, "DELETE DATA { <b> <p0> 2 }", OPTIONS) == Delta()


def test_clear_of_what_has_no_name(store: Store) -> None:
    def cleared(target: str) -> set[object]:
        change = delta(store, f"CLEAR {target}", OPTIONS)
        assert not change.added
        return {each.graph_name for each in change.removed}

    assert cleared("DEFAULT") == {NamedNode(DEFAULT)}
    assert cleared("NAMED") == {G0, G1}
    assert cleared("ALL") == {G0, G1, NamedNode(DEFAULT)}
    assert cleared("GRAPH <none>") == set()


def test_graphs_that_the_request_names_are_the_dataset(store: Store) -> None:
    text = "INSERT { ?s <in> ?g } WHERE { { ?s <p0> ?o BIND('default' AS ?g) } UNION { GRAPH ?g { ?s <p0> ?o } } }"
    named = replace(OPTIONS, using_graphs=(f"{BASE}g0",), using_named=(f"{BASE}g1",))
    found = {(each.subject, each.object) for each in delta(store, text, named).added}
    assert found == {
        (iri("a"), Literal("default")), (iri("b"), Literal("default")), (iri("a"), G1), (iri("c"), G1),
    }  # fmt: skip
    only_named = replace(OPTIONS, using_named=(f"{BASE}g1",))
    assert {each.object for each in delta(store, text, only_named).added} == {G1}
    for own in ("WITH <g0> INSERT { } WHERE { }", "INSERT { } USING <g0> WHERE { }"):
        with pytest.raises(Refused, match="the request names graphs") as caught:
            delta(store, own, named)
        assert caught.value.status == 400
    delta(store, "CLEAR ALL ; INSERT DATA { <a> <p0> 1 }", named)


@pytest.mark.parametrize(
    "text",
    [
        "CLEAR GRAPH <graph/prov>",
        "DROP SILENT GRAPH <graph/ontology/core>",
        "CREATE SILENT GRAPH <graph/prov>",
        "COPY <g0> TO <graph/prov>",
        "MOVE <graph/prov> TO <g0>",
        "ADD <g0> TO <graph/ontology>",
        "INSERT DATA { GRAPH <graph/prov> { <a> <p0> 1 } }",
        "DELETE DATA { GRAPH <graph/prov> { <none> <p0> 1 } }",
        "WITH <graph/prov> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "DELETE WHERE { GRAPH ?g { ?s ?p ?o } }",
        "INSERT { GRAPH ?g { <a> <p1> 1 } } WHERE { BIND(<graph/ontology/x> AS ?g) }",
    ],
)
def test_protected_graphs_are_not_written(store: Store, text: str) -> None:
    with pytest.raises(ForbiddenGraph) as caught:
        delta(store, text, OPTIONS)
    assert caught.value.status == 403
    assert caught.value.graph.startswith(f"{BASE}graph/")


def test_protected_graphs_are_read(store: Store) -> None:
    assert len(delta(store, "INSERT { <a> <p1> ?o } WHERE { GRAPH <graph/prov> { ?s <p0> ?o } }", OPTIONS).added) == 1
    assert len(delta(store, "COPY <graph/prov> TO <g2>", OPTIONS).added) == 1
    assert (
        len(delta(store, "WITH <graph/prov> INSERT { GRAPH <g2> { ?s ?p ?o } } WHERE { ?s ?p ?o }", OPTIONS).added) == 1
    )


def test_blank_nodes_get_iris_of_their_own(store: Store) -> None:
    change = delta(store, "INSERT DATA { _:a <p1> _:b . GRAPH <g0> { _:a <p1> [] } }", OPTIONS)
    first, second = sorted(change.added, key=lambda each: str(each.graph_name))
    assert isinstance(first.subject, NamedNode)
    assert first.subject.value.startswith(f"{BASE}.well-known/genid/")
    assert first.subject == second.subject
    assert len({first.subject, first.object, second.object}) == 3
    again = delta(store, "INSERT DATA { _:a <p1> 1 }", OPTIONS)
    assert again.added[0].subject != first.subject
    per_solution = delta(store, "INSERT { [] <p1> <a> } WHERE { GRAPH <g0> { ?s ?p ?o } }", OPTIONS)
    assert len({each.subject for each in per_solution.added}) == 2
    one = delta(store, "INSERT { ?b <p1> 1 . GRAPH <g0> { ?b <p1> 2 } } WHERE { BIND(BNODE() AS ?b) }", OPTIONS)
    assert len({each.subject for each in one.added}) == 1


def test_a_label_belongs_to_one_operation(store: Store) -> None:
    with pytest.raises(Refused, match="line 2, column 1: _:a stands in two operations"):
        delta(store, "INSERT DATA { _:a <p1> 1 } ;\nINSERT DATA { _:a <p1> 2 }", OPTIONS)


def test_values_are_written_as_the_store_keeps_them(store: Store) -> None:
    assert delta(store, "INSERT DATA { GRAPH <g0> { <a> <p0> 01, 1, +1 } }", OPTIONS) == Delta()
    assert delta(store, "DELETE DATA { GRAPH <g0> { <a> <p0> 0001 } }", OPTIONS).removed == (quad("a", 1, G0),)
    assert (
        delta(
            store,
            "INSERT { GRAPH <g0> { <a> <p0> ?n } } WHERE { BIND(STRDT('01', DATATYPE(1)) AS ?n) }",
            OPTIONS,
        )
        == Delta()
    )


@pytest.mark.parametrize("value", ["TRIPLE(<a>, <p0>, <b>)", "STRLANGDIR('x', 'ar', 'rtl')"])
def test_terms_of_rdf_12_are_refused(store: Store, value: str) -> None:
    with pytest.raises(Refused, match="is not kept; write") as caught:
        delta(store, f"INSERT {{ <a> <p1> ?t }} WHERE {{ BIND({value} AS ?t) }}", OPTIONS)
    assert caught.value.status == 400


def test_a_template_leaves_out_what_is_no_triple(store: Store) -> None:
    text = "INSERT { ?s <p1> <ok> . ?o <p1> <no> . <no> ?o <no> . <no> ?missing 1 . GRAPH ?o { <no> <p1> 1 } }"
    assert [each.object for each in delta(store, f"{text} WHERE {{ ?s <p0> ?o FILTER(?o = 3) }}", OPTIONS).added] == [
        iri("ok")
    ]


def test_both_templates_see_the_same_solution(store: Store) -> None:
    text = "INSERT { ?s <p1> ?u . GRAPH <g2> { ?u <p1> ?s } } WHERE { GRAPH <g0> { ?s ?p ?o } BIND(UUID() AS ?u) }"
    change = delta(store, text, OPTIONS)
    there = {(each.subject, each.object) for each in change.added if each.graph_name == NamedNode(DEFAULT)}
    back = {(each.object, each.subject) for each in change.added if each.graph_name == iri("g2")}
    assert there == back
    assert len(there) == 2


def test_create_and_copy_fail_as_they_should(store: Store) -> None:
    assert delta(store, "CREATE GRAPH <g9>", OPTIONS) == Delta()
    for text, reason in (
        ("CREATE GRAPH <g0>", "exists already"),
        ("COPY <g9> TO <g0>", "does not exist, so nothing was changed"),
        ("CLEAR GRAPH <g0> ; MOVE <g0> TO <g1>", "does not exist, so nothing was changed"),
    ):
        with pytest.raises(Refused, match=reason) as caught:
            delta(store, text, OPTIONS)
        assert caught.value.status == 400
        word = text.split(" ; ")[-1].split()[0]
        assert delta(store, text.replace(word, f"{word} SILENT"), OPTIONS).added == ()


def test_one_failing_operation_undoes_all(store: Store) -> None:
    before = set(store)
    with pytest.raises(Refused):
        delta(store, "CLEAR GRAPH <g0> ; INSERT { ?s <p1> 1 } WHERE { ?s ?p ?o } ; CREATE GRAPH <g1>", OPTIONS)
    assert set(store) == before


def test_too_many_quads_are_a_413(store: Store) -> None:
    few = replace(OPTIONS, most=3)
    assert len(delta(store, "CLEAR GRAPH <g0> ; CLEAR DEFAULT", few).removed) == 3
    for text in (
        "CLEAR ALL",
        "INSERT DATA { <n> <p0> 1, 2, 3, 4 }",
        "INSERT { ?a <n> ?b } WHERE { ?a ?p ?x . ?b ?q ?y }",
        "COPY <g0> TO <g2> ; COPY <g1> TO <g3>",
    ):
        with pytest.raises(TooLarge) as caught:
            delta(store, text, few)
        assert caught.value.status == 413
    assert delta(store, "INSERT DATA { <n> <p0> 1, 2, 3 } ; DELETE DATA { <n> <p0> 1, 2 }", few).added != ()


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("INSERT DATA {\n <a> <p0> e:b }", "line 2, column"),
        ("PREFIX e: <http://e/>\nINSERT { ?s <p0> 1 } WHERE {\n ?s <p0> ?o FILTER(? > 1) }", "line 3, column"),
        ("CLEAR ALL ;\nINSERT { ?s e:p 1 . GRAPH <g> {\n?s\n<p0> 'x'@en, x:y } } WHERE { }", "line 2, column"),
        ("CLEAR ALL ;\n\nCLEAR GRAPH e:g", "line 3, column"),
        ("DELETE WHERE {\n?s ?p ?o . ?s\n e:p ?o }", "line 3, column"),
    ],
)
def test_what_the_engine_finds_has_its_place_in_the_update(store: Store, text: str, place: str) -> None:
    with pytest.raises(Refused, match=place) as caught:
        delta(store, text, OPTIONS)
    assert caught.value.status == 400
    assert len(caught.value.reason) < 300


def test_known_prefixes_and_relative_iris(store: Store) -> None:
    known = replace(OPTIONS, prefixes={"e": BASE})
    (added,) = delta(store, "INSERT DATA { GRAPH e:g0 { <a> e:p1 <b> } }", known).added
    assert added == Quad(iri("a"), iri("p1"), iri("b"), G0)
    (own,) = delta(store, "PREFIX e: <http://other/> INSERT DATA { GRAPH e:g0 { <a> e:p1 <b> } }", known).added
    assert own.predicate == NamedNode("http://other/p1")
    with pytest.raises(Refused, match="cannot be a predicate"):
        delta(store, "INSERT DATA { <a> _:p 1 }", OPTIONS)
