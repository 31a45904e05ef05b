"""Where a dataset's page and its twins are on a server, for the links between them."""

from dataclasses import dataclass

from leap_kg.catalog.span import FIRST
from leap_kg.ontology.iri import path_of

CROISSANT = "http://mlcommons.org/croissant/1.1"
GEO_CROISSANT = "http://mlcommons.org/croissant/geo/1.0"
DCAT_AP = "https://semiceu.github.io/DCAT-AP/releases/3.0.1/"
SCHEMA_ORG = "https://schema.org/Dataset"


@dataclass(frozen=True, slots=True)
class Twin:
    """One form of the description of a dataset.

    `suffix` follows the path of its page, `media_type` is that of the answer without its parameters, `profile` the
    address of what it conforms to, `""` for none.
    """

    suffix: str
    label: str
    media_type: str
    profile: str

    @property
    def content_type(self) -> str:
        """The media type with the profile that tells it from others of its type."""
        return f'{self.media_type}; profile="{self.profile}"' if self.profile else self.media_type


SCHEMAORG = Twin(".schemaorg.jsonld", "schema.org", "application/ld+json", SCHEMA_ORG)
DCAT_TURTLE = Twin(".dcat.ttl", "DCAT-AP (Turtle)", "text/turtle", DCAT_AP)
DCAT_JSON = Twin(".dcat.jsonld", "DCAT-AP (JSON-LD)", "application/ld+json", DCAT_AP)
CROISSANT_JSON = Twin(".croissant.json", "Croissant", "application/ld+json", CROISSANT)
LINKSET = Twin(".linkset.json", "Linkset", "application/linkset+json", "")
FAIR = ".fair"

DESCRIPTIONS = (SCHEMAORG, DCAT_TURTLE, DCAT_JSON, CROISSANT_JSON)
"""The twins that describe a dataset."""

CITATIONS = {
    Twin(".bib", "BibTeX", "application/x-bibtex", ""): "bibtex",
    Twin(".csl.json", "CSL-JSON", "application/vnd.citationstyles.csl+json", ""): "csl",
    Twin(".ris", "RIS", "application/x-research-info-systems", ""): "ris",
    Twin(".cite.txt", "Reference", "text/plain", ""): "text",
}
"""How to cite a dataset or work, each with the name of its style in `leap_kg.outputs.citing`."""

DOWNLOAD = Twin(SCHEMAORG.suffix, SCHEMAORG.label, SCHEMAORG.media_type, "https://schema.org/DataDownload")
STORE_DESCRIPTIONS = (DOWNLOAD, DCAT_TURTLE, DCAT_JSON)
"""The twins that describe a store."""


def from_store(address: str, first: int) -> str:
    """The address of the same document with the stores of its dataset from one on that is counted from 1."""
    return address if first == 1 else f"{address}{'&' if '?' in address else '?'}{FIRST}={first}"


@dataclass(frozen=True, slots=True)
class Place:
    """A server: `origin` is its scheme and host, `base` what its own IRIs begin with.

    `stac` is the address of the STAC collection of what a document is about, `""` if it has none.
    """

    origin: str
    base: str
    name: str
    stac: str = ""

    def page(self, iri: str) -> str:
        """The address of the page of a node."""
        return self.origin + path_of(self.base, iri)

    def twin(self, iri: str, suffix: str, first: int = 1) -> str:
        """The address of a form of a node's page, perhaps with its stores from one on: the suffix goes before the query
        string.
        """
        path, mark, query = path_of(self.base, iri).partition("?")
        return f"{self.origin}{from_store(f'{path}{suffix}{mark}{query}', first)}"

    @property
    def catalogue(self) -> str:
        """The IRI of the catalogue of all datasets."""
        return f"{self.base}catalog"
