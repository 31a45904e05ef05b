"""Keeps the signals of a file as they are found, and decides at its end which of them stand.

A mapper or an open file stands as a signal of its own only if nothing that is known takes it. A literal is a mere
mention only if no call was seen to use it, nor a longer address that begins with it.
"""

import ast
import re
from bisect import bisect_left
from posixpath import commonprefix
from typing import NamedTuple

from leap_kg.links.code.addresses import suffixed, whole
from leap_kg.links.code.bounds import MOST_ARMS, MOST_SIGNALS
from leap_kg.links.code.evidence import Passage
from leap_kg.links.signal import UNKNOWN, Place, Role, Signal

READ, READ_TEMPLATE = 0.97, 0.75
WRITTEN, WRITTEN_TEMPLATE = 0.95, 0.75
WRITTEN_BY_NAME = 0.5
"""A store whose root is given where a recipe is deployed: only its name is told."""
PATTERN = 0.9
"""A pattern of file names that is told whole: what it fits at the time is opened, the folder that it names surely."""
ENTRY, QUERY = 0.9, 0.6
NAMED = 0.85
NAMED_UNSURE = 0.5
"""A call of which only the name is known; the latter for what does not look like data by itself."""
PARTLY = 0.3
"""A call that reads or writes where nobody knows: in some bucket, or a file of that name in some folder."""
REACHED = 0.4
"""An address that may reach a call, which could not be seen to be given it."""
LITERAL, LITERAL_TEMPLATE = 0.6, 0.45
PROSE = 0.3


class _Mention(NamedTuple):
    address: str
    passage: Passage
    node: ast.expr

    @property
    def end(self) -> tuple[int, int]:
        return self.node.end_lineno or 0, self.node.end_col_offset or 0


class Ledger:
    """The signals of one file."""

    def __init__(self) -> None:
        self._used: dict[Signal, None] = {}
        self._pending: list[Signal | None] = []
        self._origins: dict[Signal, int] = {}
        self._mentions: dict[tuple[str, int, int, int], _Mention] = {}
        self._prose: dict[Signal, None] = {}
        self._spoken: set[str] = set()
        self._known: set[tuple[Role, Place]] | None = None
        self.full = False

    def use(self, role: Role, address: str, place: Place, via: str, *, sure: bool = True) -> None:
        """A call that reads or writes `address`; no more than a template where that is not `sure`."""
        self._note(_use(role, address, place, via, sure=sure))

    def named(self, role: Role, address: str, place: Place, via: str, *, sure: bool = True) -> None:
        """A call whose name says that it reads what it is given; not `sure` where the address could be of anything."""
        method = "D2" if role is Role.WRITES else "D1"
        self._note(Signal(method, role, address, NAMED if sure else NAMED_UNSURE, place, via))

    def reached(self, role: Role, address: str, place: Place, via: str) -> None:
        """A call that reads or writes what nobody can tell; `address` may reach it."""
        self._note(Signal("D2" if role is Role.WRITES else "D1", role, address, REACHED, place, via))

    def partly(self, role: Role, address: str, place: Place, via: str) -> None:
        """A call that reads or writes `address`, whose bucket or folder nobody can tell."""
        self._note(Signal("D2" if role is Role.WRITES else "D1", role, address, PARTLY, place, via))

    def used(self, role: Role, place: Place) -> bool:
        """Whether a call there was seen to read or write any address."""
        if self._known is None:
            stand = (*self._used, *(each for each in self._pending if each is not None))
            self._known = {(each.role, each.place) for each in stand}
        return (role, place) in self._known

    def tells(self, text: str) -> bool:
        """Whether any call was seen to read or write what begins with `text`."""
        return any(each.target.startswith(text) for each in (*self._used, *self._origins))

    def written_by_name(self, name: str, place: Place, via: str) -> None:
        """A call that writes a store called `name` below a root that no file tells."""
        self._note(Signal("D2", Role.WRITES, f"{UNKNOWN}/{name}", WRITTEN_BY_NAME, place, via))

    def entry(self, target: str, confidence: float, place: Place, via: str) -> None:
        """A call that takes data out of a catalogue."""
        self._note(Signal("D3", Role.READS, target, confidence, place, via))

    def pend(self, role: Role, address: str, place: Place, via: str, *, sure: bool = True) -> int:
        """The same as `use`, unless `consume` is told of the number that is returned."""
        return self._wait(_use(role, address, place, via, sure=sure))

    def pend_entry(self, target: str, confidence: float, place: Place, via: str) -> int:
        """The same as `entry`, unless `consume` is told of the number that is returned."""
        return self._wait(Signal("D3", Role.READS, target, confidence, place, via))

    def consume(self, origin: int) -> None:
        """What was pending is seen to go on to a known call."""
        if origin >= 0:
            self._pending[origin] = None

    def spoken(self, address: str) -> None:
        """The code writes `address` so, where it uses it under another address."""
        self._spoken.add(address)

    def mention(self, address: str, passage: Passage, node: ast.expr) -> None:
        """A text of the code that looks like data."""
        if len(self._mentions) >= MOST_SIGNALS:
            self.full = True
            return
        key = (address, passage.cell or 0, node.lineno, node.col_offset)
        self._mentions.setdefault(key, _Mention(address, passage, node))

    def prose(self, address: str, place: Place, via: str) -> None:
        """An address in a comment, a docstring or a text cell."""
        if len(self._prose) >= MOST_SIGNALS:
            self.full = True
            return
        self._prose[Signal("D5", Role.MENTIONS, address, PROSE, place, via)] = None

    def signals(self) -> tuple[Signal, ...]:
        """What stands, in the order of the file."""
        every = _surest([*self._used, *(each for each in self._pending if each is not None)])
        exact: dict[tuple[Role, Place], list[str]] = {}
        for each in every:
            if each.exact:
                exact.setdefault((each.role, each.place), []).append(each.target)
        used = [each for each in every if each.exact or each.method == "D3" or _is_news(each, exact)]
        stand = [
            *used,
            *self._literals({each.rstrip("/") for each in (*map(_address, every), *self._spoken)}),
            *self._prose,
        ]
        stand.sort(key=lambda each: (each.place.cell or 0, each.place.start, each.place.end, each.method))
        return tuple(stand)

    def _literals(self, taken: set[str]) -> list[Signal]:
        every = sorted(taken | {each.address for each in self._mentions.values()})
        told: dict[tuple[int, int, int], list[_Mention]] = {}
        ends: dict[tuple[int, int, int], tuple[int, int]] = {}
        for key, mention in self._mentions.items():
            ends[key[1:]] = max(ends.get(key[1:], (0, 0)), mention.end)
        for key, mention in self._mentions.items():
            # Of expressions that begin at one place, the longest is what the others are put together to.
            if mention.end < ends[key[1:]] or mention.address.rstrip("/") in taken or _begun(mention.address, every):
                continue
            told.setdefault(key[1:], []).append(mention)
        found: dict[Signal, None] = {}
        for mentions in told.values():
            addresses = [each.address for each in mentions]
            if len(addresses) > MOST_ARMS:
                # A long list of texts from one expression is told by what they have in common.
                addresses = [f"{commonprefix(addresses).rpartition('/')[0]}/{UNKNOWN}"]
            place = mentions[0].passage.of(mentions[0].node, mentions[0].node)
            for address in addresses:
                confidence = LITERAL if whole(address) else LITERAL_TEMPLATE
                found[Signal("D4", Role.MENTIONS, address, confidence, place)] = None
        return list(found)

    def _note(self, signal: Signal) -> None:
        if len(self._used) < MOST_SIGNALS:
            self._used[signal] = None
        else:
            self.full = True

    def _wait(self, signal: Signal) -> int:
        known = self._origins.get(signal)
        if known is not None:
            return known
        if len(self._pending) >= MOST_SIGNALS:
            self.full = True
            return -1
        self._pending.append(signal)
        self._origins[signal] = len(self._pending) - 1
        return len(self._pending) - 1


def _surest(signals: list[Signal]) -> list[Signal]:
    """Each but those that another says of the same place with more confidence, such as by the name of the call."""
    most: dict[tuple[Role, str, int | None, int], float] = {}
    for each in signals:
        key = (each.role, each.target, each.place.cell, each.place.start)
        most[key] = max(most.get(key, 0), each.confidence)
    told = dict.fromkeys(signals)
    return [each for each in told if each.confidence == most[each.role, each.target, each.place.cell, each.place.start]]


def _is_news(template: Signal, exact: dict[tuple[Role, Place], list[str]]) -> bool:
    """Whether a call reads or writes by the template what it was not seen to read or write with whole addresses: what
    it would with arguments that nobody gave is none.
    """
    told = exact.get((template.role, template.place))
    if told is None:
        return True
    pattern = re.compile(".*".join(map(re.escape, template.target.split(UNKNOWN))), re.DOTALL)
    return not any(map(pattern.fullmatch, told))


def _begun(address: str, every: list[str]) -> bool:
    """Whether a longer address of `every` (sorted) begins with `address`, which is then a piece of it."""
    if suffixed(address):
        return False
    after = bisect_left(every, address) + 1
    return after < len(every) and every[after].startswith(address)


def _use(role: Role, address: str, place: Place, via: str, *, sure: bool) -> Signal:
    method, told, template = ("D2", WRITTEN, WRITTEN_TEMPLATE) if role is Role.WRITES else ("D1", READ, READ_TEMPLATE)
    if not sure or UNKNOWN in address:
        return Signal(method, role, address, template, place, via)
    return Signal(method, role, address, told if whole(address) else PATTERN, place, via)


def _address(signal: Signal) -> str:
    """The address that the target begins with."""
    return re.split("[#?]", signal.target, maxsplit=1)[0] if signal.method == "D3" else signal.target
