"""What the files of a store say that their numbers mean, and where one says another thing than the others."""

from collections.abc import Iterator

import xarray as xr

from .describing import MEANINGS, STANDARD
from .outlining import Outline
from .timing import is_counted

_CALENDAR = "calendar"
_USUAL = "standard"
"""The calendar of times that name none: section 4.4.1 of CF."""


class Said:
    """For each variable and attribute what files say, each with the name of the first that says it."""

    def __init__(self) -> None:
        self.found: dict[tuple[str, str], dict[str, str]] = {}

    def add(self, file: str, content: Outline) -> None:
        """Take in what a file says."""
        for name, each in content.items():
            said = {_CALENDAR: _USUAL, **each} if is_counted(each.get("units")) else each
            for key in (*MEANINGS, _CALENDAR):
                if isinstance(value := said.get(key), str):
                    self.found.setdefault((name, key), {}).setdefault(_plain(key, value), file)


def contradictions(said: Said, store: xr.Dataset, exact: bool) -> Iterator[str]:
    """What files contradict each other in, variable by variable.

    Where a recipe alters values, not `exact`, what the store says is believed: it says nothing of what still differs.
    """
    for (name, key), values in said.found.items():
        if len(values) < 2 or name not in store.variables:
            continue
        stored = store.variables[name]
        is_decoded = stored.dtype.kind in "mM" or _CALENDAR in stored.encoding
        if key == "units" and is_decoded:
            continue  # times were decoded by the units of each file
        if exact or key not in {**stored.encoding, **stored.attrs}:
            told = ", and ".join(f"{value!r} in {file}" for value, file in list(values.items())[:2])
            yield f"{name} has the {key} {told}"


def _plain(key: str, value: str) -> str:
    if key != _CALENDAR:
        return " ".join(value.split())
    return _USUAL if value.lower() in STANDARD else value.lower()
