"""ORCID iDs: spellings, and that every single mistyped digit is caught."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap_kg.ontology.identifiers import Orcid, Refusal, orcid

DIGITS = "0123456789X"


@pytest.mark.parametrize(
    "text",
    [
        "0000-0002-5631-889X",
        "0000-0002-5631-889x",
        "000000025631889X",
        "0000 0002 5631 889X",
        "0000\u00a00002\u00a05631\u00a0889X",
        "0000–0002–5631–889X",
        "0000‐0002−5631—889x",
        "https://orcid.org/0000-0002-5631-889X",
        "http://www.orcid.org/0000-0002-5631-889x/",
        "orcid.org/0000-0002-5631-889X?lang=en",
        "https://orcid.org/my-orcid?orcid=0000-0002-5631-889X",
        "ORCID: 0000-0002-5631-889X",
        "ORCID iD 0000-0002-5631-889X",
        "orcid:https://orcid.org/0000-0002-5631-889X",
    ],
)
def test_all_spellings_of_one_orcid_are_equal(text: str) -> None:
    parsed = orcid.parse(text)
    assert parsed == Orcid("0000-0002-5631-889X")
    assert isinstance(parsed, Orcid)
    assert parsed.iri == "https://orcid.org/0000-0002-5631-889X"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no ORCID iD"),
        ("jbusecke", "15 digits"),
        ("0000-0002-5631-8890", "does not check"),
        ("0000-0002-5631-88", "15 digits"),
        ("0000-0002-5631-889X1", "15 digits"),
        ("0000-0002-5X31-889X", "15 digits"),
        ("0000-0000-0000-0001", "placeholder"),
        ("https://example.org/0000-0002-5631-889X", "15 digits"),
        ("٠٠٠٠-٠٠٠٢-٥٦٣١-٨٨٩X", "15 digits"),
    ],
)
def test_refusals_say_why(text: str, reason: str) -> None:
    parsed = orcid.parse(text)
    assert isinstance(parsed, Refusal)
    assert reason in parsed.reason


@given(st.text("0123456789", min_size=7, max_size=7), st.integers(0, 15), st.sampled_from(DIGITS))
def test_the_check_catches_every_single_wrong_digit(tail: str, place: int, digit: str) -> None:
    digits = "00000002" + tail
    right = digits + orcid.check_character(digits)
    assert isinstance(orcid.parse(right), Orcid)
    wrong = right[:place] + digit + right[place + 1 :]
    assert isinstance(orcid.parse(wrong), Orcid) == (wrong == right)


@given(st.text("0123456789", min_size=7, max_size=7), st.integers(0, 14))
def test_the_check_catches_every_swap_of_neighbours(tail: str, place: int) -> None:
    digits = "00000002" + tail
    right = digits + orcid.check_character(digits)
    swapped = right[:place] + right[place + 1] + right[place] + right[place + 2 :]
    assert isinstance(orcid.parse(swapped), Orcid) == (swapped == right)
