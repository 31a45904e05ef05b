"""The digest of a state: the same in any order, and a change moves it by what the change is."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store

from leap_kg.graph.log.digest import digest_of, digest_text, digest_value, total, total_of

S, P, G = (NamedNode(f"https://example.org/{name}") for name in "spg")
numbers = st.sets(st.integers(0, 99), max_size=20)


def quads(chosen: set[int]) -> list[Quad]:
    return [Quad(S, P, Literal(f"é {number}"), G) for number in chosen]


@given(numbers, numbers)
def test_a_change_moves_the_digest_by_its_own_sum(before: set[int], after: set[int]) -> None:
    moved = total_of(quads(before)) + total_of(quads(after - before)) - total_of(quads(before - after))
    assert digest_text(moved) == digest_of(quads(after)) == digest_of(reversed(quads(after)))
    assert digest_value(digest_of(quads(after))) == total_of(quads(after))


def test_anyone_can_compute_it_from_a_dump() -> None:
    store = Store()
    store.extend(quads(set(range(40))))
    dump = store.dump(format=RdfFormat.N_QUADS)
    assert dump is not None
    found = sum(int.from_bytes(hashlib.sha256(line).digest(), "big") for line in dump.splitlines()) % 2**256
    assert digest_of(store) == f"sum-sha256:{found:064x}"
    assert total(dump.splitlines()) == found


@pytest.mark.parametrize("text", ["", "sum-sha256:", "sum-sha256:1", "sha256:" + "0" * 64, "sum-sha256:" + "x" * 64])
def test_a_text_that_is_no_digest_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"digest|invalid literal"):
        digest_value(text)
