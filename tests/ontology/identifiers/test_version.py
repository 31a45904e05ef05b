"""The order of versions, against the order that packaging gives."""

from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from leap_kg.ontology.identifiers.version import order

RELEASES = st.lists(st.integers(0, 3000), min_size=1, max_size=5).map(lambda ns: ".".join(map(str, ns)))
PHASES = st.sampled_from(("", "a1", "b2", "rc1", "rc10", ".post1", ".dev3", "a1.dev2", "rc1.post2", ".post2.dev1"))
EPOCHS = st.sampled_from(("", "", "", "1!", "12!"))
VERSIONS = st.builds(lambda epoch, release, phase: epoch + release + phase, EPOCHS, RELEASES, PHASES)


@given(VERSIONS, VERSIONS)
def test_keys_sort_as_the_versions_do(one: str, other: str) -> None:
    assert (order(one) < order(other)) == (Version(one) < Version(other))
    assert (order(one) == order(other)) == (Version(one) == Version(other))


@given(st.text(max_size=40))
def test_any_text_has_a_key_or_none(text: str) -> None:
    assert order(text) == order(text.strip())
    assert "\n" not in order(text)


def test_zeros_at_the_end_say_nothing() -> None:
    assert order("2.11") == order("2.11.0") == order("v2.11.0.0") != order("2.11.1")
    assert order("0") == order("0.0") != ""


def test_what_follows_rules_of_its_own_has_no_key() -> None:
    """A wrong order would be worse than none."""
    unknown = ("", "1.1.1q", "2025c", "9b", "latest", "abc", "1" * 12, "1." * 60 + "1", "١", "h_123")
    assert [order(text) for text in unknown] == [""] * len(unknown)


def test_a_day_is_a_version() -> None:
    assert order("2022.06.02") < order("2022.07.13") < order("2026.01.30")
