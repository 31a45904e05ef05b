"""The folder of curated files: what becomes a record, what is refused, and that no bytes lead anywhere else."""

import json
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Triple

from leap_kg.ingest.fetch import Ask, Body, Fetcher
from leap_kg.ingest.files import MAX_BYTES, Files
from leap_kg.ingest.formats.yamltext import Unreadable
from leap_kg.ingest.source import Listing, Mapped, Part, RawRecord, RecordUnusable
from leap_kg.ontology.jsonld import quads_in
from leap_kg.ontology.namespaces import DCAT, DCT, FOAF, RDF, SCHEMA, XSD
from leap_kg.ontology.shapes import validate
from leap_kg.settings import DEFAULT_BASE as BASE

CONTEXT = BASE + "context.jsonld"
PAPER = "https://doi.org/10.5555/example.1"


class NoNetwork(Fetcher):
    def fetch(self, ask: Ask | str) -> Body:
        raise AssertionError(f"{ask} was asked for")


def source(folder: Path, base: str = BASE) -> Files:
    return Files("curated", "Curated", folder, timedelta(days=1), base)


def mapped(text: str | bytes, key: str = "a.ttl", base: str = BASE) -> Mapped:
    data = text.encode() if isinstance(text, str) else text
    record = RawRecord(key, (Part("file", f"https://example.org/files/{key}", "0" * 64, data),))
    return source(Path(), base).map(record)


def turtle(text: str, key: str = "a.ttl") -> Mapped:
    return mapped(f"@prefix s: <http://schema.org/> . {text}", key)


def described(document: Any) -> Mapped:
    return mapped(json.dumps(document), "a.jsonld")


def paper(**more: object) -> dict[str, object]:
    return {"@context": CONTEXT, "id": PAPER, "type": "ScholarlyArticle", "title": "On examples", **more}


def kinds(record: Mapped) -> list[str]:
    return [finding.kind for finding in record.findings]


def harvested(folder: Path) -> Iterator[tuple[str, RawRecord | str]]:
    files = source(folder)
    for ref in files.enumerate(Listing(NoNetwork())):
        try:
            yield ref.key, files.fetch(ref, NoNetwork())
        except RecordUnusable as problem:
            yield ref.key, problem.reason


# --- lists ----------------------------------------------------------------------------------------------

LISTS = {
    "events.yaml": "- {id: a, type: Event, title: A}\n- just a text\n- {type: Event}\n- {type: Event, title: B}\n",
    "papers.jsonld": json.dumps(
        {"@context": CONTEXT, "@graph": [{"id": PAPER, "type": "ScholarlyArticle", "title": "P"}, 5, {"id": "a b"}]}
    ),
}


def test_each_item_of_a_list_is_a_record_so_that_a_bad_one_spoils_no_other(tmp_path: Path) -> None:
    for name, text in LISTS.items():
        (tmp_path / name).write_text(text)
    files, good, bad = source(tmp_path), {}, {}
    for ref in files.enumerate(Listing(NoNetwork())):
        assert ref.version
        try:
            good[ref.key] = files.map(files.fetch(ref, NoNetwork())).subject.value
        except (RecordUnusable, Unreadable) as problem:
            bad[ref.key] = str(problem)
    assert good == {
        "events.yaml#a": f"{BASE}event/a",
        "events.yaml#B": f"{BASE}event/events/b",
        f"papers.jsonld#{PAPER}": PAPER,
    }
    assert bad.keys() == {"events.yaml#item=2", "events.yaml#item=3", "papers.jsonld#item=2", "papers.jsonld#a b"}
    assert 'item 2 (line 2) is "just a text", and no entry: write' in bad["events.yaml#item=2"]
    assert "line 3) has neither an id nor a title nor a name: give it an id" in bad["events.yaml#item=3"]
    assert "papers.jsonld#item=2: is not a JSON object" in bad["papers.jsonld#item=2"]


EVENTS: list[dict[str, object]] = [
    {"id": "event/a", "type": "Event", "title": "A", "organizer": {"id": "_:o"}},
    {"id": "_:o", "name": "O"},
]
ONE_EACH: list[dict[str, object]] = [{"@context": CONTEXT, **item} for item in EVENTS]


@pytest.mark.parametrize(
    "document",
    [
        {"@context": CONTEXT, "@graph": EVENTS},
        {"@context": CONTEXT, "@graph": [*EVENTS, 5, None]},
        [*ONE_EACH, "text"],
        [{"@context": CONTEXT, "@graph": EVENTS}],
        [{"@context": CONTEXT, "@graph": [{"@graph": EVENTS}]}, 5],
        {"@context": CONTEXT, "@graph": {"@graph": [5, *EVENTS]}},
    ],
    ids=["graph", "graph with others", "list with others", "graph in list", "graphs in each other", "graph of graph"],
)
def test_items_that_share_a_blank_node_are_one_record_which_no_bad_one_spoils(tmp_path: Path, document: Any) -> None:
    (tmp_path / "e.jsonld").write_text(json.dumps(document))
    ((key, raw),) = harvested(tmp_path)
    assert isinstance(raw, RawRecord)
    record = source(tmp_path).map(raw)
    assert (key, record.subject.value) == ("e.jsonld", f"{BASE}event/a")
    (organizer,) = (t.object for t in record.triples if t.predicate == SCHEMA("organizer"))
    assert Triple(organizer, FOAF("name"), Literal("O")) in record.triples  # type: ignore[arg-type]
    others = json.dumps(document).count("5") + json.dumps(document).count("null") + json.dumps(document).count('"text"')
    assert kinds(record) == ["bad-value"] * others
    assert all("is no entry, but" in finding.message for finding in record.findings)


def test_a_graph_in_which_a_key_stands_twice_is_read_and_told_of() -> None:
    record = mapped('{"@graph": [{"@id": "event/q", "@type": "https://schema.org/Event", "%s": "A", "%s": "B"}]}'
                    % ((DCT("title").value,) * 2), "a.jsonld")  # fmt: skip
    assert kinds(record) == ["duplicate-key"]
    assert Triple(record.subject, DCT("title"), Literal("B")) in record.triples


def test_an_item_keeps_its_key_when_it_moves_and_two_of_one_name_are_told_of_each_other(tmp_path: Path) -> None:
    (tmp_path / "e.yml").write_text("- {id: x, type: Event, title: A}\n- {id: y, type: Event, title: B}\n")
    before = [ref.key for ref in source(tmp_path).enumerate(Listing(NoNetwork()))]
    (tmp_path / "e.yml").write_text("- {id: y, type: Event, title: B}\n- {id: x, type: Event, title: A}\n")
    assert (
        sorted(ref.key for ref in source(tmp_path).enumerate(Listing(NoNetwork()))) == before == ["e.yml#x", "e.yml#y"]
    )
    (tmp_path / "e.yml").write_text("- {id: x, type: Event, title: A}\n- {id: x, type: Event, title: B}\n")
    files = source(tmp_path)
    for ref in files.enumerate(Listing(NoNetwork())):
        (finding,) = files.map(files.fetch(ref, NoNetwork())).findings
        assert (finding.kind, "and so is item" in finding.message) == ("duplicate-id", True)


def test_a_list_that_cannot_be_read_makes_the_listing_incomplete(tmp_path: Path) -> None:
    (tmp_path / "e.yaml").write_text("- {id: x, type: Event\n")
    (ref,) = source(tmp_path).enumerate(Listing(NoNetwork()))
    assert "e.yaml, line 1" in ref.problem


# --- the folder -----------------------------------------------------------------------------------------


def test_each_turtle_or_jsonld_file_is_a_record_named_by_its_path(tmp_path: Path) -> None:
    for name in ("b.ttl", "sub/deep/ü 1.jsonld", "a.ttl", "notes.md", ".hidden.ttl", ".git/x.ttl"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    found = dict(harvested(tmp_path))
    assert list(found) == ["a.ttl", "b.ttl", "sub/deep/ü 1.jsonld"]
    record = found["sub/deep/ü 1.jsonld"]
    assert isinstance(record, RawRecord)
    (part,) = record.parts
    assert (part.role, part.data) == ("file", "sub/deep/ü 1.jsonld".encode())
    assert part.url == f"{BASE}file/curated/sub/deep/%C3%BC%201.jsonld"
    assert str(tmp_path) not in repr(found)


def test_a_folder_that_is_published_gives_its_files_web_addresses(tmp_path: Path) -> None:
    (tmp_path / "a b.ttl").touch()
    files = Files("c", "C", tmp_path, timedelta(days=1), BASE, "https://github.com/o/r/blob/main/")
    (ref,) = files.enumerate(Listing(NoNetwork()))
    assert (files.origin, ref.url) == (
        "https://github.com/o/r/blob/main/",
        "https://github.com/o/r/blob/main/a%20b.ttl",
    )


def test_a_missing_folder_fails_the_listing(tmp_path: Path) -> None:
    with pytest.raises(RecordUnusable, match="there is no folder"):
        source(tmp_path / "absent").enumerate(Listing(NoNetwork()))


def test_links_out_of_the_folder_pipes_and_linked_folders_are_refused(tmp_path: Path) -> None:
    folder, outside = tmp_path / "in", tmp_path / "out"
    (outside / "sub").mkdir(parents=True)
    folder.mkdir()
    (outside / "secret.ttl").write_text("<a> <b> <c> .")
    (folder / "own.ttl").write_text("<a> <b> <c> .")
    (folder / "link.ttl").symlink_to(outside / "secret.ttl")
    (folder / "inside.ttl").symlink_to("own.ttl")
    (folder / "broken.ttl").symlink_to("absent.ttl")
    (folder / "circle.ttl").symlink_to("circle.ttl")
    (folder / "folder").symlink_to(outside)
    (folder / "self").symlink_to(folder)
    os.mkfifo(folder / "pipe.ttl")
    found = dict(harvested(folder))
    assert {key for key, record in found.items() if isinstance(record, RawRecord)} == {"own.ttl", "inside.ttl"}
    refused = {key: record for key, record in found.items() if isinstance(record, str)}
    assert refused.keys() == {"link.ttl", "broken.ttl", "circle.ttl", "folder", "self", "pipe.ttl"}
    assert "leads out of the folder" in refused["link.ttl"]
    assert "leads out of the folder" in refused["folder"]
    assert "no plain file" in refused["pipe.ttl"]
    assert "cannot be read" in refused["broken.ttl"]


def test_a_large_file_and_a_name_that_is_not_utf8_are_refused(tmp_path: Path) -> None:
    with (tmp_path / "large.ttl").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with (tmp_path / "fits.ttl").open("wb") as file:
        file.truncate(MAX_BYTES)
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.ttl")).touch()
    found = dict(harvested(tmp_path))
    assert isinstance(found["fits.ttl"], RawRecord)
    assert found["large.ttl"] == f"is larger than {MAX_BYTES} bytes: split it"
    assert "UTF-8" in str(found["caf\\xe9.ttl"])


# --- what a file says -----------------------------------------------------------------------------------


def test_a_paper_in_jsonld() -> None:
    record = described(paper(references=["kg:dataset/o/r"], creator={"id": "kg:person/github/x", "name": "X"}))
    assert record.subject == NamedNode(PAPER)
    assert Triple(record.subject, DCT("references"), NamedNode(BASE + "dataset/o/r")) in record.triples
    assert Triple(record.subject, RDF("type"), SCHEMA("ScholarlyArticle")) in record.triples
    assert record.findings == []


@pytest.mark.parametrize("form", ["paper/a", "kg:paper/a", BASE + "paper/a"])
def test_the_top_level_id_is_the_subject_however_it_is_written(form: str) -> None:
    record = described({"@context": CONTEXT, "@id": form, "title": "t", "isVersionOf": {"id": "kg:a/first"}})
    assert record.subject == NamedNode(BASE + "paper/a")


def test_in_turtle_the_first_node_of_a_kind_is_the_subject() -> None:
    record = mapped(
        "@prefix dcat: <http://www.w3.org/ns/dcat#> . <z> a dcat:Dataset . <y> a dcat:Dataset . <a> <b> <c> ."
    )
    assert record.subject == NamedNode(BASE + "y")


@pytest.mark.parametrize("text", ["<a> <b> <c> .", "<a#part> a <http://www.w3.org/ns/dcat#Dataset> ."])
def test_without_a_main_node_the_file_itself_is_one(text: str) -> None:
    record = mapped(text, "sub/a b.ttl")
    assert record.subject == NamedNode(BASE + "file/curated/sub/a%20b.ttl")
    assert Triple(record.subject, DCT("title"), Literal("sub/a b.ttl")) in record.triples
    assert Triple(record.subject, RDF("type"), FOAF("Document")) in record.triples


def test_the_default_base_is_read_under_the_configured_one() -> None:
    base = "https://graph.example.org/"
    record = mapped(json.dumps(paper(references=["kg:dataset/o/r"])), "a.jsonld", base)
    assert Triple(record.subject, DCT("references"), NamedNode(base + "dataset/o/r")) in record.triples
    same = mapped(f"<{BASE}dataset/a> a <{BASE}ontology#ZarrStore> ; <https://x.org/p> <b> .", base=base)
    assert same.subject == NamedNode(base + "dataset/a")
    assert {t.object for t in same.triples} == {NamedNode(base + "ontology#ZarrStore"), NamedNode(base + "b")}


def test_the_old_spelling_of_schema_org_is_corrected_everywhere() -> None:
    record = turtle("s:a a s:Dataset ; s:about s:b ; s:date '1'^^s:Date ; s:text 'http://schema.org/ stays' .")
    lines = " ".join(str(triple) for triple in record.triples)
    assert lines.count("http://schema.org/") == 1
    assert '"1"^^<https://schema.org/Date>' in lines


def test_blank_nodes_become_parts_that_no_other_file_shares() -> None:
    text = f"<{PAPER}> a s:ScholarlyArticle ; s:about [ s:name 'x' ] ."
    first, again = turtle(text), turtle(text.replace("[", "_:q . _:q").replace("] .", "."))
    other = turtle(text, "b.ttl")
    assert set(first.triples) == set(again.triples)
    (part,) = [t.object for t in first.triples if t.predicate == SCHEMA("about")]
    (elsewhere,) = [t.object for t in other.triples if t.predicate == SCHEMA("about")]
    assert isinstance(part, NamedNode)
    assert part.value.startswith(f"{PAPER}#b-")
    assert part != elsewhere


def test_control_characters_in_texts_are_taken_out_and_reported() -> None:
    record = mapped('<a> <http://purl.org/dc/terms/title> "a\\u0007b\\u0000"@en ; <b> "tab\\tstays" .')
    assert Literal("ab", language="en") in [t.object for t in record.triples]
    assert Literal("tab\tstays") in [t.object for t in record.triples]
    assert [(f.kind, f.pointer) for f in record.findings] == [("bad-text", "title")]
    assert kinds(described(paper(description="a\u0008"))) == ["bad-text"]


def test_a_key_that_no_context_explains_is_reported_and_kept() -> None:
    record = described(paper(tilte="x", colour={"deep": [1]}))
    assert kinds(record) == ["misspelt-key", "unknown-key"]
    kept = [t.object for t in record.triples if t.predicate.value == BASE + "ontology#unmapped"]
    assert kept == [Literal('{"colour": {"deep": [1]}, "tilte": "x"}')]
    misspelt = {"@context": CONTEXT, "id": PAPER, "tilte": "x", "name": "n"}
    (finding,) = described(misspelt).findings
    assert (finding.kind, finding.hint) == ("misspelt-key", "Rename the key to 'title'.")


def test_a_key_that_looks_like_one_beside_it_is_misspelt_in_jsonld_as_it_is_in_yaml() -> None:
    (finding,) = described(paper(titel="twice")).findings
    assert (finding.kind, finding.hint) == ("misspelt-key", "Rename the key to 'title'.")


def test_what_is_no_date_where_one_is_due_is_reported_and_kept_in_both_formats() -> None:
    event = {"@context": CONTEXT, "id": "event/a", "type": "Event", "title": "A"}
    written = described({**event, "startDate": "2026-02-30", "endDate": "2026-03"})
    stated = turtle(
        f'<event/a> a s:Event ; s:startDate "2026-02-30"^^<{XSD("date").value}> ; s:endDate "2026-03-01Z"^^'
        f'<{XSD("date").value}> ; <http://example.org/p> "soon" , "12000"^^<{XSD("gYear").value}> .'
    )
    for record in (written, stated):
        assert [(finding.kind, finding.value) for finding in record.findings] == [("bad-date", "2026-02-30")]
        ends = {t.predicate for t in record.triples if t.predicate in (SCHEMA("startDate"), SCHEMA("endDate"))}
        assert ends == {SCHEMA("endDate")}
        assert any("2026-02-30" in str(t.object) and "unmapped" in t.predicate.value for t in record.triples)


def test_what_browsers_run_is_neither_named_nor_linked_to() -> None:
    record = turtle('<javascript:alert(1)> s:name "x" . <event/a> a s:Event ; s:name "A" ; s:url <DATA:text/html,x> .')
    assert kinds(record) == ["bad-identifier", "bad-identifier"]
    nodes = {node.value for t in record.triples for node in (t.subject, t.object) if isinstance(node, NamedNode)}
    assert not {node for node in nodes if node.lower().startswith(("javascript:", "data:"))}


def test_a_class_that_no_context_explains_is_reported_and_left_out() -> None:
    record = described({"@context": CONTEXT, "id": PAPER, "type": ["Datset", "Dataset"], "title": "t"})
    assert kinds(record) == ["bad-value"]
    assert [t.object for t in record.triples if t.predicate == RDF("type")] == [DCAT("Dataset")]


def test_an_inline_context_may_add_terms() -> None:
    inline = {
        "about": {"@id": "https://schema.org/about", "@type": "@id"},
        "label": {"@id": "dct:title", "@container": "@language"},
    }
    record = described({"@context": [CONTEXT, inline], "id": PAPER, "about": "kg:a", "label": {"en": "t", "de": "u"}})
    assert record.findings == []
    assert len(record.triples) == 3
    only_inline = {"@context": {"@vocab": "https://schema.org/"}, "@id": PAPER, "anything": {"@type": "Thing"}}
    assert described(only_inline).findings == []


def test_a_key_given_twice_is_reported() -> None:
    text = json.dumps(paper()).replace('"title"', '"title": "hidden", "title"')
    record = mapped(text, "a.jsonld")
    assert kinds(record) == ["duplicate-key"]
    assert Triple(record.subject, DCT("title"), Literal("On examples")) in record.triples


# --- what is refused ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (paper(id="https://x.org/a b"), "id holds 'https://x.org/a b', which is no IRI"),
        (paper(license="https://x.org/<me>"), "license holds .* percent-encode '<'"),
        (paper(creator=[{"id": "kg:a b"}]), r"creator\[0\].id holds"),
        (paper(**{"schema:a b": "x"}), "a key holds 'schema:a b'"),
        (paper(type="https://x.org/a\tb"), "type holds"),
        ({**paper(), "@context": [CONTEXT, {"p": "https://x.org/ y"}]}, "its context holds"),
        ({**paper(), "@context": "https://evil.example/context"}, "evil.example/context is not bundled: use https://w3id"),
        ({**paper(), "@context": "file:///etc/passwd"}, "not bundled"),
        ({**paper(), "@context": {"@import": "https://evil.example/"}}, "has an @import"),
        (paper(about={"@context": {"x": {"@id": "kg:x", "@context": "https://evil.example/"}}}), "not bundled"),
        ({**paper(), "@context": {f"t{n}": "https://x.org/" + "a" * 100 for n in range(100)}}, "longer than 8192"),
        ({**paper(), "@context": 5}, "is not JSON-LD"),
        ({"@context": CONTEXT}, "says nothing"),
        ([], "says nothing"),
    ],
)  # fmt: skip
def test_jsonld_that_cannot_be_used_is_refused_with_the_reason(document: object, reason: str) -> None:
    with pytest.raises(RecordUnusable, match=reason):
        described(document)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not JSON"),
        (b"<html>", "not JSON"),
        (b'"https://evil.example/"', "not a JSON object"),
        (b"\xff\xfe{\x00}\x00", "not UTF-8"),
        (b'{"@id": "a", "x": NaN}', "NaN is no number"),
        (b'{"@id": ' + b"9" * 5000 + b"}", "not JSON"),
        (b"[" * 65 + b"]" * 65, "nested deeper than 64"),
        (b'{"a":' * 5_000_000, "nested deeper than 64"),
        (b"[" + b"1," * 5_000 + b"1]", "more than 5000 values"),
    ],
    ids=["empty", "html", "text", "utf-16", "nan", "digits", "deep", "very deep", "long"],
)
def test_bytes_that_are_no_json_are_refused_with_the_reason(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        mapped(data, "a.jsonld")


def test_brackets_in_texts_do_not_count() -> None:
    assert described(paper(description='[[{\\"' * 1000)).findings == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<a b> <b> <c> .", r"a.ttl, line 1 column 1: is not Turtle: Invalid IRI code point ' '"),
        ("\n<a> <b> <c>", "line 2"),
        (b"<a> <b> '\xff' .", "not UTF-8"),
        ("<a> <b> " + "<<( <x> <y> " * 30_000 + "<z>" + " )>>" * 30_000 + " .", "'<<' is RDF 1.2"),
        ("<a> <b>\n <<( <c> <d> <e> )>> .", "line 2 column 2: '<<' is RDF 1.2"),
        ("<a> <b> <c> {| <d> <e> |} .", r"'\{\|' is RDF 1.2"),
        ("<a> <b> " + "[ <c> " * 65 + "]" * 65 + " .", "nested deeper than 64"),
        ("@prefix p: <https://x.org/" + "a" * 1_000_000 + "> ." + "p:a p:a p:a ." * 1000, "characters: split"),
        ("".join(f"<a> <b> {n} .\n" for n in range(50_001)), "more than 50000 triples"),
    ],
    ids=["space", "cut off", "latin-1", "quoted", "quoted once", "annotated", "deep", "prefix", "many"],
)
def test_turtle_that_cannot_be_used_is_refused_with_the_reason(text: str | bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        mapped(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("# nothing yet", "says nothing"),
        ("".join(f"_:a{n} <p> _:a{m} .\n" for n in range(12) for m in range(12) if n != m), "give them ids"),
    ],
)
def test_turtle_that_says_what_the_graph_cannot_hold_is_refused(text: str, reason: str) -> None:
    with pytest.raises(RecordUnusable, match=reason):
        mapped(text)


# --- any bytes at all -----------------------------------------------------------------------------------

KEYS = [
    *("@context", "@id", "id", "@type", "type", "@graph", "@value", "@list", "@reverse", "@set", "@language"),
    *("@direction", "@index", "@json", "@nest", "@included", "@vocab"),
    *("title", "creator", "schema:name", "x", "", "_:b", "a b"),
]
TEXTS = st.sampled_from(
    [CONTEXT, PAPER, "kg:a", "rel", "_:b", "@id", "@json", "a b", "", "\ud800", "\x00", "en", "http://["]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=12,
)
TOKENS = [
    *("<a>", "<b c>", "_:x", "<http://schema.org/Person>", "p:q", "@prefix p: <x> .", "a", "1e9", "true"),
    *("[", "]", "(", ")", ".", ";", ",", "<<", ">>", "{|", "|}", "#", "\n"),
    *("'t'", '"""', "@en", "^^", "\\u0000", "'\x07'"),
]
TURTLE = st.lists(st.sampled_from(TOKENS), max_size=25).map(" ".join)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    st.binary(max_size=80)
    | TURTLE.map(str.encode)
    | VALUES.map(lambda value: json.dumps(value).encode())
    | VALUES.map(lambda value: json.dumps({"@context": CONTEXT, "id": PAPER, "title": "t", "creator": value}).encode()),
    st.sampled_from(["a.ttl", "a.jsonld"]),
)
@example(b'{"@id": "http:\\/\\/a#b", "http://p": 1e999}', "a.jsonld")
@example(b'{"@context": {"x": "@type"}, "@id": "a:b", "x": "\\ud800"}', "a.jsonld")
def test_any_bytes_give_a_record_the_graph_can_hold_or_a_reason(data: bytes, key: str) -> None:
    try:
        record = mapped(data, key)
    except (RecordUnusable, Unreadable):
        return
    assert record.triples
    found = [*record.triples, *(t for finding in record.findings for t in finding.triples(record.subject, BASE))]
    for triple in found:
        assert isinstance(triple.subject, NamedNode)
        assert isinstance(triple.object, NamedNode | Literal)
    assert record.triples == mapped(data, key).triples


def test_findings_and_parts_pass_the_shapes() -> None:
    record = described(paper(tilte="x", description="\u0001", **{"schema:about": {"schema:name": "n"}}))
    found = [*record.triples, *(t for finding in record.findings for t in finding.triples(record.subject, BASE))]
    assert validate(quads_in(found, NamedNode(BASE + "g")), BASE) == []


def test_a_doi_and_a_login_are_one_node_however_files_spell_them() -> None:
    document = {"@context": CONTEXT, "type": "ScholarlyArticle", "title": "Fresh"}
    spelt = ("https://doi.org/10.5555/FRESH.1", "http://dx.doi.org/10.5555/fresh.1")
    found = [mapped(json.dumps({**document, "id": iri}), f"{number}.jsonld") for number, iri in enumerate(spelt)]
    turtle = "<https://doi.org/10.5555/Fresh.1#a> a <https://schema.org/Role> . <https://e.org/x> "
    turtle += f"<{FOAF('account').value}> <https://github.com/Ada-L> ; <{DCT('references').value}> <{spelt[0]}> ."
    fresh = NamedNode("https://doi.org/10.5555/fresh.1")
    for each in found:
        assert each.subject == fresh
        assert {triple.subject for triple in each.triples} == {fresh}
    said = {term for triple in mapped(turtle).triples for term in (triple.subject, triple.object)}
    assert {NamedNode("https://github.com/ada-l"), NamedNode(f"{fresh.value}#a"), fresh} <= said
    assert not any("FRESH" in str(term) or "Ada-L" in str(term) for term in said)
