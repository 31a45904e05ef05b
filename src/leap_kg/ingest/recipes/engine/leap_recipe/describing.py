"""What is told of a file before its data are read, and whether files can follow each other in one store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import xarray as xr

from .failing import Failed
from .outlining import outline
from .timing import Times, times_of

MEANINGS = ("units", "standard_name", "positive")
"""Attributes without which numbers mean nothing, or something else."""
STANDARD = ("standard", "gregorian", "proleptic_gregorian")
"""Calendars whose dates can be compared."""


@dataclass(frozen=True)
class Description:
    """A file as it is prepared: its length along the dimension, the values of variables that have that dimension only,
    for each variable along it the sizes of its other dimensions, all others, what calendars times have, what numbers
    mean, and how times are counted."""

    length: int = 0
    alone: Mapping[str, Any] = field(default_factory=dict)
    along: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    others: frozenset[str] = frozenset()
    calendars: Mapping[str, str] = field(default_factory=dict)
    meanings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    times: Times = field(default_factory=dict)


def described(content: xr.Dataset, dimension: str) -> Description:
    """The description of a file that has the dimension."""
    along = {str(name): each for name, each in content.variables.items() if dimension in each.dims}
    return Description(
        int(content.sizes[dimension]),
        {name: each.values for name, each in along.items() if each.dims == (dimension,)},
        {
            name: {str(dim): size for dim, size in each.sizes.items() if dim != dimension}
            for name, each in along.items()
        },
        frozenset(map(str, content.variables)) - along.keys(),
        {name: calendar for name, each in along.items() if (calendar := calendar_of(each))},
        {str(name): meanings_of(each) for name, each in content.variables.items()},
        times_of(outline(content)),
    )


def calendar_of(variable: xr.Variable) -> str:
    """The calendar of decoded times; `""` for what is no time."""
    if not variable.size:
        return ""
    if variable.dtype.kind == "M":
        return "standard"
    if variable.dtype.kind != "O":
        return ""
    found = str(getattr(variable[(0,) * variable.ndim].values.item(), "calendar", ""))
    return "standard, in years that NumPy has not" if found in STANDARD else found


def meanings_of(variable: xr.Variable) -> dict[str, str]:
    """What its numbers mean."""
    return {key: str(variable.attrs[key]) for key in MEANINGS if key in variable.attrs}


def check_together(dimension: str, files: Sequence[tuple[str, Description]]) -> None:
    """Raises `Failed` that names variable and file if these, in their order and by their names, cannot follow each
    other: they have to have the same variables along the dimension, of one shape and in one calendar."""
    first, start = files[0]
    for name in dict.fromkeys(name for _, each in files for name in each.along):
        having = [file for file, each in files if name in each.along]
        if len(having) < len(files):
            lacking = next(file for file, each in files if name not in each.along)
            raise Failed(
                "source",
                f"{name} is in {len(having)} of {len(files)} files, along {dimension}: the first that has it is "
                f"{having[0]}, the first that lacks it {lacking}. Leave it out, by prepare, or leave out files",
            )
    for file, each in files[1:]:
        if new := sorted(each.others - start.others):
            raise Failed(
                "source",
                f"{new[0]} is in {file}, but not in {first}, the first file: add it there, or leave it out, by prepare",
            )
        for name, sizes in each.along.items():
            if sizes != start.along[name]:
                raise Failed(
                    "source", f"{name} has {_sizes(sizes)} in {file}, and {_sizes(start.along[name])} in {first}"
                )
        for name, calendar in sorted(each.calendars.items(), key=lambda said: said[0] != dimension):
            if calendar != (known := start.calendars.get(name, calendar)):
                raise Failed("source", f"{name} is of the calendar {calendar} in {file}, and of {known} in {first}")


def without_meaning(files: Sequence[Description]) -> dict[str, frozenset[str]]:
    """For each variable the attributes in which files say different things, so that none holds for all."""
    first = files[0].meanings
    found: dict[str, frozenset[str]] = {}
    for each in files[1:]:
        for name, said in each.meanings.items():
            start = first.get(name, {})
            differing = {key for key in said.keys() & start.keys() if said[key] != start[key]}
            found[name] = found.get(name, frozenset()) | differing
    return found


def _sizes(sizes: Mapping[str, int]) -> str:
    return ", ".join(f"{dim} {size}" for dim, size in sizes.items()) or "no other dimension"
