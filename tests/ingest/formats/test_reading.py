"""Texts of the feedstock template are found whatever their letters' case, among any other text."""

import re
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from leap_kg.ingest.formats.reading import File, Reading

TEMPLATE = re.compile(
    r"\bmy-custom-tag\b|\bJust a Test\b|\bJust a guy testing\b|\bsome-bucket\b|\bsome-path\b"
    r"|\bThe (even )?cool(er)? (small|large) Proto Dataset\b|\bprototype test\b"
    r"|(?-i:<[A-Z][A-Z_ ]{2,}>|<your [a-z ]+>|\{\{[^{}]*\}\})",
    re.IGNORECASE,
)
SAID = ["my-custom-tag", "Just a Test", "Just a guy testing", "gs://some-bucket/some-path", "prototype test"]
SAID += [
    "The even cooler small Proto Dataset",
    "The cool large proto dataset",
    "<NAME OF IT>",
    "{{ title }}",
    "<your data>",
]
# Letters that a pattern without case takes for s, k or i.
ODD = str.maketrans({"s": "\u017f", "k": "\u212a", "i": "\u0130"})
CASES: list[Callable[[str], str]] = [str, str.upper, str.lower, str.title, lambda text: text.translate(ODD)]


def placeholders(text: str) -> int:
    reading = Reading({}, File("https://example.org/meta.yaml"))
    reading.text(text, ("description",))
    return sum(finding.kind == "placeholder" for finding in reading.findings)


@pytest.mark.parametrize("text", SAID)
def test_a_text_of_the_template_is_reported(text: str) -> None:
    assert placeholders(f"Data: {text}, and more") == 1


@given(
    parts=st.lists(st.sampled_from(SAID) | st.text(max_size=6), max_size=4),
    case=st.sampled_from(CASES),
    between=st.sampled_from(["", " ", "\n", "-"]),
)
@example(parts=["a test of a bucket at a path"], case=str, between=" ")
def test_nothing_else_is_reported(parts: list[str], case: Callable[[str], str], between: str) -> None:
    text = case(between.join(parts)).replace("\x1b", "")
    clean = "".join(c for c in text if c in "\t\n" or c.isprintable())
    assert placeholders(clean) == (TEMPLATE.search(clean.strip()) is not None)
