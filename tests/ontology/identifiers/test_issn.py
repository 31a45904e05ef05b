"""ISSNs in every spelling are one, and a mistyped digit is noticed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap_kg.ontology.identifiers import Refusal, issn

KNOWN = ("2041-1723", "1461-023X", "0022-0477", "2167-8359")


@pytest.mark.parametrize("text", KNOWN)
@pytest.mark.parametrize(
    "form", ["{}", " {} ", "ISSN {}", "eISSN: {}", "urn:issn:{}", "https://portal.issn.org/resource/ISSN/{}"]
)
def test_every_spelling_is_the_same(text: str, form: str) -> None:
    found = issn.parse(form.format(text))
    assert isinstance(found, issn.Issn)
    assert found.value == text
    assert found.iri == f"https://portal.issn.org/resource/ISSN/{text}"
    assert issn.parse(found.iri) == issn.parse(text.replace("-", "").lower()) == found


@pytest.mark.parametrize("text", ["", "2041-1724", "1461-0230", "2041-172", "2041 17233", "X041-1723"])
def test_what_is_none_is_refused(text: str) -> None:
    assert isinstance(issn.parse(text), Refusal)


@given(st.from_regex(r"[0-9]{7}", fullmatch=True), st.integers(0, 6), st.integers(1, 9))
def test_one_mistyped_digit_is_noticed(digits: str, at: int, by: int) -> None:
    right = digits + issn.check_character(digits)
    assert isinstance(issn.parse(right), issn.Issn)
    wrong = right[:at] + str((int(right[at]) + by) % 10) + right[at + 1 :]
    assert isinstance(issn.parse(wrong), Refusal)


@given(st.text(max_size=60))
def test_any_text_gives_a_value_or_a_refusal(text: str) -> None:
    found = issn.parse(text)
    assert isinstance(found, Refusal) or issn.parse(found.value) == found
