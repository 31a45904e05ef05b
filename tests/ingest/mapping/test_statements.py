"""What cannot be printed is taken out of any text, and nothing else."""

from hypothesis import given
from hypothesis import strategies as st

from leap_kg.ingest.mapping.statements import printable


def allowed(character: str) -> bool:
    code = ord(character)
    control = (code < 0x20 and character not in "\t\n\r") or 0x7F <= code <= 0x9F
    return not (control or 0xD800 <= code <= 0xDFFF or 0xFDD0 <= code <= 0xFDEF or code in (0xFFFE, 0xFFFF))


def test_every_character_is_kept_or_taken_out() -> None:
    for code in range(0x11000):
        assert printable(f"a{chr(code)}b") == ("a" + chr(code) * allowed(chr(code)) + "b")


@given(st.text(st.characters()) | st.text(st.characters(max_codepoint=0x80)))
def test_what_is_left_is_what_is_allowed(text: str) -> None:
    assert printable(text) == "".join(filter(allowed, text))
