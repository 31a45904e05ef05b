"""Variables of datasets and stores as nodes, the same for every source that describes arrays.

A shape and a chunk shape are texts, one `name=size` a dimension in its order: `time=32 lat=101 lon=101`. A dimension
without a known size is its name alone, one without a name is called by its place: `0=32`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode

from leap_kg.ingest.mapping.statements import Statements, printable
from leap_kg.ontology.identifiers import Refusal, standard_name
from leap_kg.ontology.iri import digest, part
from leap_kg.ontology.namespaces import DCAT, DCT, ONTOLOGY_PATH, SCHEMA, XSD, Namespace

# https://cfconventions.org/cf-conventions/cf-conventions.html#standard-name-modifiers
_MODIFIERS = ("detection_minimum", "number_of_observations", "standard_error", "status_flag")
_LONGEST = 64  # dimensions that are spelt out; no real array has so many


@dataclass(frozen=True, slots=True)
class Variable:
    """One array: `dimensions` are names, `shape` and `chunks` sizes in their order, `byte_size` unpacked bytes.

    `codecs` and `unmapped` are JSON texts; `least` and `greatest` are values of a coordinate, numbers or, with
    `moments`, dates with times. What is not known is empty or `None`.
    """

    name: str
    long_name: str = ""
    standard_name: str = ""
    units: str = ""
    dimensions: tuple[str, ...] = ()
    shape: tuple[int, ...] = ()
    chunks: tuple[int, ...] = ()
    data_type: str = ""
    codecs: str = ""
    byte_size: int | None = None
    unmapped: str = ""
    least: str = ""
    greatest: str = ""
    moments: bool = False


def say_variable(subject: NamedNode, variable: Variable, say: Statements, base: str) -> NamedNode:
    """The variable as a part of the dataset or store that has it."""
    leap = Namespace(base + ONTOLOGY_PATH)
    node = part(subject, "variable", variable.name)
    say.link(subject, SCHEMA("variableMeasured"), node)
    say.type(node, leap("Variable"))
    # The name is what opens the array, to the letter; one that nobody could see is told apart by its hash.
    shown = printable(variable.name)
    say.text(node, SCHEMA("name"), shown if shown.strip() else f"unnamed {digest(variable.name)}")
    say.text(node, DCT("description"), variable.long_name)
    say.text(node, SCHEMA("unitText"), variable.units)
    say.link(node, SCHEMA("propertyID"), standard_name_iri(variable.standard_name))
    say.text(node, leap("shape"), sizes(variable.dimensions, variable.shape))
    say.text(node, leap("chunkShape"), sizes(variable.dimensions, variable.chunks) if variable.chunks else "")
    say.text(node, leap("dataType"), variable.data_type)
    say.text(node, leap("codecs"), variable.codecs)
    if variable.byte_size is not None:
        say.text(node, DCAT("byteSize"), str(variable.byte_size), XSD("nonNegativeInteger"))
    scale = XSD("dateTime" if variable.moments else "double")
    say.text(node, SCHEMA("minValue"), variable.least, scale)
    say.text(node, SCHEMA("maxValue"), variable.greatest, scale)
    say.text(node, leap("unmapped"), variable.unmapped)
    return node


def standard_name_iri(text: str) -> str | None:
    """The IRI of a CF standard name, which one of CF's modifiers may follow; `None` for what is none."""
    name, _, modifier = text.strip().partition(" ")
    known = standard_name.parse(text if modifier not in _MODIFIERS else name)
    return None if isinstance(known, Refusal) else known.iri


def sizes(names: Sequence[str], lengths: Sequence[int]) -> str:
    """`time=32 lat=101`: each dimension by its name, else by its place, with its length where that is known."""
    found = []
    for place in range(min(max(len(names), len(lengths)), _LONGEST)):
        name = "_".join(names[place].split()) if place < len(names) else ""
        name = name or str(place)
        found.append(f"{name}={lengths[place]}" if place < len(lengths) else name)
    return " ".join(found)
