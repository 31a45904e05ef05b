"""Frames: what is written is read, and a broken stream is no frame."""

import io

from hypothesis import given
from hypothesis import strategies as st

from leap_kg.sparql import frames

headers = st.dictionaries(st.text(), st.none() | st.integers() | st.text() | st.lists(st.text()), max_size=4)


@given(st.lists(st.tuples(headers, st.binary()), max_size=4))
def test_what_is_written_is_read(sent: list[tuple[dict[str, object], bytes]]) -> None:
    stream = io.BytesIO(b"".join(frames.frame(frames.encode(header), body) for header, body in sent))
    received = []
    while (frame := frames.read(stream)) is not None:
        received.append(frame)
    assert received == sent


@given(headers, st.binary(), st.data())
def test_a_frame_that_was_cut_is_none(header: dict[str, object], body: bytes, data: st.DataObject) -> None:
    whole = frames.frame(frames.encode(header), body)
    cut = data.draw(st.integers(0, len(whole) - 1))
    assert frames.read(io.BytesIO(whole[:cut])) is None


def test_headers_that_come_again_are_kept_within_bounds() -> None:
    first = frames.decode(b'{"a": 0}')
    assert frames.decode(b'{"a": 0}') is first
    for number in range(2000):
        assert frames.decode(b'{"a": %d}' % number) == {"a": number}
    assert len(frames._known) <= 256
