"""ISBNs of ten and of thirteen digits are one book, and a mistyped digit is noticed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap_kg.ontology.identifiers import Refusal, isbn


@pytest.mark.parametrize(
    "text",
    [
        "9780306406157", "978-0-306-40615-7", "0306406152", "0-306-40615-2", "ISBN 978 0 306 40615 7",
        "ISBN-13: 9780306406157", "urn:isbn:0306406152", "https://example.org/isbn/9780306406157",
        "http://id.crossref.org/isbn/9780306406157",
    ],
)  # fmt: skip
def test_every_spelling_is_the_same_book(text: str) -> None:
    assert isbn.parse(text) == isbn.Isbn("9780306406157")


def test_a_book_has_a_urn() -> None:
    found = isbn.parse("155404295X")
    assert isinstance(found, isbn.Isbn)
    assert found.iri == "urn:isbn:9781554042951"
    assert isbn.parse(found.iri) == found


@pytest.mark.parametrize(
    "text", ["", "9780306406158", "0306406153", "977-0-306-40615-7", "978030640615", "937-0-4523-12357-6"]
)
def test_what_is_none_is_refused(text: str) -> None:
    assert isinstance(isbn.parse(text), Refusal)


@given(st.from_regex(r"97[89][0-9]{9}", fullmatch=True), st.integers(3, 11), st.integers(1, 9))
def test_one_mistyped_digit_is_noticed(body: str, at: int, by: int) -> None:
    right = body + isbn.check_digit(body)
    assert isbn.parse(right) == isbn.Isbn(right)
    wrong = right[:at] + str((int(right[at]) + by) % 10) + right[at + 1 :]
    assert isinstance(isbn.parse(wrong), Refusal)


@given(st.text(max_size=60))
def test_any_text_gives_a_value_or_a_refusal(text: str) -> None:
    found = isbn.parse(text)
    assert isinstance(found, Refusal) or isbn.parse(found.value) == found
