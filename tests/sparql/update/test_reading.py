"""The guard of updates: what it takes apart, and what it refuses."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Store

from leap_kg.sparql.guard import Limits, Refused, UpdateLimits, inspect_update
from leap_kg.sparql.update.operations import Clear, Create, Data, Modify, Transfer, Which
from tests.sparql import hostile


def refused(text: str, limits: UpdateLimits | None = None) -> Refused:
    """The refusal of this text."""
    with pytest.raises(Refused) as caught:
        inspect_update(text, limits or UpdateLimits())
    return caught.value


def test_the_operations_of_a_request_in_order() -> None:
    text = """
      PREFIX e: <http://e/> # WHERE } ; LOAD <x>
      INSERT DATA { e:a e:b 'LOAD <x>' , \"\"\"} ; \"\"\" } ;
      BASE <http://e/> DELETE DATA { GRAPH e:g { e:a e:b -1 } . e:a a true } ;
      DELETE WHERE { ?s ?p ?o . GRAPH ?g { ?s ?p ?o } } ;
      WITH e:g DELETE { ?s e:b ?o } INSERT { ?s e:c ?o } USING e:a USING NAMED e:b WHERE { ?s e:b ?o } ;
      insert {} where {};
      CLEAR SILENT ALL ; DROP GRAPH e:g ; CREATE GRAPH e:g ;
      COPY DEFAULT TO e:g ; MOVE SILENT GRAPH e:g TO GRAPH e:h ; ADD e:g TO DEFAULT ;
    """
    request = inspect_update(text)
    kinds = [type(each) for each in request.operations]
    assert kinds == [Data, Data, Modify, Modify, Modify, Clear, Clear, Create, Transfer, Transfer, Transfer]
    modify = request.operations[3]
    assert isinstance(modify, Modify)
    assert modify.graph is not None
    assert (modify.graph.text, [each.text for each in modify.using]) == ("e:g", ["e:a"])
    assert text[modify.pattern.start : modify.pattern.end] == "{ ?s e:b ?o }"
    assert modify.has_dataset
    clear = request.operations[5]
    assert isinstance(clear, Clear)
    assert clear.target is Which.ALL
    assert [len(each.scope.prologue) for each in request.operations] == [1] + [2] * 10


@pytest.mark.parametrize("text", ["", " # nothing\n", "PREFIX a: <b>", "BASE <http://a/> VERSION '1.2'"])
def test_an_update_may_be_empty(text: str) -> None:
    assert inspect_update(text).operations == ()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("CLEAR XYZ", "column 7: expected GRAPH"),
        ("CLEAR ALL CLEAR ALL", "expected ';'"),
        (";", "an operation begins with"),
        ("CLEAR ALL ;; CLEAR ALL", "an operation begins with"),
        ("SELECT * { ?s ?p ?o }", "SELECT is a query"),
        ("INSERT DATA { ?s <p> 1 }", "data has no variables"),
        ("INSERT DATA { GRAPH ?g { <s> <p> 1 } }", "GRAPH is followed by an IRI here"),
        ("INSERT DATA { GRAPH <g> { GRAPH <h> { <s> <p> 1 } } }", "cannot stand inside GRAPH"),
        ("INSERT DATA { [ GRAPH <g> { } ] }", "inside brackets that are still open"),
        ("INSERT DATA { { <s> <p> 1 } }", "only GRAPH can have braces"),
        ("INSERT DATA { <s> <p>/<q> 1 }", "a template has no paths"),
        ("INSERT DATA { <s> <p> 1", "ends in the middle"),
        ("INSERT DATA { <s> <p> - 1 }", "right before a number"),
        ("INSERT DATA { <s> <p> 1 - }", "right before a number"),
        ("INSERT DATA { 'x' <p> 1 }", "cannot be a subject"),
        ("INSERT DATA { <s> <p> 1 . true <p> 1 }", "cannot be a subject"),
        ("INSERT DATA { <s> <p> <<( <s> <p> 1 )>> }", "RDF 1.2"),
        ("INSERT DATA { << <s> <p> 1 >> <p> 1 }", "RDF 1.2"),
        ("INSERT DATA { <s> <p> 1 {| <q> 2 |} }", "RDF 1.2"),
        ("INSERT DATA { <s> <p> 'x'@ar--rtl }", "RDF 1.2"),
        ("INSERT DATA { <s> <p> SELECT }", "unexpected word 'SELECT' among triples"),
        ("DELETE DATA { _:a <p> 1 }", "blank nodes cannot be deleted"),
        ("DELETE DATA { [] <p> 1 }", "blank nodes cannot be deleted"),
        ("DELETE { ?s <p> ( 1 ) } WHERE { ?s <p> ?o }", "blank nodes cannot be deleted"),
        ("DELETE WHERE { _:a ?p ?o }", "blank nodes cannot be deleted"),
        ("INSERT { <s> <p> 'x'^^?t } WHERE { }", "cannot be a datatype"),
        ("INSERT { <s> <p> 1 }", "ends in the middle"),
        ("INSERT { <s> <p> 1 } USING ?g WHERE { }", "expected the IRI of a graph"),
        ("INSERT { <s> <p> 1 } WHERE { } LIMIT 1", "expected ';'"),
        ("WITH <g> DELETE WHERE { ?s ?p ?o }", "expected '{'"),
        ("WITH <g> CLEAR ALL", "WITH is followed by"),
        ("PREFIX a <b> CLEAR ALL", "PREFIX cannot be followed"),
        ("PREFIX a:b <b> CLEAR ALL", "PREFIX cannot be followed"),
        ("INSERT DATA { \ud800 }", "not Unicode"),
        ("CREATE <g>", "expected GRAPH"),
        ("COPY <g> <h>", "expected TO"),
    ],
)
def test_what_is_no_update_is_a_400_with_its_place(text: str, reason: str) -> None:
    error = refused(text)
    assert error.status == 400
    assert reason in error.reason
    assert "line 1, column" in error.reason or "Unicode" in error.reason


@pytest.mark.parametrize(
    "text",
    [
        "LOAD <http://127.0.0.1:9/>",
        "load silent <file:///etc/passwd> INTO GRAPH <a:b>",
        "CLEAR ALL ; PREFIX a: <b> LOAD a:b",
        "\\u004COAD <a:b>",
        "INSERT { ?s ?p ?o } WHERE { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "INSERT { ?s ?p ?o } WHERE { ?s ?p ?o FILTER EXISTS { service silent ?o { } } }",
        "DELETE WHERE { SERVICE <x:y> { } }",
        "INSERT { } WHERE { ?s ?p ?o SERVICEx:y { } }",
    ],
)
def test_what_would_ask_another_server_is_a_403(text: str) -> None:
    assert refused(text).status == 403


@pytest.mark.parametrize("name", hostile.SERVICE)
def test_no_way_to_write_service_passes(name: str) -> None:
    pattern = hostile.SERVICE[name].removeprefix("SELECT").lstrip(" *")
    assert refused(f"{hostile.PREFIXES} INSERT {{ }} WHERE {pattern}").status in (400, 403)


def test_names_that_only_mention_service_pass() -> None:
    inspect_update("WITH e:service DELETE { ?s dcat:service ?o } USING e:service WHERE { ?s dcat:service ?o }")
    inspect_update("INSERT DATA { GRAPH e:service { e:a dcat:service e:service } } ; COPY e:service TO e:service")


@pytest.mark.parametrize("name", hostile.NESTED)
def test_a_pattern_may_nest_as_a_query_may(name: str) -> None:
    text = hostile.nested(name, more=2).removeprefix(hostile.PREFIXES)
    error = refused(f"{hostile.PREFIXES} INSERT {{ }} WHERE {{ {{ {text} }} }}")
    assert error.status == 400
    assert "nested deeper than 128" in error.reason or "more than 200 groups" in error.reason


@pytest.mark.parametrize(("opening", "closing"), [("[ <p> ", "]"), ("( ", ")"), ("[ <p> ( ", ") ]")])
def test_data_may_not_nest_deeper_than_a_query(opening: str, closing: str) -> None:
    def text(depth: int) -> str:
        times = depth // opening.count(" <p> (") if "(" in opening and "[" in opening else depth
        return f"INSERT DATA {{ <s> <p> {opening * times} 1 {closing * times} }}"

    inspect_update(text(60))
    error = refused(text(130))
    assert (error.status, "nested deeper than 128" in error.reason) == (400, True)


def test_data_is_bounded_by_bytes_and_patterns_by_number() -> None:
    triples = "<s> <p> 1 . " * 20_000
    assert len(inspect_update(f"INSERT DATA {{ {triples} }}").operations) == 1
    assert len(inspect_update(f"INSERT {{ {triples} }} WHERE {{ }}").operations) == 1
    for pattern in (f"INSERT {{ }} WHERE {{ {triples} }}", f"DELETE WHERE {{ {triples} }}"):
        assert "triple patterns" in refused(pattern).reason
    # Each operation is planned by itself, so each has the limits of one query.
    each = "INSERT { } WHERE { " + "?s ?p ?o . " * 300 + "}"
    assert len(inspect_update(" ; ".join([each] * 5)).operations) == 5


def test_bytes_operations_and_tokens_have_limits() -> None:
    limits = UpdateLimits(bytes=60, operations=2, tokens=9, each=Limits())
    inspect_update("CLEAR ALL ; CLEAR ALL", limits)
    error = refused("CLEAR ALL " + "# ä" * 20, limits)
    assert (error.status, "split it" in error.reason) == (413, True)
    assert "more than 2 operations" in refused("CLEAR ALL ; CLEAR ALL ; CLEAR ALL", limits).reason
    assert "more than 9 words" in refused("INSERT DATA { <a> a 1,2,3 }", limits).reason


@given(st.text())
def test_any_text_passes_or_is_refused(text: str) -> None:
    for update in (text, f"INSERT DATA {{ {text} }}", f"INSERT {{ {text} }} WHERE {{ {text} }}"):
        try:
            outcome = str(len(inspect_update(update).operations))
        except Refused as error:
            outcome = f"{error.status}" if error.reason else ""
        assert outcome in ("0", "1", "400", "403")


PIECES = [
    "LOAD<http://127.0.0.1:9/>", "load <http://127.0.0.1:9/>", "LOADx:s", "SERVICE x:s{}", "}", "{", ";", "} ;", ".",
    "<http://a/#x>", "<?b)", "#", "\n", "'", "'''", '"', "\\q", "\\u0022", "\\u007D", "\\u000A", "e:a", "_:a", "?s",
    "1", "-", "a", "true", "[", "]", "(", ")", "GRAPH", "WHERE", "USING", "INSERT", "DATA", "^^", "@en", ",",
]  # fmt: skip


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=8).map(" ".join), st.sampled_from(["", " "]))
def test_what_passes_loads_nothing_however_the_engine_reads_it(inside: str, space: str) -> None:
    for start, end in (("INSERT DATA {", "}"), ("DELETE WHERE {", "}"), ("INSERT {", "} WHERE {}"), ("", "")):
        text = hostile.PREFIXES + f"{start}{space}{inside}{space}{end}"
        try:
            inspect_update(text)
        except Refused:
            continue
        try:
            Store().update(text)
        except (SyntaxError, RuntimeError):
            continue
        except OSError as error:  # the engine refuses port 9 before it opens a connection
            raise AssertionError(text) from error
