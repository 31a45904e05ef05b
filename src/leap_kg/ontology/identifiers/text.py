"""What every normaliser does to a text first: bound its length, trim it, refuse what cannot be seen.

The texts come from strangers. Bounding them here keeps every later step short, whatever it costs per
character, and the characters refused here are those that hide (controls, direction marks, zero-width
spaces) or that no encoding takes (lone surrogates, noncharacters).
"""

import re
import unicodedata
from urllib.parse import quote, unquote

from leap_kg.ontology.identifiers.result import Refusal

_LONGEST = 2048
# What RFC 3987 lets stand in a path. All else, and every non-ASCII character, is percent-encoded:
# two spellings of one IRI would be two nodes.
_PATH = "/-._~!$&'()*+,;=:@"
_KEPT = re.compile(r"[A-Za-z0-9/\-._~!$&'()*+,;=:@]*")
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_PLACEHOLDER = re.compile(r"[<>{}]|\$[(A-Za-z_]")
_ESCAPE = re.compile("%[0-9A-Fa-f]{2}")


def clean(text: str, noun: str, longest: int = _LONGEST) -> str | Refusal:
    """The text without white space and invisible characters around it.

    Refuses a text that is empty, longer than `longest` characters or holds a hidden character;
    `noun` names what is looked for, for the message.
    """
    core = text.strip(" ") if text.isascii() and text.isprintable() else _trimmed(text)
    if not core:
        return Refusal(f"no {noun} is given", f"give the {noun}, or leave the key out")
    if len(core) > longest:
        return Refusal(f"too long for one {noun}: over {longest} characters", f"give the {noun} alone")
    if _hides(core):
        return Refusal("holds a control character or one that cannot be seen", "type it anew, without copying")
    return core


def decoded(text: str, noun: str) -> str | Refusal:
    """The text with its percent escapes replaced, once. Refuses escapes that are not UTF-8 or hide something."""
    try:
        plain = unquote(text, errors="strict")
    except UnicodeDecodeError:
        return Refusal("holds percent escapes that are not UTF-8", f"write the {noun} without percent escapes")
    if _hides(plain):
        return Refusal("holds an escaped control character or one that cannot be seen", "remove the escape")
    return plain


def fully_decoded(text: str, noun: str) -> str | Refusal:
    """The text decoded until no percent escape is left, for identifiers that never hold one of their own."""
    while _ESCAPE.search(text):
        plain = decoded(text, noun)
        if isinstance(plain, Refusal):
            return plain
        text = plain
    return text


def encoded(path: str) -> str:
    """The text as an IRI path: `/` stays, whatever else a path may not hold becomes a percent escape."""
    # Most paths have nothing to encode.
    return path if _KEPT.fullmatch(path) else quote(path, safe=_PATH)


def has_dot_segment(path: str) -> bool:
    """Whether a part between slashes is `.` or `..`, which a client would resolve to another address."""
    return "/." in f"/{path}" and any(segment in {".", ".."} for segment in path.split("/"))


def placeholder(text: str) -> Refusal | None:
    """The refusal of a text in which a template's gap was never filled: `{member}`, `<NAME>`, `$USER`."""
    if _PLACEHOLDER.search(text):
        return Refusal("a placeholder was left in: { }, < > or $", "write the real value in its place")
    return None


def _trimmed(text: str) -> str:
    start, end = 0, len(text)
    while start < end and _blank(text[start]):
        start += 1
    while start < end and _blank(text[end - 1]):
        end -= 1
    return text[start:end]


def _blank(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) == "Cf"


def _hides(text: str) -> bool:
    # Nearly every identifier is plain ASCII, and asking that of the whole text takes no time.
    return not (text.isascii() and text.isprintable()) and any(map(_hidden, text))


def _hidden(character: str) -> bool:
    code = ord(character)
    noncharacter = code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF
    return noncharacter or unicodedata.category(character) in _HIDDEN
