"""Addresses in what people read beside code that is not Python: comments, documentation, text between chunks."""

import re
from collections.abc import Iterator
from itertools import islice

from tree_sitter import Node

from leap_kg.links.code import addresses
from leap_kg.links.code.evidence import Passage
from leap_kg.links.code.languages.grammar import Source
from leap_kg.links.code.languages.translation import stands_alone
from leap_kg.links.code.ledger import Ledger

_LONGEST_LINE = 10_000
_BEGINNING = re.compile("://")
_HIGHEST = 30
"""Levels that are climbed to see what a text stands in; each costs a way down from the root."""
_COMMENTS = {"comment", "line_comment", "block_comment"}
_ALONE = {"program", "source_file", "block", "module_definition", "braced_expression"}
"""What a text stands in that documents what comes after it."""


def hits(lines: list[str]) -> Iterator[tuple[int, int, str]]:
    """Line, column (characters) and address."""
    for number, line in enumerate(lines, start=1):
        if "://" in line:
            for column, address in addresses.within(line[:_LONGEST_LINE]):
                yield number, column, address


def comments(source: Source, passage: Passage, ledger: Ledger) -> None:
    """Comments and documentation of a parsed text; what is in neither is code, and read as such."""
    for number, column, address in hits(passage.lines):
        if ledger.full:
            return
        # Where lines were changed before they were parsed, addresses still follow one another in the same order.
        place = passage.lines[number - 1].count("://", 0, column)
        found = list(islice(_BEGINNING.finditer(source.lines[number - 1]), place, place + 1))
        via = kind(source, number, found[0].start()) if found else ""
        if via:
            ledger.prose(address, passage.place(number, number, column), via)


def named_in_code(source: Source) -> bool:
    """Whether any address begins in the code itself, or in a text that it uses."""
    return any(
        not kind(source, number, match.start())
        for number, line in enumerate(source.lines, start=1)
        for match in _BEGINNING.finditer(line[:_LONGEST_LINE])
    )


def kind(source: Source, number: int, column: int) -> str:
    """What stands at a place (line from 1, character from 0) that is read and not run; `""` where it is code."""
    at = len(source.lines[number - 1][:column].encode(errors="replace"))
    found: Node | None = source.root.descendant_for_point_range((number - 1, at), (number - 1, at + 1))
    below: Node | None = None
    for _ in range(_HIGHEST):
        if found is None:
            break
        if found.type in _COMMENTS:
            return "comment"
        if found.type == "heredoc_body":
            return "text"
        if found.type == "ERROR":
            return "" if below is not None and stands_alone(below) else "unparsed code"
        if found.type in {"string_literal", "string"}:
            above = found.parent
            if above is not None and above.type in _ALONE:
                return "" if _is_last(found) else "docstring"
            if not source.faults:
                return ""
        found, below = found.parent, found
    return ""


def _is_last(node: Node) -> bool:
    """Whether nothing follows: then the text is what the block comes to."""
    return node.next_named_sibling is None
