"""The lists and mappings of a YAML text as they stand there, and what they say once written out.

A `Branch` is cheap to make, since nearly every value of a text is read and few of their lines are ever asked for. The
walk over a tree of them costs as much as the reading did, and is needed only where aliases, merge keys or keys that
are given twice make the written thing and the value differ, or where somebody wants all lines.

Hazard: a branch stands in several places where aliases are; whoever walks must have counted them first.
"""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from leap_kg.ingest.formats.unreadable import Unreadable

Scalar: TypeAlias = bool | str | int | float | None
Value: TypeAlias = "Scalar | list[Value] | dict[str, Value]"
Path: TypeAlias = tuple[str | int, ...]


def spot(mark: Any) -> tuple[int, int]:  # noqa: ANN401 - the mark of the C parser or of the Python one
    """1-based line and column of a mark; those of the beginning for none."""
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


class Branch:
    """A list or a mapping.

    `items` are the values of a list, or key, value, key, value … of a mapping, keys as they are written. `places` are
    the marks where each begins, or the branch that it is; `notes` say which keys are merge keys (true) and which are
    null, true or false (false), by their place in `items`. `height` counts the levels, this one too.
    """

    __slots__ = ("height", "is_mapping", "items", "mark", "notes", "places")

    def __init__(self, mark: Any, is_mapping: bool) -> None:  # noqa: ANN401 - as above
        self.mark = mark
        self.is_mapping = is_mapping
        self.items: list[Any] = []
        self.places: list[Any] = []
        self.notes: dict[int, bool] | None = None
        self.height = 1

    @property
    def kind(self) -> str:
        """What people call it."""
        return "mapping" if self.is_mapping else "list"

    @property
    def line(self) -> int:
        """As that of a mark, from 0."""
        return int(self.mark.line)

    @property
    def column(self) -> int:
        """As that of a mark, from 0."""
        return int(self.mark.column)

    def as_written(self) -> Value:
        """The value; `None` if keys are given twice."""
        if not self.is_mapping:
            return self.items.copy()
        value: dict[str, Value] = dict(zip(self.items[::2], self.items[1::2], strict=True))
        return value if 2 * len(value) == len(self.items) else None

    def find(self, step: str | int) -> int | None:
        """Which of the `items` a step of a path leads to, if any does; every key stands there once."""
        if not self.is_mapping:
            return step if isinstance(step, int) and 0 <= step < len(self.places) else None
        names = self.items[::2]
        return 2 * names.index(step) + 1 if step in names else None


class Lines(Mapping[Path, int]):
    """The line of each path of a value. One is found by going there, all by one walk."""

    def __init__(self, root: Branch) -> None:
        self._root = root
        self._all: Mapping[Path, int] | None = None

    def __getitem__(self, path: Path) -> int:
        place, line = self._root, spot(self._root)[0]
        for step in path:
            found = place.find(step) if isinstance(place, Branch) else None
            if found is None:
                raise KeyError(path)
            line = place.places[found - place.is_mapping].line + 1
            place = place.places[found]
        return line

    def __iter__(self) -> Iterator[Path]:
        return iter(self._walked())

    def __len__(self) -> int:
        return len(self._walked())

    def _walked(self) -> Mapping[Path, int]:
        if self._all is None:
            self._all = Walk(self._root).lines
        return self._all


class Walk:
    """What a tree says once written out: `value`, `lines`, and the places of keys given twice and of odd ones."""

    def __init__(self, root: Branch) -> None:
        self.lines: dict[Path, int] = {(): spot(root.mark)[0]}
        self._duplicates: dict[tuple[int, int], tuple[Path, int]] = {}
        self._odd: dict[tuple[int, int], tuple[Path, int]] = {}
        self.value = self._value(root, ())

    @property
    def duplicates(self) -> list[tuple[Path, int]]:
        """Each key that stands again in its mapping, once, however many aliases lead there."""
        return list(self._duplicates.values())

    @property
    def odd(self) -> list[tuple[Path, int]]:
        """Each key that is null, true or false, once."""
        return list(self._odd.values())

    def _value(self, branch: Branch, path: Path) -> Value:
        lines = self.lines
        if not branch.is_mapping:
            values: list[Value] = []
            for index, place in enumerate(branch.places):
                inner = (*path, index)
                lines[inner] = place.line + 1
                values.append(self._value(place, inner) if isinstance(place, Branch) else branch.items[index])
            return values
        mapping: dict[str, Value] = {}
        for name, (around, at) in self._pairs(branch, path).items():
            inner, place = (*path, name), around.places[at + 1]
            lines[inner] = around.places[at].line + 1
            mapping[name] = self._value(place, inner) if isinstance(place, Branch) else around.items[at + 1]
        return mapping

    def _pairs(self, branch: Branch, path: Path) -> dict[str, tuple[Branch, int]]:
        """Where the key that counts for each name stands: merged ones first, so that what is written here wins."""
        own: dict[str, tuple[Branch, int]] = {}
        merged: dict[str, tuple[Branch, int]] = {}
        merges: set[str] = set()
        notes = branch.notes or {}
        for at in range(0, len(branch.items), 2):
            name, mark = branch.items[at], branch.places[at]
            if name in own or name in merges:
                self._duplicates.setdefault(spot(mark), ((*path, name), mark.line + 1))
            if notes.get(at):
                merges.add(name)
                self._merge(branch.places[at + 1], path, merged)
                continue
            if at in notes:
                self._odd.setdefault(spot(mark), ((*path, name), mark.line + 1))
            own[name] = (branch, at)
        return {**merged, **own} if merged else own

    def _merge(self, place: Any, path: Path, merged: dict[str, tuple[Branch, int]]) -> None:  # noqa: ANN401 - as above
        """Add what `<<` brings in: of several mappings the first has the last word."""
        several = isinstance(place, Branch) and not place.is_mapping
        for source in reversed(place.places) if several else [place]:
            if not isinstance(source, Branch) or not source.is_mapping:
                raise Unreadable("the merge key << needs a mapping or a list of mappings", *spot(source))
            merged.update(self._pairs(source, path))
