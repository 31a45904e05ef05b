"""Which evidence wins."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import NamedNode

from leap_kg.ingest.requests.standing import DECIDABLE, SAYABLE, WORDS, Evidence, data_state, standing

A, B = NamedNode("https://x.org/a"), NamedNode("https://x.org/b")


@pytest.mark.parametrize(
    ("known", "word"),
    [
        (Evidence(), "asked"),
        (Evidence(said={"suspended"}), "suspended"),
        (Evidence(said={"asked", "declined"}), "declined"),
        (Evidence(curated="accepted", said={"declined"}), "accepted"),
        (Evidence(curated="accepted", said={"published"}), "published"),
        (Evidence(curated="declined", said={"published"}, answers={A: "published"}), "declined"),
        (Evidence(said={"declined"}, answers={A: "published"}), "published"),
        (Evidence(said={"published"}, answers={A: "failed"}), "failed"),
        (Evidence(answers={A: "failed", B: "retracted"}), "retracted"),
        (Evidence(answers={A: "retracted", B: "published"}), "published"),
        (Evidence(code={A}), "in-progress"),
        (Evidence(code={A}, said={"published"}), "published"),
        (Evidence(parts=Counter(published=3)), "published"),
        (Evidence(parts=Counter(published=3, retracted=1, suspended=2)), "published"),
        (Evidence(parts=Counter(published=3, asked=1)), "in-progress"),
        (Evidence(parts=Counter(asked=3), said={"published"}), "asked"),
        (Evidence(parts=Counter(retracted=2)), "retracted"),
        (Evidence(parts=Counter(suspended=2)), "suspended"),
    ],
)
def test_the_order_of_evidence(known: Evidence, word: str) -> None:
    assert standing(known).word == word


def test_a_dataset_is_as_its_best_store_and_in_progress_without_any() -> None:
    assert data_state([]) == "in-progress"
    assert data_state(["failed", "published"]) == "published"


_state = st.sampled_from(("published", "in-progress", "retracted", "failed"))


@given(
    st.builds(
        Evidence,
        st.sampled_from(("", *DECIDABLE)),
        st.sets(st.sampled_from(SAYABLE), max_size=3),
        st.dictionaries(st.sampled_from((A, B)), _state, max_size=2),
        st.sets(st.just(A), max_size=1),
        st.dictionaries(st.sampled_from(WORDS), st.integers(1, 9), max_size=4).map(Counter),
    )
)
def test_any_evidence_leads_to_one_state_and_a_reason(known: Evidence) -> None:
    found = standing(known)
    assert found.word in WORDS
    assert found.why.endswith(".")
    # Only data can fail or be withdrawn.
    if found.word in ("failed", "retracted"):
        assert known.answers or known.parts
