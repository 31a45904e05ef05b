"""The kinds of things that have pages: one human word for each class, most specific first."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from pyoxigraph import NamedNode

from leap_kg.ontology.namespaces import (
    DCAT,
    DCT,
    FABIO,
    FAIR4ML,
    FOAF,
    ONTOLOGY_PATH,
    ORG,
    OWL,
    PROV,
    RDFS,
    SCHEMA,
    SKOS,
    SPDX,
    VOID,
    Namespace,
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A class of nodes as people speak of it; `name` is used in URLs and facets."""

    name: str
    label: str
    plural: str
    classes: tuple[NamedNode, ...]


@lru_cache(maxsize=4)
def kinds(base: str) -> tuple[Kind, ...]:
    """All kinds under this base, in the order in which a node with several types is assigned one."""
    leap = Namespace(base + ONTOLOGY_PATH)
    return (
        Kind("tombstone", "Removed record", "Removed records", (leap("Tombstone"),)),
        Kind("dataset", "Dataset", "Datasets", (DCAT("Dataset"),)),
        Kind("store", "Zarr store", "Zarr stores", (leap("ZarrStore"),)),
        Kind("file", "Data file", "Data files", (DCAT("Distribution"),)),
        Kind("recipe", "Recipe", "Recipes", (leap("Recipe"),)),
        Kind("notebook", "Notebook", "Notebooks", (leap("Notebook"),)),
        Kind("environment", "Environment", "Environments", (leap("Environment"),)),
        Kind("code", "Code file", "Code files", (SPDX("File"),)),
        Kind("repository", "Repository", "Repositories", (SCHEMA("SoftwareSourceCode"),)),
        Kind(
            "paper",
            "Paper",
            "Papers",
            (
                SCHEMA("ScholarlyArticle"),
                FABIO("JournalArticle"),
                FABIO("ConferencePaper"),
                FABIO("Preprint"),
                FABIO("Thesis"),
                FABIO("ReportDocument"),
                FABIO("BookChapter"),
                FABIO("ReferenceEntry"),
            ),
        ),
        Kind("journal", "Journal", "Journals", (SCHEMA("Periodical"),)),
        Kind("person", "Person", "People", (FOAF("Person"),)),
        Kind("organization", "Organisation", "Organisations", (ORG("Organization"),)),
        Kind("image", "Container image", "Container images", (leap("ContainerImage"),)),
        Kind("hub", "Hub", "Hubs", (leap("HubDeployment"),)),
        Kind("cluster", "Cluster", "Clusters", (PROV("Location"),)),
        Kind("bucket", "Bucket", "Buckets", (DCAT("DataService"),)),
        Kind("group", "Group", "Groups", (FOAF("Group"),)),
        Kind("agent", "Person or organisation", "People or organisations", (FOAF("Agent"),)),
        Kind("event", "Event", "Events", (SCHEMA("Event"), SCHEMA("CourseInstance"))),
        Kind("training", "Training material", "Training materials", (SCHEMA("Course"), SCHEMA("LearningResource"))),
        Kind("grant", "Grant", "Grants", (SCHEMA("Grant"),)),
        Kind("model", "Machine-learning model", "Machine-learning models", (FAIR4ML("MLModel"),)),
        Kind("request", "Data request", "Data requests", (SCHEMA("Demand"),)),
        Kind("software", "Software", "Software", (SCHEMA("SoftwareApplication"),)),
        Kind(
            "work",
            "Other work",
            "Other works",
            (
                SCHEMA("CreativeWork"),
                SCHEMA("Book"),
                FABIO("Book"),
                FABIO("AcademicProceedings"),
                FABIO("JournalIssue"),
                FABIO("Presentation"),
                FABIO("ConferencePoster"),
                SCHEMA("PublicationIssue"),
                SCHEMA("Review"),
                SCHEMA("Collection"),
            ),
        ),
        Kind("variable", "Variable", "Variables", (leap("Variable"),)),
        Kind("entry", "Catalogue entry", "Catalogue entries", (DCAT("CatalogRecord"),)),
        Kind("catalog", "Catalogue", "Catalogues", (DCAT("Catalog"),)),
        Kind("licence", "Licence", "Licences", (DCT("LicenseDocument"),)),
        Kind("link", "Link", "Links", (leap("LinkAssertion"),)),
        Kind("run", "Harvest run", "Harvest runs", (leap("HarvestRun"),)),
        Kind("source", "Source", "Sources", (VOID("Dataset"),)),
        Kind("concept", "Concept", "Concepts", (SKOS("Concept"), SKOS("ConceptScheme"))),
        Kind(
            "term",
            "Ontology term",
            "Ontology terms",
            (
                OWL("Class"),
                OWL("ObjectProperty"),
                OWL("DatatypeProperty"),
                OWL("Ontology"),
                RDFS("Class"),
            ),
        ),
    )


def kind_of(types: Iterable[str], base: str) -> Kind | None:
    """The kind of a node with these type IRIs, `None` if it has no kind we know."""
    found = set(types)
    for kind in kinds(base):
        if any(cls.value in found for cls in kind.classes):
            return kind
    return None


def noun(kind: Kind, iri: str, base: str) -> str:
    """The word for a node of this kind: software is told apart by its IRI, other nodes are called as their kind."""
    if kind.name != "software":
        return kind.label
    if iri.startswith("pkg:"):
        return "Package version" if "@" in iri else "Package"
    return "Image series" if iri.startswith(f"{base}image/") else "Software release"


LABELS = (DCT("title"), FOAF("name"), SKOS("prefLabel"), RDFS("label"), SCHEMA("name"))
"""The predicates that name a node for people, best first."""
