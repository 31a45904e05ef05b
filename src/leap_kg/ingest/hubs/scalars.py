"""Plain YAML scalars with the types that Helm gives them, and texts written so that Helm reads them as texts.

Helm reads with sigs.k8s.io/yaml 1.4, whose rules are YAML 1.1's with some of YAML 1.2: `1e3` and `0o17` are numbers,
`y` and `n` are truth values, `08` is eight; dates stay text, and so do numbers to the base of sixty such as `1:30`.
PyYAML, which writes, holds to YAML 1.1 alone.

Hazard: an integer of a million digits takes seconds to convert; what is longer than any number in use stays text.
"""

import math
import re

import yaml

from leap_kg.ingest.formats.yamltext import Scalar, constant

_LONGEST = 400
_TRUTH = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "off", "Off", "OFF"), False),
}
_INTEGER = re.compile(
    r"(?P<sign>[-+]?)(?:0b(?P<two>[01]+)|0o?(?P<eight>[0-7]+)|0x(?P<sixteen>[0-9a-f]+)|(?P<ten>0|[1-9][0-9]*))",
    re.ASCII | re.IGNORECASE,
)
_BASES = {"two": 2, "eight": 8, "sixteen": 16, "ten": 10}
_LEAST, _MOST, _MOST_UNSIGNED = -(2**63), 2**63 - 1, 2**64 - 1
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", re.ASCII)
_FRACTION = re.compile(r"\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?", re.ASCII)
_NO_NUMBER = {
    **dict.fromkeys((f"{sign}.{name}" for sign in ("", "+") for name in ("inf", "Inf", "INF")), math.inf),
    **dict.fromkeys((f"-.{name}" for name in ("inf", "Inf", "INF")), -math.inf),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
}


def typed(text: str) -> Scalar:
    """The value of a plain scalar: null, a truth value, a whole number, a float, or the text itself."""
    if text in _TRUTH:
        return _TRUTH[text]
    if text in _NO_NUMBER:
        return _NO_NUMBER[text]
    if len(text) > _LONGEST:
        return text
    number = _number(text)
    return constant(text) if number is None else number


def _number(text: str) -> int | float | None:
    if text.startswith("."):
        return _finite(text) if _FRACTION.fullmatch(text) else None
    # What begins with an underscore is a name.
    plain = text[:1] + text[1:].replace("_", "")
    if found := _INTEGER.fullmatch(plain):
        base = next(name for name in _BASES if found[name] is not None)
        value = int(found["sign"] + found[base], _BASES[base])
        if _LEAST <= value <= (_MOST if found["sign"] else _MOST_UNSIGNED):
            return value
    return _finite(plain) if _FLOAT.fullmatch(plain) else None


def _finite(text: str) -> float | None:
    """The number, unless it is larger than any that a computer holds."""
    value = float(text)
    return value if math.isfinite(value) else None


class HelmDumper(yaml.SafeDumper):
    """Writes YAML that Helm reads as it was meant: a text that would be a number to Helm stands in quotes."""


def _written(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    quoted = typed(text) is not text
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="'" if quoted else None)


HelmDumper.add_representer(str, _written)
