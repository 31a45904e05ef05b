"""The guard: what passes, what does not, and that what passes asks no other server."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, Store

from leap_kg.sparql.guard import Limits, QueryForm, Refused, check, inspect
from tests.sparql import hostile

GOOD = [
    "SELECT * { ?s ?p ?o }",
    "# SERVICE <http://a/> {}\nASK { }",
    'SELECT ?service $load { ?service ex:SERVICE ?load ; ex:load \'SERVICE\' , """LOAD <x>""" }',
    "SELECT * { ?s <http://example.org/SERVICE> 'a'@service }",
    "PREFIX service: <http://a/> SELECT * { ?s service:of ?o . service:x a service:y }",
    "SELECT * { ?d dcat:service ?x OPTIONAL { ?x a ?y } }",
    "SELECT * { ?d dcat:service ?x . { ?x a ?y } UNION { ?x a ?z } }",
    "SELECT * { GRAPH ex:service { ?s ?p ?o } }",
    "ASK FROM NAMED ex:service { }",
    "select (count(distinct ?x) as ?n) where { ?x a/^ex:b*|!(ex:c|^ex:d) ?y } group by ?z having(count(*)>1)",
    "ASK { FILTER(?x<10&&?y>=-3||!BOUND(?z)) }",
    "ASK { FILTER(?a<?b&&?c>?d) }",
    "ASK { VALUES (?a ?b) { (<http://a/#x> <http://b/#y>) (UNDEF -1) } }",
    "CONSTRUCT { ?s ?p [] } WHERE { ?s ?p (1 2 [ ?q 'x' ]) }",
    "DESCRIBE <http://a/> ?x WHERE { ?x ?p << ?a ?b ?c >> }",
    "VERSION '1.2' ASK { ?s ?p ?o {| ex:a 1 |} . <<( ?a ?b ?c )>> ?d ?e ~ex:r }",
    "ASK { VALUES ?x { " + "-1.5 " * 5000 + "} }",
    "ASK { FILTER(?x IN (" + ", ".join(["ex:a"] * 3000) + ")) }",
    'SELECT ("a\\\\u0022b" AS ?x) {}',
    "BASE <http://a/> PREFIX ex: <b#> SELECT*{}",
]


@pytest.mark.parametrize("text", GOOD)
def test_ordinary_queries_pass(text: str) -> None:
    assert check(text) in QueryForm


@pytest.mark.parametrize("form", list(QueryForm))
def test_the_form(form: QueryForm) -> None:
    assert check(f"PREFIX ask: <http://select/> # DESCRIBE\n{form.value.lower()} ?x {{ }}") is form


@pytest.mark.parametrize(
    ("text", "own_dataset"),
    [
        ("SELECT * FROM <http://a/> { }", True),
        ("SELECT * FROM NAMED ex:a { }", True),
        ("SELECT * { ?from ex:from 'FROM' }", False),
        ("SELECT * { ?s ?p ?o } # FROM <x>", False),
    ],
)
def test_whether_the_query_chooses_its_dataset(text: str, own_dataset: bool) -> None:
    assert inspect(text).own_dataset is own_dataset


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n",
        "# only a comment",
        "PREFIX a: <b>",
        "SELEC * {}",
        "{}",
        "?x",
        "ASKED {}",
        "\u00a0ASK {}",
        "ASK \ud800",
    ],
)
def test_what_is_no_query_is_a_400(text: str) -> None:
    with pytest.raises(Refused) as caught:
        check(text)
    assert caught.value.status == 400


@pytest.mark.parametrize(
    "text", ["ASK {", "ASK }", "ASK { ?s ?p (1] }", "ASK { ?s ?p << ?a ?b ?c }", "ASK { {| }", "ASK { ( } )"]
)
def test_brackets_that_do_not_pair_are_a_400_with_their_place(text: str) -> None:
    with pytest.raises(Refused, match=r"line 1, column \d+: this '.{1,3}' (closes nothing|is never closed)") as caught:
        check(text)
    assert caught.value.status == 400


@pytest.mark.parametrize(
    "text",
    [
        "INSERT DATA { <a:b> <a:b> <a:b> }",
        "PREFIX a: <http://a/> DELETE WHERE { ?s ?p ?o }",
        "LOAD <http://127.0.0.1:9/>",
        "load silent <file:///etc/passwd> INTO GRAPH <a:b>",
        "CLEAR ALL",
        "DROP GRAPH <a:b>",
        "CREATE GRAPH <a:b>",
        "COPY <a:b> TO <a:c>",
        "MOVE <a:b> TO <a:c>",
        "ADD <a:b> TO <a:c>",
        "WITH <a:b> DELETE { } WHERE { }",
        "ASK {} ; CLEAR ALL",
        "ASK { LOAD <a:b> }",
        "\\u004COAD <a:b>",
    ],
)
def test_updates_are_refused_with_403(text: str) -> None:
    with pytest.raises(Refused, match="a query only reads") as caught:
        check(text)
    assert caught.value.status == 403


def asks_another_server(text: str) -> bool:
    """Whether the engine itself takes it for a SERVICE call: it refuses port 9 before it opens a connection."""
    store = Store()
    node = NamedNode("http://h:")
    for value in (node, Literal(value=True), Literal(1)):
        store.add(Quad(node, node, value))
    try:
        for _ in store.query(text, use_default_graph_as_union=True):  # type: ignore[union-attr]
            pass
    except OSError as error:
        return "port 9" in str(error)
    except RuntimeError as error:
        return "service" in str(error)
    except (SyntaxError, TypeError):
        pass
    return False


@pytest.mark.parametrize("name", hostile.SERVICE)
def test_service_is_refused_however_it_is_written(name: str) -> None:
    with pytest.raises(Refused) as caught:
        check(hostile.PREFIXES + hostile.SERVICE[name])
    assert caught.value.status in (400, 403)


@pytest.mark.parametrize(
    "text", ["SELECT * { SERVICE x:s {} }", "SELECT * { \\u0053ERVICE x:s {} }", "SELECT * { SERVICEx:s {} }"]
)
def test_service_is_a_403(text: str) -> None:
    with pytest.raises(Refused, match="SERVICE") as caught:
        check(text)
    assert caught.value.status == 403


def test_the_ways_to_write_service_are_real() -> None:
    """All but those whose text the engine would only reach with other data ask the other server."""
    reached = {name for name, text in hostile.SERVICE.items() if asks_another_server(hostile.PREFIXES + text)}
    assert {"plain", "no space", "small letters", "grown together with its name", "with the empty prefix"} <= reached
    assert {"after a boolean", "in a name that makes no IRI", "behind a boolean in such a name"} <= reached
    assert "after a comparison that looks like an IRI" in reached


# Pieces from which a call can grow together in ways that nobody thought of.
PIECES = [
    "SERVICE", "service", "SERVICEx:s", "p:SERVICE", "e:a.b.SERVICE", "SERVICE:s", " ", " ", "\n", "?s", "?p", "?o",
    "<http://127.0.0.1:9/>", "<?b)", "#>", "x:s", "p:", ":", "{", "}", "{}", "(", ")", ".", ";", "'", "''", "'''",
    '"', "\\q", "\\'", "\\u0053ERVICE", "\\u000A", "#", "FILTER(", "?a<?b", "<", ">", "true", "1", "1.", "SILENT",
    "a", "@en", "_:a", "GRAPH ?g", "UNION", "OPTIONAL", "[", "]", "-", "*", "/", "!", "?", "e:\\%", "BIND(1 AS",
]  # fmt: skip
CALLS = ["SERVICE x:s {}", "SERVICEx:s{}", "SERVICE:s{}", "SERVICE?o{}", "SERVICE SILENT<http://127.0.0.1:9/>{}"]
pieces = st.lists(st.sampled_from(PIECES), max_size=5).map("".join)


@settings(max_examples=500, deadline=None)
@given(pieces, st.sampled_from(CALLS), pieces)
def test_what_passes_asks_no_other_server(before: str, call: str, after: str) -> None:
    text = f"{hostile.PREFIXES}SELECT * {{ ?s ?p {before}{call}{after} }}"
    try:
        check(text)
    except Refused:
        return
    assert not asks_another_server(text)


@pytest.mark.parametrize("name", hostile.NESTED)
def test_nesting_is_let_through_to_its_limit_and_no_further(name: str) -> None:
    check(hostile.nested(name))
    with pytest.raises(Refused) as caught:
        check(hostile.nested(name, more=2))
    assert caught.value.status == 400


@pytest.mark.parametrize("name", hostile.REPEATED)
def test_repetition_is_let_through_to_its_limit_and_no_further(name: str) -> None:
    check(hostile.repeated(name))
    with pytest.raises(Refused, match="more than") as caught:
        check(hostile.repeated(name, more=2))
    assert caught.value.status == 400


@pytest.mark.parametrize("name", hostile.BROKE)
def test_what_broke_the_engine_is_refused(name: str) -> None:
    with pytest.raises(Refused) as caught:
        check(hostile.BROKE[name])
    assert caught.value.status == 400


@given(st.lists(st.sampled_from(["!", "- ", "(", "ABS(", "!ABS(", "NOT EXISTS {FILTER("]), min_size=129, max_size=200))
def test_no_mix_of_signs_and_brackets_gets_deeper(openings: list[str]) -> None:
    with pytest.raises(Refused, match="nested deeper than 128"):
        check("ASK { FILTER(" + "".join(openings))


def test_too_many_bytes_is_a_413() -> None:
    text = "ASK { # " + "é" * 40 + "\n}"
    assert check(text, Limits(bytes=len(text.encode()))) is QueryForm.ASK
    with pytest.raises(Refused) as caught:
        check(text, Limits(bytes=len(text.encode()) - 1))
    assert caught.value.status == 413


def test_a_string_that_breaks_when_decoded_first_says_so() -> None:
    with pytest.raises(Refused, match=r"with its \\u escapes decoded: line 1"):
        check('SELECT ("a\\u0022b" AS ?x) {}')


@given(st.text())
def test_any_text_passes_or_is_refused(text: str) -> None:
    for query in (text, f"SELECT * {{ {text} }}"):
        try:
            outcome = check(query).value
        except Refused as error:
            outcome = f"{error.status}" if error.reason else ""
        assert outcome in ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE", "400", "403")
