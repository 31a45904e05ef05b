"""Hostile YAML: any bytes give a document or one reason; text stays as written; lines are right."""

import random
import re
import time
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.ingest.formats import yamltext
from leap_kg.ingest.formats.yamltext import MAX_BYTES, MAX_DEPTH, MAX_NODES, Document, Unreadable, read_yaml

REAL = Path(__file__).parents[4] / "shared" / "data"


@pytest.fixture(params=["C parser", "Python parser"])
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both parsers that PyYAML may come with."""
    if request.param == "Python parser":
        monkeypatch.setattr(yamltext, "_LOADER", yaml.SafeLoader)
    elif not yaml.__with_libyaml__:
        pytest.skip("this PyYAML was built without libyaml")
    return str(request.param)


def read(text: str | bytes) -> Document:
    return read_yaml(text.encode() if isinstance(text, str) else text, what="meta.yaml")


def value(text: str | bytes) -> Any:
    return read(text).value


def fault(text: str | bytes) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        read(text)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith("meta.yaml")
    return caught.value


class Reference(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """PyYAML's own safe loader with null, true, false and `<<` as its only resolvers: the oracle."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML's own way


for _tag, _words, _starts in (
    ("null", "~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", "true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("merge", "<<", ["<"]),
):
    Reference.add_implicit_resolver("tag:yaml.org,2002:" + _tag, re.compile(f"^(?:{_words})$"), _starts)
# Where `<<` is no key it is text; PyYAML itself would give up on it.
Reference.add_constructor("tag:yaml.org,2002:merge", Reference.construct_scalar)


def reference(text: str) -> Any:
    return yaml.load(text, Loader=Reference)  # noqa: S506 - a safe loader


# --- what is read ---


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize(
    "text",
    [
        "2022.06",
        "0.10",
        "0000-0003-1994-1153",
        "2024-01-31",
        "1e3",
        "0x1F",
        "0o17",
        "017",
        "1_000",
        "12:30:45",
        ".inf",
        "yes",
        "on",
        "NO",
        "=",
        "+1",
        "v2",
    ],
)
def test_plain_scalars_stay_the_text_that_was_written(text: str) -> None:
    assert value(f"key: {text}") == {"key": text}
    assert value(text) == text


@pytest.mark.usefixtures("parser")
def test_null_true_and_false_are_values_unless_quoted() -> None:
    document = value("[null, Null, NULL, ~, , true, True, TRUE, false, False, FALSE]".replace(", ,", ", {a: }, "))
    assert document == [None, None, None, None, {"a": None}, True, True, True, False, False, False]
    assert value("['null', \"true\", '~', '']") == ["null", "true", "~", ""]
    assert value("[nULL, tRUE]") == ["nULL", "tRUE"]


@pytest.mark.usefixtures("parser")
def test_core_tags_are_read_as_text_null_and_truth() -> None:
    assert value("[!!str true, !!int 07, !!float 1.50, !!timestamp 2024-01-31, ! x]") == [
        "true",
        "07",
        "1.50",
        "2024-01-31",
        "x",
    ]
    assert value("[!!null '', !!bool 'true', !!seq [], !!map {}]") == [None, True, [], {}]


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize("text", ["", "# only a comment\n", "---", "---\n", "\ufeff", "---\n...\n"])
def test_nothing_is_null(text: str) -> None:
    document = read(text)
    assert document.value is None
    assert list(document.lines) == [()]
    assert document.lines[()] <= max(1, len(text.splitlines()))


@pytest.mark.usefixtures("parser")
def test_a_byte_order_mark_of_utf_8_is_accepted() -> None:
    assert value("\ufefftitle: Größe — ﬁn 🌍\n") == {"title": "Größe — ﬁn 🌍"}


LINED = """\
title: AGDC

stores:
  - id: one
    url: gs://b/one.zarr
  - {id: two,
     url: gs://b/two.zarr}
  -
    id: three
tags: [a,
  b]
"""


@pytest.mark.usefixtures("parser")
def test_lines_are_those_an_editor_shows() -> None:
    lines = read(LINED).lines
    assert lines[()] == 1
    assert lines["title",] == 1
    assert lines["stores",] == 3
    assert lines["stores", 0] == 4
    assert lines["stores", 0, "url"] == 5
    assert lines["stores", 1] == 6
    assert lines["stores", 1, "url"] == 7
    assert lines["stores", 2, "id"] == 9
    assert lines["tags", 0] == 10
    assert lines["tags", 1] == 11


def paths(node: Any, path: tuple[str | int, ...] = ()) -> set[tuple[str | int, ...]]:
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return {path}.union(*(paths(child, (*path, key)) for key, child in children))


@pytest.mark.usefixtures("parser")
def test_duplicate_keys_are_reported_and_the_last_one_counts() -> None:
    document = read("a: 1\nb:\n  c: 2\n  d: 3\n  c: 4\na: 5\n")
    assert document.value == {"a": "5", "b": {"c": "4", "d": "3"}}
    assert sorted(document.duplicate_keys) == [(("a",), 6), (("b", "c"), 5)]
    assert document.lines["a",] == 6


@pytest.mark.usefixtures("parser")
def test_keys_that_are_no_text_are_reported_and_kept_as_written() -> None:
    document = read("a:\n  true: 1\n  ~: 2\n  2022.06: 3\n  on: 4\n? \n: 5\n")
    assert document.value == {"a": {"true": "1", "~": "2", "2022.06": "3", "on": "4"}, "": "5"}
    assert sorted(document.non_string_keys) == [(("",), 6), (("a", "true"), 2), (("a", "~"), 3)]


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize("text", ["name: {{ cookiecutter.name }}", "? [a, b]\n: c", "{[a]: b}", "a: &x [b]\n*x : c"])
def test_lists_and_mappings_as_keys_are_explained(text: str) -> None:
    assert "is used as a key" in fault(text).reason


@pytest.mark.usefixtures("parser")
def test_anchors_aliases_and_aliases_as_keys() -> None:
    assert value("a: &x [1, {b: 2}]\nc: *x\nd: [*x]") == {
        "a": ["1", {"b": "2"}],
        "c": ["1", {"b": "2"}],
        "d": [["1", {"b": "2"}]],
    }
    assert value("a: &k word\n*k : v") == {"a": "word", "word": "v"}
    assert value("[&a 1, *a, &a 2, *a]") == ["1", "1", "2", "2"]


@pytest.mark.usefixtures("parser")
def test_an_alias_gives_its_own_copy_with_the_lines_of_its_anchor() -> None:
    document = read("a: &x\n  b: 1\nc: *x\n")
    assert isinstance(document.value, dict)
    assert document.value["a"] is not document.value["c"]
    assert document.lines["c",] == 3
    assert document.lines["c", "b"] == 2


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize(
    "text",
    [
        "a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}",
        "a: &a {x: 1, y: 2}\nb: {y: 3, <<: *a}",
        "a: &a {x: 1}\nb: &b {x: 2, y: 2}\nc: {<<: [*a, *b], z: 3}",
        "a: &a {x: 1}\nb: &b {<<: *a, y: 2}\nc: {<<: *b}",
        "a: {<<: {x: 1}, <<: {x: 2}}",
        "a: {<<: []}",
        "a: {<<: [{x: 1, x: 2}]}",
        "a: {'<<': 1}",
        "a: {? !!str << : 1}",
        "- <<\n- '<<'",
    ],
)
def test_merge_keys_do_what_pyyaml_makes_of_them(text: str) -> None:
    assert value(text) == reference(text)


def test_merged_keys_know_their_line_and_are_no_duplicates() -> None:
    document = read("a: &a\n  x: 1\n  y: 2\nb:\n  <<: *a\n  y: 3\n")
    assert document.value == {"a": {"x": "1", "y": "2"}, "b": {"x": "1", "y": "3"}}
    assert document.duplicate_keys == []
    assert (document.lines["b", "x"], document.lines["b", "y"]) == (2, 6)


@pytest.mark.parametrize("text", ["a: {<<: word}", "a: {<<: [word]}", "a: {<<: [[]]}", "a: {<<: }"])
def test_merging_what_is_no_mapping_is_explained(text: str) -> None:
    assert "the merge key << needs a mapping" in fault(text).reason


# --- what is refused, and where ---


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32"])
def test_wide_encodings_are_named(encoding: str) -> None:
    data = ("\ufeff" if encoding == "utf-16-be" else "") + "title: x"
    assert "save the file as UTF-8" in fault(data.encode(encoding)).reason


def test_wide_text_without_a_mark_is_refused_for_its_nul() -> None:
    assert fault("title: x".encode("utf-16-le")).reason.startswith("holds a NUL at byte offset 1")


def test_latin_1_is_refused_with_the_offset_of_the_byte() -> None:
    found = fault("a: b\nname: Gr\xf6\xdfe".encode("latin-1"))
    assert "byte 0xF6 at byte offset 13" in found.reason
    assert (found.line, found.column) == (2, 9)


@pytest.mark.parametrize(
    "page",
    [
        b"<!DOCTYPE html>\n<html>",
        b"\n\n  <HTML lang='en'>",
        b"\xef\xbb\xbf<!doctype HTML>",
        b"<?xml version='1.0'?>\n<!DOCTYPE html PUBLIC>",
        b"<!-- saved -->\n<html>",
        b"<html>\xff\xfe latin",
    ],
)
def test_pages_are_recognised(page: bytes) -> None:
    assert fault(page).reason.startswith("HTML where YAML was due")


def test_yaml_that_speaks_of_html_is_no_page() -> None:
    assert value("text: <html> and <!doctype html>") == {"text": "<html> and <!doctype html>"}


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize("data", [b"a: b\0", b'a: "\\0"', b"\0", b'a: "\\x00b"'])
def test_nul_is_refused_raw_and_escaped(data: bytes) -> None:
    assert "NUL" in fault(data).reason


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize("data", [b'"\\uD800"', b'"\\U00110000"', b'"\\UFFFFFFFF"', b'"\\uDFFF\\uD800"'])
def test_escapes_that_are_no_character_are_refused(data: bytes) -> None:
    fault(data)


def test_control_characters_are_refused_with_their_place() -> None:
    found = fault("a: b\nc: ö\x1b[31m")
    assert "U+001B" in found.reason
    assert (found.line, found.column) == (2, 5)


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: [1,\nb: 2", (2, 2)),
        ("a: b\n c: d", (2, 3)),
        ("a: 'x", (1, 6)),
        ("\ta: b", (1, 1)),
        ("a: *nope", (1, 4)),
        ("%YAML 9.0\n--- a", (1, 1)),
    ],
)
def test_broken_yaml_is_refused_with_its_place(text: str, place: tuple[int, int]) -> None:
    found = fault(text)
    assert found.line == place[0]
    assert found.column is not None
    assert f"line {place[0]} column " in str(found)


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("!!python/object/apply:os.system ['true']", "!!python/object/apply:os.system"),
        ("a: !!python/name:os.system ''", "!!python/name:os.system"),
        ("a: !!python/object:builtins.dict {}", "!!python/object:builtins.dict"),
        ("a: !Ref x", "!<!Ref>"),
        ("a: !!binary aGVsbG8=", "!!binary"),
        ("a: !!set {x}", "!!set"),
        ("a: !!omap [x: 1]", "!!omap"),
        ("a: !!str [x]", "!!str"),
        ("a: !!map [x]", "!!map"),
        ("a: !!seq x", "!!seq"),
        ("? !!python/tuple [a]\n: b", "!!python/tuple"),
        ("%TAG !p! tag:yaml.org,2002:python/\n--- !p!tuple [a]", "!!python/tuple"),
        ("!<" + "x" * 5000 + "> a", "…"),
    ],
)
def test_tags_are_refused_by_name(text: str, tag: str) -> None:
    found = fault(text)
    assert f"the tag {tag}" in found.reason or (tag == "…" and len(found.reason) < 200)
    assert "is refused" in found.reason
    assert found.line is not None


@pytest.mark.parametrize("text", ["!!bool yes", "!!bool null", "!!null true", "!!null x"])
def test_tags_that_do_not_fit_are_refused(text: str) -> None:
    assert "does not fit" in fault(text).reason


@pytest.mark.usefixtures("parser")
def test_a_second_document_is_refused_with_its_line() -> None:
    found = fault("a: b\n---\nc: d\n")
    assert "second document" in found.reason
    assert found.line == 2


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize("text", ["&a [*a]", "&a {b: *a}", "a: &a [{b: [*a]}]", "&a {<<: *a}", "&a {? *a : b}"])
def test_aliases_of_themselves_are_refused(text: str) -> None:
    assert "stands inside of what it stands for" in fault(text).reason


def bomb(levels: int, width: int, leaf: str) -> str:
    lines = [f"a0: &a0 {leaf}"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * width)}]" for n in range(1, levels)]
    return "\n".join(lines)


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize(
    "text",
    [
        bomb(40, 9, "lol"),
        bomb(60, 2, "[x]"),
        "a: &a [" + "x, " * 400 + "]\nb: [" + "*a, " * 400 + "]",
        "a: &a {"
        + ", ".join(f"k{n}: v" for n in range(300))
        + "}\n"
        + "\n".join(f"b{n}: {{<<: *a}}" for n in range(300)),
    ],
    ids=["nine wide", "two wide", "flat", "merged"],
)
def test_a_bomb_is_refused_before_it_unfolds(text: str) -> None:
    tracemalloc.start()
    try:
        began = time.monotonic()
        found = fault(text)
        assert time.monotonic() - began < 10
        assert tracemalloc.get_traced_memory()[1] < 100 * 2**20
    finally:
        tracemalloc.stop()
    assert f"more than {MAX_NODES} values once its aliases are written out" in found.reason


def test_a_bomb_of_text_is_refused() -> None:
    found = fault("a: &a " + "x" * 100_000 + "\nb: [" + "*a, " * 1000 + "]")
    assert f"more than {MAX_BYTES} characters" in found.reason


def test_the_cap_on_values_is_exact() -> None:
    assert len(value("[" + "x," * (MAX_NODES - 1) + "]")) == MAX_NODES - 1
    fault("[" + "x," * MAX_NODES + "]")


def test_the_cap_on_size_is_exact() -> None:
    assert len(value(b"x" * MAX_BYTES)) == MAX_BYTES
    assert "is larger than" in fault(b"x" * (MAX_BYTES + 1)).reason


def nested(depth: int, style: str) -> str:
    if style == "block":
        return "".join("  " * level + "a:\n" for level in range(depth)) + "  " * depth + "x\n"
    return {"[": "[" * depth + "]" * depth, "{": "{a: " * depth + "x" + "}" * depth, "- ": "- " * depth + "x"}[style]


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize("style", ["[", "{", "- ", "block"])
def test_the_cap_on_depth_is_exact(style: str) -> None:
    read(nested(MAX_DEPTH, style))
    assert "nested more than 64 deep" in fault(nested(MAX_DEPTH + 1, style)).reason


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize(
    "text", ["[" * 1_000_000, "- " * 1_000_000, "{a: " * 500_000, "? " * 1_000_000, "[{a: " * 300_000]
)
def test_very_deep_nesting_is_refused_and_crashes_nothing(text: str) -> None:
    fault(text)


@pytest.mark.usefixtures("parser")
def test_depth_is_counted_through_aliases() -> None:
    deep = "[" * 40 + "x" + "]" * 40
    read(f"a: &a {deep}\nb: *a")
    assert "nested more than 64 deep" in fault(f"a: &a {deep}\nb: &b {'[' * 40}*a{']' * 40}").reason


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "unit",
    [
        "a: b\n",
        "- &a x\n",
        "%TAG !a! tag:x\n",
        "#\n",
        "---\n",
        "? a\n",
        "!",
        "&a ",
        "*",
        ",",
        "'",
        '"',
        "|\n",
        "\n",
        "\\",
        "<<: {}\n",
    ],
)
def test_megabytes_of_anything_end_soon(unit: str) -> None:
    began = time.monotonic()
    outcome((unit * (2**20 // len(unit))).encode())
    assert time.monotonic() - began < 10


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize(
    "text", ["*" + "a" * 100_000, "!" + "h" * 100_000 + "!x y", "%" + "D" * 100_000, "&a &" + "b" * 100_000]
)
def test_a_long_name_is_not_quoted_at_length(text: str) -> None:
    assert len(str(fault(text))) < 500


def test_many_directives_are_refused() -> None:
    text = "".join(f"%TAG !a{n}! tag:x\n" for n in range(200_000)) + "--- a"
    began = time.monotonic()
    assert "lines that start with %" in fault(text).reason
    assert time.monotonic() - began < 2


def test_the_message_names_document_line_and_column() -> None:
    assert (
        str(fault("a: b\n---\nc: d\n"))
        == "meta.yaml, line 2 column 1: a second document starts here: keep one in a file"
    )
    assert str(fault(b"x" * (MAX_BYTES + 1))).startswith("meta.yaml: is larger")


# --- total, and equal to the oracle ---


def check_message(refusal: Unreadable) -> None:
    assert refusal.reason
    assert len(str(refusal).splitlines()) == 1
    assert len(str(refusal)) < 500


def outcome(data: bytes) -> Document | None:
    """A document whose lines cover exactly its paths, or None for a reasoned refusal."""
    try:
        document = read_yaml(data, what="x")
    except Unreadable as refusal:
        check_message(refusal)
        return None
    assert set(document.lines) == paths(document.value)
    last = data.count(b"\n") + data.count(b"\r") + sum(data.count(mark.encode()) for mark in "\x85\u2028\u2029") + 1
    assert all(1 <= line <= last for line in document.lines.values())
    return document


def check_oracle(document: Document | None, text: str) -> None:
    """Where PyYAML's C reader can follow (no tags, keys that are text, no anchor set anew) it reads the same."""
    if document is None or document.non_string_keys or "!" in text:
        return
    try:
        wanted = reference(text)
    except yaml.composer.ComposerError as failure:
        assert "duplicate anchor" in str(failure)  # noqa: PT017 - one of two permitted outcomes
    else:
        assert document.value == wanted


@given(data=st.binary(max_size=400))
@settings(deadline=None)
def test_any_bytes(data: bytes) -> None:
    outcome(data)


@given(text=st.text(alphabet="ab:-?[]{},&*!|>'\"%@#<~ \n\t\\0", max_size=120))
def test_any_text_of_yaml_signs_agrees_with_pyyaml(text: str) -> None:
    document = outcome(text.encode())
    check_oracle(document, text)


# PyYAML's writer leaves these line breaks bare in keys, where its reader folds them.
WORDS = st.text(st.characters(exclude_characters="\x85\u2028\u2029\ufeff", codec="utf-8"), max_size=12)
LEAVES = st.none() | st.booleans() | WORDS | st.sampled_from(["2022.06", "<<", "yes", "~", "0x1"])
TREES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=20,
)


@given(tree=TREES, flow=st.sampled_from([None, True, False]), style=st.sampled_from([None, "'", '"', "|"]))
@settings(deadline=None)
def test_what_pyyaml_writes_is_read_back(tree: Any, flow: bool | None, style: str | None) -> None:
    text = yaml.safe_dump(tree, allow_unicode=True, default_flow_style=flow, default_style=style)
    document = outcome(text.encode())
    if document is not None:  # refused: text with NUL or half characters, which the dumper escapes
        assert document.value == tree
        assert not document.duplicate_keys


SEEDS = [
    LINED,
    "a: &a {x: 1}\nb: {<<: [*a], y: 'two'}\nc: >-\n  folded\n  text\nd: |\n  x\n",
    bomb(4, 3, "{a: b}"),
    "\ufeff%YAML 1.1\n--- !!map\n? a\n: b\n...\n",
]


@given(seed=st.sampled_from(SEEDS), randomness=st.randoms(use_true_random=False), edits=st.integers(1, 8))
def test_mutated_yaml(seed: str, randomness: random.Random, edits: int) -> None:
    data = bytearray(seed.encode())
    for _ in range(edits):
        at = randomness.randrange(len(data) + 1)
        cut = randomness.randrange(4)
        piece = randomness.choice(
            [b"", b"\xff", b"\0", b"*a", b"&a ", b"[", b"}", b"\n", b"  ", b": ", b"<<: ", b"!x ", b"---\n", b"\xc3"]
        )
        data[at : at + cut] = piece
    document = outcome(bytes(data))
    if document:
        check_oracle(document, data.decode())


@pytest.mark.skipif(not REAL.is_dir(), reason="the real feedstocks are not beside this checkout")
def test_real_files_agree_with_pyyaml() -> None:
    files = [*sorted((REAL / "feedstocks").rglob("*.yaml")), REAL / "leap-catalog" / "input.yaml"]
    assert files
    for file in files:
        try:
            document = read_yaml(file.read_bytes(), what=file.name)
        except Unreadable:
            with pytest.raises((yaml.YAMLError, TypeError)):
                reference(file.read_text())
            continue
        assert document.value == reference(file.read_text())
        assert set(document.lines) == paths(document.value)
