"""YAML and tables as curators write them: terms instead of IRIs, and a finding for whatever means nothing."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Triple

from leap_kg.ingest.fetch import Ask, Body, Fetcher
from leap_kg.ingest.files import Files, FilesConfig
from leap_kg.ingest.files.table import read_table
from leap_kg.ingest.files.terms import nearest, terms
from leap_kg.ingest.formats.yamltext import Unreadable
from leap_kg.ingest.mapping.finding import Finding
from leap_kg.ingest.source import Listing, Mapped, Part, RawRecord, RecordUnusable, Ref
from leap_kg.ontology.jsonld import quads_in
from leap_kg.ontology.namespaces import ADMS, DCAT, DCT, FAIR4ML, FOAF, ORG, RDF, SCHEMA, XSD
from leap_kg.ontology.shapes import validate
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.ingest.shelf import Bench

ROOT = Path(__file__).parents[3]
CARBERRY = NamedNode("https://orcid.org/0000-0002-1825-0097")


class NoNetwork(Fetcher):
    def fetch(self, ask: Ask | str) -> Body:
        raise AssertionError(f"{ask} was asked for")


def source(folder: Path, base: str = BASE) -> Files:
    return Files("curated", "Curated", folder, timedelta(days=1), base)


def mapped(text: str | bytes, key: str = "courses/xarray.yaml", base: str = BASE) -> Mapped:
    data = text.encode() if isinstance(text, str) else text
    record = source(Path()).map(RawRecord(key, (Part("file", f"https://x.org/{key}", "", data),)))
    assert validate(quads_in(record.triples, NamedNode(base + "g")), base) == []
    return record


def table(folder: Path, text: str | bytes, name: str = "t.csv") -> tuple[list[Ref], list[Mapped]]:
    """The records of a table, and what those that can be mapped say."""
    (folder / name).write_bytes(text.encode() if isinstance(text, str) else text)
    files = source(folder)
    refs = list(files.enumerate(Listing(NoNetwork())))
    return refs, [files.map(files.fetch(ref, NoNetwork())) for ref in refs if not ref.problem]


def said(record: Mapped, predicate: NamedNode, subject: NamedNode | None = None) -> set[str]:
    node = subject or record.subject
    return {t.object.value for t in record.triples if (t.subject, t.predicate) == (node, predicate)}  # type: ignore[union-attr]


def summary(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(finding.kind, finding.pointer) for finding in findings]


# --- YAML -----------------------------------------------------------------------------------------------


def test_a_course_without_a_single_iri() -> None:
    record = mapped(
        """
        type: Course
        title: Xarray
        startDate: 2026-03-02
        keyword: [arrays, climate]
        instructor: 0000-0002-1825-0097
        license: CC BY 4.0
        about: dataset/lab/sst
        references: doi:10.5555/EXAMPLE.1
        publisher: https://ror.org/00hj8s172
        page: https://example.org/a b
        """.replace("a b", "a%20b")
    )
    node = NamedNode(BASE + "training/xarray")
    assert set(record.triples) == {
        Triple(node, RDF("type"), SCHEMA("Course")),
        Triple(node, DCT("title"), Literal("Xarray")),
        Triple(node, SCHEMA("startDate"), Literal("2026-03-02", datatype=XSD("date"))),
        Triple(node, DCAT("keyword"), Literal("arrays")),
        Triple(node, DCAT("keyword"), Literal("climate")),
        Triple(node, SCHEMA("instructor"), CARBERRY),
        Triple(node, DCT("license"), NamedNode("https://spdx.org/licenses/CC-BY-4.0")),
        Triple(node, SCHEMA("about"), NamedNode(BASE + "dataset/lab/sst")),
        Triple(node, DCT("references"), NamedNode("https://doi.org/10.5555/example.1")),
        Triple(node, DCT("publisher"), NamedNode("https://ror.org/00hj8s172")),
        Triple(node, FOAF("page"), NamedNode("https://example.org/a%20b")),
    }
    assert record.findings == []
    assert record.subject == node


@pytest.mark.parametrize(
    ("text", "iri"),
    [
        ("{type: Event, title: A}", BASE + "event/xarray"),
        ("{type: Event, title: A, id: spring school}", BASE + "event/spring-school"),
        ("{type: Event, title: A, id: event/x}", BASE + "event/x"),
        ("{type: Event, title: A, id: 'https://example.org/x'}", "https://example.org/x"),
        ("{type: Person, name: A, id: 0000-0002-1825-0097}", CARBERRY.value),
        ("{type: Person, name: A, account: SomeOne}", BASE + "person/xarray"),
        ("{type: ScholarlyArticle, title: A, id: 10.5555/X}", "https://doi.org/10.5555/x"),
        ("{type: Organization, name: A, id: 00hj8s172}", "https://ror.org/00hj8s172"),
        ("[{type: Event, title: Kick off}]", BASE + "event/xarray/kick-off"),
        ("{type: [Event, Course], title: A}", BASE + "event/xarray"),
        ("{type: 'schema:Trip', title: A}", BASE + "thing/xarray"),
        ("{id: dataset/a/b, wasDerivedFrom: [dataset/a/c]}", None),
    ],
)
def test_an_entry_is_named_by_its_id_or_its_file(text: str, iri: str | None) -> None:
    record = mapped(text)
    subjects = {triple.subject.value for triple in record.triples if isinstance(triple.subject, NamedNode)}
    assert (iri or BASE + "dataset/a/b") in subjects
    assert record.findings == []


def test_an_account_is_a_profile_whatever_way_it_is_written() -> None:
    for text in ("SomeOne", "@someone", "https://github.com/SomeOne"):
        record = mapped(f"{{type: Person, name: A, account: '{text}'}}")
        assert said(record, FOAF("account")) == {"https://github.com/someone"}


def test_nested_entries_have_nodes_of_their_own() -> None:
    record = mapped("{type: Event, title: A, organizer: {type: Organization, id: organization/lab, name: The Lab}}")
    assert said(record, FOAF("name"), NamedNode(BASE + "organization/lab")) == {"The Lab"}
    nameless = mapped("{type: Event, title: A, organizer: [{type: Organization, name: The Lab}]}")
    (organizer,) = said(nameless, SCHEMA("organizer"))
    assert said(nameless, FOAF("name"), NamedNode(organizer)) == {"The Lab"}


def test_dates_keep_what_was_written_and_what_is_none_is_reported() -> None:
    record = mapped(
        "type: Event\ntitle: A\nstartDate: 2026-02-30\nendDate: 2026-03-02 14:00\nissued: 2026\nmodified: soon"
    )
    assert summary(record.findings) == [("bad-date", "startDate (line 3)"), ("bad-date", "modified (line 6)")]
    dated = {t.object for t in record.triples if isinstance(t.object, Literal) and t.object.datatype != XSD("string")}
    assert dated == {
        Literal("2026-03-02T14:00:00", datatype=XSD("dateTime")),
        Literal("2026", datatype=XSD("gYear")),
    }
    (kept,) = said(record, NamedNode(BASE + "ontology#unmapped"))
    assert json.loads(kept) == {"startDate": "2026-02-30", "modified": "soon"}


def test_a_key_that_means_nothing_is_reported_with_the_nearest_term_and_kept() -> None:
    record = mapped("type: Event\ntitle: A\nstart_date: 2026-01-01\norganiser: x\nzzz: {a: 1}\nlicence: MIT")
    found = [(f.kind, f.hint) for f in record.findings]
    assert found == [
        ("misspelt-key", "Rename it to 'startDate', the nearest term."),
        ("misspelt-key", "Rename it to 'organizer', the nearest term."),
        ("unknown-key", "Use a term of the context, or drop it."),
        ("misspelt-key", "Rename it to 'license', the nearest term."),
    ]
    (kept,) = said(record, NamedNode(BASE + "ontology#unmapped"))
    assert json.loads(kept) == {"start_date": "2026-01-01", "organiser": "x", "zzz": {"a": "1"}, "licence": "MIT"}


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("{type: Evnt, id: event/x, title: A}", ["bad-value"]),
        ("{type: Event, id: 0000-0001-0000-0000, title: A}", ["bad-identifier"]),
        ("{type: Event, title: A, organizer: The Lab}", ["bad-identifier"]),
        ("{type: Event, title: A, license: whatever you like}", ["unknown-licence"]),
        ("{type: Event, title: A, keyword: [[a]]}", ["bad-value"]),
        ("{type: Event, title: A, title: B}", ["duplicate-key"]),
        ("[{type: Event, id: x, title: A}, {type: Event, id: x, title: B}]", ["duplicate-id"]),
        ("{type: Event, title: A, about: word}", ["bad-identifier"]),
        ("{type: Event, title: \"A\\a\"}", ["bad-text"]),
    ],
)  # fmt: skip
def test_each_mistake_is_one_finding_beside_what_is_right(text: str, kinds: list[str]) -> None:
    record = mapped(text)
    assert [finding.kind for finding in record.findings] == kinds
    titles = {t.object.value for t in record.triples if t.predicate == DCT("title")}  # type: ignore[union-attr]
    assert titles & {"A", "B"}


@pytest.mark.parametrize(
    ("name", "iri"),
    [
        ("../../etc/passwd", "event/etc-passwd"),
        ("//evil.example.org/x", "event/evil-example-org-x"),
        ("javascript:alert(1)", "event/javascript-alert-1"),
        ("data:text/html,x", "event/data-text-html-x"),
    ],
)
def test_an_id_that_leads_out_or_runs_is_reported_and_taken_for_a_name(name: str, iri: str) -> None:
    record = mapped(f"id: {name}\ntype: Event\ntitle: A\norganizer: {name}")
    assert record.subject.value == BASE + iri
    assert summary(record.findings) == [("bad-identifier", "id (line 1)"), ("bad-identifier", "organizer (line 4)")]
    assert said(record, SCHEMA("organizer")) == set()
    assert not [t for t in record.triples if name in str(t.subject) or name == getattr(t.object, "value", "")]


def test_a_mapping_where_a_text_is_due_is_reported_and_kept() -> None:
    record = mapped("type: Event\ntitle: {a: b}\nname: A\nstartDate: {a: b}", "events/x.yaml")
    assert summary(record.findings) == [("bad-value", "title (line 2)"), ("bad-value", "startDate (line 4)")]
    assert said(record, DCT("title")) == said(record, SCHEMA("startDate")) == set()


def test_a_misspelt_class_is_told_the_nearest_one() -> None:
    (finding,) = mapped("{type: Evnt, id: event/x, title: A}").findings
    assert (finding.value, finding.hint) == ("Evnt", "Write Event, if that is what is meant.")


def test_what_a_dataset_lacks_is_named_as_a_property(tmp_path: Path) -> None:
    (tmp_path / "sst.yaml").write_text("{type: Dataset, title: SST}")
    bench = Bench(tmp_path / "home", NoNetwork(), lambda: source(tmp_path))
    bench.harvest()
    assert bench.dead_letters("curated")["sst.yaml"].reason.endswith("describes it. (dct:source)")


def test_an_entry_of_misspelt_words_alone_says_so() -> None:
    record = mapped("{type: Evnt, titel: A}", "events/a.yaml")
    assert summary(record.findings) == [("bad-value", "type (line 1)"), ("misspelt-key", "titel (line 1)")]
    assert said(record, DCT("title"), NamedNode(f"{BASE}file/curated/events/a.yaml")) == {"events/a.yaml"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("just a text", "neither an entry"), ("", "neither an entry"), ("[1, 2]", "neither an entry"), ("5", "neither"),
        ("[{type: Event}]", "neither an id nor a title"), ("{title: A}", "neither an id nor a type"),
        ("[]", "says nothing"), ("{type: }", "neither an id nor a type"),
        ("a: &a [*a]", "stands inside"), ("a: [&x [1], *x", "not YAML"), ("a: \0", "NUL"), (b"a: caf\xe9", "not UTF-8"),
        ("!!python/object:os.system x", "refused"), ("<!doctype html>", "HTML"),
        ("[" * 100 + "]" * 100, "nested more than"), ("a: &a x\nb: [" + "*a," * 101_000 + "]", "more than"),
    ],
)  # fmt: skip
def test_what_is_no_entry_is_a_reason(text: str | bytes, reason: str) -> None:
    with pytest.raises((RecordUnusable, Unreadable), match=reason):
        mapped(text)


def test_a_bomb_of_aliases_is_refused() -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True):
        bomb += f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n"
    with pytest.raises(Unreadable, match="values once its aliases are written out"):
        mapped(bomb)


def test_keywords_of_jsonld_may_be_used_in_yaml() -> None:
    record = mapped("'@context': {odd: 'schema:oddsAreGood'}\n'@id': event/x\n'@type': Event\nodd: 5\ntitle: A")
    assert (NamedNode(BASE + "event/x"), NamedNode("https://schema.org/oddsAreGood")) in {
        (triple.subject, triple.predicate) for triple in record.triples
    }


# --- tables ---------------------------------------------------------------------------------------------


def test_each_row_is_a_record_with_an_address_of_its_own(tmp_path: Path) -> None:
    text = '\ufeffid,type,title,keyword,startDate\r\nx,Event,"A, B",sea; ice,2026-01-01\r\n\r\ny,Event,C;D,,\r\n'
    refs, records = table(tmp_path, text)
    url = f"{BASE}file/curated/t.csv"
    assert [(ref.key, ref.url) for ref in refs] == [
        ("t.csv", url),
        ("t.csv#x", f"{url}#row=2"),
        ("t.csv#y", f"{url}#row=4"),
    ]
    header, first, second = records
    assert header.subject == NamedNode(BASE + "file/curated/t.csv")
    assert first.subject == NamedNode(BASE + "event/x")
    assert said(first, DCT("title")) == {"A, B"}
    assert said(first, DCAT("keyword")) == {"sea", "ice"}
    assert said(second, DCT("title")) == {"C;D"}
    assert [record.findings for record in records] == [[], [], []]


def test_a_row_keeps_its_record_when_others_come_before_it(tmp_path: Path) -> None:
    before, _ = table(tmp_path, "id,type,title\nx,Event,A\n")
    after, _ = table(tmp_path, "id,type,title\nw,Event,Z\nx,Event,A\n")
    assert {ref.key for ref in before} < {ref.key for ref in after}


def test_columns_that_mean_nothing_are_reported_once_and_their_cells_kept(tmp_path: Path) -> None:
    _, records = table(tmp_path, "id,type,titel,qqq\nx,Event,A,B\ny,Event,C,\n")
    header, first, _ = records
    assert [(f.kind, f.value, f.hint) for f in header.findings] == [
        ("misspelt-key", "titel", "Rename it to 'title', the nearest term."),
        ("unknown-key", "qqq", "Use a term of the context, or take the column out."),
    ]
    assert first.findings == []
    (kept,) = said(first, NamedNode(BASE + "ontology#unmapped"))
    assert json.loads(kept) == {"titel": "A", "qqq": "B"}


def test_rows_with_one_id_are_reported_each_and_none_is_lost(tmp_path: Path) -> None:
    refs, records = table(tmp_path, "id,type,title\nx,Event,A\ny,Event,B\nx,Event,C\n")
    assert [ref.key for ref in refs] == ["t.csv", "t.csv#row=2", "t.csv#y", "t.csv#row=4"]
    assert [summary(record.findings) for record in records[1:]] == [
        [("duplicate-id", "id (line 2)")], [], [("duplicate-id", "id (line 4)")],
    ]  # fmt: skip
    assert "has row 4" in records[1].findings[0].message


def test_a_row_that_does_not_fit_is_a_dead_letter_beside_good_ones(tmp_path: Path) -> None:
    refs, records = table(tmp_path, "id,type,title\nx,Event,A\ny,Event,B,too,many\nz,Event\n")
    assert [(ref.key, ref.problem[:14]) for ref in refs if ref.problem] == [("t.csv#y", "row 3 has 5 ce")]
    assert [record.key for record in records] == ["t.csv", "t.csv#x", "t.csv#z"]
    long, _ = table(tmp_path, f"id,type,title\nx,Event,{'a' * 20_001}\n")
    assert "shorten it" in long[1].problem


def test_a_row_without_an_id_is_named_by_its_title(tmp_path: Path) -> None:
    _, records = table(tmp_path, "type,title\nEvent,Kick off\n")
    assert records[1].subject == NamedNode(BASE + "event/kick-off")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty"), (b"\n\n", "is empty"), (b"id,type\nx,\0", "NUL"), (b"id,name\nx,caf\xe9", "not UTF-8"),
        (b"id;type;title\nx;Event;A\n", "separate columns by commas"), (b"id,type,,\n", "has no name"),
        (b"id,id\n", "stands twice"), (b",".join([b"c%d" % n for n in range(100_000)]), "100000 columns"),
        (b'id,type\n"x,Event\n', "not CSV"), (b'id,type\n"x"y,Event\n', "not CSV"),
        (b"id\n" + b"x" * 200_000, "not CSV"), (b"\xff\xfei\x00d\x00", "NUL"),
        (b"id\n" + b"x\n" * 50_001, "more than 50000 rows"), (b"x" * (10 * 2**20 + 1), "larger than"),
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_read_is_one_dead_letter(tmp_path: Path, data: bytes, reason: str) -> None:
    (tmp_path / "good.yaml").write_text("{type: Event, title: A}")
    refs, records = table(tmp_path, data)
    assert [ref.key for ref in refs if ref.problem] == ["t.csv"]
    assert reason in next(ref.problem for ref in refs if ref.problem)
    assert [record.key for record in records] == ["good.yaml"]


# --- any input ------------------------------------------------------------------------------------------

KEYS = st.sampled_from(
    ["id", "type", "title", "name", "startDate", "creator", "license", "account", "keyword", "a b", "@id", "x:y"]
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(
        [
            "Event",
            "Person",
            "2026-01-01",
            "10.5555/x",
            "0000-0002-1825-0097",
            "a/b",
            "../x",
            "kg:x",
            "http://[",
            "#",
            ":",
        ]
    )
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=10
)


@given(st.dictionaries(KEYS, VALUES, max_size=5) | st.lists(st.dictionaries(KEYS, VALUES, max_size=4), max_size=3))
def test_any_yaml_is_published_or_a_reason(value: object) -> None:
    part = Part("file", "https://x.org/a.yaml", "", yaml.safe_dump(value).encode())
    try:
        record = source(Path()).map(RawRecord("a.yaml", (part,)))
    except (RecordUnusable, Unreadable):
        return
    found = [*record.triples, *(t for finding in record.findings for t in finding.triples(record.subject, BASE))]
    assert all(isinstance(t.subject, NamedNode) and isinstance(t.object, NamedNode | Literal) for t in found)


@given(st.binary(max_size=60) | st.text('id,type\n"x;\r', max_size=40).map(str.encode))
def test_any_bytes_are_a_table_or_a_reason(data: bytes) -> None:
    try:
        found = read_table(data, "x")
    except (RecordUnusable, Unreadable):
        return
    assert all(row.problem or set(row.cells) <= set(found.columns) for row in found.rows)


# --- words ----------------------------------------------------------------------------------------------


def test_the_terms_are_those_of_the_context_under_any_base() -> None:
    for base in (BASE, "https://example.org/kg/"):
        known = terms(base)
        assert {"title", "startDate", "creator", "trainedOn"} <= known.properties
        assert {"creator", "license", "trainedOn"} <= known.links
        assert "title" not in known.links
        assert known.dates == {"startDate", "endDate", "issued", "modified"}
        assert known.classes["DataRequest"] == SCHEMA("Demand").value
        assert known.classes["ZarrStore"] == base + "ontology#ZarrStore"
        assert not known.explains("dct")


@pytest.mark.parametrize(
    ("word", "term"),
    [("start_date", "startDate"), ("Title", "title"), ("maintainers", "maintainer"), ("zzzz", None), ("t" * 100, None)],
)
def test_the_nearest_term(word: str, term: str | None) -> None:
    assert nearest(word, terms(BASE).properties) == term


def test_a_published_folder_gives_its_rows_web_addresses(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("id,type,title\nx,Event,A\n")
    address = "https://github.com/o/r/blob/main/curated/"
    config = FilesConfig(id="curated", kind="files", title="C", folder=".", published_at=address)
    refs = list(config.source(tmp_path, BASE).enumerate(Listing(NoNetwork())))
    assert [ref.url for ref in refs] == [address + "t.csv", address + "t.csv#row=2"]


# --- the example ----------------------------------------------------------------------------------------


def test_the_example_has_one_of_each_kind_and_no_finding() -> None:
    files = source(ROOT / "examples" / "platform" / "curated")
    refs = list(files.enumerate(Listing(NoNetwork())))
    records = [files.map(files.fetch(ref, NoNetwork())) for ref in refs]
    assert not any(ref.problem for ref in refs)
    assert [finding.message for record in records for finding in record.findings] == []
    types = {t.object for record in records for t in record.triples if t.predicate == RDF("type")}
    wanted = {"Event", "Course", "CourseInstance", "Grant", "Demand"}
    assert types >= {*map(SCHEMA, wanted), FAIR4ML("MLModel"), FOAF("Person"), ORG("Organization")}
    states = {t.object.value for record in records for t in record.triples if t.predicate == ADMS("status")}  # type: ignore[union-attr]
    declared = (ROOT / "ontology" / "concepts.ttl").read_text()
    assert states
    assert all(f"<{state}> a skos:Concept" in declared for state in states)


# --- the documentation ----------------------------------------------------------------------------------

PAGE = (ROOT / "docs" / "sources" / "files.md").read_text()
EXAMPLES = re.findall(r"^### (.+?)\n.*?^```(yaml|text)\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


def test_the_documentation_has_an_example_of_each_kind() -> None:
    shown = {name for _, _, text in EXAMPLES for name in re.findall(r"type: ([\w:]+)", text)}
    assert shown == {
        "Event", "Course", "CourseInstance", "LearningResource", "Person", "Grant", "DataRequest", "MLModel",
        "schema:MonetaryAmount",
    }  # fmt: skip


@pytest.mark.parametrize(("name", "form", "text"), EXAMPLES, ids=[name for name, _, _ in EXAMPLES])
def test_each_example_of_the_documentation_is_read_without_a_finding(
    tmp_path: Path, name: str, form: str, text: str
) -> None:
    records = [mapped(text)] if form == "yaml" else table(tmp_path, text)[1]
    assert [finding.message for record in records for finding in record.findings] == []
    if "fact" not in name:
        assert all(t.object for record in records for t in record.triples if t.predicate == RDF("type"))
    grants = {record.subject.value for record in records} if "grant" in name else set()
    assert grants <= {BASE + "grant/10.13039/100000001/2019625"}
