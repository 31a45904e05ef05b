"""Lines of a file, and the places that are quoted from them."""

from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.ingest.mapping.finding import Finding
from leap_kg.links.places import passage
from leap_kg.links.places.passage import Passage, read_passage, split
from leap_kg.links.signal import LONGEST_QUOTE


def test_a_text_that_is_latin_1_is_read_and_the_line_is_named() -> None:
    findings: list[Finding] = []
    text = read_passage("# Grüße\n\nvon José\n".encode("latin-1"), "README.md", findings)
    assert text is not None
    assert list(text.lines) == ["# Grüße", "", "von José", ""]
    assert [(found.kind, found.pointer) for found in findings] == [("bad-text", "README.md (line 1)")]
    assert "UTF-8" in findings[0].hint


def test_what_is_no_text_or_too_large_is_a_finding() -> None:
    findings: list[Finding] = []
    assert read_passage(b"PK\0\0", "a.md", findings) is None
    assert read_passage(b"a" * (passage.LARGEST + 1), "b.md", findings) is None
    assert [found.kind for found in findings] == ["unreadable-file", "unreadable-file"]


def test_of_too_many_lines_the_first_are_read() -> None:
    findings: list[Finding] = []
    text = read_passage(b"a\n" * (passage.MOST_LINES + 5), "a.md", findings)
    assert text is not None
    assert len(text.lines) == passage.MOST_LINES
    assert [found.kind for found in findings] == ["list-cut"]


def test_lines_are_parted_as_git_parts_them() -> None:
    assert split("a\r\nb\rc\x0cd\u2028e\nf") == ["a", "b", "c\x0cd\u2028e", "f"]


@settings(max_examples=50)
@given(st.lists(st.text(st.characters(exclude_characters="\r\n"), max_size=500), min_size=1, max_size=6), st.data())
def test_a_quote_is_cut_from_the_lines_it_names_and_holds_the_place(lines: list[str], data: st.DataObject) -> None:
    start = data.draw(st.integers(1, len(lines)))
    end = data.draw(st.integers(start, len(lines)))
    at = data.draw(st.integers(0, max(0, len(lines[start - 1]) - 1)))
    place = Passage("a.md", lines).place(start, end, at)
    whole = "\n".join(lines[start - 1 : end])
    assert place.quote in whole
    assert len(place.quote) <= LONGEST_QUOTE
    begin = whole.find(place.quote)
    assert not whole or begin <= at < begin + len(place.quote) or place.quote == whole or at < LONGEST_QUOTE
    assert (place.start, place.end, place.file_line, place.cell) == (start, end, start, None)
