"""Geohashes: cells of a grid over the globe, named so that the name of a smaller one begins with that of the larger."""

_DIGITS = "0123456789bcdefghjkmnpqrstuvwxyz"
_BITS = 5
FINEST = 12


def geohash(longitude: float, latitude: float, digits: int) -> str:
    """The cell of this many digits (1 to `FINEST`) that has the point, in degrees."""
    bits = digits * _BITS
    # Bits of both take turns, the highest first, and longitude begins.
    cells = (_bits((longitude + 180) / 360, (bits + 1) // 2), _bits((latitude + 90) / 180, bits // 2))
    code = "".join(cells[place % 2][place // 2] for place in range(bits))
    return "".join(_DIGITS[int(code[place : place + _BITS], 2)] for place in range(0, bits, _BITS))


def _bits(share: float, width: int) -> str:
    """Which of `2 ** width` equal parts from 0 to 1 has the number, in binary digits."""
    last = (1 << width) - 1
    return format(min(max(int(share * (last + 1)), 0), last), f"0{width}b")
