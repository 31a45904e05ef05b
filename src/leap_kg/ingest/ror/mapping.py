"""One organisation of the registry, as schema 2 writes it: https://ror.readme.io/docs/ror-data-structure.

Of its locations and identifiers elsewhere the IRIs are kept; what is about the record rather than the organisation
(`admin`) is passed over.
"""

from collections.abc import Mapping
from typing import Any

from pyoxigraph import Literal, NamedNode, Triple

from leap_kg.ingest.formats.reading import Reading
from leap_kg.ingest.mapping import dates
from leap_kg.ingest.mapping.finding import Severity
from leap_kg.ingest.mapping.statements import Statements
from leap_kg.ingest.source import RecordUnusable
from leap_kg.ontology.identifiers import Refusal, doi, ror
from leap_kg.ontology.iri import iri_text, mint, slug
from leap_kg.ontology.namespaces import ADMS, DCT, FOAF, ORG, OWL, RDFS, SCHEMA, SKOS

_KNOWN = (
    "id", "names", "links", "locations", "relationships", "types", "external_ids", "established", "status", "domains",
    "admin",
)  # fmt: skip
_RELATIONS = {
    "parent": ORG("subOrganizationOf"),
    "child": ORG("hasSubOrganization"),
    "related": ORG("linkedTo"),
    "successor": DCT("isReplacedBy"),
    "predecessor": DCT("replaces"),
}
_ELSEWHERE = {
    "wikidata": "http://www.wikidata.org/entity/",
    "isni": "https://isni.org/isni/",
    "grid": "https://www.grid.ac/institutes/",
}


def map_organisation(item: Mapping[str, Any], say: Statements, reading: Reading, base: str) -> NamedNode:
    """The organisation; raises `RecordUnusable` for a record without identifier or names."""
    known = ror.parse(str(item.get("id") or ""))
    if isinstance(known, Refusal):
        reason = f"its id cannot be used ({known.reason}): take the dump as it was published"
        raise RecordUnusable(reason, reading.default.iri)
    if "names" not in item and "name" in item:
        reason = "is a record of schema 1: take the file of the dump whose name ends in _schema_v2.json"
        raise RecordUnusable(reason, known.iri)
    node = say.type(NamedNode(known.iri), ORG("Organization"))
    say.text(node, DCT("identifier"), known.value)
    _names(item, node, known.iri, say, reading)
    _links(item, node, say, reading)
    _locations(item, node, say, reading)
    _relations(item, node, say, reading)
    _elsewhere(item, node, say, reading)
    for text, _ in reading.texts(item.get("types"), ("types",)):
        say.link(node, DCT("type"), _concept("organization-type", text, say, base))
    _status(item, node, say, reading, base)
    established = reading.text(item.get("established"), ("established",))
    if established and (date := dates.parse(established.zfill(4))) is not None:
        say.text(node, SCHEMA("foundingDate"), date.text, date.datatype)
    reading.keep(("domains",), item.get("domains"))
    reading.rest(item, _KNOWN, ())
    return node


def _names(item: Mapping[str, Any], node: NamedNode, iri: str, say: Statements, reading: Reading) -> None:
    """The name to display first, else the first label, else the first of all; the others are alternate names."""
    found: list[tuple[int, str, str, frozenset[str]]] = []
    for number, (name, path) in enumerate(reading.mappings(item.get("names"), ("names",))):
        kinds = frozenset(text for text, _ in reading.texts(name.get("types"), (*path, "types")))
        if value := reading.text(name.get("value"), (*path, "value")):
            rank = 0 if "ror_display" in kinds else 1 if "label" in kinds else 2
            language = reading.text(name.get("lang"), (*path, "lang"))
            found.append((rank * 10_000 + number, value, language, kinds))
    if not found:
        raise RecordUnusable("the organisation has no name: take the dump as it was published", iri)
    display = min(found)[1]
    say.text(node, FOAF("name"), display)
    for _, value, language, kinds in found:
        if "acronym" in kinds:
            say.text(node, FOAF("nick"), value)
        elif value != display:
            say.extend([Triple(node, SCHEMA("alternateName"), _literal(value, language))])


def _literal(value: str, language: str) -> Literal:
    try:
        return Literal(value, language=language) if language else Literal(value)
    except ValueError:
        return Literal(value)


def _links(item: Mapping[str, Any], node: NamedNode, say: Statements, reading: Reading) -> None:
    for link, path in reading.mappings(item.get("links"), ("links",)):
        address = reading.url(link.get("value"), (*path, "value"))
        say.link(node, FOAF("homepage") if link.get("type") == "website" else FOAF("page"), address)


def _locations(item: Mapping[str, Any], node: NamedNode, say: Statements, reading: Reading) -> None:
    for location, path in reading.mappings(item.get("locations"), ("locations",)):
        number = reading.text(location.get("geonames_id"), (*path, "geonames_id"))
        details = reading.mapping(location.get("geonames_details"), (*path, "geonames_details"))
        if not (number.isascii() and number.isdigit()):
            reading.report("bad-identifier", Severity.WARNING, "a place has no GeoNames number", "Add it.", path)
            reading.keep(path, location)
            continue
        place = say.type(NamedNode(f"https://sws.geonames.org/{number}/"), SCHEMA("Place"))
        say.link(node, SCHEMA("location"), place)
        inside = (*path, "geonames_details")
        say.text(place, SCHEMA("name"), reading.text(details.get("name"), (*inside, "name")))
        say.text(place, SCHEMA("addressCountry"), reading.text(details.get("country_code"), (*inside, "country_code")))
        for key, predicate in (("lat", SCHEMA("latitude")), ("lng", SCHEMA("longitude"))):
            value = details.get(key)
            if isinstance(value, int | float) and not isinstance(value, bool):
                say.extend([Triple(place, predicate, Literal(float(value)))])


def _relations(item: Mapping[str, Any], node: NamedNode, say: Statements, reading: Reading) -> None:
    for relation, path in reading.mappings(item.get("relationships"), ("relationships",)):
        other = reading.identifier(relation.get("id"), (*path, "id"), ror.parse)
        kind = reading.text(relation.get("type"), (*path, "type")).lower()
        predicate = _RELATIONS.get(kind)
        if other is None:
            continue
        if predicate is None:
            hint = f"There are {', '.join(_RELATIONS)}."
            message = f"{kind!r} is no relation that the registry describes"
            reading.report("bad-value", Severity.WARNING, message, hint, (*path, "type"), kind)
        say.link(node, predicate or ORG("linkedTo"), other.iri)
        say.text(NamedNode(other.iri), RDFS("label"), reading.text(relation.get("label"), (*path, "label")))


def _elsewhere(item: Mapping[str, Any], node: NamedNode, say: Statements, reading: Reading) -> None:
    for external, path in reading.mappings(item.get("external_ids"), ("external_ids",)):
        kind = reading.text(external.get("type"), (*path, "type")).lower()
        for text, at in reading.texts(external.get("all"), (*path, "all")):
            if kind == "fundref":  # numbers of Crossref's funder registry, whose DOIs begin with 10.13039
                found = doi.parse(text if text.startswith("10.") else f"10.13039/{text}")
                same = None if isinstance(found, Refusal) else found.iri
            else:
                same = iri_text(_ELSEWHERE[kind] + text.replace(" ", "")) if kind in _ELSEWHERE else None
            if same is None:
                reading.keep(at, text)
            say.link(node, SCHEMA("sameAs"), same)


def _status(item: Mapping[str, Any], node: NamedNode, say: Statements, reading: Reading, base: str) -> None:
    if status := reading.text(item.get("status"), ("status",)).lower():
        say.link(node, ADMS("status"), _concept("organization-status", status, say, base))
    if status == "withdrawn":
        say.extend([Triple(node, OWL("deprecated"), Literal(True))])


def _concept(scheme: str, text: str, say: Statements, base: str) -> NamedNode:
    concept = say.type(mint(base, scheme, slug(text)), SKOS("Concept"))
    say.link(concept, SKOS("inScheme"), f"{base}{scheme}")
    say.text(concept, SKOS("prefLabel"), text)
    return concept
