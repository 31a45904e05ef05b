"""The variables of a page as xarray shows a data tree: by group, each with its dimensions, coordinates and data.

Hazard: names come from stores that anybody can write. A name is of a group only if it is an array's: a record may call
a variable `wind speed (m/s)`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leap_kg.web.nodes.variables import Variable

_PLACES = frozenset(("latitude", "longitude"))


@dataclass(frozen=True, slots=True)
class Branch:
    """Some variables of one group: `title` says which, `""` where nothing tells them apart from the others.

    `group` is the path of the group from the root, without a slash at its ends; `dimensions` are all that the group
    has, in words, in the first branch of each group.
    """

    group: str
    title: str
    dimensions: str
    variables: "list[Variable]"


def branches(variables: "Sequence[Variable]") -> list[Branch]:
    """The groups from the root on, in each the coordinates first, then what lies along them, then what has no size."""
    groups: dict[str, list[Variable]] = {}
    for variable in variables:
        groups.setdefault(_group(variable), []).append(variable)
    found: list[Branch] = []
    for group in sorted(groups):
        members = groups[group]
        lengths = _lengths(members)
        sorts: dict[str, list[Variable]] = {"Coordinates": [], "Data variables": [], "Of unknown size": []}
        for variable in members:
            kind = "Data variables" if _is_array(variable) else "Of unknown size"
            sorts["Coordinates" if _is_coordinate(variable, lengths) else kind].append(variable)
        if not lengths:
            found.append(Branch(group, "", "", members))
            continue
        words = ", ".join(f"{name} {' or '.join(each)}".strip() for name, each in lengths.items())
        for title, some in sorts.items():
            if some:
                found.append(Branch(group, title, words, some))
                words = ""
    return found


def _array(variable: "Variable") -> str:
    """What a store calls it."""
    return variable.symbol or variable.name


def _group(variable: "Variable") -> str:
    return _array(variable).rpartition("/")[0].strip("/") if _is_array(variable) else ""


def _is_array(variable: "Variable") -> bool:
    """Whether it is one of a store, as far as anybody looked; one number has a type and no dimensions."""
    return bool(variable.steps or variable.data_type)


def _lengths(members: "Sequence[Variable]") -> dict[str, list[str]]:
    """The dimensions of a group, each with the lengths that it has in some array."""
    found: dict[str, list[str]] = {}
    for variable in members:
        for name, length in variable.steps:
            known = found.setdefault(name, [])
            if length and length not in known:
                known.append(length)
    return found


def _is_coordinate(variable: "Variable", lengths: dict[str, list[str]]) -> bool:
    """Whether it has the name of a dimension, or says where its group's other variables are."""
    meaning = variable.standard_name.iri.rstrip("/").rpartition("/")[2] if variable.standard_name else ""
    return bool(variable.steps) and (_array(variable).rpartition("/")[2] in lengths or meaning in _PLACES)
