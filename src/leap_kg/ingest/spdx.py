"""Source `spdx`: SPDX's list of licences, so that a licence in the graph has a name and says what it is.

The list is the `licenses.json` that SPDX publishes, one request for all of it:
https://github.com/spdx/license-list-data/blob/main/accessingLicenses.md

Hazard: GNU's old identifiers (`GPL-3.0`) are on the list too, marked deprecated, while every other source is read
with those that replace them. They keep nodes of their own, which say what replaced them.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from pyoxigraph import Literal, NamedNode, Triple

from leap_kg.ingest.configuration import SourceConfig
from leap_kg.ingest.fetch import Fetcher
from leap_kg.ingest.formats.jsonvalue import read_value
from leap_kg.ingest.formats.reading import File, Reading
from leap_kg.ingest.mapping import dates
from leap_kg.ingest.mapping.finding import Severity
from leap_kg.ingest.mapping.keeping import kept
from leap_kg.ingest.mapping.statements import Statements
from leap_kg.ingest.source import Listing, Mapped, Part, RawRecord, RecordUnusable, Ref, Source
from leap_kg.ontology.identifiers import Licence, licence
from leap_kg.ontology.namespaces import DCT, FOAF, LICENSES, OWL, RDFS, SPDX

LIST = "https://raw.githubusercontent.com/spdx/license-list-data/main/json/licenses.json"

_ABOUT = "the list itself"
_FLAGS = {
    "isDeprecatedLicenseId": SPDX("isDeprecatedLicenseId"),
    "isOsiApproved": SPDX("isOsiApproved"),
    "isFsfLibre": SPDX("isFsfLibre"),
}
# `reference` is the IRI with another ending; the others point at files of the list.
_PASSED_OVER = ("licenseId", "name", "seeAlso", "reference", "detailsUrl", "referenceNumber")


class SpdxLicences(Source):
    """The licences of the list at `address`; a record's key is the SPDX identifier."""

    def __init__(self, id: str, title: str, address: str, stale_after: timedelta, base: str) -> None:  # noqa: A002
        self.id = id
        self.title = title
        self.origin = self._address = address
        self.stale_after = stale_after
        self._base = base

    def enumerate(self, listing: Listing) -> Iterator[Ref]:
        """All licences, and a record for the list; an item without a usable identifier is a dead letter."""
        body = listing.fetcher.fetch(self._address)
        document = read_value(body.data, what=body.url).value
        items = document.get("licenses") if isinstance(document, dict) else None
        if not isinstance(items, list):
            raise RecordUnusable("has no list under 'licenses': give the address of SPDX's licenses.json", body.url)
        yield _ref(_ABOUT, body.url, {key: value for key, value in document.items() if key != "licenses"})
        seen: set[str] = set()
        for number, item in enumerate(items):
            identifier = item.get("licenseId") if isinstance(item, dict) else None
            if not isinstance(identifier, str) or not _usable(identifier):
                yield Ref(f"licenses[{number}]", body.url, "has no licenseId that SPDX would give: correct it")
            elif identifier in seen:
                yield Ref(f"licenses[{number}]", body.url, f"is a second {identifier}: keep one of the two")
            else:
                seen.add(identifier)
                yield _ref(identifier, body.url, item)

    def fetch(self, ref: Ref, fetcher: Fetcher) -> RawRecord:
        """What the listing brought; the network is not used."""
        return RawRecord(ref.key, ref.found)

    def map(self, record: RawRecord) -> Mapped:
        """The licence, or the list as a document."""
        part = record.part("item")
        if part is None:
            raise RecordUnusable("the stored record is empty; harvest it again", record.key)
        item = read_value(part.data, what=part.url).value
        reading, say = Reading({}, File(part.url)), Statements()
        map_one = _map_list if record.key == _ABOUT else _map_licence
        subject = map_one(item, say, reading)
        say.extend(kept(subject, reading, self._base))
        return Mapped(record.key, subject, say.triples(), list(reading.findings))


class SpdxConfig(SourceConfig):
    """`address`: where SPDX's `licenses.json` is; the newest one by default."""

    address: str = LIST
    stale_after_days: float = 90

    def source(self, folder: Path, base: str) -> Source:
        """The source."""
        return SpdxLicences(self.id, self.title, self.address, self.stale_after, base)


def _usable(identifier: str) -> bool:
    return identifier.isascii() and identifier.replace("-", "").replace(".", "").replace("+", "").isalnum()


def _ref(key: str, url: str, item: Mapping[str, Any]) -> Ref:
    part = Part.cut("item", url, json.dumps(item, sort_keys=True).encode())
    return Ref(key, url, version=part.sha256, found=(part,))


def _map_list(item: Mapping[str, Any], say: Statements, reading: Reading) -> NamedNode:
    node = say.type(NamedNode(str(LICENSES)), FOAF("Document"))
    say.text(node, DCT("title"), "SPDX licence list")
    say.text(node, OWL("versionInfo"), reading.text(item.get("licenseListVersion"), ("licenseListVersion",)))
    released = reading.text(item.get("releaseDate"), ("releaseDate",))
    if (date := dates.parse(released)) is not None:
        say.text(node, DCT("issued"), date.text, date.datatype)
    elif released:
        reading.report("bad-value", Severity.WARNING, "releaseDate is no date", "Write 2026-01-31.", ("releaseDate",))
    reading.rest(item, ("licenseListVersion", "releaseDate"), ())
    return node


def _map_licence(item: Mapping[str, Any], say: Statements, reading: Reading) -> NamedNode:
    identifier = str(item["licenseId"])
    node = say.type(LICENSES(identifier), DCT("LicenseDocument"))
    say.text(node, DCT("identifier"), identifier)
    say.text(node, DCT("title"), reading.text(item.get("name"), ("name",)) or identifier)
    say.link(node, DCT("isPartOf"), str(LICENSES))
    for key, predicate in _FLAGS.items():
        if (flag := reading.flag(item.get(key), (key,))) is not None:
            say.extend([Triple(node, predicate, Literal(flag))])
    for number, page in enumerate(reading.items(item.get("seeAlso"), ("seeAlso",))):
        if address := reading.url(page, ("seeAlso", number)):
            say.link(node, RDFS("seeAlso"), address)
    current = licence.parse(identifier)
    if item.get("isDeprecatedLicenseId") is True:
        say.extend([Triple(node, OWL("deprecated"), Literal(True))])
        if isinstance(current, Licence) and current.spdx_id != identifier:
            say.link(node, DCT("isReplacedBy"), current.iri)
    reading.rest(item, (*_PASSED_OVER, *_FLAGS), ())
    return node
