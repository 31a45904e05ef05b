"""Bodies of RDF: measured by a guard for each format, then parsed within bounds."""

from leap_kg.sparql.body.jsonld import check_json
from leap_kg.sparql.body.limits import BODY_LIMITS, BodyLimits, BodyRefused
from leap_kg.sparql.body.parsing import check_utf8, parse_body
from leap_kg.sparql.body.turtle import check_turtle
from leap_kg.sparql.body.xml import check_xml

__all__ = [
    "BODY_LIMITS",
    "BodyLimits",
    "BodyRefused",
    "check_json",
    "check_turtle",
    "check_utf8",
    "check_xml",
    "parse_body",
]
