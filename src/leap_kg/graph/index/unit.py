"""Units in one spelling, so that `m/s`, `m s**-1` and `meter second-1` are found together.

Only the spelling is changed, never the quantity: `K` and `degC` stay apart. What is not understood stays as it is.
"""

import re

_LONGEST = 100
_FACTOR = re.compile(r"([A-Za-z°%µμ][A-Za-z_°]*)(?:\^|\*\*)?([-+]?\d{1,3})?")
_SEPARATORS = re.compile(r"[\s.·]+|(?<!\*)\*(?!\*)")
_WORDS = {
    "m": ("meter", "meters", "metre", "metres"),
    "s": ("second", "seconds", "sec", "secs"),
    "h": ("hour", "hours", "hr", "hrs"),
    "d": ("day", "days"),
    "g": ("gram", "grams"),
    "kg": ("kilogram", "kilograms"),
    "K": ("kelvin", "kelvins", "deg_k", "degk", "degree_kelvin", "degrees_kelvin"),
    "degC": ("celsius", "deg_c", "degree_c", "degrees_c", "degree_celsius", "degrees_celsius", "degreesc", "°c"),
    "Pa": ("pascal", "pascals"),
    "hPa": ("hectopascal", "hectopascals", "millibar", "millibars", "mbar"),
    "W": ("watt", "watts"),
    "J": ("joule", "joules"),
    "mol": ("mole", "moles"),
    "%": ("percent", "per_cent"),
    "1": ("unitless", "dimensionless"),
    "degrees_north": ("degree_north", "degree_n", "degrees_n", "degreen", "degreesn"),
    "degrees_east": ("degree_east", "degree_e", "degrees_e", "degreee", "degreese"),
}
_PHRASES = dict.fromkeys(("deg c", "degree c", "degrees c", "degree celsius", "degrees celsius"), "degC")
_SYMBOLS = {word: symbol for symbol, words in _WORDS.items() for word in words}


def spelt(text: str) -> str:
    """The unit in our spelling: `m s-1`; `""` for none, and for one that counts from a date."""
    plain = " ".join(text.replace("\0", " ").split())[:_LONGEST].strip()
    if " since " in f" {plain} ":
        return ""
    powers = _powers(_PHRASES.get(plain.lower(), plain))
    return _written(powers) if powers is not None else plain


def _powers(text: str) -> dict[str, int] | None:
    """Each symbol with its power; `None` for what is not a product of such."""
    found: dict[str, int] = {}
    for place, part in enumerate(text.split("/")):
        sign = 1
        for number, factor in enumerate(filter(None, _SEPARATORS.split(part.strip()))):
            # A stroke divides by what follows it next, and by nothing after that.
            sign = -1 if place and not number else 1
            if factor == "1":
                continue
            match = _FACTOR.fullmatch(factor)
            if match is None:
                return None
            symbol = _SYMBOLS.get(match[1].lower(), match[1])
            if symbol != "1":
                found[symbol] = found.get(symbol, 0) + sign * int(match[2] or 1)
    return found if text else None


def _written(powers: dict[str, int]) -> str:
    written = [symbol if power == 1 else f"{symbol}{power}" for symbol, power in powers.items() if power]
    return " ".join(written) or "1"
