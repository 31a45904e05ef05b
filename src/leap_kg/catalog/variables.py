"""The variables of a dataset: those that its record lists, with what its stores say of each, and the stores' others.

A record calls a variable as people do (`sea surface temperature`), a store as programs do (`sst`). They are one if the
record has the store's name for its own or as its symbol, or else if both have one meaning in the CF convention, or the
record's name is the words of the store's standard name, and no other array of the stores has that meaning.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from leap_kg.catalog.record import Measured

MOST_FORMS = 3
"""Different sizes of one variable that are kept."""
_Lengths = tuple[tuple[str, int], ...]


def merged(own: Sequence[Measured], held: Iterable[Measured]) -> tuple[Measured, ...]:
    """The record's own in order, then the others that stores hold, by name; each name once."""
    arrays = _by_name(held)
    meant: dict[str, list[str]] = {}
    for name, array in arrays.items():
        meant.setdefault(_words(array.meaning), []).append(name)
    found, left = [], dict(arrays)
    for variable in own:
        name = _array_of(variable, arrays, meant)
        found.append(_joined(variable, arrays[name]) if name else variable)
        left.pop(name, None)
    return (*found, *(left[name] for name in sorted(left)))


def _by_name(held: Iterable[Measured]) -> dict[str, Measured]:
    """One variable for each name, with what all that have it agree on of its size."""
    found: dict[str, Measured] = {}
    forms: dict[str, list[Measured]] = {}
    for variable in held:
        known = found.get(variable.name)
        found[variable.name] = _agreed(known, variable) if known else variable
        alike = forms.setdefault(variable.name, [])
        if len(alike) < MOST_FORMS and not any(_size(one) == _size(variable) for one in alike):
            alike.append(variable)
    return {
        name: replace(variable, held=tuple(forms[name])) if len(forms[name]) > 1 else variable
        for name, variable in found.items()
    }


def _size(array: Measured) -> tuple[object, ...]:
    return array.shape, array.chunks, array.size, array.data_type, array.codecs


def _agreed(first: Measured, other: Measured) -> Measured:
    return replace(
        first,
        description=first.description or other.description,
        units=first.units or other.units,
        meaning=first.meaning or other.meaning,
        shape=_common(first.shape, other.shape),
        chunks=_common(first.chunks, other.chunks),
        size=first.size if first.size == other.size else -1,
        data_type=first.data_type if first.data_type == other.data_type else "",
        codecs=first.codecs if first.codecs == other.codecs else "",
    )


def _common(first: _Lengths, other: _Lengths) -> _Lengths:
    """The lengths that are the same, 0 for those that are not; nothing of other dimensions."""
    if [name for name, _ in first] != [name for name, _ in other]:
        return ()
    return tuple((name, one if one == two else 0) for (name, one), (_, two) in zip(first, other, strict=True))


def _array_of(variable: Measured, arrays: dict[str, Measured], meant: dict[str, list[str]]) -> str:
    """The name of the array that the variable is, `""` if none of the stores has it."""
    for name in (variable.symbol, variable.name):
        if name in arrays:
            return name
    for words in (_words(variable.meaning), variable.name.casefold().replace("_", " ")):
        names = meant.get(words, []) if words else []
        if len(names) == 1:
            return names[0]
    return ""


def _joined(stated: Measured, array: Measured) -> Measured:
    """What the record says comes first; how large it is only the store knows."""
    return replace(
        array,
        iri=stated.iri,
        name=stated.name,
        symbol=stated.symbol or (array.name if array.name != stated.name else ""),
        description=stated.description or array.description,
        units=stated.units or array.units,
        meaning=stated.meaning or array.meaning,
        shape=array.shape or stated.shape,
        chunks=array.chunks or stated.chunks,
        size=array.size if array.size >= 0 else stated.size,
        data_type=array.data_type or stated.data_type,
    )


def _words(meaning: str) -> str:
    """The standard name that a meaning is, in words: `sea surface temperature`."""
    return meaning.rstrip("/").rpartition("/")[2].replace("_", " ").casefold()
