"""The limits that the documentation names are those that hold."""

import re
from dataclasses import astuple
from pathlib import Path

from leap_kg.sparql.body import BODY_LIMITS
from leap_kg.sparql.guard import DEFAULT, UPDATE_LIMITS
from leap_kg.sparql.update.options import MOST_QUADS

PAGE = Path(__file__).resolve().parents[2] / "docs/guard.md"


def numbers(heading: str) -> list[int]:
    """The numbers in the table below a heading."""
    section = PAGE.read_text(encoding="utf-8").partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return [int(number) for number in re.findall(r"^\|.*\| (\d+) \|$", section, re.MULTILINE)]


def test_limits_of_queries() -> None:
    assert numbers("Queries") == list(astuple(DEFAULT))


def test_limits_of_updates() -> None:
    assert numbers("Updates") == [UPDATE_LIMITS.bytes, UPDATE_LIMITS.operations, UPDATE_LIMITS.tokens, MOST_QUADS]
    assert UPDATE_LIMITS.each == DEFAULT


def test_limits_of_bodies() -> None:
    limits = BODY_LIMITS
    assert numbers("Bodies of RDF") == [
        limits.depth, limits.triples, limits.json_bytes, limits.context_bytes, limits.contexts, limits.attributes,
        limits.namespaces, limits.iri,
    ]  # fmt: skip
