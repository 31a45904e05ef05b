"""Identifiers from outside, each brought to its one normal form: a module per kind.

Here belongs whatever turns a text that people write (a DOI, an ORCID iD, a storage URL, the name of a licence)
into one value with one IRI, so that two spellings of a thing become one node. Every `parse` takes
any text at all and gives a value or a `Refusal`, never an exception; parsing a value's own text gives
the value again. Nothing here looks anything up over a network: a well-formed identifier may name
nothing. IRIs that this project mints itself belong in `leap_kg.ontology.iri`.

Call them by module: `doi.parse(text)`, `storage.parse(text)`, `github.parse_repository(text)`.
"""

from leap_kg.ontology.identifiers import (
    arxiv,
    doi,
    github,
    isbn,
    issn,
    licence,
    orcid,
    package,
    ror,
    standard_name,
    storage,
    version,
)
from leap_kg.ontology.identifiers.arxiv import Arxiv
from leap_kg.ontology.identifiers.doi import Doi
from leap_kg.ontology.identifiers.github import File, Login, Repository
from leap_kg.ontology.identifiers.isbn import Isbn
from leap_kg.ontology.identifiers.issn import Issn
from leap_kg.ontology.identifiers.licence import Licence
from leap_kg.ontology.identifiers.orcid import Orcid
from leap_kg.ontology.identifiers.package import Package
from leap_kg.ontology.identifiers.result import Refusal
from leap_kg.ontology.identifiers.ror import Ror
from leap_kg.ontology.identifiers.standard_name import StandardName
from leap_kg.ontology.identifiers.storage import Location

__all__ = [
    "Arxiv",
    "Doi",
    "File",
    "Isbn",
    "Issn",
    "Licence",
    "Location",
    "Login",
    "Orcid",
    "Package",
    "Refusal",
    "Repository",
    "Ror",
    "StandardName",
    "arxiv",
    "doi",
    "github",
    "isbn",
    "issn",
    "licence",
    "orcid",
    "package",
    "ror",
    "standard_name",
    "storage",
    "version",
]
