"""SPDX's list: every licence that other sources can name, with its flags; the list is made of what we know of it."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from license_expression import get_license_index
from pyoxigraph import Literal, NamedNode, Triple

from leap_kg.ingest.fetch import Ask, Body, Fetcher
from leap_kg.ingest.formats.yamltext import Unreadable
from leap_kg.ingest.source import Listing, Mapped, RawRecord, RecordUnusable, Ref
from leap_kg.ingest.spdx import LIST, SpdxConfig, SpdxLicences
from leap_kg.ontology.identifiers import Licence, licence
from leap_kg.ontology.jsonld import quads_in
from leap_kg.ontology.namespaces import DCT, LICENSES, OWL, RDF, RDFS, SPDX, XSD
from leap_kg.ontology.shapes import validate
from leap_kg.settings import DEFAULT_BASE as BASE


class Answer(Fetcher):
    def __init__(self, data: bytes) -> None:
        self.data = data

    def fetch(self, ask: Ask | str) -> Body:
        url = Ask.of(ask).url
        assert url == LIST
        return Body.of(url, url, self.data, None)


def item(identifier: str, **more: object) -> dict[str, Any]:
    return {
        "reference": f"https://spdx.org/licenses/{identifier}.html",
        "isDeprecatedLicenseId": False,
        "detailsUrl": f"https://spdx.org/licenses/{identifier}.json",
        "referenceNumber": 1,
        "name": f"The {identifier} licence",
        "licenseId": identifier,
        "seeAlso": ["https://opensource.org/licenses/x"],
        "isOsiApproved": True,
        **more,
    }


def source() -> SpdxLicences:
    return SpdxLicences("spdx", "SPDX", LIST, timedelta(days=1), BASE)


def refs(*items: object) -> dict[str, Ref]:
    document = {"licenseListVersion": "3.27.0", "releaseDate": "2025-07-01T00:00:00Z", "licenses": items}
    fetcher = Answer(json.dumps(document).encode())
    return {ref.key: ref for ref in source().enumerate(Listing(fetcher))}


def mapped(ref: Ref) -> Mapped:
    record = source().map(RawRecord(ref.key, ref.found))
    assert validate(quads_in(record.triples, NamedNode(BASE + "g")), BASE) == []
    return record


def test_a_licence_with_its_flags() -> None:
    record = mapped(refs(item("MIT", isFsfLibre=True))["MIT"])
    node = LICENSES("MIT")
    assert record.subject == node
    assert set(record.triples) == {
        Triple(node, RDF("type"), DCT("LicenseDocument")),
        Triple(node, DCT("identifier"), Literal("MIT")),
        Triple(node, DCT("title"), Literal("The MIT licence")),
        Triple(node, DCT("isPartOf"), NamedNode(str(LICENSES))),
        Triple(node, SPDX("isDeprecatedLicenseId"), Literal(False)),
        Triple(node, SPDX("isOsiApproved"), Literal(True)),
        Triple(node, SPDX("isFsfLibre"), Literal(True)),
        Triple(node, RDFS("seeAlso"), NamedNode("https://opensource.org/licenses/x")),
    }
    assert record.findings == []


def test_a_deprecated_identifier_says_what_replaces_it() -> None:
    record = mapped(refs(item("GPL-3.0", isDeprecatedLicenseId=True))["GPL-3.0"])
    assert Triple(LICENSES("GPL-3.0"), OWL("deprecated"), Literal(True)) in record.triples
    assert Triple(LICENSES("GPL-3.0"), DCT("isReplacedBy"), LICENSES("GPL-3.0-only")) in record.triples


def test_the_list_itself_has_a_version_and_a_day() -> None:
    record = mapped(refs()["the list itself"])
    assert Triple(record.subject, OWL("versionInfo"), Literal("3.27.0")) in record.triples
    issued = Literal("2025-07-01T00:00:00Z", datatype=XSD("dateTime"))
    assert Triple(record.subject, DCT("issued"), issued) in record.triples


def test_every_licence_that_a_text_can_name_gets_its_node_from_the_list() -> None:
    listed = [
        entry["spdx_license_key"]
        for entry in get_license_index()
        if entry.get("spdx_license_key") and not entry["is_exception"]
        if not entry["spdx_license_key"].startswith("LicenseRef-")
    ]
    assert len(listed) > 500
    found = refs(*(item(identifier) for identifier in listed))
    assert not any(ref.problem for ref in found.values())
    subjects = {mapped(ref).subject.value for key, ref in found.items() if key in listed[::20]}
    for identifier in listed[::20]:
        known = licence.parse(identifier)
        assert isinstance(known, Licence)
        assert known.iri in subjects


@pytest.mark.parametrize("bad", [5, {}, {"licenseId": 5}, {"licenseId": "a b"}, {"licenseId": "é"}, {"licenseId": ""}])
def test_an_item_without_identifier_is_a_dead_letter_beside_good_ones(bad: object) -> None:
    found = refs(bad, item("MIT"), item("MIT"))
    assert [key for key, ref in found.items() if ref.problem] == ["licenses[0]", "licenses[2]"]
    assert mapped(found["MIT"]).subject == LICENSES("MIT")


def test_odd_values_are_findings() -> None:
    record = mapped(refs(item("X", name=["x"], seeAlso=["nowhere", 5], isOsiApproved="yes", extra=1))["X"])
    kinds = [finding.kind for finding in record.findings]
    assert kinds == ["bad-value", "bad-value", "bad-identifier", "bad-identifier", "unknown-key"]
    assert Triple(LICENSES("X"), DCT("title"), Literal("X")) in record.triples


@pytest.mark.parametrize("data", [b"[]", b"{}", b'{"licenses": {}}'])
def test_what_is_no_list_is_refused(data: bytes) -> None:
    with pytest.raises(RecordUnusable, match=r"licenses\.json"):
        list(source().enumerate(Listing(Answer(data))))


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(Unreadable):
        list(source().enumerate(Listing(Answer(b"<html>"))))
    with pytest.raises(RecordUnusable, match="harvest it again"):
        source().map(RawRecord("MIT", ()))


def test_the_configuration_has_the_public_address() -> None:
    made = SpdxConfig(id="spdx", kind="spdx", title="SPDX").source(Path(), BASE)
    assert (made.origin, made.stale_after) == (LIST, timedelta(days=90))
