"""ROR identifiers: real ones, and that every single mistyped symbol is caught."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap_kg.ontology.identifiers import Refusal, Ror, ror

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("https://ror.org/00hj8s172", "00hj8s172"),
        ("http://www.ror.org/00HJ8S172/", "00hj8s172"),
        ("ror.org/00hj8s172?x#y", "00hj8s172"),
        ("ROR: 05dxps055", "05dxps055"),
        ("021nxhr62", "021nxhr62"),
        (" 027ka1x80\n", "027ka1x80"),
    ],
)
def test_real_identifiers(text: str, value: str) -> None:
    parsed = ror.parse(text)
    assert parsed == Ror(value)
    assert isinstance(parsed, Ror)
    assert parsed.iri == f"https://ror.org/{value}"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no ROR identifier"),
        ("00hj8s173", "do not check"),
        ("10hj8s172", "that is 0"),
        ("00hj8s17", "that is 0"),
        ("00hj8s1722", "that is 0"),
        ("00hj8i172", "that is 0"),
        ("grid.21729.3f", "that is 0"),
        ("https://example.org/00hj8s172", "that is 0"),
    ],
)
def test_refusals_say_why(text: str, reason: str) -> None:
    parsed = ror.parse(text)
    assert isinstance(parsed, Refusal)
    assert reason in parsed.reason


@given(st.text(ALPHABET, min_size=6, max_size=6), st.integers(0, 5), st.sampled_from(ALPHABET))
def test_the_check_catches_every_single_wrong_symbol(symbols: str, place: int, symbol: str) -> None:
    digits = ror.check_digits(symbols)
    assert ror.parse(f"0{symbols}{digits}") == Ror(f"0{symbols}{digits}")
    wrong = symbols[:place] + symbol + symbols[place + 1 :]
    assert isinstance(ror.parse(f"0{wrong}{digits}"), Ror) == (wrong == symbols)
