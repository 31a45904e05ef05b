"""CF standard names: `sea_surface_temperature`, and the IRI of each in the vocabulary server that publishes them.

The names are those of https://cfconventions.org/standard-names.html: letters, digits and underscores, a letter
first. Case counts, since isotopes are written with capitals (`…_of_137Cs_in_air`).
"""

import re
from dataclasses import dataclass

from leap_kg.ontology.identifiers.result import Refusal
from leap_kg.ontology.identifiers.text import clean

SCHEME = "http://vocab.nerc.ac.uk/standard_name/"
"""The IRI of the whole vocabulary, and what the IRI of each name begins with."""

_HINT = "write it as the standard name table has it: letters, digits and underscores"
_FORM = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_LEAD = re.compile(r"https?://vocab\.nerc\.ac\.uk/standard_name/|cf:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class StandardName:
    """A standard name as it is spelt in the table. That it has the form of one does not say that the table has it."""

    value: str

    @property
    def iri(self) -> str:
        """`http://vocab.nerc.ac.uk/standard_name/…/`."""
        return f"{SCHEME}{self.value}/"


def parse(text: str) -> StandardName | Refusal:
    """The standard name that `text` is, bare or as IRI; a modifier after a blank (`… standard_error`) is refused."""
    cleaned = clean(text, "standard name")
    if isinstance(cleaned, Refusal):
        return cleaned
    while match := _LEAD.match(cleaned):
        cleaned = cleaned[match.end() :]
    name = cleaned.rstrip("/")
    return StandardName(name) if _FORM.fullmatch(name) else Refusal("not a CF standard name", _HINT)
