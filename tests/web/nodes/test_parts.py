"""The small machinery of pages: validators, link headers, memory, durations, bounds, escapes."""

import csv
import io
import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi import Request
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import escape
from pyoxigraph import Literal, NamedNode, Triple

from leap_kg.settings import DEFAULT_BASE
from leap_kg.sparql.guard import Refused
from leap_kg.web.assets import Assets
from leap_kg.web.freshness import duration, source_states
from leap_kg.web.links import external_href
from leap_kg.web.memory import Memory
from leap_kg.web.negotiation import (
    CSV,
    HTML,
    JSONLD,
    LIST_FORMS,
    NODE_FORMS,
    RDF_XML,
    TURTLE,
    by_suffix,
    etag,
    link_header,
    unchanged,
    with_suffix,
)
from leap_kg.web.nodes.describe import NotWritable, serialised
from leap_kg.web.reading import Reading, moment
from leap_kg.web.revision import Revision
from leap_kg.web.sparql.queryform import _pairs as pairs
from leap_kg.web.tables import as_csv
from leap_kg.web.templates import Templates, _titled
from tests.web.platform import ALPHA, HOSTILE, PERSON


def asking(headers: Mapping[str, str]) -> Request:
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "GET", "headers": raw, "path": "/", "query_string": b""})


def test_a_suffix_is_taken_off_once_and_only_if_something_is_left() -> None:
    assert by_suffix("/a/b.ttl", NODE_FORMS) == ("/a/b", TURTLE)
    assert by_suffix("/a/b.ttl.jsonld", NODE_FORMS) == ("/a/b.ttl", JSONLD)
    assert by_suffix("/a/.ttl", NODE_FORMS) == ("/a/.ttl", None)
    assert by_suffix("/a/b.html", NODE_FORMS) == ("/a/b.html", None)
    assert by_suffix("/a/b.ttl", LIST_FORMS) == ("/a/b.ttl", None)


def test_a_suffix_goes_before_the_query_string() -> None:
    assert with_suffix("/browse?q=a.b", CSV) == "/browse.csv?q=a.b"
    assert with_suffix("/browse?q=a", HTML) == "/browse?q=a"


@given(st.integers(0), st.sampled_from(NODE_FORMS), st.from_regex(r"[a-z0-9-]{0,8}", fullmatch=True), st.booleans())
@settings(deadline=None)
def test_a_validator_matches_itself_weakly_and_no_other(number: int, form: object, stamp: str, weak: bool) -> None:
    tag = etag(number, form, stamp)  # type: ignore[arg-type]
    sent = tag if weak else tag.removeprefix("W/")
    assert unchanged(asking({"If-None-Match": f'"other", {sent}'}), tag)
    assert not unchanged(asking({"If-None-Match": f'"other-{number}"'}), tag)
    assert not unchanged(asking({}), tag)
    assert unchanged(asking({"If-None-Match": "*"}), tag)


@given(st.text(st.characters(exclude_categories=["Cs"])))
@settings(deadline=None)
def test_a_link_header_stays_one_ascii_line(iri: str) -> None:
    header = link_header(iri, "/x?" + iri, NODE_FORMS)
    assert header.isascii()
    assert header.isprintable()


def test_what_rdf_xml_cannot_say_is_refused_not_garbled() -> None:
    node = NamedNode(ALPHA)
    good = Triple(node, NamedNode("http://example.org/name"), Literal("ok ]]> & <"))
    assert b"ok" in serialised([good], RDF_XML, DEFAULT_BASE)
    for bad in (
        Triple(node, NamedNode("http://example.org/2024"), Literal("no element has this name")),
        Triple(node, NamedNode("http://example.org/name"), Literal("bell \x07")),
    ):
        with pytest.raises(NotWritable):
            serialised([good, bad], RDF_XML, DEFAULT_BASE)
        assert serialised([good, bad], TURTLE, DEFAULT_BASE)


def test_a_node_that_rdf_xml_cannot_say_is_not_offered_in_it(revision: Revision) -> None:
    assert RDF_XML not in revision.descriptions.forms(NamedNode(HOSTILE))
    assert RDF_XML in revision.descriptions.forms(NamedNode(ALPHA))


def test_a_memory_makes_a_value_once_and_stays_small() -> None:
    made: list[int] = []

    def double(key: int) -> int:
        made.append(key)
        return 2 * key

    memory = Memory[int, int](3)
    assert [memory.get(key, double) for key in (1, 2, 1, 3, 4, 4)] == [2, 4, 2, 6, 8, 8]
    assert made == [1, 2, 3, 4]
    assert memory.get(1, double) == 2
    assert made == [1, 2, 3, 4, 1]


@given(st.timedeltas(timedelta(0), timedelta(days=3000)))
@settings(deadline=None)
def test_a_duration_is_read_as_it_is_written(length: timedelta) -> None:
    seconds = length.days * 86_400 + length.seconds
    assert duration(f"PT{seconds}S") == timedelta(seconds=seconds)
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3600)
    assert duration(f"P{days}DT{hours}H{rest // 60}M{rest % 60}S") == timedelta(seconds=seconds)


@given(st.text() | st.from_regex(r"P?\d*D?T?\d*[HMS]?"))
@settings(deadline=None)
def test_no_text_breaks_the_reading_of_durations_and_moments(text: str) -> None:
    found = duration(text)
    assert found is None or found >= timedelta(0)
    assert isinstance(moment(text), str)


def test_a_source_is_fresh_until_its_time_is_up(revision: Revision) -> None:
    def states(now: datetime) -> dict[str, str]:
        return {s.node.label: s.state for s in source_states(revision.reading, now, {})}

    read = datetime(2026, 3, 1, 16, 1, tzinfo=UTC)
    assert states(read + timedelta(days=7))["Test catalogue"] == "fresh"
    assert states(read + timedelta(days=7, seconds=1))["Test catalogue"] == "stale"


def test_names_come_from_the_graph_or_from_the_iri(revision: Revision) -> None:
    reading: Reading = revision.reading
    assert reading.link(NamedNode(PERSON)).label == "Josiah Carberry"
    assert reading.link(NamedNode(PERSON)).kind == "Person"
    assert reading.link(NamedNode(f"{ALPHA}#finding-1")).path == "/dataset/leap-test/alpha#finding-1"
    assert reading.link(NamedNode("http://www.w3.org/ns/dcat#Dataset")).label == "dcat:Dataset"
    elsewhere = reading.link(NamedNode("https://example.org/alpha"))
    assert (elsewhere.label, elsewhere.external, elsewhere.path) == (
        "Alpha's own page",
        True,
        "https://example.org/alpha",
    )
    unknown = reading.link(NamedNode("urn:nobody:said"))
    assert (unknown.path, unknown.external) == ("", False)
    assert reading.word(NamedNode("http://purl.org/dc/terms/isPartOf")) == "is part of"
    assert reading.word(reading.leap("storageURI")) == "storage URI"


@given(st.dictionaries(st.sampled_from(["a", "b"]), st.text(st.characters(exclude_categories=["Cs"]))))
@settings(deadline=None)
def test_csv_gives_texts_back_as_they_were(row: dict[str, str]) -> None:
    text = as_csv([row], ("a", "b")).decode()
    read = list(csv.reader(io.StringIO(text, newline="")))
    assert read == [["a", "b"], [row.get("a", ""), row.get("b", "")]]


@given(st.binary(max_size=200))
@settings(deadline=None)
def test_any_parameters_are_read_or_refused(raw: bytes) -> None:
    status, found = 200, []
    try:
        found = pairs(raw)
    except Refused as refusal:
        status = refusal.status
    assert status in (200, 400)
    assert all(isinstance(name, str) and isinstance(value, str) for name, value in found)


def test_assets_without_a_build_are_none(tmp_path: Path) -> None:
    assets = Assets(tmp_path)
    assert (assets.script("src/main.ts"), assets.styles("src/main.ts"), assets.file("x")) == ("", [], None)
    (tmp_path / ".vite").mkdir()
    (tmp_path / ".vite" / "manifest.json").write_text(json.dumps({"src/main.ts": {"file": "a.js", "css": ["a.css"]}}))
    built = Assets(tmp_path)
    assert (built.script("src/main.ts"), built.styles("src/main.ts")) == ("/static/a.js", ["/static/a.css"])
    assert built.stamp != assets.stamp


@given(st.text())
@settings(deadline=None)
def test_a_template_escapes_whatever_it_prints(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.mktemp("templates")
    (folder / "x.html").write_text('<p title="{{ text }}">{{ text }}</p>')
    page = Templates(folder, Assets(folder), "Site").render("x.html", {"text": text})
    inside = page.removeprefix('<p title="').removesuffix("</p>").replace('">', "", 1)
    assert not set("<>\"'\x00\x01\x7f\ud800") & set(inside)
    page.encode()


@given(st.text(max_size=100))
@settings(deadline=None)
def test_only_addresses_of_the_web_become_links(text: str) -> None:
    assert external_href(text) == "" or text.lower().lstrip().startswith(("http", "mailto"))


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
@settings(deadline=None)
def test_a_title_is_as_short_as_tabs_and_validators_want_it(title: str) -> None:
    made = _titled(title, "LEAP knowledge graph")
    assert len(escape(made)) <= 70
    assert made.endswith(" – LEAP knowledge graph")
    assert made.removesuffix(" – LEAP knowledge graph").removesuffix("…") in title


def test_a_title_of_millions_of_characters_is_cut_at_once() -> None:
    began = time.process_time()
    assert len(_titled("L" * 3_000_000, "LEAP knowledge graph")) < 100
    assert time.process_time() - began < 1
