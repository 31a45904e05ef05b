"""Addresses in a line of text: where each begins and ends, in Markdown, reStructuredText, HTML or none of them.

Hazard: an address ends where its writer meant it to, which no grammar says. Brackets that were opened before it and
the punctuation of the sentence are left out; gaps such as `{year}` and `<user>` are kept in storage addresses alone.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_WEB = r"""https?://(?:[^\s<>"'`|^\[\]{}\\]|\\[-_()*~.#&]|<[0-9:.A-Za-z]{1,30}>(?=[0-9]\.[0-9])){1,2000}"""
_STORE = r"""(?:gs|gcs|s3a?|abfss?|az|adl|wasbs?|osn|swift|ftp)://(?:[^\s<>"'`|^\[\]{}\\,]|\\[-_()*~.#&]
    |<(?!br|/)[A-Za-z][\w .-]{0,40}>|\{[\w .:-]{0,40}\}){1,2000}"""
_ADDRESS = re.compile(rf"(?<![A-Za-z0-9+.-])(?:{_WEB}|{_STORE})", re.IGNORECASE | re.ASCII | re.VERBOSE)
_ESCAPED = re.compile(r"\\([-_()*~.#&])")
_TAIL = ".,;:!?*_~"


@dataclass(frozen=True, slots=True)
class Address:
    """An address: the characters `start` to `end` of the line, and its text without the escapes of Markdown."""

    start: int
    end: int
    text: str


def addresses(line: str) -> Iterator[Address]:
    """The addresses of a line, in order."""
    if "://" not in line:
        return
    for found in _ADDRESS.finditer(line):
        text = _meant(found[0])
        if len(text.partition("://")[2]) > 1:
            start = found.start()
            yield Address(start, start + len(text), _ESCAPED.sub(r"\1", text).replace("&amp;", "&"))


def without(line: str, found: list[Address]) -> str:
    """The line with blanks where the addresses are, so that all else stays at its place."""
    for address in found:
        line = f"{line[: address.start]}{' ' * (address.end - address.start)}{line[address.end :]}"
    return line


def _meant(text: str) -> str:
    """The address up to a bracket that closes what was opened before it, without the end of a sentence."""
    depth = 0
    for at, character in enumerate(text):
        if character == "(":
            depth += 1
        elif character == ")":
            depth -= 1
            if depth < 0:
                text = text[:at]
                break
    return text.rstrip(_TAIL)
