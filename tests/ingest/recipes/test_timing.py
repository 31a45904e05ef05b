"""In which units times are counted that files count differently."""

import pytest

from leap_kg.ingest.recipes.engine.leap_recipe.timing import Times, times_of, together


def counted(*units: str, kind: str = "i") -> list[Times]:
    return [{"time": (each, kind)} for each in units]


@pytest.mark.parametrize(
    ("units", "kind", "found"),
    [
        (["days since 2000-01-01"] * 2, "i", {}),
        (["days since 2000-01-01", "d since 2001-07-01"], "i", ("days since 2000-01-01", "int64")),
        (["days since 2000-01-01", "hours since 2000-01-01 00:30"], "i", ("minutes since 2000-01-01", "int64")),
        (["days since 2000-01-01 06:00", "days since 2000-01-01"], "i", ("hours since 2000-01-01 06:00", "int64")),
        (["Days since 2000-1-1T00:00:00Z", "secs since 2000-1-1"], "i", ("seconds since 2000-1-1T00:00:00Z", "int64")),
        (["days since 2000-01-01", "days since 2000-01-01 0:00:00.5"], "i", ("microseconds since 2000-01-01", "int64")),
        (["days since 2000-01-01", "hours since 2001-01-01"], "f", ("hours since 2000-01-01", "float64")),
        (["days since 2000-01-01", "months since 2000-01-01"], "i", ("seconds since 1970-01-01", "float64")),
        (["days since 2000-01-01", "days since midday"], "i", ("days since 2000-01-01", "int64")),
    ],
)
def test_units_are_those_in_which_all_are_whole(units: list[str], kind: str, found: object) -> None:
    encoding = together(counted(*units, kind=kind), "time")
    assert (encoding and (encoding["units"], encoding["dtype"])) == found


def test_bounds_are_counted_as_what_they_are_bounds_of() -> None:
    said = {
        "time": {"units": "days since 2000-01-01", "bounds": "edges"},
        "edges": {},
        "other": {"units": "m", "bounds": "nothing"},
    }
    assert times_of(said) == {"time": ("days since 2000-01-01", ""), "edges": ("days since 2000-01-01", "")}
    # Files that say nothing of times do not matter; what counts first is the dimension.
    files: list[Times] = [{}, {"a": ("hours since 1990-01-01", "i"), "time": ("days since 2000-01-01", "i")}]
    assert together(files, "time") == {}
    files.append({"time": ("days since 2001-01-01", "i")})
    assert together(files, "time")["units"] == "hours since 2000-01-01"
