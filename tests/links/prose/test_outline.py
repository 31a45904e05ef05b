"""The parts of a text and the headings above them."""

from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.links.prose.outline import Kind, outline_markdown, outline_plain

MARKDOWN = "# A *b*\ntext\n\n```py\ncode\n```\n## B\n\n> quoted\n\n<!-- c -->\n\n[x]: https://a.org\n\nC\n===\n"
RESTRUCTURED = "=====\nTitle\n=====\n\nB\n-\n\nB2\n---\n\ntext\n\n.. note\n\n   hidden\n\nC\n~~~\n\nD\n---\n"


def test_markdown_in_its_parts() -> None:
    found = outline_markdown(MARKDOWN.split("\n"))
    assert [(each.start, each.end, each.kind, each.headings) for each in found] == [
        (1, 1, Kind.PROSE, ("A b",)),
        (2, 2, Kind.PROSE, ("A b",)),
        (4, 6, Kind.CODE, ("A b",)),
        (7, 7, Kind.PROSE, ("A b", "B")),
        (9, 9, Kind.PROSE, ("A b", "B")),
        (11, 11, Kind.COMMENT, ("A b", "B")),
        (13, 13, Kind.PROSE, ("A b", "B")),
        (15, 15, Kind.PROSE, ("C",)),
        (16, 16, Kind.PROSE, ("C",)),
    ]


def test_underlined_headings_rank_by_their_first_use() -> None:
    found = outline_plain(RESTRUCTURED.split("\n"))
    assert [(each.start, each.kind, each.headings) for each in found[-4:]] == [
        (13, Kind.COMMENT, ("Title", "B2")),
        (15, Kind.COMMENT, ("Title", "B2")),
        (17, Kind.PROSE, ("Title", "B2", "C")),
        (20, Kind.PROSE, ("Title", "D")),
    ]


@settings(max_examples=50, deadline=None)
@given(st.text("a#=-\n> `~|[]:.<!h1\t", max_size=150))
def test_every_line_that_is_not_blank_is_in_one_part(text: str) -> None:
    lines = text.split("\n")
    for outline in (outline_markdown, outline_plain):
        numbers = [number for block in outline(lines) for number in range(block.start, block.end + 1)]
        assert len(numbers) == len(set(numbers))
        assert {number for number, line in enumerate(lines, 1) if line.strip(" \t")} <= set(numbers)
        assert all(1 <= number <= len(lines) for number in numbers)
