"""The standard name table: each name a concept, each alias a pointer, and XML that bites."""

from contextlib import suppress
from datetime import timedelta
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Triple

from leap_kg.ingest.cf import StandardNames
from leap_kg.ingest.cf.table import MAX_TEXT, read_table
from leap_kg.ingest.fetch import Ask, Body, Fetcher
from leap_kg.ingest.formats.yamltext import Unreadable
from leap_kg.ingest.source import Listing, Mapped, RawRecord, RecordUnusable, Ref
from leap_kg.ontology.jsonld import quads_in
from leap_kg.ontology.namespaces import DCT, OWL, RDF, SCHEMA, SKOS, XSD
from leap_kg.ontology.shapes import validate
from leap_kg.settings import DEFAULT_BASE as BASE

URL = "https://cf.example.org/table.xml"
CF = "http://vocab.nerc.ac.uk/standard_name/"
TABLE = """<?xml version="1.0"?>
<?xml-stylesheet type="text/xsl" href="x.xsl" ?>
<standard_name_table>
  <version_number>83</version_number><last_modified>2023-10-17T15:09:35Z</last_modified>
  <contact>support@example.org</contact>
  <entry id="air_pressure">
    <canonical_units>Pa</canonical_units><grib>1</grib><amip>plev</amip>
    <description>Air pressure &lt;is&gt;
      pressure &#233;.</description>
  </entry>
  <!-- a comment --><entry id="sea_water_salinity"><canonical_units>1e-3</canonical_units><description/></entry>
  <alias id="pressure"><entry_id>air_pressure</entry_id></alias>
  <alias id="bad name"><entry_id>air_pressure</entry_id></alias>
  <alias id="twice"><entry_id>air_pressure</entry_id></alias>
  <alias id="twice"><entry_id>sea_water_salinity</entry_id></alias>
</standard_name_table>
"""


class Answer(Fetcher):
    def __init__(self, data: bytes) -> None:
        self.data = data

    def fetch(self, ask: Ask | str) -> Body:
        url = Ask.of(ask).url
        assert url == URL
        return Body.of(url, url, self.data, None)


def refs(text: str | bytes) -> dict[str, Ref]:
    fetcher = Answer(text.encode() if isinstance(text, str) else text)
    return {ref.key: ref for ref in source().enumerate(Listing(fetcher))}


def source() -> StandardNames:
    return StandardNames("cf", "CF", URL, timedelta(days=1), BASE)


def mapped(key: str, text: str = TABLE) -> Mapped:
    ref = refs(text)[key]
    record = source().map(RawRecord(ref.key, ref.found))
    assert validate(quads_in(record.triples, NamedNode(BASE + "g")), BASE) == []
    return record


def element(inside: str) -> str:
    return f"<standard_name_table>{inside}</standard_name_table>"


def concept(name: str) -> NamedNode:
    return NamedNode(f"{CF}{name}/")


def test_each_name_is_listed_once_with_its_own_bytes() -> None:
    found = refs(TABLE)
    assert list(found) == ["the table itself", "air_pressure", "sea_water_salinity", "pressure", "bad name", "twice"]
    assert found["pressure"].found[0].data == b'<alias id="pressure"><entry_id>air_pressure</entry_id></alias>'
    assert found["pressure"].version == found["pressure"].found[0].sha256
    assert len(found["twice"].found) == 2
    assert {ref.url for ref in found.values()} == {URL}


def test_a_name_is_a_concept_with_its_meaning_unit_and_codes() -> None:
    record, name = mapped("air_pressure"), concept("air_pressure")
    assert record.subject == name
    assert set(record.triples) == {
        Triple(name, RDF("type"), SKOS("Concept")),
        Triple(name, SKOS("inScheme"), NamedNode(CF)),
        Triple(name, SKOS("prefLabel"), Literal("air_pressure")),
        Triple(name, SKOS("definition"), Literal("Air pressure <is> pressure é.")),
        Triple(name, SCHEMA("unitText"), Literal("Pa")),
        Triple(name, SKOS("notation"), Literal("1", datatype=NamedNode(BASE + "notation/grib"))),
        Triple(name, SKOS("notation"), Literal("plev", datatype=NamedNode(BASE + "notation/amip"))),
    }
    assert record.findings == []


def test_an_alias_is_replaced_and_the_name_that_replaces_it_knows_it() -> None:
    record = mapped("pressure")
    assert Triple(concept("pressure"), DCT("isReplacedBy"), concept("air_pressure")) in record.triples
    assert Triple(concept("pressure"), OWL("deprecated"), Literal(True)) in record.triples
    assert Triple(concept("air_pressure"), SKOS("altLabel"), Literal("pressure")) in record.triples


def test_the_table_is_a_concept_scheme_with_its_version() -> None:
    record, scheme = mapped("the table itself"), NamedNode(CF)
    assert Triple(scheme, RDF("type"), SKOS("ConceptScheme")) in record.triples
    assert Triple(scheme, OWL("versionInfo"), Literal("83")) in record.triples
    moment = Literal("2023-10-17T15:09:35Z", datatype=XSD("dateTime"))
    assert Triple(scheme, DCT("modified"), moment) in record.triples


def test_what_is_wrong_with_a_name_is_a_finding() -> None:
    assert [finding.kind for finding in mapped("sea_water_salinity").findings] == ["missing-description"]
    assert [finding.kind for finding in mapped("bad name").findings] == ["bad-identifier"]
    assert mapped("bad name").subject == NamedNode(CF + "bad%20name/")
    twice = mapped("twice")
    assert [finding.kind for finding in twice.findings] == ["duplicate-key"]
    targets = {t.object for t in twice.triples if t.predicate == DCT("isReplacedBy")}
    assert targets == {concept("air_pressure"), concept("sea_water_salinity")}
    odd = mapped("x", element('<entry id="x"><description>A.</description><unit>m</unit></entry>'))
    assert [finding.kind for finding in odd.findings] == ["unknown-key"]
    assert any("unmapped" in triple.predicate.value and "m" in str(triple.object) for triple in odd.triples)
    table = mapped("the table itself", element("<last_modified>yesterday</last_modified>"))
    assert [finding.kind for finding in table.findings] == ["bad-value"]


def test_an_element_without_a_name_and_an_alias_of_nothing_are_dead_letters_beside_good_names() -> None:
    found = refs(element("<entry><description>A.</description></entry>\n<alias id='a'/><entry id='b'/>"))
    assert [(key, bool(ref.problem)) for key, ref in found.items()] == [
        ("element 1 of the table", True),
        ("a", False),
        ("b", False),
    ]
    assert found["a"].found[0].data == b"<alias id='a'/>"
    with pytest.raises(RecordUnusable, match="stands for no name"):
        mapped("a", element("<alias id='a'/>"))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('<!DOCTYPE x [<!ENTITY a "b">]><standard_name_table>&a;</standard_name_table>', "DOCTYPE"),
        ('<!DOCTYPE x SYSTEM "file:///etc/passwd"><standard_name_table/>', "DOCTYPE"),
        ("<standard_name_table>", "not XML"),
        ("<!doctype html><html></html>", "not XML|DOCTYPE"),
        ('<?xml version="1.0" encoding="latin-1"?><standard_name_table/>', "UTF-8"),
        ("<standard_name_table>" + "<a>" * 50 + "</a>" * 50 + "</standard_name_table>", "nested deeper"),
        (element("<entry id='a'><description>" + "x" * (MAX_TEXT + 1) + "</description></entry>"), "characters"),
        ("\0", "zero byte"),
        ("", "not XML"),
    ],
)  # fmt: skip
def test_hostile_xml_is_refused(text: str, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        read_table(text.encode(), URL)


def test_xml_of_something_else_is_refused() -> None:
    with pytest.raises(RecordUnusable, match="XML of <html>"):
        read_table(b"<html/>", URL)


def test_a_stored_record_without_content_is_refused() -> None:
    with pytest.raises(RecordUnusable, match="harvest it again"):
        source().map(RawRecord("x", ()))


@given(st.binary(max_size=60) | st.text("<>/&;ab='\" \n", max_size=60).map(lambda text: element(text).encode()))
def test_any_bytes_are_a_table_or_a_reason(data: bytes) -> None:
    with suppress(Unreadable, RecordUnusable):
        for ref in refs(data).values():
            with suppress(RecordUnusable):
                assert ref.problem or source().map(RawRecord(ref.key, ref.found)).triples


NAMES = st.text("abz_019 é<&", min_size=1, max_size=8).filter(lambda name: name.strip() == name)


@given(
    st.dictionaries(NAMES, st.text(st.characters(codec="utf-8", categories=["L", "N", "P"]), max_size=20), max_size=5)
)
def test_names_and_descriptions_come_through(names: dict[str, str]) -> None:

    entries = [
        f"<entry id={quoteattr(name)}><description>{escape(text)}</description></entry>" for name, text in names.items()
    ]
    for key, ref in refs(element("".join(entries))).items():
        record = source().map(RawRecord(key, ref.found))
        said = {t.object.value for t in record.triples if t.predicate == SKOS("definition")}  # type: ignore[union-attr]
        assert said == ({names[key]} - {""})
