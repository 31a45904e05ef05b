"""Titles and abstracts without their markup: JATS, MathML and HTML tags go, the words stay.

Nothing is parsed as XML: the texts are fragments, seldom well formed, and a tag is only what bears a name that these
vocabularies have, so `a < b` and `x<y` keep their signs. The time taken grows with the length of the text alone.
"""

import html
import re

# Elements that begin a new line; those that stay within one are only taken out.
_BLOCK_NAMES = """abstract article body br caption dd def-list disp-formula disp-quote div dl dt h1 h2 h3 h4 h5 h6 label
    li list list-item ol p sec section speech table td th title tr trans-abstract ul verse-group"""
_INLINE_NAMES = """a alternatives b bold em email ext-link font i img inf inline-formula inline-graphic italic monospace
    named-content overline related-article roman sc scp small span strike strong styled-content sub sup tex-math tt
    u underline uri xref"""
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_INLINE = frozenset(_INLINE_NAMES.split())
_TAG = re.compile(r"</?(?:(?P<prefix>jats|mml|m|xhtml|html):)?(?P<name>[A-Za-z][\w.-]*)(?:\s[^<>]*)?/?>")
_COMMENT = re.compile(r"<!--[^<>]*-->|<!\[CDATA\[|\]\]>|<\?[^<>]*\?>")
_HEADINGS = re.compile(r"\s*(?:abstract|summary|résumé|zusammenfassung)\s*[:.]?\s*\n", re.IGNORECASE)


def plain(text: str) -> str:
    """The words of a fragment of markup; a lone heading such as "Abstract" before them is dropped."""
    if "<" not in text and "&" not in text:
        return _tidy(text)
    # Twice, because registers often escape what was escaped already.
    for _ in range(2):
        text = html.unescape(_TAG.sub(_replacement, _COMMENT.sub("", text)))
    tidy = _tidy(_TAG.sub(_replacement, text))
    return _HEADINGS.sub("", tidy, count=1) if _HEADINGS.match(tidy) else tidy


def _replacement(tag: re.Match[str]) -> str:
    name = tag["name"].lower()
    if name in _BLOCKS:
        return "\n"
    return "" if tag["prefix"] or name in _INLINE else tag[0]


def _tidy(text: str) -> str:
    """One blank between words, one line a paragraph."""
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)
