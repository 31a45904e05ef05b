"""The dates that the preview shows, against those of cftime: its module is built, and run by Node."""

import random
from pathlib import Path

import cftime
import pytest

from tests.web.data.building import answers, built

pytestmark = pytest.mark.all

CALENDARS = (
    *("standard", "gregorian", "proleptic_gregorian", "julian", "noleap", "365_day", "all_leap", "366_day", "360_day"),
    "",
)
_SPANS = {"days": 200_000, "hours": 5_000_000, "minutes": 10**8, "seconds": 10**9}
_CLOCKS = {"": "", " 00:00:00": " 00:00:00", " 06:30": " 06:30", "T12:00:00Z": " 12:00:00", " 0:0:0.0": " 00:00:00"}
_PROGRAM = """import { moment } from "./moments.js";
console.log(JSON.stringify(asked.map((one) => moment(...one) ?? null)));
"""


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built("moments", _PROGRAM, tmp_path_factory.mktemp("moments"))


def in_cftime(value: int, units: str, calendar: str) -> str:
    found = cftime.num2date(value, units, calendar or "standard")
    clock = f"{found.hour:02}:{found.minute:02}:{found.second:02}"
    day = f"{found.year:04}-{found.month:02}-{found.day:02}"
    return day if clock == "00:00:00" else f"{day} {clock.removesuffix(':00')}"


def test_dates_of_every_calendar_are_those_of_cftime(program: Path) -> None:
    chance = random.Random(4)
    asked, wanted = [], []
    for calendar in CALENDARS:
        for _ in range(200):
            unit, clock = chance.choice(list(_SPANS)), chance.choice(list(_CLOCKS))
            year = chance.choice([1, 4, 1500, 1581, 1582, 1583, 1600, 1850, 1900, 2000, 2023])
            day = f"{year:04}-{chance.randint(1, 12)}-{chance.randint(1, 28)}"
            value = chance.randint(-2000 if year > 10 else 0, _SPANS[unit])
            if calendar in ("", "standard", "gregorian") and day.startswith("1582-10-"):
                continue  # ten days of it never were
            asked.append((value, f"{unit} since {day}{clock}", calendar))
            wanted.append(in_cftime(value, f"{unit} since {day}{_CLOCKS[clock]}", calendar))
    assert answers(program, asked) == wanted


@pytest.mark.parametrize(
    ("units", "calendar"),
    [
        ("months since 2000-01-01", ""),
        ("days since 2000-01-01 00:00:00 +05:30", ""),
        ("days since 2000-01-01", "lunar"),
        ("days", ""),
        ("K", ""),
        ("", ""),
    ],
)
def test_what_gives_no_date_is_left_as_it_is(program: Path, units: str, calendar: str) -> None:
    assert answers(program, [(3, units, calendar), (1e300, "days since 2000-01-01", "")]) == [None, None]
