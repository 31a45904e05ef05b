"""What the programs that a shell script starts do with data: what reads command lines of notebooks decides."""

import ast

from leap_kg.links.code import shell
from leap_kg.links.code.bounds import LONGEST_TEXT
from leap_kg.links.code.languages import vectors
from leap_kg.links.code.languages.following import Follower
from leap_kg.links.code.values import NOTHING, External, Items, Value, Values, as_text, joined, one, only

_PART = "\x1f"


class ShellLibrary:
    """Programs, and what the translation calls to put words together."""

    building = frozenset({"joined", *shell.TOOLS})

    def told(self, name: str) -> Values:
        """What begins with `$` is a variable that the script does not set; all else is a program."""
        return NOTHING if name.startswith("$") else one(External(name))

    def turned(self, value: Value) -> Value:
        """A loop takes one word after another."""
        return value if isinstance(value, Items) else Items((one(value),))

    def call(
        self, folder: Follower, full: str, node: ast.Call, given: list[Values], named: dict[str, Values]
    ) -> Values:
        """Note what the program fetches or uploads."""
        match full:
            case "words":
                return one(vectors.flattened(given))
            case "joined":
                return vectors.pasted(given)
            case ":":
                numbers = [int(text) if (text := as_text(only(each))).isdecimal() else None for each in given]
                return vectors.counted([one(each) for each in numbers if each is not None])
            case "otherwise":
                return given[1] if given[0] == NOTHING else given[0]
        words = [one(full), *(word for each in given for word in vectors.listed(each) or (each,))]
        for line, _ in joined([piece for word in words for piece in (one(_PART), word)][1:]):
            if isinstance(line, str) and len(line) <= LONGEST_TEXT:
                for role, address, tool in shell.commanded(line.split(_PART)):
                    folder.ledger.use(role, address, folder.place(node), tool)
        return one(None)
