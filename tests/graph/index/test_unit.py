"""Units: one spelling for all ways to write one, and nothing else changed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.graph.index.unit import spelt


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("m s-1", "m s-1"),
        ("m/s", "m s-1"),
        ("m s**-1", "m s-1"),
        ("m s^-1", "m s-1"),
        ("m.s-1", "m s-1"),
        ("m * s-1", "m s-1"),
        ("meter second-1", "m s-1"),
        ("W/m2", "W m-2"),
        ("W/m^2/sr", "W m-2 sr-1"),
        ("kg m-2 s-1", "kg m-2 s-1"),
        ("kg/m2 s", "kg m-2 s"),
        ("m m-1", "1"),
        ("1/s", "s-1"),
        ("K", "K"),
        ("Kelvin", "K"),
        ("deg_C", "degC"),
        ("degrees_celsius", "degC"),
        ("°C", "degC"),
        ("degrees C", "degC"),
        ("millibar", "hPa"),
        ("degree_north", "degrees_north"),
        ("1", "1"),
        ("unitless", "1"),
        ("%", "%"),
        ("days since 1970-01-01", ""),
        ("", ""),
        ("1e-3 kg (wet)", "1e-3 kg (wet)"),
        ("see  the\npaper", "see the paper"),
    ],
)
def test_a_unit_has_one_spelling(written: str, expected: str) -> None:
    assert spelt(written) == expected


def test_quantities_stay_apart() -> None:
    assert len({spelt(unit) for unit in ("K", "degC", "m", "mm", "M", "s", "S", "Pa", "hPa", "g", "kg", "d")}) == 12


@settings(max_examples=50)
@given(st.text(max_size=130))
def test_any_text_is_spelt_once(text: str) -> None:
    once = spelt(text)
    assert len(once) <= 200
    assert "\n" not in once
    assert spelt(once) == once or " since " in f" {once} "


_SYMBOLS = st.sampled_from(("kg", "m", "s", "K", "Pa", "W", "sr", "mol"))


@settings(max_examples=50)
@given(st.dictionaries(_SYMBOLS, st.integers(-4, 4).filter(bool), min_size=1, max_size=4))
def test_all_signs_for_powers_and_division_mean_the_same(powers: dict[str, int]) -> None:
    plain = " ".join(f"{symbol}{power}" for symbol, power in powers.items())
    caret = ".".join(f"{symbol}^{power}" for symbol, power in powers.items())
    stars = " * ".join(f"{symbol}**{power}" for symbol, power in powers.items())
    strokes = "1" + "".join(f"/{symbol}{-power}" for symbol, power in powers.items())
    assert {spelt(text) for text in (caret, stars, strokes)} == {spelt(plain)}
