"""Results as bytes: whole, in the right format, and readable by others."""

import csv
import io
import json
import xml.etree.ElementTree as ET
from collections.abc import Iterable

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, parse, parse_query_results

from leap_kg.sparql import writer

EX = "http://example.org/"
LIMITS = writer.Limits(10**6, 10**6)


def store(*quads: tuple[str, str, NamedNode | Literal]) -> Store:
    """A store with each triple in two graphs."""
    filled = Store()
    for subject, predicate, value in quads:
        for graph in ("g1", "g2"):
            filled.add(Quad(NamedNode(EX + subject), NamedNode(predicate), value, NamedNode(EX + graph)))
    return filled


def run(filled: Store, text: str) -> writer.Results:
    return filled.query(text, use_default_graph_as_union=True)


DATA = store(("s", EX + "p", Literal("a\n\"é'")), ("s", EX + "p", Literal(2)))
ROWS = "SELECT DISTINCT ?o { ?s ?p ?o } ORDER BY STR(?o)"


def _json(content: bytes) -> Iterable[str | None]:
    return [row["o"]["value"] for row in json.loads(content)["results"]["bindings"]]


def _xml(content: bytes) -> Iterable[str | None]:
    return [literal.text for literal in ET.fromstring(content).iter("{http://www.w3.org/2005/sparql-results#}literal")]  # noqa: S314


def _csv(content: bytes) -> Iterable[str | None]:
    return [row["o"] for row in csv.DictReader(io.StringIO(content.decode(), newline=""))]


@pytest.mark.parametrize(("name", "read"), [("json", _json), ("xml", _xml), ("csv", _csv)])
def test_rows(name: str, read: object) -> None:
    assert callable(read)
    assert read(writer.write(run(DATA, ROWS), name, LIMITS, {})[0]) == ["2", "a\n\"é'"]


def test_rows_as_tsv() -> None:
    content = writer.write(run(DATA, ROWS), "tsv", LIMITS, {})[0].decode()
    assert content == '?o\n2\n"a\\n\\"é\'"\n'


@pytest.mark.parametrize(
    ("name", "expected"), [("json", b"true"), ("xml", b"<boolean>true</boolean>"), ("csv", b"true"), ("tsv", b"true")]
)
def test_a_truth_value(name: str, expected: bytes) -> None:
    assert expected in writer.write(run(DATA, "ASK { ?s ?p ?o }"), name, LIMITS, {})[0]


FORMATS = {
    "ttl": RdfFormat.TURTLE,
    "nt": RdfFormat.N_TRIPLES,
    "jsonld": RdfFormat.JSON_LD,
    "rdf": RdfFormat.RDF_XML,
}


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("text", ["CONSTRUCT WHERE { ?s ?p ?o }", f"DESCRIBE <{EX}s>"])
def test_a_graph_has_each_triple_once(name: str, text: str) -> None:
    content = writer.write(run(DATA, text), name, LIMITS, {"ex": EX})[0]
    triples = [quad.triple for quad in parse(content, format=FORMATS[name])]
    assert len(triples) == 2
    assert set(triples) == {quad.triple for quad in DATA}


def test_turtle_is_shortened_by_the_prefixes() -> None:
    content = writer.write(run(DATA, "CONSTRUCT WHERE { ?s ?p 2 }"), "ttl", LIMITS, {"ex": EX})[0]
    assert content.decode().splitlines() == [f"@prefix ex: <{EX}> .", "ex:s ex:p 2 ."]


@pytest.mark.parametrize(("text", "name"), [(ROWS, "json"), ("CONSTRUCT WHERE { ?s ?p ?o }", "nt")])
def test_a_result_is_whole_or_refused(text: str, name: str) -> None:
    size = len(writer.write(run(DATA, text), name, LIMITS, {})[0])
    content, rows = writer.write(run(DATA, text), name, writer.Limits(size, 2), {})
    assert (len(content), rows) == (size, None)
    with pytest.raises(writer.TooLargeError, match=f"larger than {size - 1} bytes: add LIMIT"):
        writer.write(run(DATA, text), name, writer.Limits(size - 1, 2), {})
    with pytest.raises(writer.TooLargeError, match=r"more than 1 (rows|triples): add LIMIT"):
        writer.write(run(DATA, text), name, writer.Limits(size, 1), {})


MANY = "SELECT ?a ?b { VALUES ?a { 1 2 3 4 5 6 7 8 9 } VALUES ?b { 'x' 'y\\n},{\"}}' } }"


def count(content: bytes, name: str) -> int:
    return sum(1 for _ in parse_query_results(content, writer.ROWS[name]))  # type: ignore[misc,union-attr]


@pytest.mark.parametrize("name", ["json", "xml", "tsv"])
@pytest.mark.parametrize(("most_bytes", "most_rows"), [(10**6, 5), (150, 10**6), (250, 1)])
def test_a_result_is_cut_after_a_whole_row_if_that_was_asked_for(name: str, most_bytes: int, most_rows: int) -> None:
    content, rows = writer.write(run(DATA, MANY), name, writer.Limits(most_bytes, most_rows, cut=True), {})
    assert rows is not None
    assert rows == count(content, name)
    assert rows <= min(most_rows, 17)
    assert len(content) <= most_bytes + 100
    if name == "json":
        assert json.loads(content)["head"] == {"vars": ["a", "b"], "link": [f"urn:leap-kg:truncated:{rows}"]}
    if name == "xml":
        links = ET.fromstring(content).iter("{http://www.w3.org/2005/sparql-results#}link")  # noqa: S314
        assert [link.get("href") for link in links] == [f"urn:leap-kg:truncated:{rows}"]


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(("most_bytes", "most_rows"), [(10**6, 20), (2000, 10**6), (1, 10)])
def test_a_graph_is_cut_after_a_whole_triple(name: str, most_bytes: int, most_rows: int) -> None:
    filled = store(*((f"s{number}", EX + "p", Literal("x" * 20)) for number in range(100)))
    limits = writer.Limits(most_bytes, most_rows, cut=True)
    content, rows = writer.write(run(filled, "CONSTRUCT WHERE { ?s ?p ?o }"), name, limits, {"ex": EX})
    assert rows == len(list(parse(content, format=FORMATS[name])))
    assert rows <= most_rows
    if most_bytes > 1:
        assert rows > 0
        assert len(content) <= most_bytes


def test_what_fits_is_not_marked_as_cut() -> None:
    assert writer.write(run(DATA, ROWS), "json", writer.Limits(10**6, 2, cut=True), {})[1] is None
    assert writer.write(run(DATA, "ASK {}"), "json", writer.Limits(10**6, 1, cut=True), {})[1] is None


@pytest.mark.parametrize(("text", "name"), [(ROWS, "ttl"), ("ASK {}", "nt"), ("CONSTRUCT WHERE { ?s ?p ?o }", "csv")])
def test_rows_are_no_graph_and_a_graph_no_rows(text: str, name: str) -> None:
    with pytest.raises(ValueError, match=f"cannot be written as {name}"):
        writer.write(run(DATA, text), name, LIMITS, {})[0]


@pytest.mark.parametrize("character", ["\x00", "\x0b", "\x1f", "\ufffe", "\uffff"])
@pytest.mark.parametrize(("text", "name"), [(ROWS, "xml"), ("CONSTRUCT WHERE { ?s ?p ?o }", "rdf")])
def test_what_xml_cannot_carry_is_refused_there(character: str, text: str, name: str) -> None:
    filled = store(("s", EX + "p", Literal(f"a{character}b")))
    with pytest.raises(ValueError, match="control characters"):
        writer.write(run(filled, text), name, LIMITS, {})[0]
    assert writer.write(run(filled, text), {"xml": "json", "rdf": "nt"}[name], LIMITS, {})[0]


@pytest.mark.parametrize(
    ("predicate", "value"),
    [
        (EX + "123", Literal(1)),
        (EX, Literal(1)),
        ("http://www.w3.org/1999/02/22-rdf-syntax-ns#type", NamedNode(EX + "C/")),
    ],
)
def test_rdf_xml_that_no_parser_would_read_is_refused(predicate: str, value: NamedNode | Literal) -> None:
    filled = store(("s", predicate, value))
    with pytest.raises(ValueError, match="RDF/XML has no element name for <http"):
        writer.write(run(filled, "CONSTRUCT WHERE { ?s ?p ?o }"), "rdf", LIMITS, {})[0]


@pytest.mark.parametrize("tail", ["p", "p1", "1p", "a-b", "é", "_", "x.y", "a(b)c"])
def test_rdf_xml_is_well_formed(tail: str) -> None:
    filled = store(("s", EX + tail, Literal("<a> & b")))
    content = writer.write(run(filled, "CONSTRUCT WHERE { ?s ?p ?o }"), "rdf", LIMITS, {})[0]
    assert [element.text for element in ET.fromstring(content).iter() if element.text == "<a> & b"] == ["<a> & b"]  # noqa: S314
