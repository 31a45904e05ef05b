"""Bodies of RDF, whoever sent them: bytes in, quads or one reason out.

Hazard: what the guards of the formats let through may still become large, so the quads are counted as they come.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from pyoxigraph import Literal, Quad, RdfFormat, Triple, parse

from leap_kg.sparql.body.jsonld import prepared_jsonld
from leap_kg.sparql.body.limits import BODY_LIMITS, BodyLimits, BodyRefused, refused_at
from leap_kg.sparql.body.turtle import check_turtle
from leap_kg.sparql.body.xml import check_xml

_PARSER_SAYS = re.compile(r"^Parser error at .*?: | \(line \d+\)$")


def parse_body(
    source: bytes | Path, form: RdfFormat, base_iri: str, base: str, limits: BodyLimits = BODY_LIMITS
) -> Iterator[Quad]:
    """The quads of a body or a file; blank nodes are kept, under names of their own.

    Relative IRIs are relative to `base_iri`; `base` begins the address of our context of JSON-LD, the only one that a
    document may name. Raises `BodyRefused`: 400 with line and column where they are known, 413 for too much; some of
    that only after some quads.
    """
    data = _read(source, limits)
    check_utf8(data)
    if form == RdfFormat.JSON_LD:
        data = prepared_jsonld(data, base, limits)
    elif form == RdfFormat.RDF_XML:
        check_xml(data, limits)
    else:
        check_turtle(data, limits)
    return _bounded(data, form, base_iri, limits)


def check_utf8(data: bytes) -> None:
    """Raise `BodyRefused` (400) for bytes that are not UTF-8."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        detail = f"is not UTF-8: byte 0x{data[error.start]:02X}; save it as UTF-8"
        raise refused_at(data, error.start, detail) from None


def _read(source: bytes | Path, limits: BodyLimits) -> bytes:
    if isinstance(source, bytes):
        data = source
    else:
        with source.open("rb") as file:
            data = file.read(limits.bytes + 1)
    if len(data) > limits.bytes:
        raise BodyRefused(413, f"has more than {limits.bytes} bytes; split it")
    return data.removeprefix(b"\xef\xbb\xbf")


def _bounded(data: bytes, form: RdfFormat, base_iri: str, limits: BodyLimits) -> Iterator[Quad]:
    characters = 0
    try:
        for number, quad in enumerate(parse(data, format=form, base_iri=base_iri, rename_blank_nodes=True), 1):
            characters += len(str(quad))
            _check(quad, number, characters, limits)
            yield quad
    except SyntaxError as error:
        raise BodyRefused(400, _PARSER_SAYS.sub("", str(error.msg)), error.lineno, error.offset) from None
    except MemoryError:
        raise BodyRefused(413, "one text in it is longer than the parser can hold; split it") from None
    except BodyRefused:
        raise
    except ValueError as error:
        raise BodyRefused(400, str(error)) from None


def _check(quad: Quad, number: int, characters: int, limits: BodyLimits) -> None:
    """Raise `BodyRefused` for a quad that is one too many or not of RDF 1.1."""
    if number > limits.triples or characters > limits.characters:
        raise BodyRefused(413, f"says more than {limits.triples} triples or {limits.characters} characters; split it")
    if isinstance(quad.subject, Triple) or isinstance(quad.object, Triple):
        raise BodyRefused(400, "a triple about a triple is not kept; write plain triples")
    if isinstance(quad.object, Literal) and quad.object.direction is not None:
        raise BodyRefused(400, f"a text with a direction is not kept; write it without: {quad.object}")
