"""Markup goes, words stay, and no text takes longer than its length warrants."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap_kg.ingest.works.plaintext import plain


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("<jats:title>Abstract</jats:title><jats:p>One.</jats:p>", "One."),
        ("<jats:title>Abstract</jats:title>\n  <jats:p>One.</jats:p>\n<jats:p>Two.</jats:p>", "One.\nTwo."),
        ("<jats:sec><jats:title>Aim</jats:title><jats:p>To know.</jats:p></jats:sec>", "Aim\nTo know."),
        ("CO<jats:sub>2</jats:sub> at 10<sup>3</sup>", "CO2 at 103"),
        ("a &amp; b", "a & b"),
        ("a &amp;amp; b &amp;lt;i&amp;gt;c&amp;lt;/i&amp;gt;", "a & b c"),
        ("if a < b and c > d", "if a < b and c > d"),
        ("x<y>z", "x<y>z"),
        ("<mml:math><mml:mi>x</mml:mi></mml:math> is", "x is"),
        ("one<br/>two", "one\ntwo"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("<!-- hidden -->seen<![CDATA[ too]]>", "seen too"),
        ("Abstract of a talk", "Abstract of a talk"),
        ("  many \t blanks\n\n\nhere ", "many blanks\nhere"),
        ("", ""),
    ],
)
def test_plain(given: str, wanted: str) -> None:
    assert plain(given) == wanted


@given(st.text(alphabet="<>/&;!-jats:pi \nab", max_size=200))
def test_any_text_becomes_tidy_lines(text: str) -> None:
    lines = plain(text).split("\n")
    assert all(line == " ".join(line.split()) for line in lines)


@pytest.mark.parametrize("piece", ["<", "<jats:p ", "<!--", "&amp;", "<p", "</", "<![CDATA[", "<i>"])
def test_a_hundred_thousand_characters_of_one_kind_are_read(piece: str) -> None:
    assert len(plain(piece * (100_000 // len(piece)) + " end").split("end")) == 2
