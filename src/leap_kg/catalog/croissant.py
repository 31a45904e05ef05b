"""A dataset as Croissant 1.1 with the terms of GeoCroissant 1.0, for machine learning.

https://docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html. A store is a file object, its variables are the
fields of one record set. A Zarr store has no checksum and may be written again where it lies: Croissant calls it live.
"""

import re
from typing import Any

from leap_kg.catalog.coverage import around, calendar, interval
from leap_kg.catalog.formats import UNKNOWN
from leap_kg.catalog.page import CROISSANT, CROISSANT_JSON, GEO_CROISSANT, Place
from leap_kg.catalog.record import Agent, Measured, Record, Store, web_address
from leap_kg.catalog.schemaorg import (
    PARTIES,
    amount,
    degrees,
    described,
    licence_of,
    number_of_stores,
    other_stores,
    same_as,
)
from leap_kg.ontology.iri import digest
from leap_kg.ontology.namespaces import SCHEMA
from leap_kg.outputs.party import Party

# The context is part of the standard (appendix 1): validators compare it term by term.
_OURS = (
    "annotation", "arrayShape", "citeAs", "column", "containedIn", "equivalentProperty", "excludes", "extract",
    "field", "fileObject", "fileProperty", "fileSet", "format", "includes", "isArray", "isLiveDataset", "jsonPath",
    "key", "md5", "parentField", "path", "readLines", "recordSet", "references", "regex", "repeated", "replace",
    "samplingRate", "sdVersion", "separator", "source", "subField", "transform", "unArchive", "value",
)  # fmt: skip
CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": str(SCHEMA),
    "sc": str(SCHEMA),
    "cr": "http://mlcommons.org/croissant/",
    "geocr": "http://mlcommons.org/croissant/geo/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "prov": "http://www.w3.org/ns/prov#",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "description": {"@container": "@language"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "name": {"@container": "@language"},
    **{term: f"cr:{term}" for term in _OURS},
}

_SEMANTIC = re.compile(r"(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})", re.ASCII)
_NUMBER = re.compile(r"\d{1,9}(\.\d{1,9})?", re.ASCII)
# By the first letter of a NumPy data type after its byte order (`<f4`, `float32`), unless it is one of these words.
_TYPES = {"f": "Float", "i": "Integer", "u": "Integer", "b": "Boolean", "M": "DateTime", "m": "Integer"}
_WORDS = (("datetime", "DateTime"), ("timedelta", "Integer"), ("bytes", "Text"))


def croissant(record: Record, place: Place, revision: int) -> dict[str, Any]:
    """The dataset as it stands at a revision of the graph; what is not known is not in it."""
    stores = [store for store in record.stores if _content(store)]
    box = around(record.places)
    document = {
        "@context": CONTEXT,
        "@id": record.iri,
        "@type": "sc:Dataset",
        "conformsTo": [CROISSANT, GEO_CROISSANT],
        "name": record.title,
        "description": described(record),
        "url": place.page(record.iri),
        "sameAs": same_as(record),
        "license": licence_of(record),
        # The format takes none of whom nobody says what they are; `citeAs` has their names.
        "creator": [_agent(each) for each in record.creators if each.party is not Party.UNKNOWN],
        "publisher": [_agent(each) for each in record.publishers if each.party is not Party.UNKNOWN],
        "datePublished": calendar(record.issued),
        "dateCreated": calendar(record.created),
        "dateModified": calendar(record.modified),
        "version": record.version if _SEMANTIC.fullmatch(record.version) else "",
        "sdVersion": str(revision),
        "keywords": list(record.keywords),
        "citeAs": record.cite_as,
        "isLiveDataset": True,
        "spatialCoverage": _spatial(record),
        "temporalCoverage": interval(record.periods),
        "geocr:coordinateReferenceSystem": "EPSG:4326" if box else "",
        "geocr:spatialResolution": _metres(record.resolution),
        "size": number_of_stores(record),
        "subjectOf": other_stores(record, place, CROISSANT_JSON),
        "distribution": [_file(store) for store in stores],
        "recordSet": [_records(store, variables) for store in stores if (variables := _fields(store, record))],
    }
    return {key: value for key, value in document.items() if value not in ("", None, [], {})}


def data_type(text: str) -> str:
    """The data type of an array in the words of schema.org; text where none fits."""
    kind = text.lstrip("<>|=")
    word = next((name for start, name in _WORDS if kind.startswith(start)), "")
    return f"sc:{word or _TYPES.get(kind[:1], 'Text')}"


def _content(store: Store) -> str:
    return store.address or store.uri


def _name(store: Store) -> str:
    """What other parts of the document call the store."""
    return f"store-{digest(store.iri)}"


def _agent(each: Agent) -> dict[str, str]:
    found = {"@type": f"sc:{PARTIES[each.party]}", "@id": each.iri, "name": each.name}
    if address := each.address or web_address(each.iri):
        found["url"] = address
    return found


def _spatial(record: Record) -> dict[str, Any] | str:
    box = around(record.places)
    if box is None:
        return ""
    corners = " ".join(degrees(number) for number in (box.south, box.west, box.north, box.east))
    return {"@type": "Place", "geo": {"@type": "GeoShape", "box": corners}}


def _metres(text: str) -> dict[str, Any] | str:
    return {"@type": "QuantitativeValue", "value": float(text), "unitText": "m"} if _NUMBER.fullmatch(text) else ""


def _file(store: Store) -> dict[str, Any]:
    stated = {
        "@type": "cr:FileObject",
        "@id": _name(store),
        "name": store.title,
        "description": store.description,
        "contentUrl": _content(store),
        "contentSize": amount(store.size) if store.size >= 0 else "",
        "encodingFormat": store.media_type or UNKNOWN,
        "sameAs": store.iri if web_address(store.iri) else "",
    }
    return {key: value for key, value in stated.items() if value}


def _fields(store: Store, record: Record) -> tuple[Measured, ...]:
    """The variables of the store; those of a dataset that has one store are that store's."""
    return store.variables or (record.variables if record.span.total == 1 else ())


def _records(store: Store, variables: tuple[Measured, ...]) -> dict[str, Any]:
    records = f"{_name(store)}-variables"
    return {
        "@type": "cr:RecordSet",
        "@id": records,
        "name": f"Variables of {store.title}",
        "field": [_field(each, records, store) for each in variables],
    }


def _field(variable: Measured, records: str, store: Store) -> dict[str, Any]:
    lengths = [length for _, length in variable.shape]
    units = f" [{variable.units}]" if variable.units else ""
    stated = {
        "@type": "cr:Field",
        "@id": f"{records}/{digest(variable.iri)}",
        "name": variable.name,
        "description": f"{variable.description or variable.symbol or variable.name}{units}",
        "dataType": data_type(variable.data_type),
        "equivalentProperty": variable.meaning,
        "isArray": bool(lengths) or None,
        # An unknown length is any.
        "arrayShape": ",".join(str(length or -1) for length in lengths),
        "source": {"fileObject": {"@id": _name(store)}, "extract": {"column": variable.symbol or variable.name}},
    }
    return {key: value for key, value in stated.items() if value not in ("", None)}
