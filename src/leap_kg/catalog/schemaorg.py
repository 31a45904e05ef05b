"""A dataset as schema.org has it, for search engines: what Google's and Science-on-Schema.org's guides ask for.

https://developers.google.com/search/docs/appearance/structured-data/dataset and
https://github.com/ESIPFed/science-on-schema.org. Properties that may be given once there are given once here: of many
papers the first is the citation, and the others are works about the dataset.
"""

from dataclasses import replace
from typing import Any

from leap_kg.catalog.coverage import around, calendar, interval
from leap_kg.catalog.page import DESCRIPTIONS, SCHEMAORG, Place, Twin
from leap_kg.catalog.reading import short_name
from leap_kg.catalog.record import DOI, NOT_PUBLIC, PUBLIC, Agent, Measured, Record, Store, data_address, web_address
from leap_kg.ontology.namespaces import SCHEMA
from leap_kg.outputs.output import Maker, Output
from leap_kg.outputs.party import Party

# schema.org's own context calls its terms so, and so do the shapes; the graph has the other spelling.
VOCABULARY = SCHEMA.replace("https:", "http:", 1)
CONTEXT = {"@vocab": VOCABULARY}

LONGEST_DESCRIPTION = 5000
SHORTEST_DESCRIPTION = 50
"""Google wants no fewer and no more characters."""

PARTIES = {Party.PERSON: "Person", Party.ORGANISATION: "Organization"}
_ORCID, _ROR = "https://orcid.org/", "https://ror.org/"
_UNITS = ("B", "kB", "MB", "GB", "TB", "PB", "EB")


def schema_org(record: Record, place: Place) -> dict[str, Any]:
    """The dataset as a JSON-LD document that needs no other; what is not known is not in it."""
    document = {
        "@context": CONTEXT,
        "@id": record.iri,
        "@type": "Dataset",
        "name": record.title,
        "alternateName": alternatives(record, place.base),
        "description": described(record),
        "url": place.page(record.iri),
        "sameAs": same_as(record),
        "identifier": _identifier(record),
        "version": record.version,
        "keywords": list(record.keywords),
        "license": licence_of(record),
        "isAccessibleForFree": free(record),
        "conditionsOfAccess": _conditions(record),
        "creator": [agent(each) for each in record.creators],
        "publisher": [agent(each) for each in record.publishers],
        "maintainer": [agent(each) for each in record.maintainers],
        "contributor": _contributors(record),
        "funding": [{"@type": "Grant", "@id": iri, "name": name} for iri, name in record.funding],
        "dateCreated": calendar(record.created),
        "datePublished": calendar(record.issued),
        "dateModified": calendar(record.modified),
        "citation": _citation(record),
        "creditText": record.credit_text,
        "spatialCoverage": _spatial(record),
        "temporalCoverage": interval(record.periods),
        "variableMeasured": [_variable(each) for each in record.variables],
        "distribution": [download(each) for each in record.stores if data_address(each)],
        "size": number_of_stores(record),
        "isBasedOn": [iri for iri in record.derived_from if web_address(iri)],
        "isPartOf": [{"@type": "CreativeWork", "@id": each.iri, "name": each.title} for each in record.series],
        "includedInDataCatalog": {"@type": "DataCatalog", "@id": place.catalogue, "name": place.name},
        "subjectOf": [
            *_twins(record, place),
            *stac_download(place),
            *other_stores(record, place, SCHEMAORG),
            *(_work(each) for each in record.works[1:]),
        ],
    }
    return {key: value for key, value in document.items() if value not in ("", None, [], {})}


def described(record: Record) -> str:
    """The description, cut at a word where it is longer than search engines read."""
    text = record.description
    if len(text) <= LONGEST_DESCRIPTION:
        return text
    cut = text[: LONGEST_DESCRIPTION - 2]
    return f"{cut.rsplit(maxsplit=1)[0] if ' ' in cut else cut} …"


def alternatives(record: Record, base: str) -> list[str]:
    """Other names: those stated, and the one that addresses and programs have for it."""
    names = dict.fromkeys((*record.alternatives, *record.identifiers, short_name(record, base)))
    return [name for name in names if name != record.title]


def same_as(record: Record) -> str:
    """The page that best stands for the dataset elsewhere: its DOI, its catalogue entry, else what it was read from."""
    elsewhere = (*record.same, *record.sources)
    doi = record.doi if record.doi != record.iri else ""
    return doi or next((address for address in elsewhere if address != record.iri), "")


def licence_of(record: Record) -> str:
    """The address of the licence, else what the record says of it."""
    return web_address(record.licence.iri) or record.licence.text


def free(record: Record) -> bool | None:
    """Whether the data cost nothing: as stated, else if somebody found a store open to all; `None` if nobody knows."""
    if record.free is not None:
        return record.free
    return True if any(store.access == PUBLIC for store in record.stores) else None


def agent(each: Agent) -> dict[str, Any]:
    """A person, an organisation, or without a type a party of which nobody says which."""
    found: dict[str, Any] = {"@id": each.iri, "name": each.name}
    if each.party is not Party.UNKNOWN:
        found = {"@type": PARTIES[each.party], **found}
    scheme = next((name for name, prefix in (("ORCID", _ORCID), ("ROR", _ROR)) if each.iri.startswith(prefix)), "")
    if scheme:
        found["identifier"] = {"@type": "PropertyValue", "propertyID": scheme, "value": each.iri, "url": each.iri}
    if address := each.address or (each.iri if scheme else ""):
        found["url"] = address
    return found


def amount(size: int) -> str:
    """A number of bytes with a unit a thousand times the one before."""
    power = min((len(str(size)) - 1) // 3, len(_UNITS) - 1)
    return f"{size / 1000**power:.1f} {_UNITS[power]}" if power else f"{size} B"


def degrees(number: float) -> str:
    """A number of degrees with as many decimals as it has, to a decimetre."""
    return f"{number:.6f}".rstrip("0").rstrip(".")


def number_of_stores(record: Record) -> dict[str, Any]:
    """How many stores there are, where the document has not all of them."""
    span = record.span
    return {"@type": "QuantitativeValue", "value": span.total, "unitText": "stores"} if span.left_out else {}


def other_stores(record: Record, place: Place, twin: Twin) -> list[dict[str, Any]]:
    """The documents of the same form that have the stores before and after those of this one."""
    return [
        {
            "@type": "DataDownload",
            "name": f"{twin.label} metadata, {replace(record.span, first=first).words}",
            "encodingFormat": twin.media_type,
            "contentUrl": place.twin(record.iri, twin.suffix, first),
        }
        for first in record.span.around.values()
    ]


def _identifier(record: Record) -> str | dict[str, str]:
    if not record.doi:
        return record.iri
    value = f"doi:{record.doi.removeprefix(DOI)}"
    registry = "https://registry.identifiers.org/registry/doi"
    return {"@type": "PropertyValue", "propertyID": registry, "value": value, "url": record.doi}


def _conditions(record: Record) -> str:
    stated = {store.access for store in record.stores} | {record.access}
    if PUBLIC in stated and NOT_PUBLIC in stated:
        return "Some stores are open to all, others only to those who have an account where they lie."
    return {PUBLIC: "Open to all.", NOT_PUBLIC: "Only for those who have an account where the data lie."}.get(
        next(iter(stated - {""}), ""), ""
    )


def _contributors(record: Record) -> list[dict[str, Any]]:
    """Who had a part that no property of its own tells, each with the role."""
    told = {each.iri for each in (*record.creators, *record.publishers, *record.maintainers)}
    return [
        {"@type": "Role", "roleName": ", ".join(name for _, name in credit.roles), "contributor": agent(credit.agent)}
        for credit in record.credits
        if credit.agent.iri not in told and credit.roles
    ]


def _citation(record: Record) -> str | dict[str, Any]:
    return record.citation or (_work(record.works[0]) if record.works else "")


def _work(work: Output) -> dict[str, Any]:
    stated = {
        "@type": ["CreativeWork", "ScholarlyArticle"],
        "@id": work.iri,
        "name": work.title,
        "author": [_author(maker) for maker in work.makers],
        "datePublished": calendar(work.issued),
        "isPartOf": _published_in(work),
        "pagination": work.pages,
        "publisher": work.publisher,
        "text": work.reference if work.reference != work.title else "",
        "url": web_address(work.iri),
    }
    return {key: value for key, value in stated.items() if value}


def _author(maker: Maker) -> dict[str, str]:
    stated = {"@type": "" if maker.body else "Person", "@id": maker.iri, "name": maker.name}
    return {key: value for key, value in stated.items() if value}


def _published_in(work: Output) -> dict[str, Any]:
    if not work.container:
        return {}
    journal = {"@type": "Periodical", "name": work.container}
    return {"@type": "PublicationVolume", "volumeNumber": work.volume, "isPartOf": journal} if work.volume else journal


def _spatial(record: Record) -> dict[str, Any] | str:
    box = around(record.places)
    if box is None:
        return ""
    numbers = " ".join(degrees(number) for number in (box.south, box.west, box.north, box.east))
    return {"@type": "Place", "name": box.words, "geo": {"@type": "GeoShape", "box": numbers}}


def _variable(variable: Measured) -> dict[str, Any]:
    stated = {
        "@type": "PropertyValue",
        "name": variable.name,
        "alternateName": variable.symbol,
        "description": variable.description,
        "unitText": variable.units,
        "propertyID": variable.meaning,
    }
    return {key: value for key, value in stated.items() if value}


def download(store: Store) -> dict[str, Any]:
    """A store as what can be downloaded."""
    stated = {
        "@type": "DataDownload",
        "@id": store.iri,
        "name": store.title,
        "description": store.description,
        "contentUrl": data_address(store),
        "encodingFormat": store.media_type,
        "contentSize": amount(store.size) if store.size >= 0 else "",
        "identifier": store.uri,
        "dateModified": calendar(store.modified),
    }
    return {key: value for key, value in stated.items() if value}


def stac_download(place: Place) -> list[dict[str, Any]]:
    """The STAC collection as what can be downloaded, if there is one."""
    stated = {
        "@type": "DataDownload",
        "name": "STAC collection",
        "encodingFormat": "application/json",
        "contentUrl": place.stac,
    }
    return [stated] if place.stac else []


def _twins(record: Record, place: Place) -> list[dict[str, Any]]:
    return [
        {
            "@type": "DataDownload",
            "name": f"{twin.label} metadata",
            "encodingFormat": twin.media_type,
            "contentUrl": place.twin(record.iri, twin.suffix),
        }
        for twin in DESCRIPTIONS
        if twin is not SCHEMAORG
    ]
