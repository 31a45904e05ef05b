"""Patches of one graph, as they are sent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad

from leap_kg.ingest.formats.genid import genid
from leap_kg.sparql.guard import Refused
from leap_kg.web.writing.rdfpatch import read_patch
from tests.ontology.terms import BASE

GRAPH = NamedNode(f"{BASE}graph/source/one")
LABEL = "0" * 32 + "c1"


def quad(value: str, subject: str = "urn:s") -> Quad:
    return Quad(NamedNode(subject), NamedNode("urn:p"), Literal(value), GRAPH)


def test_lines_take_and_add() -> None:
    text = f"""H id <urn:x> .
# a remark
TX .
D <urn:s> <urn:p> "a" .
A <urn:s> <urn:p> "b" .
  A <urn:s> <urn:p> "c" {GRAPH} .
TC ."""
    patch = read_patch(text.encode(), GRAPH, BASE)
    assert patch.removed == {quad("a")}
    assert patch.added == {quad("b"), quad("c")}


@pytest.mark.parametrize("text", ["TX .", 'TX .\nA <urn:s> <urn:p> "b" .', "TX .\nTC .\n\nTX ."])
def test_a_patch_that_was_cut_off_does_nothing(text: str) -> None:
    with pytest.raises(Refused, match="TC"):
        read_patch(text.encode(), GRAPH, BASE)


def test_the_last_line_about_a_triple_counts() -> None:
    text = b'A <urn:s> <urn:p> "a" .\nD <urn:s> <urn:p> "a" .\nD <urn:s> <urn:p> "b" .\nA <urn:s> <urn:p> "b" .'
    patch = read_patch(text, GRAPH, BASE)
    assert patch.removed == {quad("a")}
    assert patch.added == {quad("b")}


def test_the_labels_of_the_graph_name_its_nodes() -> None:
    patch = read_patch(f'D _:g{LABEL} <urn:p> "a" .'.encode(), GRAPH, BASE)
    assert patch.removed == {quad("a", genid(BASE, LABEL).value)}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('A <urn:s> <urn:p> "a"', "line 2"),
        ("A <urn:s> <urn:p> .", "line 2"),
        ("A", "expected one triple"),
        ('X <urn:s> <urn:p> "a" .', "not 'X'"),
        ("PA <http://x/> .", "IRIs in full"),
        ("TA .", "not 'TA'"),
        ('A <urn:s> <urn:p> "a" <urn:g> .', "not the one that is written"),
        ('A _:b0 <urn:p> "a" .', "no blank node of this graph"),
        ('A <urn:s> <urn:p> "a" . <urn:s> <urn:p> "b" .', "line 2"),
        ("A <urn:s> <urn:p> <<( <urn:a> <urn:b> <urn:c> )>> .", "triple about a triple"),
        ("A " + "<<( <urn:a> <urn:b> " * 100_000, "plain triples"),
    ],
)
def test_what_is_no_patch_is_refused_with_its_line(line: str, reason: str) -> None:
    with pytest.raises(Refused, match="line 2") as caught:
        read_patch(f"TX .\n{line}\nTC .".encode(), GRAPH, BASE)
    assert caught.value.status == 400
    assert reason in caught.value.reason


def test_other_bytes_than_text_are_refused() -> None:
    with pytest.raises(Refused, match="line 2: this is not UTF-8"):
        read_patch(b"TX .\n\xff", GRAPH, BASE)


@given(st.lists(st.tuples(st.sampled_from("AD"), st.sampled_from("abc")), max_size=12))
def test_a_patch_does_what_its_lines_do_one_by_one(lines: list[tuple[str, str]]) -> None:
    for before in (set(), {quad("a"), quad("b")}):
        wanted = set(before)
        for code, value in lines:
            (wanted.add if code == "A" else wanted.discard)(quad(value))
        text = "\n".join(f'{code} <urn:s> <urn:p> "{value}" .' for code, value in lines)
        patch = read_patch(text.encode(), GRAPH, BASE)
        assert (before - patch.removed) | patch.added == wanted
        assert not patch.removed & patch.added


@given(st.binary(max_size=100))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        patch = read_patch(data, GRAPH, BASE)
    except Refused:
        return
    assert not patch.removed & patch.added
