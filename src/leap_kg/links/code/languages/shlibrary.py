"""What the programs that a shell script starts do with data: what reads command lines of notebooks decides."""

import ast
import re

from leap_kg.links.code import shell
from leap_kg.links.code.bounds import LONGEST_TEXT
from leap_kg.links.code.languages import vectors
from leap_kg.links.code.languages.following import Follower
from leap_kg.links.code.values import NOTHING, External, Items, Value, Values, as_text, joined, one, only

_PART = "\x1f"
_RELEASE = re.compile(r"/[a-z][\w+-]*[-_]v?\d+(?:\.\d+)+(?:-\w+)?\.(?:tar\.\w{2,3}|tgz|zip)(?:\?|$)", re.IGNORECASE)
_BUILDING = re.compile(r"^\s*(?:\./configure|(?:sudo )?make|cmake|pip3? install \.|R CMD INSTALL)\b", re.MULTILINE)


class ShellLibrary:
    """Programs, and what the translation calls to put words together."""

    building = frozenset({"joined", *shell.TOOLS})

    def __init__(self) -> None:
        self._builds: dict[int | None, bool] = {}

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
                    if not self._software(folder, address):
                        folder.ledger.use(role, address, folder.place(node), tool)
        return one(None)

    def _software(self, folder: Follower, address: str) -> bool:
        """Whether the address is a release of a program that the script goes on to build."""
        if not _RELEASE.search(address):
            return False
        at = folder.passage.cell
        if at not in self._builds:
            self._builds[at] = _BUILDING.search("\n".join(folder.passage.lines)) is not None
        return self._builds[at]
