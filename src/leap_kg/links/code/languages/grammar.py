"""Text of R, Julia or shell to a tree, within bounds; nothing is compiled or run.

The parser mends what it can: a tree has the statements that are well formed, and says where the text is not. Hazard:
it takes any bytes, at any depth; the work that it may do is bounded, and trees are only walked as deep as
`translation` allows.
"""

import re
import time
from dataclasses import dataclass
from functools import cache
from typing import Literal

import tree_sitter_bash
import tree_sitter_julia
from tree_sitter import Language as Grammar
from tree_sitter import Node, Parser
from tree_sitter_language_pack import get_parser

from leap_kg.ingest.mapping.finding import Finding, Severity
from leap_kg.links.code.bounds import MAX_PARSING, MAX_SOURCE
from leap_kg.links.code.parsing import Unparsed

Language = Literal["r", "julia", "bash"]

NAMES: dict[Language, str] = {"r": "R", "julia": "Julia", "bash": "shell"}
_SYMBOL = re.compile(
    r"[\u221e\u2202\u2207\u222b-\u2233\u2211\u220f\u2205\u22a4\u22a5]|[\U00010000-\U0010ffff]|[\u2600-\u27bf]"
)
_VARIABLE = re.compile(r"(?<!\\)\$([A-Za-z_]\w*)")
_STRUCT = re.compile(r"(?m)^([ \t]{0,40}(?:mutable )?struct [^\n]{0,300}?)([ \t]+where\b[^\n]{0,300})")
_SPLICED = re.compile(r"\.(:\(\$*\w+\))")
_PARAMETERS = re.compile(r";(?=\s{0,300}\))")
_PIECE = 8192
_MOST_FAULTS = 5
_MOST_WALKED = 20_000


@dataclass(frozen=True, slots=True)
class Source:
    """A parsed text: its lines as they were parsed, which may be a little longer than those of the file.

    `faults` are the first lines (first, last) that are not of the language. `lost`: nearly all of it is not; else the
    parser may know less of the language than the author.
    """

    root: Node
    lines: list[str]
    faults: tuple[tuple[int, int], ...] = ()
    lost: bool = False


def decoded(data: bytes | str, path: str) -> tuple[str, list[Finding]]:
    r"""The text, with `\n` for whatever ends a line, and what is wrong with its encoding; raises `Unparsed`.

    What is no UTF-8 is taken as Windows-1252, of which Latin-1 is a part.
    """
    if len(data) > MAX_SOURCE:
        raise Unparsed(f"it is larger than {MAX_SOURCE} bytes", "Move data out of the code, or split the file.")
    findings: list[Finding] = []
    if isinstance(data, str):
        text = data
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as problem:
            line = data.count(b"\n", 0, problem.start) + 1
            message = f"{path} is not UTF-8 on line {line}: it was read as Windows-1252"
            hint = "Save the file as UTF-8, so that names and links in it come through."
            findings.append(Finding("bad-text", Severity.WARNING, message, hint, f"{path} (line {line})"))
            text = data.decode("cp1252", "replace")
    if "\0" in text:
        raise Unparsed("it holds a NUL, so it is no text", "Save the file as plain text.")
    return text.replace("\r\n", "\n").replace("\r", "\n"), findings


def parsed(text: str, language: Language) -> Source:
    """The tree of a text whose lines end with line feeds; raises `Unparsed` if that takes too long."""
    if language == "julia":
        text = _eased(text)
    elif language == "bash":
        # The grammar loses a variable that follows a slash, unless it is in braces.
        text = _VARIABLE.sub(r"${\1}", text)
    root, lines = _tree(text.encode("utf-8", "replace"), language), text.split("\n")
    faults = _faults(root) if root.has_error else []
    if not faults:
        return Source(root, lines)
    unread = sum(last - first + 1 for first, last in faults)
    return Source(root, lines, tuple(faults), lost=root.type == "ERROR" or 2 * unread > root.end_point[0] + 1)


def _tree(data: bytes, language: Language) -> Node:
    parser, begun = _parser(language), time.thread_time()
    try:
        tree = parser.parse(
            lambda offset, _: data[offset : offset + _PIECE],
            progress_callback=lambda _, __: time.thread_time() - begun > MAX_PARSING,
        )
    except ValueError:
        # It goes on from there the next time, unless it is told to forget.
        parser.reset()
        raise Unparsed("it takes too long to parse", "Mend the syntax, or split the file.") from None
    return tree.root_node


@cache
def _parser(language: Language) -> Parser:
    if language == "r":
        return get_parser("r")
    return Parser(Grammar((tree_sitter_julia if language == "julia" else tree_sitter_bash).language()))


def _faults(root: Node) -> list[tuple[int, int]]:
    """Where the text is not of the language: the innermost places, in their order."""
    found: list[tuple[int, int]] = []
    waiting, walked = [root], 0
    while waiting and len(found) < _MOST_FAULTS and walked < _MOST_WALKED:
        node = waiting.pop()
        walked += 1
        if node.type == "ERROR" or node.is_missing:
            place = (node.start_point[0] + 1, node.end_point[0] + 1)
            if not found or place[0] > found[-1][1]:
                found.append(place)
        else:
            waiting += [child for child in reversed(node.children) if child.has_error or child.is_missing]
    return found


def _eased(text: str) -> str:
    """Julia without what its grammar does not know though Julia does; every byte stays where it is."""
    if not text.isascii():
        text = _SYMBOL.sub(lambda match: "z" * len(match[0].encode()), text)
    text = _STRUCT.sub(lambda match: match[1] + " " * len(match[2].encode()), text)
    text = _SPLICED.sub(lambda match: "." + "z" * len(match[1].encode()), text)
    return _PARAMETERS.sub(" ", text)


def where(faults: tuple[tuple[int, int], ...]) -> str:
    """The lines of the faults in words."""
    told = [f"{first}" if first == last else f"{first} to {last}" for first, last in faults]
    single = len(told) == 1 and re.fullmatch(r"\d+", told[0])
    return f"{'line' if single else 'lines'} {', '.join(told)}"
