"""Dates as sources write them, with the XML Schema type that holds exactly what was written: no day is made up.

https://www.w3.org/TR/xmlschema-2/#isoformats. Years are those of four digits, and days those that a calendar has:
stores compare dates as numbers, and what is no date of the type would sort anywhere.
"""

import re
from calendar import monthrange
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from leap_kg.ontology.namespaces import XSD

_ZONE = r"(?P<zone>Z|[+-](?:0\d|1[0-3]):[0-5]\d|[+-]14:00)?"
_DATE = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d)"
    r"(?:[Tt ](?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?P<part>\.\d{1,9})?)?)?)?)?" + _ZONE,
    re.ASCII,
)
_XSD_DAY = re.compile(
    r"(?:(?P<near>\d{4}(?:-\d\d){0,2})|(?P<far>-\d{4,9}(?:-\d\d){0,2}|\d{5,9}(?:-\d\d){0,2}))" + _ZONE, re.ASCII
)


@dataclass(frozen=True, slots=True)
class Dated:
    """A date as XML Schema writes it, and its type: `gYear`, `gYearMonth`, `date` or `dateTime`."""

    text: str
    datatype: NamedNode

    @property
    def literal(self) -> Literal:
        """The date as a typed literal."""
        return Literal(self.text, datatype=self.datatype)


def parse(text: str) -> Dated | None:
    """A year, month, day or moment in ISO 8601's extended form; `None` for anything else.

    A blank may stand for the `T`, seconds may be left out, and a moment may lack a zone; a year or a day keeps none.
    """
    found = _DATE.fullmatch(text.strip())
    if found is None or int(found["year"]) == 0:
        return None
    year, month, day = found["year"], found["month"], found["day"]
    if month is None or day is None or found["hour"] is None:
        if found["zone"] or (month and not 1 <= int(month) <= 12) or not _is_day(year, month, day):
            return None
        parts = [part for part in (year, month, day) if part]
        return Dated("-".join(parts), XSD(("gYear", "gYearMonth", "date")[len(parts) - 1]))
    hour, minute, second = found["hour"], found["minute"], found["second"] or "00"
    if not _is_day(year, month, day) or int(hour) > 23 or int(minute) > 59 or int(second) > 59:
        return None
    moment = f"{year}-{month}-{day}T{hour}:{minute}:{second}{found['part'] or ''}{found['zone'] or ''}"
    return Dated(moment, XSD("dateTime"))


def is_date(text: str) -> bool:
    """Whether a literal is one of the calendar: what `parse` reads, a day with a zone, a year far from ours."""
    found = _XSD_DAY.fullmatch(text.strip())
    if found is None:
        return parse(text) is not None
    return found["far"] is not None or parse(found["near"]) is not None


def _is_day(year: str, month: str | None, day: str | None) -> bool:
    if month is None or day is None:
        return True
    return 1 <= int(month) <= 12 and 1 <= int(day) <= monthrange(int(year), int(month))[1]
