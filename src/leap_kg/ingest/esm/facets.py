"""What the columns of a table mean: facets as concepts, and names that catalogues write differently, brought to one.

https://github.com/WCRP-CMIP/CMIP6_CVs has the facets of CMIP6. A table with these columns shares their concepts with
every other such table; those of other tables have a scheme of their own.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from pyoxigraph import NamedNode

from leap_kg.ingest.mapping.statements import Statements
from leap_kg.ontology.iri import digest, iri_text, mint, slug
from leap_kg.ontology.namespaces import DCT, RDFS, SKOS

CMIP6 = "cmip6"

# LEAP's newer catalogues use the names of ESGF.
RENAMED = {
    "member_id": "variant_label",
    "dcpp_init_year": "sub_experiment_id",
    "dcpp_start_year": "sub_experiment_id",
}
_CORE = ("activity_id", "institution_id", "source_id", "experiment_id", "table_id", "variable_id", "grid_label")
CMIP6_FACETS = (*_CORE, "variant_label", "sub_experiment_id")

# Columns that tell no two things apart, so that nobody would choose by them.
NOT_FACETS = frozenset(
    {"version", "time_range", "start_time", "end_time", "long_name", "units", "format", "data_format", "path", "zstore",
     "uri", "url", "instance_id", "tracking_id", "vertical_levels", "case", "status", "issue_url", "errata_url",
     "retracted"}
)  # fmt: skip

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}")


def scheme_name(collection: str, columns: Iterable[str]) -> str:
    """The name of the scheme that the facets of a table belong to: CMIP6's, or its own."""
    return CMIP6 if set(_CORE) <= {RENAMED.get(column, column) for column in columns} else slug(collection)


@lru_cache(maxsize=65536)
def concept(base: str, scheme: str, facet: str, value: str) -> NamedNode:
    """The concept of one value of a facet."""
    name = value if _PLAIN.fullmatch(value) else f"{slug(value)}-{digest(value)}"
    return mint(base, "facet", scheme, slug(facet), name)


def scheme_iri(base: str, scheme: str, facet: str) -> NamedNode:
    """The concept scheme of a facet."""
    return mint(base, "facet", scheme, slug(facet))


def say_facet(base: str, scheme: str, facet: str, vocabulary: str, values: Iterable[str]) -> Statements:
    """The scheme of a facet and the concepts of its values; `vocabulary` is where they are defined, if anywhere."""
    say = Statements()
    node = say.type(scheme_iri(base, scheme, facet), SKOS("ConceptScheme"))
    say.text(node, DCT("title"), f"{scheme.upper() if scheme == CMIP6 else scheme} {facet}")
    say.link(node, RDFS("seeAlso"), iri_text(vocabulary) if vocabulary else None)
    for value in values:
        member = say.type(concept(base, scheme, facet, value), SKOS("Concept"))
        say.link(member, SKOS("inScheme"), node)
        say.text(member, SKOS("prefLabel"), value)
    return say
