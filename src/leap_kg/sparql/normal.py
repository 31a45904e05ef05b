"""The same query in another layout is the same query: a text without comments and with single spaces or none.

Hazard: two queries that mean different things must never become one text. A string, an IRI and an escaped character
are kept as they stand, and so is whatever cannot be read as space. It holds for texts that passed the guard, whose
tokenizer refuses a `<` that can be read in two ways.
"""

import re

from leap_kg.sparql.guard import DEFAULT, Limits, Verdict, inspect

_KEPT = (
    r"'''(?:[^'\\]++|\\.|'(?!''))*+'''|\"\"\"(?:[^\"\\]++|\\.|\"(?!\"\"))*+\"\"\""
    r"|'(?:[^'\\\r\n]++|\\.)*+'|\"(?:[^\"\\\r\n]++|\\.)*+\""
    r"|<<|<(?:[^<>\"{}|^`\\\x00-\x20]++|\\.)*+>|\\."
)
_SPACE = r"(?:[ \t\r\n]++|#[^\r\n]*+)"
# No space beside one of these makes a difference, but that between a curly bracket and a bar.
_ALONE = rf"(?<!\|){_SPACE}*+([}}(),;]|\{{(?!{_SPACE}*\|)){_SPACE}*+"
_KEPT_OR_SPACE = re.compile(rf"({_KEPT})|{_ALONE}|{_SPACE}++", re.DOTALL)
# Answers to these change from one moment to the next.
_CHANGING = re.compile(r"(?:NOW|RAND|UUID)\s*\(", re.IGNORECASE)

# An IRI of this kind is read as one wherever it stands (but for `<<`), so which one it is makes no difference to the
# guard: thousands of look-ups that differ in an IRI are read once.
_PLAIN_IRI = re.compile(r"<https?://[A-Za-z0-9._~/:%=&+;,@-]*+(?:#[A-Za-z0-9._-]*+)?+>")
_ANY_IRI = "<http://i>"
_MOST_VERDICTS = 2048
_LONGEST = 4096
_verdicts: dict[str, Verdict] = {}


def normalised(text: str) -> str:
    """`text` without comments, with each run of space as one, and none beside brackets, commas and semicolons."""
    return _KEPT_OR_SPACE.sub(_one_space, text).strip()


def is_repeatable(normal: str) -> bool:
    """Whether the query, as `normalised` has it, has the same answer each time on the same snapshot."""
    return _CHANGING.search(normal) is None


def verdict(text: str, limits: Limits = DEFAULT) -> Verdict:
    """As `inspect`, and quick for a query that differs from an earlier one only in IRIs."""
    if limits is not DEFAULT or len(text) > _LONGEST or "\\" in text or "<<" in text or "service" in text.lower():
        return inspect(text, limits)
    shape = _PLAIN_IRI.sub(_ANY_IRI, text)
    found = _verdicts.get(shape)
    if found is None:
        found = inspect(text, limits)
        if len(_verdicts) >= _MOST_VERDICTS:
            _verdicts.clear()
        _verdicts[shape] = found
    return found


def _one_space(found: "re.Match[str]") -> str:
    return found[1] or found[2] or " "
