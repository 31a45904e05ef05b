"""The colours hold WCAG 2.2 AA in both schemes: 4.5 for text, 3 for the lines of controls."""

import re
from functools import cache

import pytest

from tests.web_assets.render import WEB

KINDS = ("data", "code", "people", "text", "upkeep")
STATES = ("success", "error", "warning", "info")
TEXT = [
    *((ink, "ground") for ink in ("ink", "ink-soft", "ocean", "ocean-strong", "warm")),
    *((ink, "surface") for ink in ("ink", "ink-soft", "ocean", "ocean-strong", "warm")),
    *((ink, ground) for ink in ("ink", "ink-soft", "ocean") for ground in ("surface-sunk", "surface-raised")),
    *((ink, "ocean-wash") for ink in ("ink", "ink-soft", "ocean", "ocean-strong")),
    ("ink", "warm-mark"),
    ("on-ocean", "ocean-fill"),
    ("on-ocean", "ocean-fill-hover"),
    *((ink, ground) for ink in ("on-deep", "on-deep-soft") for ground in ("deep", "deep-end")),
    *((tone, f"{tone}-wash") for tone in (*KINDS, *STATES)),
    *((ink, f"{tone}-wash") for ink in ("ink", "ink-soft", "ocean") for tone in STATES),
    *((tone, "surface") for tone in (*KINDS, *STATES)),
]
LINES = [("line-strong", "ground"), ("line-strong", "surface"), ("spark", "deep"), ("spark", "deep-end")]


@cache
def colours() -> dict[str, tuple[str, str]]:
    """Each colour token as its light and its dark value."""
    text = (WEB / "styles" / "tokens.css").read_text()
    found = {}
    for name, light, dark in re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\);", text):
        found[name] = (light, dark)
    for name, value in re.findall(r"--([\w-]+): (#\w{6});", text):
        found[name] = (value, value)
    return found


def luminance(colour: str) -> float:
    """Relative luminance, https://www.w3.org/TR/WCAG22/#dfn-relative-luminance."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    """The contrast ratio of two colours, 1 to 21."""
    lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_measured_as_the_standard_says() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("pairs", "least"), [(TEXT, 4.5), (LINES, 3.0)], ids=["text", "lines"])
def test_pairs_are_legible(pairs: list[tuple[str, str]], least: float, scheme: int) -> None:
    measured = {(ink, on): contrast(colours()[ink][scheme], colours()[on][scheme]) for ink, on in pairs}
    assert {pair: round(ratio, 2) for pair, ratio in measured.items() if ratio < least} == {}
