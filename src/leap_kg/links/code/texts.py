"""Operations on texts with unknown pieces: formatting, `%`, and the methods of `str`.

Hazard: a width such as `{:999999999}` asks for gigabytes; widths of more than three digits are refused.
"""

import re
import string
from collections.abc import Iterator

from leap_kg.links.code import moments
from leap_kg.links.code.bounds import LONGEST_TEXT
from leap_kg.links.code.values import (
    NOTHING,
    UNKNOWN_VALUE,
    Alternative,
    Entries,
    Items,
    Moment,
    Value,
    Values,
    as_text,
    bounded,
    joined,
    merged,
    one,
    only,
    pairs,
    tidy,
)
from leap_kg.links.signal import UNKNOWN

_SPECIFICATION = re.compile(r"[<>^=]?[ +\-#0]{0,3}\d{0,3},?(?:\.\d{1,2})?[a-zA-Z%]?\Z")
_PERCENT = re.compile(r"%(?:\((?P<key>[^)]*)\))?(?P<spec>[ +\-#0]{0,3}\d{0,3}(?:\.\d{1,2})?)(?P<kind>[a-zA-Z%])")
_FORMATTER = string.Formatter()
_PADDING = {"zfill", "rjust", "ljust", "center"}
_ASKING = {"startswith", "endswith"}
_STEADY = {
    "lower",
    "upper",
    "strip",
    "rstrip",
    "lstrip",
    "removesuffix",
    "removeprefix",
    "replace",
    "title",
    "capitalize",
    *_PADDING,
}


def shown(values: Values, specification: str, conversion: str = "") -> Values:
    """Each value as `format` shows it."""
    if not specification and not conversion:
        return values
    return tuple(Alternative(_shown(value, specification, conversion), when) for value, when in values)


def _shown(value: Value, specification: str, conversion: str = "") -> str:
    if isinstance(value, Moment):
        return moments.shown(value, specification)
    if not isinstance(value, str | int | float) or not _SPECIFICATION.match(specification) or value == UNKNOWN:
        return as_text(value) if not specification else UNKNOWN
    try:
        return format(repr(value) if conversion == "r" else str(value) if conversion == "s" else value, specification)
    except (ValueError, TypeError, OverflowError):
        return UNKNOWN


def formatted(template: str, arguments: list[Values], named: dict[str, Values]) -> Values:
    """`template.format(…)`."""
    pieces: list[Values] = []
    count = 0
    try:
        parsed = list(_FORMATTER.parse(template.replace(UNKNOWN, "{*}")))
    except ValueError:
        return NOTHING
    for literal, field, specification, conversion in parsed:
        pieces.append(one(literal))
        if field is None:
            continue
        name = field
        if not name:
            name, count = str(count), count + 1
        value = named.get(name)
        if name.isascii() and name.isdigit() and len(name) < 4 and int(name) < len(arguments):
            value = arguments[int(name)]
        pieces.append(shown(value, specification or "", conversion or "") if value is not None else NOTHING)
    return joined(pieces)


def percent(template: str, right: Values) -> Values:
    """`template % right`."""
    value = only(right)
    several = list(value.each) if isinstance(value, Items) else [right]
    pieces: list[Values] = []
    end = 0
    for match in _PERCENT.finditer(template):
        pieces.append(one(template[end : match.start()]))
        end = match.end()
        if match["kind"] == "%":
            pieces.append(one("%"))
        elif (match["key"] is not None) is not isinstance(value, Entries) or not several:
            pieces.append(NOTHING)
        else:
            taken = value.each.get(match["key"], NOTHING) if isinstance(value, Entries) else several.pop(0)
            kind = "" if match["kind"] in "sr" else "d" if match["kind"] == "i" else match["kind"]
            pieces.append(shown(taken, match["spec"].replace("-", "<") + kind if match["spec"] or kind != "d" else ""))
    return joined([*pieces, one(template[end:])])


def method(text: str, name: str, arguments: list[Values], named: dict[str, Values]) -> Values:
    """`text.name(…)`; unknown for methods that make no text of a text."""
    if name in {"format", "substitute", "safe_substitute"}:
        return formatted(text, arguments, named)
    if name == "format_map" and arguments and isinstance(told := only(arguments[0]), Entries):
        return formatted(text, [], {key: values for key, values in told.each.items() if isinstance(key, str)})
    if name == "replace" and len(arguments) == 2:
        return bounded(
            Alternative(tidy(text.replace(old, as_text(new))[:LONGEST_TEXT]), when)
            for old, new, when in pairs(*arguments)
            if isinstance(old, str) and old and UNKNOWN not in old
        )
    if name == "join" and arguments:
        return bounded(_joined_list(text, arguments[0]))
    given = [only(argument) for argument in arguments]
    if name in _ASKING and len(given) == 1:
        return _asked(text, name, given[0])
    if name in {"split", "rsplit", "partition", "rpartition", "splitlines"}:
        return _split(text, name, given)
    if name not in _STEADY or not all(isinstance(each, str | int) for each in given):
        return one(text) if name in {"encode", "decode", "as_posix", "expanduser"} else NOTHING
    if name in _PADDING and not (given and isinstance(given[0], int) and given[0] < 100):
        return NOTHING
    return _attempted(text, name, given)


def _asked(text: str, name: str, affix: Value) -> Values:
    """Whether the text begins or ends so, if what is unknown in it does not matter."""
    each = [only(item) for item in affix.each] if isinstance(affix, Items) else [affix]
    if not all(isinstance(one_of, str) and UNKNOWN not in one_of for one_of in each):
        return NOTHING
    known = text.partition(UNKNOWN)[0] if name == "startswith" else text.rpartition(UNKNOWN)[2]
    affixes = tuple(map(str, each))
    if getattr(known, name)(affixes):
        return one(True)
    return one(False) if known == text or all(len(known) >= len(affix) for affix in affixes) else NOTHING


def _attempted(text: str, name: str, given: list[Value]) -> Values:
    try:
        result = getattr(text, name)(*given)
    except (TypeError, ValueError, OverflowError, MemoryError):
        return NOTHING
    return one(tidy(result)) if isinstance(result, str) and len(result) <= LONGEST_TEXT else NOTHING


def _split(text: str, name: str, given: list[Value]) -> Values:
    if not all(isinstance(each, str | int) for each in given):
        return NOTHING
    try:
        parts = getattr(text, name)(*given)
    except (TypeError, ValueError):
        return NOTHING
    return one(Items(tuple(one(part) for part in parts)))


def _joined_list(separator: str, values: Values) -> Iterator[Alternative]:
    for value, when in values:
        if not isinstance(value, Items) or len(value.each) > LONGEST_TEXT:
            yield Alternative(UNKNOWN_VALUE, when)
            continue
        pieces = [piece for item in value.each for piece in (one(separator), item)][1:]
        for whole, also in joined(pieces):
            both = merged(when, also)
            if both is not None:
                yield Alternative(whole, both)
