"""What people write to narrow a search, as the index understands it: a box, a period, a standard name.

More is understood than the STAC API allows: `2020`, `2020-05` and `2020/2021` beside full moments, and the words of a
standard name with blanks between them.
"""

from collections.abc import Callable, Sequence

from leap_kg.graph.index.extent import EVER, seconds
from leap_kg.graph.index.narrowing import Narrowing
from leap_kg.ontology.identifiers import Refusal, standard_name
from leap_kg.ontology.identifiers.standard_name import StandardName
from leap_kg.stac.area import Box, box_area
from leap_kg.stac.interval import Interval
from leap_kg.stac.refusal import BadSearch

LONGEST = 300
_OPEN = ("", "..")


def narrowing(bbox: str, time: str, name: str, meanings: Callable[[Sequence[str]], Sequence[str]]) -> Narrowing:
    """What three texts ask for, each of them `""` for anything; raises `BadSearch`.

    `meanings` gives the IRIs of the concepts of a standard name and of its synonyms.
    """
    return Narrowing(
        boxes=box(bbox) if bbox else (),
        period=period(time) if time else None,
        meanings=_meanings(named(name), meanings) if name else None,
    )


def _meanings(name: str, meanings: Callable[[Sequence[str]], Sequence[str]]) -> tuple[str, ...]:
    """Also the concept of the name alone, for graphs that have data and not the table of names."""
    return tuple(sorted({StandardName(name).iri, *meanings([name])}))


def box(text: str) -> tuple[Box, ...]:
    """The one or two boxes of `west,south,east,north` in degrees; west of the antimeridian is greater than east of it.

    Raises `BadSearch`.
    """
    try:
        numbers = [float(part) for part in text.split(",")] if len(text) <= LONGEST else []
    except ValueError:
        numbers = []
    if not numbers:
        raise BadSearch(f"bbox {_shown(text)} is no box: write west,south,east,north in degrees, as in -20,-5,10,5")
    found = box_area(numbers).boxes
    # A program sends what its map shows; who writes a latitude of 100 has the numbers in the wrong order.
    if any(not -90 <= each.south <= each.north <= 90 for each in found):
        raise BadSearch("bbox needs its south below its north, both between -90 and 90")
    half = len(numbers) // 2
    if not (-180 <= numbers[0] <= 180 and -180 <= numbers[half] <= 180):
        raise BadSearch("bbox needs longitudes between -180 and 180; across the antimeridian west is greater than east")
    return found


def period(text: str) -> Interval:
    """The period of `2020`, `2020-05`, `2020-05-01/2021` or `../2019`; each end is all of what it names.

    Raises `BadSearch`.
    """
    first, slash, last = (part.strip() for part in text.partition("/"))
    if not slash:
        last = first
    if first in _OPEN and last in _OPEN:
        raise BadSearch("time is open at both ends: leave it out, or give a start or an end")
    start = -EVER if first in _OPEN else _moment(first)
    end = EVER if last in _OPEN else _moment(last, last=True)
    if start > end:
        raise BadSearch(f"time ends before it starts: write {last}/{first}"[:LONGEST])
    return Interval(start, end)


def named(text: str) -> str:
    """The standard name that a text is, with or without blanks; raises `BadSearch`."""
    found = standard_name.parse("_".join(text.split()) if len(text) <= LONGEST else "")
    if isinstance(found, Refusal):
        raise BadSearch(f"{_shown(text)} is no standard name: {found.hint or found.reason}")
    return found.value


def _moment(text: str, *, last: bool = False) -> float:
    found = seconds(text.upper(), last=last) if len(text) <= LONGEST else None
    if found is None:
        raise BadSearch(
            f"time {_shown(text)} is no moment: write 2020, 2020-05, 2020-05-31 or 2020-05-31T23:59:59Z; "
            "with / between two of them, or .. for an open end"
        )
    return found


def _shown(text: str) -> str:
    return repr(text[:50])
