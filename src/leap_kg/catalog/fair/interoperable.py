"""I: whether programs understand what is said."""

from leap_kg.catalog.fair.findable import host
from leap_kg.catalog.fair.metric import Metric, check, listed
from leap_kg.catalog.fair.served import Served
from leap_kg.ontology.namespaces import (
    ADMS,
    CITO,
    DCAT,
    DCT,
    FOAF,
    GEO,
    ORG,
    PROV,
    SCHEMA,
    SKOS,
    STAC,
    VCARD,
)

_VOCABULARIES = {
    "DCAT": DCAT,
    "PROV": PROV,
    "FOAF": FOAF,
    "SKOS": SKOS,
    "vCard": VCARD,
    "Organization": ORG,
    "ADMS": ADMS,
    "GeoSPARQL": GEO,
    "CiTO": CITO,
    "STAC": STAC,
}
_RELATIONS = {
    "isReferencedBy": DCT("isReferencedBy"),
    "relation": DCT("relation"),
    "isVersionOf": DCT("isVersionOf"),
    "isPartOf": DCT("isPartOf"),
    "inSeries": DCAT("inSeries"),
    "wasDerivedFrom": PROV("wasDerivedFrom"),
    "citation": SCHEMA("citation"),
    "funding": SCHEMA("funding"),
    "agent": PROV("agent"),
}
_IDENTIFIED = frozenset(("doi.org", "orcid.org", "ror.org", "github.com", "arxiv.org", "hdl.handle.net"))
STANDARD_NAMES = ("http://vocab.nerc.ac.uk/standard_name/", "https://vocab.nerc.ac.uk/standard_name/")


@check("Structured metadata in the page can be parsed", "Embed JSON-LD in the page.")
def _embedded(served: Served) -> str:
    return f"JSON-LD documents in the page: {len(served.page.embedded)}" if served.page.embedded else ""


@check("The address gives RDF to who asks for it", "Answer `Accept: text/turtle` with Turtle.")
def _negotiated(served: Served) -> str:
    return f"triples in Turtle: {len(served.turtle.triples)}" if served.turtle.triples else ""


@check("Terms of registered vocabularies are used", "Describe the dataset in DCAT, PROV and the like.", 0.5)
def _vocabularies(served: Served) -> str:
    used = [name for name, space in _VOCABULARIES.items() if any(term.startswith(space) for term in served.terms)]
    return listed(used, 10)


def meanings(served: Served) -> list[str]:
    """The standard names of CF that the variables are said to mean."""
    stated = [each.get("propertyID") for each in served.said("variableMeasured") if isinstance(each, dict)]
    return [each for each in stated if isinstance(each, str) and each.startswith(STANDARD_NAMES)]


@check(
    "Variables are given by terms of their community",
    "Give the variables standard names of the CF convention in their attributes.",
    0.5,
)
def _meanings(served: Served) -> str:
    return listed(meanings(served))


def _related(served: Served) -> dict[str, list[str]]:
    return {name: found for name, term in _RELATIONS.items() if (found := sorted(set(served.objects(term.value))))}


@check("Related things are named, with the kind of the relation", "Name papers, code, people or sources.")
def _relations(served: Served) -> str:
    return listed(list(_related(served)), 10)


@check("Related things are named by identifiers", "Give a DOI, an ORCID, a ROR identifier or a repository.")
def _identified(served: Served) -> str:
    return listed([iri for found in _related(served).values() for iri in found if host(iri) in _IDENTIFIED])


METRICS = (
    Metric("FsF-I1-01M", "Metadata is represented in a formal language", (_embedded, _negotiated)),
    Metric("FsF-I2-01M", "Metadata uses semantic resources", (_vocabularies, _meanings)),
    Metric("FsF-I3-01M", "Metadata includes links to related entities", (_relations, _identified)),
)
