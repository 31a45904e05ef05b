"""When a CronJob runs, as Kubernetes reads it: five fields, of which each is checked before the cluster refuses it.

What is written down here is the form of cron that the controller reads: Sunday is 0 and never 7, months and days have
names, and a step may stand behind one number. Time zones and words such as `@daily` are left out on purpose.
"""

from collections.abc import Mapping

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_NONE: Mapping[str, int] = {}
_FIELDS = (
    ("minute", 0, 59, _NONE),
    ("hour", 0, 23, _NONE),
    ("day of the month", 1, 31, _NONE),
    ("month", 1, 12, {name: number for number, name in enumerate(_MONTHS, 1)}),
    ("day of the week", 0, 6, {name: number for number, name in enumerate(_DAYS)}),
)
_SHORTEST_MONTHS = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}
_MOST_DIGITS = 4


def schedule_problem(text: str) -> str:
    """What is wrong with a schedule, `""` for nothing; any text is taken."""
    fields = text.split(" ")
    if len(fields) != len(_FIELDS):
        return "give minute, hour, day of the month, month and day of the week, with one blank between two"
    found: list[set[int]] = []
    for field, (name, least, most, names) in zip(fields, _FIELDS, strict=True):
        values: set[int] = set()
        for item in field.split(","):
            span = _span(item, least, most, names)
            if span is None:
                given = f"{least} to {most}{_example(names)}"
                return f"{item[:40]!r} is no {name}: give {given}, * for all, or */2 and the like"
            values |= set(span)
        found.append(values)
    return _never(fields, found)


def _example(names: Mapping[str, int]) -> str:
    return f" or {next(iter(names))} to {list(names)[-1]}" if names else ""


def _span(item: str, least: int, most: int, names: Mapping[str, int]) -> range | None:
    """What an item of a field stands for, `None` if it is none."""
    span, slash, step = item.partition("/")
    first, hyphen, last = span.partition("-")
    if span == "*":
        start: int | None = least
        end: int | None = most
    else:
        start = _value(first, names)
        end = _value(last, names) if hyphen else most if slash else start
    by = _value(step, _NONE) if slash else 1
    if start is None or end is None or not by or not least <= start <= end <= most:
        return None
    return range(start, end + 1, by)


def _value(text: str, names: Mapping[str, int]) -> int | None:
    if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS:
        return int(text)
    return names.get(text.lower())


def _never(fields: list[str], found: list[set[int]]) -> str:
    """A day that none of its months has; with a day of the week, that decides."""
    days, months = found[2], found[3]
    if fields[4] == "*" and all(min(days) > _SHORTEST_MONTHS.get(month, 31) for month in months):
        return f"none of its months has a day {min(days)}: it would never run"
    return ""
