"""Which terms the vocabularies we reuse have, and every place of the repository where we write one."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import rdflib
from pyoxigraph import Literal, NamedNode, RdfFormat, parse
from rdflib.namespace import DefinedNamespace

from leap_kg.ontology import namespaces
from leap_kg.ontology.namespaces import ONTOLOGY_PATH, REUSED, Namespace, prefixes
from tests.ontology.terms import BASE

ROOT = Path(__file__).parents[2]
ONTOLOGY = ROOT / "ontology"
SOURCES = sorted((ROOT / "src").rglob("*.py"))
QUERIES = sorted((ROOT / "sparql").rglob("*.rq"))

_CLOSED: tuple[type[DefinedNamespace], ...] = (
    rdflib.DCAT, rdflib.DCTERMS, rdflib.FOAF, rdflib.ORG, rdflib.OWL, rdflib.PROV, rdflib.RDF, rdflib.RDFS, rdflib.SDO,
    rdflib.SH, rdflib.SKOS, rdflib.VANN, rdflib.VOID, rdflib.XSD,
)  # fmt: skip

# Vocabularies that rdflib does not carry: those of their terms that we use, copied from the document named.
_LISTED: dict[str, frozenset[str]] = {
    # https://www.ogc.org/standards/geosparql/, section 8.6
    "http://www.opengis.net/ont/geosparql#": frozenset({"asWKT", "wktLiteral"}),
    # https://github.com/ogcincubator/bblocks-stac, core-ontology/ontology.ttl, classes
    "https://w3id.org/ogc/stac/core/": frozenset({"Asset", "Catalog", "Collection", "Item", "Link"}),
    # https://www.w3.org/TR/vocab-adms/, section 5
    "http://www.w3.org/ns/adms#": frozenset({"identifier", "status"}),
    # https://sparontologies.github.io/fabio/current/fabio.html, classes
    "http://purl.org/spar/fabio/": frozenset(
        {
            "AcademicProceedings",
            "Book",
            "BookChapter",
            "ConferencePaper",
            "ConferencePoster",
            "Journal",
            "JournalArticle",
            "JournalIssue",
            "Preprint",
            "Presentation",
            "ReferenceEntry",
            "ReportDocument",
            "Thesis",
        }
    ),
    # https://sparontologies.github.io/cito/current/cito.html, object properties
    "http://purl.org/spar/cito/": frozenset(
        {
            "cites",
            "citesAsDataSource",
            "citesAsEvidence",
            "citesAsMetadataDocument",
            "compiles",
            "corrects",
            "critiques",
            "describes",
            "discusses",
            "documents",
            "extends",
            "isCitedAsDataSourceBy",
            "isCitedAsMetadataDocumentBy",
            "isCitedBy",
            "isCompiledBy",
            "isCorrectedBy",
            "isCritiquedBy",
            "isDescribedBy",
            "isDiscussedBy",
            "isDocumentedBy",
            "isExtendedBy",
            "isRetractedBy",
            "isReviewedBy",
            "isUpdatedBy",
            "repliesTo",
            "retracts",
            "reviews",
            "updates",
        }
    ),
    # https://codemeta.github.io/terms/, version 3.1
    "https://w3id.org/codemeta/terms/": frozenset(
        {"developmentStatus", "hasSourceCode", "isSourceCodeOf", "readme", "referencePublication"}
    ),
    # https://w3id.org/fair4ml, version 0.1.0
    "https://w3id.org/fair4ml#": frozenset({"MLModel", "evaluatedOn", "fineTunedFrom", "testedOn", "trainedOn"}),
    # https://spdx.org/rdf/terms/, version 2.3
    "http://spdx.org/rdf/terms#": frozenset(
        {
            "File",
            "algorithm",
            "checksum",
            "checksumValue",
            "fileName",
            "isDeprecatedLicenseId",
            "isFsfLibre",
            "isOsiApproved",
        }
    ),
    # https://www.w3.org/TR/annotation-vocab/, classes and properties
    "http://www.w3.org/ns/oa#": frozenset(
        {
            *("Annotation", "SpecificResource", "TextQuoteSelector", "assessing", "exact", "hasBody", "hasSelector"),
            *("hasSource", "hasTarget", "moderating", "motivatedBy"),
        }
    ),
    # https://www.w3.org/TR/vcard-rdf/, sections 2.1 to 2.7
    "http://www.w3.org/2006/vcard/ns#": frozenset({"Individual", "Kind", "Organization", "fn", "hasEmail", "hasURL"}),
}

# What version 3 of DCAT added to the version that rdflib carries: https://www.w3.org/TR/vocab-dcat-3/, section 6.
_DCAT3 = frozenset({"DatasetSeries", "inSeries", "seriesMember", "version"})
# What schema.org has had since the version that rdflib carries: https://schema.org/funding.
_SCHEMA_SINCE = frozenset({"funding"})


class Use(NamedTuple):
    """An IRI of a vocabulary, and where it is written."""

    iri: str
    place: str


def vocabularies() -> dict[str, frozenset[str]]:
    """The terms of every vocabulary by its namespace; ours has what `leap.ttl` says."""
    closed = {str(space): frozenset([*space.__annotations__, *space._extras]) for space in _CLOSED}
    closed[str(rdflib.DCAT._NS)] |= _DCAT3
    closed[str(rdflib.SDO._NS)] |= _SCHEMA_SINCE
    return {**closed, **_LISTED, BASE + ONTOLOGY_PATH: frozenset(own_terms())}


def own_terms() -> dict[str, set[str]]:
    """The local names of our terms with their types."""
    found: dict[str, set[str]] = {}
    for statement in parse((ONTOLOGY / "leap.ttl").read_bytes(), format=RdfFormat.TURTLE):
        subject, target = statement.subject, statement.object
        if isinstance(subject, NamedNode) and subject.value.startswith(BASE + ONTOLOGY_PATH):
            types = found.setdefault(subject.value.removeprefix(BASE + ONTOLOGY_PATH), set())
            if statement.predicate.value.endswith("#type") and isinstance(target, NamedNode):
                types.add(target.value)
    return found


def uses() -> list[Use]:
    """Every IRI in one of the namespaces, wherever the repository writes it."""
    found = [*_in_turtle(), *_in_context(), *_in_queries(), *_in_source()]
    return [use for use in found if use.iri.startswith((*REUSED.values(), BASE + ONTOLOGY_PATH))]


def own_names_in_source() -> set[str]:
    """The local names of our terms that the package writes."""
    return {
        use.iri.removeprefix(BASE + ONTOLOGY_PATH) for use in _in_source() if use.iri.startswith(BASE + ONTOLOGY_PATH)
    }


def _in_turtle() -> Iterator[Use]:
    for file in sorted(ONTOLOGY.rglob("*.ttl")):
        for statement in parse(file.read_bytes(), format=RdfFormat.TURTLE):
            for term in (statement.subject, statement.predicate, statement.object):
                if isinstance(term, Literal):
                    yield Use(term.datatype.value, file.name)
                elif isinstance(term, NamedNode):
                    yield Use(term.value, file.name)


def _in_context() -> Iterator[Use]:
    context: dict[str, Any] = json.loads((ONTOLOGY / "context.jsonld").read_text())["@context"]
    prefixes = {name: d["@id"] if isinstance(d, dict) else d for name, d in context.items() if not name.startswith("@")}
    for definition in context.values():
        written = (
            [definition[k] for k in ("@id", "@type") if k in definition]
            if isinstance(definition, dict)
            else [definition]
        )
        for text in written:
            prefix, _, name = str(text).partition(":")
            if prefix in prefixes and not name.startswith("//"):
                yield Use(prefixes[prefix] + name, "context.jsonld")
            else:
                assert str(text).startswith(("@", "http", "1.1")), (
                    f"{text} has a prefix that the context does not declare"
                )


def _in_queries() -> Iterator[Use]:
    for file in QUERIES:
        text = re.sub(r"(?m)^\s*#.*$", "", file.read_text())
        declared = prefixes(BASE) | dict(re.findall(r"(?im)^\s*PREFIX\s+(\w*):\s*<([^>]*)>", text))
        for iri in re.findall(r"<([^<>\s]+:[^<>\s]*)>", text):
            yield Use(iri, file.name)
        bare = re.sub(r'<[^<>\s]*>|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'', " ", text)
        for prefix, name in re.findall(r"(?<![\w?$])(\w+):([A-Za-z_][\w-]*)", bare):
            assert prefix in declared, f"{file} uses {prefix}:, which nothing declares"
            yield Use(declared[prefix] + name, file.name)


def _in_source() -> Iterator[Use]:
    spaces = {name: str(value) for name, value in vars(namespaces).items() if isinstance(value, Namespace)}
    for file in SOURCES:
        for node in ast.walk(ast.parse(file.read_text())):
            match node:
                case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=[ast.Constant(value=str(term))]):
                    space = BASE + ONTOLOGY_PATH if name.strip("_") == "leap" else spaces.get(name)
                    if space:
                        yield Use(space + term, f"{file.name}:{node.lineno}")
                case ast.Constant(value=str(text)) if re.fullmatch(r"https?://[^\s<>\"{}]+", text):
                    yield Use(text, f"{file.name}:{node.lineno}")
