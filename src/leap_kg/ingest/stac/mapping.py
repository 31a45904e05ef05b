"""From a STAC document to triples: pure, so the same document gives the same triples, byte for byte.

Documents of any version are mapped as if they were of the newest; what is kept beside the triples is the document as
it was published. Fields of extensions that nothing here maps are in it, and are no findings.
"""

from typing import Any

from pyoxigraph import NamedNode

from leap_kg.ingest.formats.jsonvalue import canonical
from leap_kg.ingest.formats.reading import Reading
from leap_kg.ingest.mapping import dates
from leap_kg.ingest.mapping.extents import box, say_box, say_period
from leap_kg.ingest.mapping.finding import Severity
from leap_kg.ingest.mapping.statements import Statements
from leap_kg.ingest.mapping.variables import Variable, say_variable
from leap_kg.ingest.stac.assets import say_assets
from leap_kg.ingest.stac.document import say_document
from leap_kg.ingest.stac.naming import linked_iri, resolved, stac_iri
from leap_kg.ingest.stac.parties import say_licence, say_providers
from leap_kg.ingest.stac.walk import kind_of
from leap_kg.ontology.identifiers import Refusal, doi
from leap_kg.ontology.iri import digest, iri_text
from leap_kg.ontology.namespaces import DCAT, DCT, FOAF, PROV, SCHEMA, STAC, XSD

_CLASSES = {
    "catalog": (STAC("Catalog"), DCAT("Catalog")),
    "collection": (STAC("Collection"), DCAT("DatasetSeries"), DCAT("Dataset")),
    "item": (STAC("Item"), DCAT("Dataset")),
}
# Between these versions nothing that is read here has changed, and they tell objects apart by their type.
_STABLE = ("1.0.0", "1.1.0")
_TYPES = ("Feature", "Collection", "Catalog")
# Links to other objects of STAC, by what they are to this one.
_RELATED = {
    "collection": DCAT("inSeries"),
    "parent": DCT("isPartOf"),
    "child": DCT("hasPart"),
    "derived_from": PROV("wasDerivedFrom"),
}
_PAGES = frozenset({"about", "alternate", "via", "describedby", "documentation", "cite-as"})


def map_object(
    value: dict[str, Any], text: str, url: str, reading: Reading, say: Statements, base: str
) -> NamedNode | None:
    """Say what the object found at `url` is, `text` being its canonical JSON; `None` if it is no object of STAC."""
    kind = kind_of(value)
    if kind is None or kind not in _CLASSES:
        return None
    node = say.type(stac_iri(url, base), *_CLASSES[kind])
    say_document(node, text, say)
    newest = _migrated(value, reading)
    fields = _fields(newest, kind, reading)
    identifier = reading.text(newest.get("id"), ("id",)) or f"unnamed {digest(value['id'])}"
    say.text(node, DCT("identifier"), identifier)
    say.text(node, DCT("title"), reading.text(fields.get("title"), ("title",)) or identifier)
    say.text(node, DCT("description"), reading.text(fields.get("description"), ("description",)))
    for keyword, _ in reading.texts(fields.get("keywords"), ("keywords",)):
        say.text(node, DCAT("keyword"), keyword)
    say.link(node, DCT("source"), iri_text(url))
    linked = _say_links(node, newest, url, say, base)
    # As it was published: newer versions call `proprietary` and `various` by one word.
    stated = _fields(value, kind, reading).get("license") or fields.get("license")
    say_licence(node, stated, linked, url, reading, say)
    say_providers(node, fields.get("providers"), ("providers",), reading, say, base)
    _say_extent(node, newest, fields, kind, reading, say)
    _say_dates(node, fields, reading, say)
    _say_citation(node, fields, reading, say)
    say_assets(node, newest.get("assets"), url, reading, say, base)
    _say_cube(node, fields, reading, say, base)
    return node


def _migrated(value: dict[str, Any], reading: Reading) -> dict[str, Any]:
    """The document in the newest version of STAC; as it is if it cannot be brought there, or need not."""
    if value.get("stac_version") in _STABLE and value.get("type") in _TYPES:
        return value
    # Imported on first use: a server that harvests nothing need not wait for it.
    from pystac.serialization import identify_stac_object, migrate_to_latest

    try:
        # It works on a copy of its own.
        newest: dict[str, Any] = migrate_to_latest(value, identify_stac_object(value))
    except Exception as failure:  # noqa: BLE001 - any fault of a stranger's document may show in any way there
        message = f"the document does not follow the version of STAC that it names ({type(failure).__name__})"
        hint = "Check it with a STAC validator; it was mapped as it stands."
        reading.report("bad-value", Severity.WARNING, message, hint, ("stac_version",), value.get("stac_version"))
        return value
    return newest


def _fields(value: dict[str, Any], kind: str, reading: Reading) -> dict[str, Any]:
    """Where the descriptive fields are: in an item below `properties`."""
    return reading.mapping(value.get("properties"), ("properties",)) if kind == "item" else value


def _say_links(node: NamedNode, value: dict[str, Any], url: str, say: Statements, base: str) -> list[dict[str, Any]]:
    """Say what the object is linked to; returns the links to its licence."""
    licences = []
    listed = value.get("links")
    for link in listed if isinstance(listed, list) else ():
        relation = link.get("rel") if isinstance(link, dict) else None
        target = resolved(url, link.get("href")) if isinstance(relation, str) else ""
        if not target or target == url:
            continue
        if relation == "license":
            licences.append(link)
        elif (predicate := _RELATED.get(str(relation))) is not None:
            say.link(node, predicate, linked_iri(target, base))
        elif relation in _PAGES and (iri := iri_text(target)):
            title = link.get("title")
            say.link(node, FOAF("page"), say.document(iri, title if isinstance(title, str) else str(relation)))
    return licences


def _say_extent(
    node: NamedNode, value: dict[str, Any], fields: dict[str, Any], kind: str, reading: Reading, say: Statements
) -> None:
    if kind == "item":
        numbers, period = value.get("bbox"), (fields.get("start_datetime"), fields.get("end_datetime"))
        if not any(period):
            period = (fields.get("datetime"), fields.get("datetime"))
        place: tuple[str, ...] = ("bbox",)
    else:
        extent = reading.mapping(value.get("extent"), ("extent",))
        numbers = _first(reading.mapping(extent.get("spatial"), ("extent", "spatial")).get("bbox"))
        interval = _first(reading.mapping(extent.get("temporal"), ("extent", "temporal")).get("interval"))
        pair = interval if isinstance(interval, list) and len(interval) == 2 else [None, None]
        period, place = (pair[0], pair[1]), ("extent", "spatial", "bbox")
    where = box(numbers)
    if where is not None:
        say_box(node, where, say)
    elif numbers is not None:
        hint = "Give [west, south, east, north] in degrees."
        reading.report("bad-value", Severity.WARNING, "the bounding box is no part of the globe", hint, place, numbers)
    start, end = (moment if isinstance(moment, str) else "" for moment in period)
    if (start or end) and not say_period(node, start, end, say):
        hint = "Write moments as 2020-12-31T23:59:59Z."
        message = "the time is no moment or period of the calendar"
        reading.report("bad-value", Severity.WARNING, message, hint, ("datetime",), f"{start}/{end}")


def _first(value: object) -> Any:  # noqa: ANN401 - whatever stands there
    return value[0] if isinstance(value, list) and value else None


def _say_dates(node: NamedNode, fields: dict[str, Any], reading: Reading, say: Statements) -> None:
    for key, predicate in (("created", DCT("created")), ("updated", DCT("modified"))):
        date = dates.parse(text) if (text := reading.text(fields.get(key), (key,))) else None
        if date is not None:
            say.text(node, predicate, date.text, date.datatype)
    resolution = fields.get("gsd")
    if isinstance(resolution, int | float) and not isinstance(resolution, bool) and 0 < resolution < 1e8:
        say.text(node, DCAT("spatialResolutionInMeters"), f"{resolution:f}".rstrip("0").rstrip("."), XSD("decimal"))


def _say_citation(node: NamedNode, fields: dict[str, Any], reading: Reading, say: Statements) -> None:
    say.text(node, DCT("bibliographicCitation"), reading.text(fields.get("sci:citation"), ("sci:citation",)))
    number = reading.identifier(fields.get("sci:doi"), ("sci:doi",), doi.parse)
    if number is not None:
        # The DOI names what was published, which another registry describes; this record is one of its descriptions.
        say.link(node, DCT("isVersionOf"), number.iri)
    for paper, place in reading.mappings(fields.get("sci:publications"), ("sci:publications",)):
        text = reading.text(paper.get("citation"), (*place, "citation"))
        known = doi.parse(str(paper.get("doi") or ""))
        if not isinstance(known, Refusal):
            cited = say.type(NamedNode(known.iri), SCHEMA("ScholarlyArticle"))
            say.text(cited, DCT("title"), text or known.value)
            say.text(cited, DCT("bibliographicCitation"), text)
            say.link(node, SCHEMA("citation"), cited)


def _say_cube(node: NamedNode, fields: dict[str, Any], reading: Reading, say: Statements, base: str) -> None:
    """The variables of the datacube extension, with the shapes and attributes that xstac adds."""
    for name, variable in reading.mapping(fields.get("cube:variables"), ("cube:variables",)).items():
        if not isinstance(variable, dict) or not name.strip():
            reading.mapping(variable, ("cube:variables", name))
            continue
        stated = variable.get("attrs")
        attributes: dict[str, Any] = stated if isinstance(stated, dict) else {}
        rest = {key: value for key, value in variable.items() if key not in ("dimensions", "description", "unit")}
        say_variable(
            node,
            Variable(
                name=name,
                long_name=_text(variable.get("description")) or _text(attributes.get("long_name")),
                standard_name=_text(attributes.get("standard_name")),
                units=_text(variable.get("unit")) or _text(attributes.get("units")),
                dimensions=tuple(d for d in _list(variable.get("dimensions")) if isinstance(d, str)),
                shape=_whole(variable.get("shape")),
                chunks=_whole(variable.get("chunks")),
                unmapped=canonical(rest) if rest else "",
            ),
            say,
            base,
        )


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _whole(value: object) -> tuple[int, ...]:
    numbers = _list(value)
    good = all(isinstance(number, int) and not isinstance(number, bool) and number >= 0 for number in numbers)
    return tuple(numbers) if good else ()
