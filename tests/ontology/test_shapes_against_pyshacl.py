"""The compiled shapes find what pySHACL finds: over random graphs, in one pass, and after any change."""

from collections.abc import Iterable
from pathlib import Path

import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from leap_kg.ontology.namespaces import RDF, RDFS, XSD
from leap_kg.ontology.shapes import Violation, check, check_sorted, pointing_predicates, validate
from leap_kg.ontology.shapes.compiled import ShapesError, compiled, declared_shapes
from tests.ontology.reference import report
from tests.ontology.shape_examples import EXAMPLES, PREFIXES
from tests.ontology.terms import BASE, exact_literals, iris
from tests.ontology.test_shapes import quads
from tests.ontology.vocabularies import ONTOLOGY

GRAPH = NamedNode(BASE + "graph/source/one")
SHAPES = rdflib.Graph()
for _file in sorted((ONTOLOGY / "shapes").glob("*.ttl")):
    SHAPES.parse(_file)

_DECLARED = declared_shapes(BASE)
_CLASSES = sorted(_DECLARED.by_class, key=str)
_SUBCLASSES = [NamedNode(f"https://example.org/Sub{number}") for number in range(3)]
_PATHS = sorted({each.path for shape in _DECLARED.by_name.values() for each in shape.properties}, key=str)
_NODES: list[NamedNode | BlankNode] = [
    NamedNode(BASE + "dataset/x"),
    NamedNode(BASE + "dataset/x#attribution-1"),
    NamedNode("https://orcid.org/0000-0002-1825-0097"),
    NamedNode("https://example.org/person"),
    NamedNode("https://github.com/ada-l"),
    BlankNode("some"),
]
_LITERALS = [
    Literal(""),
    Literal("one"),
    Literal("one", language="en"),
    Literal("{}"),
    Literal("gs://bucket/x", datatype=XSD("anyURI")),
    Literal("2026-03-01T12:00:00Z", datatype=XSD("dateTime")),
    Literal("2026-13-01T12:00:00Z", datatype=XSD("dateTime")),
    Literal("yesterday", datatype=XSD("dateTime")),
    Literal("1", datatype=XSD("integer")),
]
_FITTING = [NamedNode("https://storage.example.org/x"), NamedNode(RDF("type").value), *_SUBCLASSES[:1]]

subjects = st.sampled_from(_NODES)
statements = st.one_of(
    st.builds(Quad, subjects, st.just(RDF("type")), st.sampled_from(_CLASSES + _SUBCLASSES), st.just(GRAPH)),
    st.builds(
        Quad,
        subjects,
        st.sampled_from(_PATHS),
        st.one_of(st.sampled_from([*_NODES, *_LITERALS]), iris, exact_literals),
        st.just(GRAPH),
    ),
    st.builds(
        Quad,
        st.sampled_from(_SUBCLASSES),
        st.just(RDFS("subClassOf")),
        st.sampled_from(_CLASSES + _SUBCLASSES),
        st.just(GRAPH),
    ),
)


@st.composite
def instances(draw: st.DrawFn) -> list[Quad]:
    """A node of one shape's class with values, good and bad ones, for that shape's properties."""
    shape = draw(st.sampled_from(sorted(_DECLARED.by_name.values(), key=lambda each: each.name.value)))
    node = draw(subjects)
    said = [Quad(node, RDF("type"), cls, GRAPH) for cls in shape.classes]
    for part in shape.properties:
        values = st.sampled_from([*_NODES, *_LITERALS, *_FITTING])
        said.extend(Quad(node, part.path, value, GRAPH) for value in draw(st.lists(values, max_size=2)))
    return said


graphs = st.builds(
    lambda nodes, loose: [quad for said in (*nodes, loose) for quad in said],
    st.lists(instances(), max_size=4),
    st.lists(statements, max_size=10),
)
examples = st.lists(st.sampled_from(sorted(EXAMPLES)), max_size=3).map(
    lambda names: [quad for name in names for quad in quads(EXAMPLES[name].turtle())]
)


def of_subject(said: Iterable[Quad]) -> dict[NamedNode | BlankNode, list[Quad]]:
    """The quads by their subjects."""
    found: dict[NamedNode | BlankNode, list[Quad]] = {}
    for quad in said:
        assert not isinstance(quad.subject, tuple)
        found.setdefault(quad.subject, []).append(quad)  # type: ignore[arg-type]
    return found


@settings(max_examples=50, deadline=None)
@given(graphs, examples)
def test_the_report_is_that_of_pyshacl(random: list[Quad], valid: list[Quad]) -> None:
    said = {*random, *valid}
    expected = report(said, SHAPES)
    assert validate(said, BASE) == expected
    together = sorted(said, key=str)
    assert check_sorted(together, BASE) == expected


@settings(max_examples=50, deadline=None)
@given(graphs, examples, st.data())
def test_after_a_change_only_what_it_touches_needs_a_look(
    random: list[Quad], valid: list[Quad], data: st.DataObject
) -> None:
    """Everything new that a full check finds is found at the changed nodes and at those that point to them."""
    before = {*random, *valid}
    added = set(data.draw(st.lists(statements, max_size=5)))
    added = {quad for quad in added if quad.predicate != RDFS("subClassOf")}
    removed = set(data.draw(st.lists(st.sampled_from(sorted(before, key=str)), max_size=5))) if before else set()
    removed = {quad for quad in removed if quad.predicate != RDFS("subClassOf")}
    after = (before - removed) | added
    through = pointing_predicates(BASE)
    touched = {quad.subject for quad in added | removed}
    pointing = {quad.subject for quad in after if quad.predicate in through and quad.object in touched}
    described = of_subject(after)
    found = check((touched | pointing) & described.keys(), lambda node: described.get(node, ()), BASE)  # type: ignore[arg-type]
    old, new = set(validate(before, BASE)), set(validate(after, BASE))
    assert new - old <= set(found) <= new


def test_a_hierarchy_needs_a_second_reading() -> None:
    hierarchy = f"<https://example.org/Sub0> <{RDFS('subClassOf').value}> leap:HubDeployment ."
    text = f"{PREFIXES} {hierarchy} kg:hub\\/x a <https://example.org/Sub0> ."
    said = sorted(quads(text), key=str, reverse=True)
    expected = [Violation(f"{BASE}hub/x", "A hub needs a title.", "http://purl.org/dc/terms/title")]
    assert validate(said, BASE) == check_sorted(said, BASE) == expected
    with pytest.raises(ValueError, match="can be read only once"):
        check_sorted(iter(said), BASE)


SHAPE = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix ex: <https://example.org/> .
ex:shape a sh:NodeShape ; sh:targetClass ex:Thing ; {} .
ex:other a sh:NodeShape ; {} .
"""


@pytest.mark.parametrize(
    ("shape", "other", "reason"),
    [
        ('sh:property [ sh:path ex:a ; sh:lessThan ex:b ; sh:message "M." ]', "", "lessThan"),
        ('sh:property [ sh:path ( ex:a ex:b ) ; sh:minCount 1 ; sh:message "M." ]', "", "path"),
        ("sh:property [ sh:path ex:a ; sh:minCount 1 ]", "", "message"),
        ("sh:nodeKind sh:IRI", "", "message"),
        ('sh:nodeKind ex:IRI ; sh:message "M."', "", "nodeKind"),
        ('sh:property [ sh:path ex:a ; sh:pattern "(" ; sh:message "M." ]', "", "pattern"),
        ('sh:property [ sh:path ex:a ; sh:flags "i" ; sh:message "M." ]', "", "flags"),
        ('sh:property [ sh:path ex:a ; sh:node ex:nowhere ; sh:message "M." ]', "", "nowhere"),
        ('sh:property [ sh:path ex:a ; sh:node ex:other ; sh:message "M." ]', "", "must demand a property"),
        (
            'sh:property [ sh:path ex:a ; sh:node ex:other ; sh:message "M." ]',
            'sh:property [ sh:path ex:a ; sh:minCount 1 ; sh:node ex:shape ; sh:message "M." ]',
            "without sh:node",
        ),
        ('sh:or ( "text" ) ; sh:message "M."', "", "no shape"),
        ("sh:closed true", "", "closed"),
        ("sh:property 1", "", "no shape"),
    ],
)
def test_what_cannot_be_checked_is_refused(shape: str, other: str, reason: str) -> None:
    text = SHAPE.format(shape, other or "sh:targetClass ex:Other")
    with pytest.raises(ShapesError, match=reason):
        compiled([text])


def test_all_files_of_shapes_are_read() -> None:
    files = sorted(Path(ONTOLOGY / "shapes").glob("*.ttl"))
    names = {str(name) for name in SHAPES.subjects(rdflib.RDF.type, rdflib.SH.NodeShape)}
    assert len(files) > 1
    assert {name.value for name in _DECLARED.by_name} == names
