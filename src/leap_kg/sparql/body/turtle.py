"""The guard of Turtle, TriG, N-Triples, N-Quads and N3: nesting, before a parser sees the text.

Hazard: pyoxigraph 0.5.13 overflows its stack when it frees a triple inside a triple 100,000 deep. Other nesting it
takes, but our own code walks what it gives back. Triples about triples are not kept anyway, so `<<` is refused.
"""

import re

from leap_kg.sparql.body.limits import BodyLimits, refused_at

# Strings, IRIs and comments are passed over; one that never ends is passed over too, as the parser stops there.
_TOKEN = re.compile(
    rb"\\."
    rb'|"""(?:[^"\\]++|\\.|"(?!""))*+(?:""")?+'
    rb"|'''(?:[^'\\]++|\\.|'(?!''))*+(?:''')?+"
    rb'|"(?:[^"\\\r\n]++|\\.)*+"?+'
    rb"|'(?:[^'\\\r\n]++|\\.)*+'?+"
    rb"|<(?:[^<>\"{}|^`\\\x00-\x20]++|\\[uU])*+>"
    rb"|#[^\r\n]*+"
    rb"|(?P<quoted><<|\{\||~)"
    rb"|(?P<open>[(\[{])"
    rb"|(?P<close>[)\]}])",
    re.DOTALL,
)


def check_turtle(data: bytes, limits: BodyLimits) -> None:
    """Raise `BodyRefused` (400) if brackets nest too deep, or a triple stands inside a triple."""
    depth = 0
    for token in _TOKEN.finditer(data):
        match token.lastgroup:
            case "open":
                depth += 1
                if depth > limits.depth:
                    detail = f"nested deeper than {limits.depth}; give inner nodes names and write them flat"
                    raise refused_at(data, token.start(), detail)
            case "close":
                depth -= 1
            case "quoted":
                sign = token[0].decode()
                raise refused_at(data, token.start(), f"{sign!r} is RDF 1.2, which is not kept; write plain triples")
