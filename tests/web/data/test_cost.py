"""What reading would cost: whole chunks, and a smaller part that fits where the whole does not."""

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.web.data.cost import Cost, cost, in_words, smaller


def test_a_series_touches_a_chunk_of_each_time_and_all_of_it() -> None:
    assert cost((1, 36, 72), 4, [range(24), range(7, 8), range(9, 10)]) == Cost(24, 24 * 36 * 72 * 4, 24)
    assert cost((24, 12, 12), 4, [range(24), range(7, 8), range(9, 10)]) == Cost(1, 24 * 12 * 12 * 4, 24)
    assert cost((1, 36, 36), 4, [range(1), range(36), [70, 71, 0, 1]]) == Cost(2, 2 * 36 * 36 * 4, 144)
    assert Cost(1, 20736, 24).words == "1 chunk, 20.7 kB unpacked"


def test_ten_terabytes_are_a_sum_and_a_hundredth_of_a_millimetre_of_them_is_found_at_once() -> None:
    shape, chunks = (2**40, 1000, 2500), (1, 1000, 2500)
    whole = [range(length) for length in shape]
    price = cost(chunks, 4, whole)
    assert price.bytes == 2**40 * 10**7
    left = smaller(whole, chunks, lambda picked: cost(chunks, 4, picked).bytes <= 2**28)
    assert left == [range(16), range(1000), range(2500)]


def test_one_chunk_that_is_too_large_leaves_nothing() -> None:
    assert (
        smaller([range(4), range(4)], (2**20, 2**20), lambda picked: cost((2**20, 2**20), 8, picked).bytes < 9) is None
    )


@settings(max_examples=50)
@given(
    st.lists(st.tuples(st.integers(1, 10**15), st.integers(1, 10**6)), min_size=1, max_size=5), st.integers(1, 2**32)
)
def test_what_is_left_fits_and_is_the_beginning(dimensions: list[tuple[int, int]], most: int) -> None:
    chunks = [size for _, size in dimensions]
    picked = [range(length) for length, _ in dimensions]
    left = smaller(picked, chunks, lambda places: cost(chunks, 4, places).bytes <= most)
    if left is None:
        assert 4 * math.prod(chunks) > most
    else:
        assert cost(chunks, 4, left).bytes <= most
        assert all(places[0] == 0 and len(places) <= len(all_) for places, all_ in zip(left, picked, strict=True))


def test_bytes_in_words() -> None:
    assert [in_words(count) for count in (0, 999, 1000, 3_400_000, 10**13)] == [
        "0 bytes", "999 bytes", "1.0 kB", "3.4 MB", "10.0 TB",
    ]  # fmt: skip
