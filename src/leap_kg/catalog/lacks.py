"""What the twins of a dataset lack, why, and how to mend it: each thing that a shape asks for and that is not said.

`name` is the last word of the property that is missing, in schema.org and in DCAT alike.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from leap_kg.catalog.coverage import around, lasting
from leap_kg.catalog.record import Record
from leap_kg.catalog.schemaorg import LONGEST_DESCRIPTION, SHORTEST_DESCRIPTION, alternatives, free, licence_of, same_as
from leap_kg.outputs.party import Party


@dataclass(frozen=True, slots=True)
class Lack:
    """One thing that is missing."""

    name: str
    why: str
    mend: str


def _levels(record: Record) -> set[str]:
    """Who may have the data, as far as that was stated or found out."""
    return {record.access, *(store.access for store in record.stores)} - {""}


# Each by its name: whether it is there, why it is not, and how to mend that.
_WANTED: tuple[tuple[str, Callable[[Record], object], str, str], ...] = (
    (
        "creator",
        lambda record: record.creators,
        "No source says who made the data.",
        "Name the producer among the providers of the record, or the creator in the attributes of the store.",
    ),
    (
        "creator",
        lambda record: not any(each.party is Party.UNKNOWN for each in record.creators),
        "No source says whether a creator is a person or an organisation, so its name stands without either.",
        "Name each producer by itself in the record, people with orcid or github.",
    ),
    (
        "publisher",
        lambda record: record.publishers,
        "No source says who publishes the data.",
        "Name the host among the providers of the record, or the publisher in the attributes of the store.",
    ),
    (
        "datePublished",
        lambda record: record.issued,
        "No source says when the data were published.",
        "State date_issued in the attributes of the store, or register a DOI, whose record has the date.",
    ),
    (
        "keywords",
        lambda record: record.keywords,
        "The record has no keywords.",
        "Give tags (feedstock) or keywords (STAC, attributes of the store).",
    ),
    (
        "license",
        licence_of,
        "No source states a licence, so nobody knows what may be done with the data.",
        "State an SPDX identifier such as CC-BY-4.0 in the record.",
    ),
    (
        "version",
        lambda record: record.version,
        "No source says which version of the data this is, or the stores have several.",
        "State product_version in the attributes of the store, or register a DOI with a version.",
    ),
    (
        "citation",
        lambda record: record.citation or record.works,
        "No source names a paper or text to cite.",
        "Give a citation with a DOI in the record.",
    ),
    (
        "variableMeasured",
        lambda record: record.variables,
        "No source says which variables there are: the record lists none, and no store could be looked into.",
        "Make the store readable for harvests, or list its variables in the record.",
    ),
    (
        "spatialCoverage",
        lambda record: around(record.places),
        "No source says which part of the globe is covered, and no store could be looked into.",
        "State geospatial_lat_min and the like in the attributes of the store, or the extent of the STAC collection.",
    ),
    (
        "temporalCoverage",
        lambda record: lasting(record.periods),
        "No source says which period is covered, and no store could be looked into.",
        "State time_coverage_start and _end in the attributes of the store, or the extent of the STAC collection.",
    ),
    (
        "isAccessibleForFree",
        lambda record: free(record) is not None or _levels(record),
        "Nobody has found out whether the data can be had without an account or payment.",
        "Let the catalogue's check look at the stores, or state it in the record.",
    ),
    (
        "isAccessibleForFree",
        lambda record: free(record) is not None or not _levels(record),
        "The data are not public, and no source says whether an account costs anything.",
        "State it in the record.",
    ),
    (
        "distribution",
        lambda record: record.stores,
        "The record lists no store, so the data cannot be opened from here.",
        "List the stores in the record.",
    ),
    (
        "sameAs",
        same_as,
        "The record stands nowhere else on the web.",
        "Name the page that the dataset has elsewhere.",
    ),
)


def lacks(record: Record, base: str) -> list[Lack]:
    """What is missing from the twins of a dataset, in a fixed order."""
    return [*_description(record), *_names(record, base), *_others(record), *_cut(record)]


def _description(record: Record) -> Iterator[Lack]:
    length = len(record.description)
    mend = "Write two sentences on what the data are, from where and for when."
    if length == 0:
        yield Lack("description", "The description is empty.", mend)
    elif length < SHORTEST_DESCRIPTION:
        found = f"The description has {length} characters; search engines want {SHORTEST_DESCRIPTION} at least."
        yield Lack("description", found, mend)
    elif length > LONGEST_DESCRIPTION:
        found = f"The description has {length:,} characters; search engines get the first {LONGEST_DESCRIPTION:,}."
        yield Lack("long-description", found, "Say the most important things first, or shorten it.")


def _names(record: Record, base: str) -> Iterator[Lack]:
    if not alternatives(record, base):
        yield Lack("alternateName", "The dataset has one name only.", "Give it an identifier of its own.")


def _others(record: Record) -> Iterator[Lack]:
    for name, there, why, mend in _WANTED:
        if not there(record):
            yield Lack(name, why, mend)


def _cut(record: Record) -> Iterator[Lack]:
    if record.span.left_out:
        why = f"Its descriptions have {record.span.words}; their links next lead to the others."
        yield Lack("more-stores", why, "Nothing: the addresses of its descriptions take the parameter stores-from.")
    if record.more_variables:
        why = f"The dataset has {record.more_variables:,} more variables than its descriptions."
        yield Lack("more-variables", why, "Nothing: ask the SPARQL endpoint for all of them.")
