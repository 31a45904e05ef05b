"""Every reused IRI is spelt as its vocabulary spells it, and our own terms are few, explained and all in use."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import rdflib
from pyoxigraph import NamedNode, Quad, RdfFormat, parse
from rdflib import OWL, RDF, RDFS, SKOS
from rdflib.compare import isomorphic

from leap_kg.ontology import namespaces
from leap_kg.ontology.declared import declared_text, ontology_quads
from leap_kg.ontology.jsonld import context
from leap_kg.ontology.kinds import LABELS, kind_of, kinds
from leap_kg.ontology.namespaces import LICENSES, ONTOLOGY_PATH, REUSED, Namespace, prefixes
from tests.ontology import vocabularies
from tests.ontology.terms import BASE
from tests.ontology.vocabularies import ONTOLOGY, QUERIES, ROOT, SOURCES, own_names_in_source, own_terms, uses

TURTLE = sorted(ONTOLOGY.rglob("*.ttl"))
OTHER_BASE = "https://example.org/kg/"
OWN = rdflib.Namespace(BASE + ONTOLOGY_PATH)


@pytest.fixture(scope="module")
def leap() -> rdflib.Graph:
    return rdflib.Graph().parse(ONTOLOGY / "leap.ttl")


# --- spelling -----------------------------------------------------------------------------------------------------


def test_every_reused_iri_is_spelt_as_its_vocabulary_spells_it() -> None:
    known = vocabularies.vocabularies()
    assert set(known) == {*REUSED.values(), BASE + ONTOLOGY_PATH}
    wrong = []
    for iri, place in uses():
        space = max((space for space in known if iri.startswith(space)), key=len)
        name = iri.removeprefix(space)
        if name and name not in known[space]:
            wrong.append(f"{place}: {iri}")
    assert not wrong


def test_the_places_where_iris_are_written_are_all_looked_at() -> None:
    found = uses()
    places = {use.place.split(":")[0] for use in found}
    assert {
        "leap.ttl",
        "concepts.ttl",
        "dataset.ttl",
        "context.jsonld",
        "exact-link.rq",
        "kinds.py",
        "mapping.py",
    } <= places
    assert {file.name for file in QUERIES if "PREFIX" in file.read_text()} <= places
    assert len({use.iri for use in found}) > 100
    assert vocabularies.Use(BASE + ONTOLOGY_PATH + "storageURI", "exact-link.rq") in found


@pytest.mark.parametrize("wrong", ["Datasett", "acessURL", "theme_"])
def test_a_misspelt_term_would_be_noticed(wrong: str) -> None:
    assert wrong not in vocabularies.vocabularies()[str(namespaces.DCAT)]
    assert "accessURL" in vocabularies.vocabularies()[str(namespaces.DCAT)]


def test_schema_org_is_written_with_https() -> None:
    files = [*TURTLE, ONTOLOGY / "context.jsonld", *QUERIES, *SOURCES]
    lines = [
        f"{file.relative_to(ROOT)}:{number}: {line.strip()}"
        for file in files
        for number, line in enumerate(file.read_text().splitlines(), start=1)
        if "http://schema.org" in line
    ]
    normalising = re.compile(r"src/leap_kg/ingest/formats/rdftext\.py:\d+: _OLD_SCHEMA = ")
    assert [line for line in lines if not normalising.match(line)] == []


def test_the_contexts_prefixes_are_those_of_the_code() -> None:
    terms = context(BASE)["@context"]
    declared = {
        name: iri["@id"] if isinstance(iri, dict) else iri for name, iri in terms.items() if not name.startswith("@")
    }
    declared = {name: iri for name, iri in declared.items() if iri.endswith(("/", "#"))}
    assert declared == prefixes(BASE)
    assert all(not isinstance(d, dict) or d.get("@prefix") is True for n, d in terms.items() if n in declared)


def test_all_namespaces_have_a_prefix() -> None:
    spaces = {value for value in vars(namespaces).values() if isinstance(value, Namespace)}
    assert spaces - {LICENSES} == set(REUSED.values())
    assert len(set(REUSED.values())) == len(REUSED)
    bound = {str(iri): prefix for prefix, iri in rdflib.Graph().namespaces()}
    renamed = {"dcterms": "dct"}
    for prefix, iri in REUSED.items():
        usual = bound.get(str(iri), prefix)
        assert renamed.get(usual, usual) == prefix


def test_terms_are_iris_below_their_namespace() -> None:
    assert namespaces.DCAT("Dataset") == NamedNode("http://www.w3.org/ns/dcat#Dataset")
    assert Namespace(BASE + ONTOLOGY_PATH)("recipe") == NamedNode(BASE + "ontology#recipe")
    assert prefixes(OTHER_BASE)["leap"] == OTHER_BASE + "ontology#"
    assert prefixes(OTHER_BASE)["kg"] == OTHER_BASE


# --- our own terms ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", TURTLE, ids=lambda file: file.name)
def test_turtle_reads_the_same_with_both_parsers(file: Path) -> None:
    ours = rdflib.Graph()
    text = "".join(f"{statement} .\n" for statement in parse(file.read_bytes(), format=RdfFormat.TURTLE))
    ours.parse(data=text, format="nt")
    theirs = rdflib.Graph().parse(file)
    assert len(ours) == len(theirs) > 10
    assert isomorphic(ours, theirs)


def test_our_terms_are_few() -> None:
    types = own_terms()
    classes = {name for name, given in types.items() if str(OWL.Class) in given}
    properties = {
        name for name, given in types.items() if str(OWL.DatatypeProperty) in given or str(OWL.ObjectProperty) in given
    }
    assert classes | properties == set(types)
    assert not classes & properties
    assert len(classes) <= 12
    assert len(properties) <= 22


@pytest.mark.parametrize("name", sorted(own_terms()))
def test_each_term_is_explained(leap: rdflib.Graph, name: str) -> None:
    term = OWN[name]
    (label,) = leap.objects(term, RDFS.label)
    (definition,) = leap.objects(term, SKOS.definition)
    (note,) = leap.objects(term, SKOS.editorialNote)
    (home,) = leap.objects(term, RDFS.isDefinedBy)
    assert home == rdflib.URIRef(BASE + "ontology")
    for text, least in ((label, 3), (definition, 25), (note, 25)):
        assert isinstance(text, rdflib.Literal)
        assert text.language == "en"
        assert len(text) >= least
    assert str(definition).endswith(".")
    assert str(note).endswith(".")
    assert name[0].isupper() == ((term, RDF.type, OWL.Class) in leap)
    assert str(label)[0].isupper() <= name[0].isupper()
    assert str(label).lower().replace(" ", "") in (name.lower(), name.lower().replace("kwargs", "arguments"), "hub")


def test_the_ontology_has_a_version(leap: rdflib.Graph) -> None:
    iri = rdflib.URIRef(BASE + "ontology")
    assert (iri, RDF.type, OWL.Ontology) in leap
    (version,) = leap.objects(iri, OWL.versionIRI)
    (info,) = leap.objects(iri, OWL.versionInfo)
    assert re.fullmatch(rf"{re.escape(BASE)}ontology/\d+\.\d+\.\d+", str(version))
    assert str(version).endswith(f"/{info}")
    assert not list(leap.objects(iri, OWL.imports))


def test_reused_terms_are_not_redefined(leap: rdflib.Graph) -> None:
    """No domain or range and no statement about a term of others: constraints live in the shapes."""
    assert not [*leap.subject_objects(RDFS.domain), *leap.subject_objects(RDFS.range)]
    assert {str(s) for s in leap.subjects() if not str(s).startswith(OWN)} == {BASE + "ontology"}


def test_every_term_of_ours_is_in_use_and_every_used_one_exists() -> None:
    assert own_names_in_source() == set(own_terms())


# --- concepts -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def concepts() -> rdflib.Graph:
    return rdflib.Graph().parse(ONTOLOGY / "concepts.ttl")


def test_each_concept_is_labelled_and_has_its_place(concepts: rdflib.Graph) -> None:
    schemes = set(concepts.subjects(RDF.type, SKOS.ConceptScheme))
    members = set(concepts.subjects(RDF.type, SKOS.Concept))
    assert schemes | members == set(concepts.subjects())
    labels = set()
    for concept in members:
        (scheme,) = concepts.objects(concept, SKOS.inScheme)
        (label,) = concepts.objects(concept, SKOS.prefLabel)
        assert scheme in schemes
        assert str(concept).startswith(f"{scheme}/")
        assert (concept, SKOS.topConceptOf, scheme) in concepts
        labels.add((scheme, str(label)))
    assert len(labels) == len(members)


def _members(concepts: rdflib.Graph, scheme: str) -> set[str]:
    start = f"{BASE}{scheme}/"
    return {str(s).removeprefix(start) for s in concepts.subjects(RDF.type, SKOS.Concept) if str(s).startswith(start)}


def _texts(value: ast.expr) -> Iterator[str]:
    match value:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=body, orelse=other):
            yield from _texts(body)
            yield from _texts(other)


def _finding_kinds() -> set[str]:
    found: set[str] = set()
    for file in SOURCES:
        if {"ingest", "links"} & {*file.parts}:
            for node in ast.walk(ast.parse(file.read_text())):
                match node:
                    case ast.Call(
                        func=ast.Name(id="Finding") | ast.Attribute(attr="report"), args=args, keywords=keywords
                    ):
                        named = [keyword.value for keyword in keywords if keyword.arg == "kind"]
                        found.update(text for value in named or args[:1] for text in _texts(value))
    return found


def test_every_kind_of_finding_is_a_concept_and_the_other_way_round(concepts: rdflib.Graph) -> None:
    kinds_used = _finding_kinds()
    assert len(kinds_used) > 15
    assert kinds_used == _members(concepts, "finding-kind")


def test_roles_are_stacs_and_ours(concepts: rdflib.Graph) -> None:
    assert _members(concepts, "role") == {"licensor", "producer", "processor", "host", "maintainer", "provider"}


# --- another base -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("base", [OTHER_BASE, "http://localhost:8000/", BASE + "sub/"])
def test_declarations_follow_the_base(base: str) -> None:
    graph = NamedNode(base + "graph/source/ontology")
    quads = ontology_quads(base, graph)
    assert len(quads) == len(ontology_quads(BASE, graph)) > 200
    assert {quad.graph_name for quad in quads} == {graph}
    for file in [*TURTLE, ONTOLOGY / "context.jsonld"]:
        text = declared_text(file, base)
        assert declared_text(file, BASE) == file.read_text()
        assert BASE in file.read_text()
        if not base.startswith(BASE):
            assert BASE not in text
        assert text.count(base) == file.read_text().count(BASE)
    back = {Quad(_moved(q.subject, base), _moved(q.predicate, base), _moved(q.object, base), graph) for q in quads}
    assert {str(q) for q in back} == {str(q) for q in ontology_quads(BASE, graph)}


def _moved(term: object, base: str) -> Any:
    """The term with the default base in the place of `base`; texts that mention it too."""
    (statement,) = parse(f"<a:b> <a:b> {str(term).replace(base, BASE)} .", format=RdfFormat.N_TRIPLES)
    return statement.object


# --- kinds --------------------------------------------------------------------------------------------------------


def test_kinds_are_named_once_and_told_by_their_classes() -> None:
    every = kinds(BASE)
    assert len({kind.name for kind in every}) == len({kind.label for kind in every}) == len(every)
    assert all(re.fullmatch("[a-z]+", kind.name) for kind in every)
    for kind in every:
        for cls in kind.classes:
            assert kind_of([cls.value], BASE) == kind
    assert kind_of([], BASE) is None
    assert kind_of(["http://www.w3.org/ns/prov#Activity"], BASE) is None


def test_the_most_specific_kind_wins() -> None:
    def name(*types: NamedNode) -> str:
        found = kind_of([node.value for node in types], BASE)
        assert found is not None
        return found.name

    leap = Namespace(BASE + ONTOLOGY_PATH)
    assert name(namespaces.DCAT("Distribution"), leap("ZarrStore")) == "store"
    assert name(namespaces.SCHEMA("SoftwareSourceCode"), leap("Recipe")) == "recipe"
    assert name(namespaces.SCHEMA("SoftwareSourceCode"), leap("Notebook")) == "notebook"
    assert name(namespaces.DCAT("Dataset"), leap("Tombstone")) == "tombstone"
    assert name(namespaces.PROV("Activity"), leap("HarvestRun")) == "run"
    assert name(namespaces.SCHEMA("Person"), namespaces.FOAF("Person")) == "person"


def test_every_class_of_ours_has_a_kind_of_its_own() -> None:
    classes = {OWN[name] for name, types in own_terms().items() if str(OWL.Class) in types}
    shown = {kind.name: {str(cls) for cls in kind.classes} for kind in kinds(BASE)}
    assert all(any(f"<{cls}>" in of for of in shown.values()) for cls in classes)


def test_labels_are_looked_for_in_the_usual_places() -> None:
    assert [label.value.rsplit("/", 1)[-1].rsplit("#", 1)[-1] for label in LABELS] == [
        "title", "name", "prefLabel", "label", "name",
    ]  # fmt: skip
