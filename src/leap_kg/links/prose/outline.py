"""The parts of a text: paragraphs, code and comments, each with the headings above it.

Markdown is parted by a parser of CommonMark, of which only the blocks are run: what a line says is searched for in
the line itself, which keeps its number. reStructuredText and plain texts are parted by their underlined headings,
because a parser of reStructuredText drops every directive of Sphinx that it does not know, and what stands inside.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import groupby

from markdown_it import MarkdownIt
from markdown_it.token import Token

_PARSER = MarkdownIt("commonmark").enable("table").disable("inline")
_MARKUP = re.compile(r"<[^<>]{1,200}>|[*_`#\[\]]|\([^()\s]{0,300}\)")
_HTML_HEADING = re.compile(r"<h([1-6])[^<>]{0,200}>(.{1,300}?)</h[1-6]>", re.IGNORECASE)
_LONE = re.compile(r"\s{0,3}(?:\*\*|__)(?!\s)([^*_]{2,80}?):?(?:\*\*|__):?\s*")
_WORD = re.compile(r"\s{0,3}([A-Z][A-Za-z ]{2,40}):\s*")
_RULE = re.compile(r"""([!"#$%&'()*+,./:;<=>?@\[\\\]^_`{|}~-])\1{2,}\s*""")
_COMMENT = re.compile(r"(\s*)\.\. (?!\[|_|\|)(?![\w:-]+::)|(\s*)\.\.\s*$")
_LOWEST = 7  # below the six levels of Markdown: a line in bold letters


class Kind(Enum):
    """What a part of a text is."""

    PROSE = "prose"
    CODE = "code"
    COMMENT = "comment"


@dataclass(frozen=True, slots=True)
class Block:
    """Lines `start` to `end`, from 1, and the headings above them, the title first."""

    start: int
    end: int
    kind: Kind
    headings: tuple[str, ...]


class Headings:
    """The headings that hold at a line, as the text is gone through."""

    def __init__(self) -> None:
        self._open: list[tuple[int, str]] = []

    def enter(self, level: int, text: str) -> None:
        self._open = [each for each in self._open if each[0] < level]
        self._open.append((level, " ".join(_MARKUP.sub(" ", text).split())[:200]))

    @property
    def current(self) -> tuple[str, ...]:
        return tuple(text for _, text in self._open)


def outline_markdown(lines: Sequence[str], above: Headings | None = None) -> list[Block]:
    """The parts of a Markdown text, in order; every line that is not blank is in one.

    `above` has the headings that hold before its first line, as in a cell of a notebook, and afterwards those that
    hold behind its last.
    """
    headings, blocks, done = above or Headings(), list[Block](), 0
    level = 0
    for token in _PARSER.parse("\n".join(lines)):
        if token.type == "heading_open":
            level = int(token.tag[1:])
        span = token.map
        if span is None or token.type not in ("inline", "fence", "code_block", "html_block"):
            continue
        start, end = span[0] + 1, min(span[1], len(lines))
        blocks += _between(lines, done + 1, start - 1, headings.current)
        if token.type == "inline" and level:
            headings.enter(level, token.content)
            level = 0
        blocks += _block(token, lines, max(start, done + 1), end, headings)
        done = max(done, end)
    blocks += _between(lines, done + 1, len(lines), headings.current)
    return blocks


def _block(token: Token, lines: Sequence[str], start: int, end: int, headings: Headings) -> Iterator[Block]:
    kind = Kind.PROSE
    if token.type in ("fence", "code_block"):
        # A directive of MyST is fenced as code is, but holds a text.
        named = token.info.strip()
        kind = Kind.PROSE if named.startswith("{") and not named.startswith("{code") else Kind.CODE
    elif token.type == "html_block":
        kind = Kind.COMMENT if token.content.lstrip().startswith("<!--") else kind
        for found in _HTML_HEADING.finditer(token.content[:5000]):
            headings.enter(int(found[1]), found[2])
    elif start == end and (lone := _LONE.fullmatch(lines[start - 1]) or _WORD.fullmatch(lines[start - 1])):
        headings.enter(_LOWEST, lone[1])
    if start <= end:
        yield Block(start, end, kind, headings.current)


def _between(lines: Sequence[str], start: int, end: int, headings: tuple[str, ...]) -> Iterator[Block]:
    """What no token covers: definitions of links."""
    numbers = range(start, end + 1)
    for filled, group in groupby(numbers, key=lambda number: bool(lines[number - 1].strip())):
        if filled:
            run = list(group)
            yield Block(run[0], run[-1], Kind.PROSE, headings)


def outline_plain(lines: Sequence[str]) -> list[Block]:
    """The parts of a text in reStructuredText, or in none: paragraphs under underlined headings."""
    headings, blocks = Headings(), list[Block]()
    styles: list[tuple[str, bool]] = []
    number, indent = 1, -1
    while number <= len(lines):
        line = lines[number - 1]
        if not line.strip():
            number += 1
            continue
        depth = len(line) - len(line.lstrip())
        indent = indent if depth > indent else -1
        if (style := _heading(lines, number)) is not None:
            styles += [] if style in styles else [style]
            text = lines[number] if style[1] else line
            headings.enter(min(styles.index(style) + 1, _LOWEST - 1), text.strip())
            end = number + (2 if style[1] else 1)
            blocks.append(Block(number, end, Kind.PROSE, headings.current))
            number = end + 1
            continue
        end = number
        while end < len(lines) and lines[end].strip() and _heading(lines, end + 1) is None:
            end += 1
        if indent < 0 and (comment := _COMMENT.match(line)):
            indent = len(comment[1] or comment[2] or "")
        elif number == end and (word := _WORD.fullmatch(line)):
            headings.enter(_LOWEST, word[1])
        blocks.append(Block(number, end, Kind.COMMENT if indent >= 0 else Kind.PROSE, headings.current))
        number = end + 1
    return blocks


def _heading(lines: Sequence[str], number: int) -> tuple[str, bool] | None:
    """The character that underlines the line, and whether it stands above it too; `None` if it is no heading."""
    line = lines[number - 1].strip()
    under = _RULE.fullmatch(lines[number].strip()) if number < len(lines) else None
    over = _RULE.fullmatch(line)
    if over is not None:
        below = lines[number + 1].strip() if number + 1 < len(lines) else ""
        text = lines[number].strip() if number < len(lines) else ""
        return (over[1], True) if text and below == line and not _RULE.fullmatch(text) else None
    if under is None or not line or len(lines[number].strip()) < min(len(line), 60) * 0.6:
        return None
    return (under[1], False)
