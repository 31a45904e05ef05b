"""Each shape accepts a node as it should be, and each of its constraints refuses one that is not."""

import pyshacl
import pytest
import rdflib
from hypothesis import given, settings
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Triple, parse
from rdflib import RDF, SH

from leap_kg.ontology.declared import ontology_quads
from leap_kg.ontology.namespaces import DCAT, DCT
from leap_kg.ontology.shapes import Violation, validate, validate_changed
from tests.ontology.shape_examples import EXAMPLES, PREFIXES, Example, Spoiling
from tests.ontology.terms import BASE, any_triples
from tests.ontology.vocabularies import ONTOLOGY

GRAPH = NamedNode(BASE + "graph/source/one")
OTHER_BASE = "https://example.org/kg/"
SHAPE = BASE + "shape/"
SPOILINGS = [(name, spoiling) for name, example in EXAMPLES.items() for spoiling in example.spoilt]

Constraint = tuple[str, str, str]
"""Local name of the shape, IRI of the path (`""`: the node itself), IRI of the constraint component."""


def quads(turtle: str) -> list[Quad]:
    return [Quad(t.subject, t.predicate, t.object, GRAPH) for t in parse(turtle, format=RdfFormat.TURTLE)]


def expanded(name: str) -> str:
    """The IRI of a prefixed name or of one in angle brackets."""
    (statement,) = parse(f"{PREFIXES} <a:b> <a:b> {name} .", format=RdfFormat.TURTLE)
    return getattr(statement.object, "value", "")


@pytest.fixture(scope="module")
def shapes() -> rdflib.Graph:
    together = rdflib.Graph()
    for file in (ONTOLOGY / "shapes").glob("*.ttl"):
        together.parse(file)
    return together


def declared(shapes: rdflib.Graph) -> set[Constraint]:
    """Every constraint that the shapes state."""
    found = set()
    plain = {SH.path, SH.message, SH.property, SH.targetClass, RDF.type, rdflib.RDFS.label}
    for shape in shapes.subjects(RDF.type, SH.NodeShape):
        name = str(shape).removeprefix(SHAPE)
        for part in (shape, *shapes.objects(shape, SH.property)):
            path = shapes.value(part, SH.path)
            for parameter in set(shapes.predicates(part)) - plain:
                local = str(parameter).removeprefix(str(SH))
                found.add((name, str(path or ""), f"{SH}{local[0].upper()}{local[1:]}ConstraintComponent"))
    return found


def broken(example: Example, spoiling: Spoiling, shapes: rdflib.Graph) -> set[Constraint]:
    """The constraints that the spoilt node breaks."""
    data = rdflib.Graph().parse(data=example.turtle(spoiling))
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes, inference="none", advanced=False)
    found = set()
    for result in report.subjects(RDF.type, SH.ValidationResult):
        source = report.value(result, SH.sourceShape)
        owner = next(shapes.subjects(SH.property, source), source)
        path = report.value(result, SH.resultPath)
        component = report.value(result, SH.sourceConstraintComponent)
        found.add((str(owner).removeprefix(SHAPE), str(path or ""), str(component)))
    return found


def test_every_shape_has_a_valid_and_a_failing_example(shapes: rdflib.Graph) -> None:
    names = {str(shape).removeprefix(SHAPE) for shape in shapes.subjects(RDF.type, SH.NodeShape)}
    assert set(EXAMPLES) == names
    assert all(example.spoilt for example in EXAMPLES.values())
    for shape in shapes.subjects(RDF.type, SH.NodeShape):
        (target,) = shapes.objects(shape, SH.targetClass)
        classes = {expanded(name.strip()) for name in EXAMPLES[str(shape).removeprefix(SHAPE)].valid["a"].split(" , ")}
        assert str(target) in classes, f"the example of {shape} is none of its targets"


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_valid_example_conforms(name: str) -> None:
    assert validate(quads(EXAMPLES[name].turtle()), BASE) == []


@pytest.mark.parametrize(
    ("name", "spoiling"), SPOILINGS, ids=[f"{name}-{s.predicate or s.node}-{s.objects[:24]}" for name, s in SPOILINGS]
)
def test_the_failing_example_is_noticed_where_it_fails(name: str, spoiling: Spoiling, shapes: rdflib.Graph) -> None:
    example = EXAMPLES[name]
    violations = validate(quads(example.turtle(spoiling)), BASE)
    assert violations
    focus = spoiling.node or example.node
    for violation in violations:
        if not focus.startswith("_:"):
            assert violation.focus == expanded(focus)
        assert violation.path == (expanded(spoiling.predicate) if spoiling.predicate else "")
        assert str(violation).startswith(f"{violation.focus}: ")
    messages = {str(text) for text in shapes.objects(None, SH.message)}
    if name not in ("person", "organization") or spoiling.predicate:
        assert {violation.message for violation in violations} <= messages


def test_every_constraint_has_a_failing_example(shapes: rdflib.Graph) -> None:
    hit = {found for name, spoiling in SPOILINGS for found in broken(EXAMPLES[name], spoiling, shapes)}
    assert declared(shapes) - hit == set()
    assert hit - declared(shapes) == set()


def test_every_property_has_a_message_of_its_own(shapes: rdflib.Graph) -> None:
    for shape in shapes.subjects(RDF.type, SH.NodeShape):
        assert shapes.value(shape, rdflib.RDFS.label)
        for part in shapes.objects(shape, SH.property):
            (message,) = shapes.objects(part, SH.message)
            assert str(message)[0].isupper()
            assert str(message).endswith(".")


def test_violations_name_the_value_and_come_in_order() -> None:
    spoilt = EXAMPLES["dataset"].turtle(Spoiling("dct:license", '"CC-BY"')) + EXAMPLES["hub"].turtle(
        Spoiling("dct:title")
    )
    first, second = validate(quads(spoilt), BASE)
    assert first == Violation(
        BASE + "dataset/x",
        "A dataset has at most one licence, given by its IRI; the text belongs in dct:rights.",
        DCT("license").value,
        "CC-BY",
    )
    assert str(first).endswith("the text belongs in dct:rights. (found 'CC-BY')")
    assert str(second) == f"{BASE}hub/leap.2i2c.cloud: A hub needs a title."


@pytest.mark.parametrize("base", [BASE, OTHER_BASE])
def test_the_ontology_itself_conforms(base: str) -> None:
    assert validate(ontology_quads(base, GRAPH), base) == []


def test_shapes_follow_the_base() -> None:
    turtle = EXAMPLES["hub"].turtle(Spoiling("dct:title")).replace(BASE, OTHER_BASE)
    assert [violation.message for violation in validate(quads(turtle), OTHER_BASE)] == ["A hub needs a title."]
    assert validate(quads(turtle), BASE) == []


@settings(max_examples=60, deadline=None)
@given(any_triples)
def test_statements_about_no_target_conform(triples: list[Triple]) -> None:
    assert validate([Quad(t.subject, t.predicate, t.object, GRAPH) for t in triples], BASE) == []


@settings(max_examples=40, deadline=None)
@given(any_triples)
def test_a_dataset_without_a_title_is_noticed_whatever_else_it_says(triples: list[Triple]) -> None:
    node = NamedNode(BASE + "dataset/x")
    said = [
        Quad(node, t.predicate, t.object, GRAPH) for t in triples if t.predicate not in (DCT("title"), DCT("source"))
    ]
    said.append(Quad(node, NamedNode(str(RDF.type)), DCAT("Dataset"), GRAPH))
    found = validate([*said, Quad(node, DCT("source"), NamedNode("https://example.org/"), GRAPH)], BASE)
    assert DCT("title").value in {violation.path for violation in found}


def test_a_triple_about_a_triple_cannot_be_checked() -> None:
    node = NamedNode("a:b")
    with pytest.raises(ValueError, match="a triple about a triple"):
        validate([Quad(node, node, Triple(node, node, Literal("x")), GRAPH)], BASE)


@pytest.mark.parametrize(("name", "spoiling"), SPOILINGS)
def test_a_change_is_judged_as_the_whole_would_be(name: str, spoiling: Spoiling) -> None:
    before = {quad for example in EXAMPLES.values() for quad in quads(example.turtle())}
    others = {quad for other, example in EXAMPLES.items() if other != name for quad in quads(example.turtle())}
    after = others | set(quads(EXAMPLES[name].turtle(spoiling)))
    changed = before ^ after
    assert validate_changed(after, changed, BASE) == validate(after, BASE)


def test_what_did_not_change_is_not_judged_again() -> None:
    wrong = quads(f"{PREFIXES} kg:dataset\\/x a dcat:Dataset .")
    right = quads(EXAMPLES["person"].turtle())
    assert validate(wrong + right, BASE)
    assert validate_changed(wrong + right, right, BASE) == []
