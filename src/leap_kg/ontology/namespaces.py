"""Every vocabulary the graph uses, with the prefix it is printed with; `LEAP` is our own.

Terms are plain IRIs: `DCAT("Dataset")` is a pyoxigraph `NamedNode`. The one spelling of schema.org is
`https://schema.org/`.
"""

from functools import lru_cache

from pyoxigraph import NamedNode


class Namespace(str):
    """An IRI prefix that makes terms when called: `PROV("used")`."""

    __slots__ = ()

    def __call__(self, name: str) -> NamedNode:
        return _term(self, name)


@lru_cache(maxsize=4096)
def _term(namespace: str, name: str) -> NamedNode:
    return NamedNode(namespace + name)


ADMS = Namespace("http://www.w3.org/ns/adms#")
CODEMETA = Namespace("https://w3id.org/codemeta/terms/")
CITO = Namespace("http://purl.org/spar/cito/")
DCAT = Namespace("http://www.w3.org/ns/dcat#")
DCT = Namespace("http://purl.org/dc/terms/")
FABIO = Namespace("http://purl.org/spar/fabio/")
FAIR4ML = Namespace("https://w3id.org/fair4ml#")
FOAF = Namespace("http://xmlns.com/foaf/0.1/")
GEO = Namespace("http://www.opengis.net/ont/geosparql#")
OA = Namespace("http://www.w3.org/ns/oa#")
ORG = Namespace("http://www.w3.org/ns/org#")
OWL = Namespace("http://www.w3.org/2002/07/owl#")
PROV = Namespace("http://www.w3.org/ns/prov#")
RDF = Namespace("http://www.w3.org/1999/02/22-rdf-syntax-ns#")
RDFS = Namespace("http://www.w3.org/2000/01/rdf-schema#")
SCHEMA = Namespace("https://schema.org/")
SH = Namespace("http://www.w3.org/ns/shacl#")
SKOS = Namespace("http://www.w3.org/2004/02/skos/core#")
SPDX = Namespace("http://spdx.org/rdf/terms#")
STAC = Namespace("https://w3id.org/ogc/stac/core/")
VANN = Namespace("http://purl.org/vocab/vann/")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
VOID = Namespace("http://rdfs.org/ns/void#")
XSD = Namespace("http://www.w3.org/2001/XMLSchema#")
LICENSES = Namespace("https://spdx.org/licenses/")

ONTOLOGY_PATH = "ontology#"

REUSED: dict[str, Namespace] = {
    "adms": ADMS,
    "codemeta": CODEMETA,
    "cito": CITO,
    "dcat": DCAT,
    "dct": DCT,
    "fabio": FABIO,
    "fair4ml": FAIR4ML,
    "foaf": FOAF,
    "geo": GEO,
    "oa": OA,
    "org": ORG,
    "owl": OWL,
    "prov": PROV,
    "rdf": RDF,
    "rdfs": RDFS,
    "schema": SCHEMA,
    "sh": SH,
    "skos": SKOS,
    "spdx": SPDX,
    "stac": STAC,
    "vann": VANN,
    "vcard": VCARD,
    "void": VOID,
    "xsd": XSD,
}


@lru_cache(maxsize=64)
def ours(base: str) -> Namespace:
    """Our own namespace, below `base`."""
    return Namespace(base + ONTOLOGY_PATH)


def prefixes(base: str) -> dict[str, str]:
    """All prefixes with their IRIs, ours (`leap`, `kg`) below `base`."""
    return {**{name: str(iri) for name, iri in REUSED.items()}, "leap": base + ONTOLOGY_PATH, "kg": base}
