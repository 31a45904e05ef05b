"""Texts and IRIs in queries, so that whatever they hold stays one term."""

import re

from leap_kg.client.errors import KgError

_NO_IRI = re.compile(r"[\x00-\x20<>\"{}|^`\\]")
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s]+")
_ESCAPED = {"\\": r"\\", '"': r"\"", "\n": r"\n", "\r": r"\r", "\t": r"\t", "\0": r"\u0000"}
_LONGEST = 4000


def is_iri(text: str) -> bool:
    """Whether the text can stand as an IRI in a query."""
    return bool(_ABSOLUTE.fullmatch(text)) and not _NO_IRI.search(text) and len(text) <= _LONGEST


def iri(text: str) -> str:
    """The IRI as SPARQL writes it; raises `KgError` if it is none."""
    if not is_iri(text):
        raise KgError(f"{text!r} is not an IRI", "Give an absolute one, with special characters percent-encoded.")
    return f"<{text}>"


def literal(text: str) -> str:
    """The text as SPARQL writes it."""
    if len(text) > _LONGEST:
        raise KgError(f"the text has more than {_LONGEST} characters", "Give fewer words.")
    return '"' + "".join(_ESCAPED.get(c, c) for c in text.encode("utf-8", "replace").decode("utf-8")) + '"'
