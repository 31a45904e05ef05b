"""What queries demand: of the repository's own, of small ones with every construct, and of any text of tokens."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.sparql.demands import Demand, missing
from tests.sparql.questions.asked import questions

HEAD = "PREFIX e: <http://e.org/> SELECT * WHERE "


def demanded(body: str, there: str = "") -> set[str]:
    """The local names of what is missing where nothing is there but these."""
    found = missing(HEAD + body, lambda demand: demand[0].value.rpartition("/")[2] in there)
    return {("a " if is_class else "") + node.value.removeprefix("http://e.org/") for node, is_class in found}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("{ ?s e:p ?o }", {"p"}),
        ("{ ?s a e:C ; e:p ?o , e:x ; e:q 'text' . ?o e:r [] }", {"a C", "p", "q", "r"}),
        ("{ ?s e:p/^e:q ?o }", {"p", "q"}),
        ("{ ?s e:p|e:q ?o }", {"p", "q"}),
        ("{ ?s (e:p|e:t)/e:q* ?o }", set()),
        ("{ ?s e:p+ ?o . ?s e:q? ?o }", {"p"}),
        ("{ ?s e:t ?o OPTIONAL { ?s e:p ?o } MINUS { ?s e:q ?o } }", set()),
        ("{ { ?s e:p ?o } UNION { ?s e:t ?o } }", set()),
        ("{ { ?s e:p ?o } UNION { ?s e:q ?o } UNION { ?s e:r ?o } }", {"p", "q", "r"}),
        ("{ ?s ?any ?o FILTER NOT EXISTS { ?s e:p ?o } FILTER(?o > 1 || EXISTS { ?s e:q ?o }) ?o e:r ?t }", {"r"}),
        ("{ BIND(IF(EXISTS { ?s e:q ?o }, 1, 2) AS ?n) VALUES ?s { e:a e:b } VALUES (?p ?q) { (e:a e:b) } ?s e:p 1 }",
         {"p"}),
        ("{ { SELECT ?s (COUNT(?o) AS ?n) WHERE { ?s e:p ?o } GROUP BY ?s HAVING(?n > 1) ORDER BY ?s LIMIT 3 } "
         "GRAPH ?g { ?s e:q ?n } }", {"p", "q"}),
    ],
)  # fmt: skip
def test_what_is_demanded(body: str, expected: set[str]) -> None:
    assert demanded(body, "t") == expected


QUERIES = [query for query in questions().all() if query.question]


@pytest.mark.parametrize("name", [query.name for query in QUERIES])
def test_a_question_lacks_nothing_in_a_graph_that_has_everything(name: str) -> None:
    (query,) = [each for each in QUERIES if each.name == name]
    asked: list[Demand] = []

    def is_there(demand: Demand) -> bool:
        asked.append(demand)
        return True

    assert missing(query.text, is_there) == frozenset()
    assert all(node.value.startswith(("http://", "https://")) for node, _ in asked)


def test_most_questions_demand_something() -> None:
    lacking = [query.name for query in QUERIES if missing(query.text, lambda demand: False)]
    assert len(lacking) > len(QUERIES) * 0.8


_WORDS = (
    *("SELECT", "WHERE", "OPTIONAL", "UNION", "MINUS", "FILTER", "NOT", "EXISTS", "BIND", "VALUES", "GRAPH", "GROUP"),
    *("BY", "{", "}", "(", ")", "[", "]", ".", ";", ",", "|", "/", "^", "*", "+", "a"),
)


@given(st.lists(st.sampled_from([*_WORDS, "?x", "e:p", "<http://e.org/q>", "'s'", "1"]), max_size=30))
@settings(max_examples=50)
def test_any_tokens_are_read_to_an_end(words: list[str]) -> None:
    missing(" ".join(words), lambda demand: False)
