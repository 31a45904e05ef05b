"""Names and what they stand for, as statements run one after another; branches are taken side by side and joined."""

from leap_kg.links.code.bounds import MOST_ARMS
from leap_kg.links.code.values import NOTHING, Values, Ways, bounded, chosen, led


class Scope:
    """The names of a module, a class or a function; what is not found here is looked up in `parent`."""

    __slots__ = ("changes", "names", "outside", "parent")

    def __init__(self, parent: "Scope | None" = None, names: dict[str, Values] | None = None) -> None:
        self.names: dict[str, Values] = {} if names is None else names
        self.parent = parent
        self.outside: set[str] = set()
        """Names declared `global` or `nonlocal`."""
        self.changes = 0
        """How often a name was bound."""

    def get(self, name: str) -> Values | None:
        """What the name stands for; `None` if nothing is bound to it."""
        scope: Scope | None = self
        while scope is not None:
            found = scope.names.get(name)
            if found is not None:
                return found
            scope = scope.parent
        return None

    def bind(self, name: str, values: Values) -> None:
        """Let the name stand for `values` from now on."""
        if name in self.outside and self.parent is not None:
            self.parent.bind(name, values)
        else:
            self.names[name] = values
            self.changes += 1

    def join(self, choice: str, arms: list[dict[str, Values]], ways: tuple[Ways, ...] | None = None) -> None:
        """After branches: each name stands for what any of `arms` left it at, under the choice of that arm.

        `ways` are, by arm, the earlier choices that lead to it, where they are told.
        """
        if not arms:
            return
        if len(arms) == 1:
            self.names = arms[0]
            return
        after: dict[str, Values] = {}
        for name in dict.fromkeys(name for arm in arms for name in arm):
            left = [arm.get(name) for arm in arms]
            first = left[0]
            if first is not None and all(each is first for each in left):
                after[name] = first
                continue
            told = [chosen(each or (), choice, number) for number, each in enumerate(left)]
            if ways is not None:
                closer = [led(values, way) for values, way in zip(told, ways, strict=True)]
                # Many turns lead to few values: where turns are too many, the arm alone is kept.
                told = closer if 0 < sum(map(len, closer)) <= MOST_ARMS else told
            after[name] = bounded((value for values in told for value in values), MOST_ARMS) or NOTHING
        self.names = after
