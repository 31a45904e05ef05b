"""Reads what a GitHub issue form wrote: `### Heading` lines, each with the answer below it.

GitHub keeps no more of a form than this text, which its author may edit afterwards. An answer that was left out is
`_No response_`; ticked boxes are a list of `- [X]` lines; answers that are code stand in a fence.

Hazard: anybody may write anything into an issue. Text is cut at what GitHub takes itself, a heading within a fence is
none, and nothing is read as a pattern or followed.
"""

import re
from dataclasses import dataclass

LONGEST = 65_536
"""Characters of a body, the most that GitHub takes."""
_MOST_SECTIONS = 100
_LONGEST_HEADING = 200

_HEADING = re.compile(r"### +(\S.*?)[ #]*")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_TICK = re.compile(r"[-*] \[([ xX])\] (.*)")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_NO_ANSWER = ("_No response_", "*No response*", "None")


@dataclass(frozen=True, slots=True)
class Section:
    """One question of a form and its answer, `""` for none; a fence around the whole answer is taken away."""

    heading: str
    answer: str

    @property
    def ticked(self) -> tuple[str, ...]:
        """The labels of the boxes that are ticked, if the answer is a list of boxes."""
        found = (_TICK.fullmatch(line.strip()) for line in self.answer.splitlines())
        return tuple(each[2].strip() for each in found if each and each[1] != " ")


def sections(body: str) -> list[Section]:
    """The questions and answers of an issue's body; none for a text that no form made.

    What stands before the first heading belongs to no question and is left out.
    """
    text = body[:LONGEST].replace("\r\n", "\n").replace("\r", "\n")
    found: list[tuple[str, list[str]]] = []
    fence = ""
    for line in text.split("\n"):
        mark = _FENCE.match(line)
        if fence:
            closes = mark is not None and mark[1].startswith(fence) and not line.strip().strip(fence[0])
            fence = "" if closes else fence
        elif mark:
            fence = mark[1]
        elif (heading := _heading(line)) and len(found) < _MOST_SECTIONS:
            found.append((heading, []))
            continue
        if found:
            found[-1][1].append(line)
    return [Section(heading, _answer(lines)) for heading, lines in found]


def _heading(line: str) -> str:
    if len(line) > _LONGEST_HEADING or not line.startswith("### "):
        return ""
    found = _HEADING.fullmatch(line.rstrip())
    return found[1] if found else ""


def _answer(lines: list[str]) -> str:
    text = _unfenced("\n".join(lines).strip("\n").rstrip())
    return "" if _COMMENT.sub("", text).strip() in ("", *_NO_ANSWER) else text


def _unfenced(text: str) -> str:
    """The inside of a fence that goes around all of the text, else the text."""
    first, *inside = text.split("\n")
    mark = _FENCE.match(first)
    if mark is None or not inside:
        return text
    closing = inside.pop().strip()
    if not closing.startswith(mark[1]) or closing.strip(closing[0]) or any(map(_FENCE.match, inside)):
        return text
    return "\n".join(inside)
