"""A plane of numbers to a small picture: north above, west at the left, what is missing left clear.

The colours run from the second to the ninety-eighth percentile, so that single extreme cells do not flatten all else.
The same numbers make the same bytes.
"""

import io
from dataclasses import dataclass
from typing import Any

LONGEST = 480
"""The most cells of a side that a picture should have."""
_SHADES = 240
# Dark to light, so that the order is seen without colour too.
_STOPS = (
    *((0x10, 0x1C, 0x4F), (0x1A, 0x4E, 0x8C), (0x1B, 0x84, 0x96)),
    *((0x4F, 0xB3, 0x7F), (0xC2, 0xD1, 0x59), (0xFD, 0xEB, 0x9C)),
)


class Unpainted(Exception):
    """There is nothing to draw; the text says why."""


@dataclass(frozen=True, slots=True)
class Painted:
    """A picture (PNG) and the numbers at the ends of its colours."""

    png: bytes
    low: float
    high: float


def paint(values: Any, latitudes: Any, longitudes: Any) -> Painted:  # noqa: ANN401 - NumPy arrays
    """The picture of `values` (rows of `latitudes`, columns of `longitudes`, NaN where there is none).

    Raises `Unpainted`, and `ImportError` where the libraries that draw are not installed.
    """
    import numpy as np
    from PIL import Image

    if not (np.isfinite(latitudes).all() and np.isfinite(longitudes).all()):
        raise Unpainted("some of its latitudes or longitudes are missing")
    values = values[np.argsort(-latitudes, kind="stable")]
    # Longitudes of any turn, so that the cut is at the antimeridian if the data go all round.
    turned = (longitudes + 180.0) % 360.0 if np.ptp(longitudes) > 180.0 else longitudes
    values = values[:, np.argsort(turned, kind="stable")]
    good = np.isfinite(values)
    if not good.any():
        raise Unpainted("all of its values there are missing")
    low, high = (float(end) for end in np.percentile(values[good], (2, 98)))
    if not low < high:
        low, high = float(values[good].min()), float(values[good].max())
    if not low < high:
        raise Unpainted(f"all of its values there are {low:g}")
    scaled = np.clip((np.where(good, values, low) - low) / (high - low), 0.0, 1.0)
    shades = np.where(good, np.rint(scaled * (_SHADES - 1)) + 1, 0).astype("uint8")
    image = Image.fromarray(shades)
    image.putpalette(_palette())
    out = io.BytesIO()
    image.save(out, "png", optimize=True, transparency=0)
    return Painted(out.getvalue(), low, high)


def _palette() -> bytes:
    """Black, which is clear, and then the shades between the stops."""
    found = [0, 0, 0]
    for shade in range(_SHADES):
        place = shade / (_SHADES - 1) * (len(_STOPS) - 1)
        first = min(int(place), len(_STOPS) - 2)
        part = place - first
        found += [round(a + (b - a) * part) for a, b in zip(_STOPS[first], _STOPS[first + 1], strict=True)]
    return bytes(found)
