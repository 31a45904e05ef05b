"""A look-up is answered as a worker answers it, and nothing that could take long is one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, Store

from leap_kg.sparql import lookup, writer
from leap_kg.sparql.normal import normalised
from leap_kg.sparql.query import Query, prepare

S = "https://e.org/s"
LIMITS = writer.Limits(2**20, 1000)


def store(number: int, text: str = "x") -> Store:
    """Statements about one subject, each in two graphs."""
    filled = Store()
    for each in range(number):
        for graph in ("https://e.org/g", "https://e.org/h"):
            statement = NamedNode(S), NamedNode(f"https://e.org/p{each % 3}"), Literal(f"{text}{each}")
            filled.add(Quad(*statement, NamedNode(graph)))
    return filled


def by_worker(filled: Store, query: Query) -> bytes:
    """What a worker writes."""
    results = filled.query(query.text, use_default_graph_as_union=True)
    return writer.write(results, query.format.name, LIMITS, {})[0]


@given(
    st.sampled_from(["*", "?p ?o", "?o", "?z"]),
    st.sampled_from(["?p", "<https://e.org/p1>", "a", "e:p1", "?o"]),
    st.sampled_from(["", " .", "."]),
    st.sampled_from(["", "WHERE ", "where\n # which\n"]),
    st.sampled_from(["json", "xml", "csv", "tsv"]),
    st.integers(0, 5),
)
@settings(max_examples=100)
def test_it_says_what_a_worker_says(columns: str, predicate: str, end: str, where: str, form: str, number: int) -> None:
    text = f"PREFIX e: <https://e.org/> SELECT {columns} {where}{{ <{S}> {predicate} ?o{end} }}"
    assert lookup.is_lookup(normalised(text)) is (predicate != "?o")
    query, filled = prepare(text, requested=form), store(number)
    answer = lookup.answered(filled, query, LIMITS)
    assert answer is not None
    assert answer.body == by_worker(filled, query)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT DISTINCT ?p { <https://e.org/s> ?p ?o }",
        "SELECT (COUNT(*) AS ?n) { <https://e.org/s> ?p ?o }",
        "SELECT * { ?s ?p <https://e.org/s> }",
        "SELECT * { <https://e.org/s> ?p ?o . ?o ?q ?r }",
        "SELECT * { <https://e.org/s> ?p* ?o }",
        "SELECT * { <https://e.org/s> ?p ?o FILTER(?o > 1) }",
        "SELECT * { <https://e.org/s> ?o ?o }",
        "SELECT * { <relative> ?p ?o }",
        "SELECT * FROM <https://e.org/g> { <https://e.org/s> ?p ?o }",
        "ASK { <https://e.org/s> ?p ?o }",
    ],
)
def test_what_may_take_longer_is_none(text: str) -> None:
    assert not lookup.is_lookup(normalised(text))


def test_what_is_large_or_wrong_is_left_to_a_worker() -> None:
    text = f"SELECT * {{ <{S}> ?p ?o }}"
    assert lookup.answered(store(5), prepare(text), LIMITS) is not None
    assert lookup.answered(store(5, "x" * lookup.MOST_BYTES), prepare(text), LIMITS) is None
    assert lookup.answered(store(5), prepare(text), writer.Limits(2**20, 9)) is None
    assert lookup.answered(store(5), prepare(text), writer.Limits(100, 1000)) is None
    assert lookup.answered(store(5), prepare(text, default_graphs=["https://e.org/g"]), LIMITS) is None
    assert lookup.answered(store(5), prepare(f"SELECT * {{ <{S}> no:prefix ?o }}"), LIMITS) is None
