"""Plain YAML scalars with the types that Helm gives them.

YAML 1.1's numbers and truth values, as https://yaml.org/type/ defines them and as PyYAML writes them, but for two that
Helm does not know: dates stay text, and so do numbers to the base of sixty such as `1:30`.

Hazard: an integer of a million digits takes seconds to convert; what is longer than any number in use stays text.
"""

import re

from leap_kg.ingest.formats.yamltext import Scalar, constant

_LONGEST = 400
_TRUTH = {
    **dict.fromkeys(("yes", "Yes", "YES", "on", "On", "ON"), True),
    **dict.fromkeys(("no", "No", "NO", "off", "Off", "OFF"), False),
}
_INTEGER = re.compile(
    r"(?P<sign>[-+]?)(?:0b(?P<two>[01_]+)|0(?P<eight>[0-7_]+)|0x(?P<sixteen>[0-9a-fA-F_]+)|(?P<ten>0|[1-9][0-9_]*))",
    re.ASCII,
)
_BASES = {"two": 2, "eight": 8, "sixteen": 16, "ten": 10}
_FLOAT = re.compile(
    r"[-+]?(?:(?:[0-9][0-9_]*)\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|\.(?:inf|Inf|INF))"
    r"|\.(?:nan|NaN|NAN)",
    re.ASCII,
)


def typed(text: str) -> Scalar:
    """The value of a plain scalar: null, a truth value, a whole number, a float, or the text itself."""
    if text in _TRUTH:
        return _TRUTH[text]
    if len(text) > _LONGEST:
        return text
    if found := _INTEGER.fullmatch(text):
        base = next(name for name in _BASES if found[name] is not None)
        digits = found[base].replace("_", "")
        return int(found["sign"] + digits, _BASES[base]) if digits else text
    if _FLOAT.fullmatch(text):
        return float(text.replace("_", "").lower().replace(".inf", "inf").replace(".nan", "nan"))
    return constant(text)
