"""Frames: what is written is read, and a broken pipe is no frame."""

import io

from hypothesis import given
from hypothesis import strategies as st

from leap_kg.sparql import frames

headers = st.dictionaries(st.text(), st.none() | st.integers() | st.text() | st.lists(st.text()), max_size=4)


@given(st.lists(st.tuples(headers, st.binary()), max_size=4))
def test_what_is_written_is_read(sent: list[tuple[dict[str, object], bytes]]) -> None:
    stream = io.BytesIO()
    for header, body in sent:
        frames.write(stream, header, body)
    stream.seek(0)
    received = []
    while (frame := frames.read(stream)) is not None:
        received.append(frame)
    assert received == sent


@given(headers, st.binary(), st.data())
def test_a_frame_that_was_cut_is_none(header: dict[str, object], body: bytes, data: st.DataObject) -> None:
    stream = io.BytesIO()
    frames.write(stream, header, body)
    whole = stream.getvalue()
    cut = data.draw(st.integers(0, len(whole) - 1))
    assert frames.read(io.BytesIO(whole[:cut])) is None
