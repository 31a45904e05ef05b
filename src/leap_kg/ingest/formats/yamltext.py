"""Hostile YAML: any bytes give a `Document` or one `Unreadable` that says where and why.

Plain scalars stay the text that was written: only null and true/false are read as values. Version
`2022.06`, `0.10`, an ORCID or a date therefore never become numbers or days that print differently.
Where the type of a value matters, a caller gives another way to read plain scalars.

Hazards, each with its cap: nesting that overflows a recursive reader, aliases that unfold a kilobyte
into gigabytes (nodes and text are both counted as unfolded, and depth too), tags that name Python
objects, pages of HTML in place of a file. The text is read as a stream of parser events, checked
one by one, so nothing is built before it is known to be small. Most of harvesting is reading YAML: what every scalar
costs counts, and lines are only found for whom asks for one.

Merge keys follow https://yaml.org/type/merge.html, line numbers start at 1.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from leap_kg.ingest.formats.unreadable import Unreadable as Unreadable
from leap_kg.ingest.formats.yamltree import Branch, Lines, Walk, spot
from leap_kg.ingest.formats.yamltree import Path as Path
from leap_kg.ingest.formats.yamltree import Scalar as Scalar
from leap_kg.ingest.formats.yamltree import Value as Value

MAX_BYTES = 4 * 2**20
MAX_NODES = 100_000
MAX_DEPTH = 64
MAX_DIRECTIVES = 100  # libyaml compares each %TAG with all before it: 100,000 of them take 12 s

_LOADER: Any = yaml.cyaml.CParser if yaml.__with_libyaml__ else yaml.SafeLoader  # type: ignore[attr-defined]

_CONSTANTS: dict[str, bool | None] = dict.fromkeys(("", "~", "null", "Null", "NULL"))
_CONSTANTS |= dict.fromkeys(("true", "True", "TRUE"), True) | dict.fromkeys(("false", "False", "FALSE"), False)

_CORE = "tag:yaml.org,2002:"
_TEXT_TAGS = {"!", *(_CORE + name for name in ("str", "int", "float", "timestamp"))}
_NUMBER_TAGS = {_CORE + "int", _CORE + "float"}
_CONSTANT_TAGS = {_CORE + "null", _CORE + "bool"}
_MERGE_TAG = _CORE + "merge"

_WIDE_BOMS = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_DIRECTIVE = re.compile(r"(?:\A|[\r\n\x85\u2028\u2029])%")
_NOT_YAML = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PLAIN_BYTES = bytes([*b"\t\n\r", *range(0x20, 0x7F)])
_HALVES = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says, and where.

    `value` has text, None, True and False as leaves (and what else its reader makes of plain scalars), and
    text as keys. `lines` gives the line of each path, such as `("stores", 3, "url")`; the path of the whole
    is `()`. `duplicate_keys` are (path, line) of each key that stands again in its mapping (the last one
    counts), `non_string_keys` those of keys that were null, true or false and stand in `value` as the text
    that was written.
    """

    value: Value
    duplicate_keys: list[tuple[Path, int]] = field(default_factory=list)
    non_string_keys: list[tuple[Path, int]] = field(default_factory=list)
    lines: Mapping[Path, int] = field(default_factory=dict)


def constant(text: str) -> Scalar:
    """A plain scalar as null, true or false if it is one of these, else as the text it is."""
    return _CONSTANTS.get(text, text)


def read_yaml(data: bytes, *, what: str, plain: Callable[[str], Scalar] = constant) -> Document:
    """Read one YAML document in UTF-8; `what` names it in messages. Raises `Unreadable`, nothing else.

    `plain` gives the value of a plain scalar from its text.
    """
    try:
        return _Builder(plain).build(_text(data))
    except Unreadable as failure:
        raise Unreadable(failure.reason, failure.line, failure.column, what) from None


# --- bytes to text ------------------------------------------------------------------------------------


def _text(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise Unreadable(f"is larger than {MAX_BYTES} bytes: split the file")
    if data.startswith(_WIDE_BOMS):
        raise Unreadable("is UTF-16 or UTF-32: save the file as UTF-8", 1, 1)
    data = data.removeprefix(b"\xef\xbb\xbf")
    if _is_html(data):
        raise Unreadable("HTML where YAML was due: give the address of the file itself, not of a page about it", 1, 1)
    if (at := data.find(b"\0")) >= 0:
        raise Unreadable(f"holds a NUL at byte offset {at}, so it is no text: check the address", *_place(data, at))
    try:
        text = data.decode()
    except UnicodeDecodeError as failure:
        at = failure.start
        reason = f"is not UTF-8: byte 0x{data[at]:02X} at byte offset {at}; save the file as UTF-8"
        raise Unreadable(reason, *_place(data, at)) from None
    # Most files are ASCII, of which bytes are checked ten times as fast as characters are.
    if (not text.isascii() or data.translate(None, _PLAIN_BYTES)) and (found := _NOT_YAML.search(text)):
        before = text[: found.start()].encode()
        raise Unreadable(f"holds the control character U+{ord(found[0]):04X}: remove it", *_place(before, len(before)))
    if text.count("%") > MAX_DIRECTIVES and sum(1 for _ in _DIRECTIVE.finditer(text)) > MAX_DIRECTIVES:
        raise Unreadable(f"has more than {MAX_DIRECTIVES} lines that start with %: remove these directives")
    return text


def _is_html(data: bytes) -> bool:
    start = data[:4096].lstrip()
    if not start.startswith(b"<"):
        return False
    start = start.lower()
    if start.startswith((b"<?xml", b"<!--")):
        return b"<html" in start or b"<!doctype html" in start
    return start.startswith((b"<!doctype html", b"<html"))


def _place(data: bytes, at: int) -> tuple[int, int]:
    """1-based line and column (in characters) of a byte offset."""
    line = data.count(b"\n", 0, at) + 1
    start = data.rfind(b"\n", 0, at) + 1
    return line, len(data[start:at].decode(errors="replace")) + 1


# --- text to values: every cap is applied here --------------------------------------------------------


@dataclass(slots=True)
class _Anchored:
    """What an anchor names, and what it weighs written out. A scalar has no `branch`; as a key it is `written`."""

    mark: Any
    value: Any
    branch: Branch | None
    nodes: int
    characters: int
    height: int
    written: str = ""
    merge: bool = False


class _Builder:
    """Makes the value of one document and the tree of its places; counts as it goes, aliases as if written out."""

    def __init__(self, plain: Callable[[str], Scalar]) -> None:
        self._plain = plain
        self._nodes = 0
        self._characters = 0
        self._top = Branch(None, False)  # holds the document alone
        self._open = [self._top]
        self._anchors: dict[str, _Anchored | None] = {}  # None: still open
        self._named: list[tuple[Branch, str, int, int]] = []  # what is open and has an anchor, the tallies before it
        self._as_written = True  # no alias of a list or mapping, no merge key, no key that is odd or stands twice

    def build(self, text: str) -> Document:
        self._parse(text)
        if not self._top.items:
            return Document(None, lines={(): 1})
        (value,), (root,) = self._top.items, self._top.places
        if not isinstance(root, Branch):
            return Document(value, lines={(): min(spot(root)[0], _last_line(text))})
        if self._as_written:
            return Document(value, lines=Lines(root))
        walk = Walk(root)
        return Document(walk.value, walk.duplicates, walk.odd, walk.lines)

    def _parse(self, text: str) -> None:
        try:
            parser = _LOADER(text)
            try:
                self._read(parser.get_event)
            finally:
                parser.dispose()
        except yaml.MarkedYAMLError as failure:
            reason = ", ".join(filter(None, [failure.context, failure.problem]))
            line, column = spot(failure.problem_mark or failure.context_mark)
            raise Unreadable(f"is not YAML: {reason}", min(line, _last_line(text)), column) from None
        except (yaml.YAMLError, ValueError, OverflowError) as failure:
            # The reader written in Python lets an escape such as "\U00110000" through to chr().
            raise Unreadable(f"is not YAML: {failure}") from None

    def _read(self, get_event: Callable[[], Any]) -> None:
        """Take the events one at a time; nothing beyond the one asked for is read far ahead.

        What is done with a plain scalar stands here and not in functions, whose calls cost more than it does.
        """
        plain, branch, awaits_key = self._plain, self._top, False
        constants = _CONSTANTS if plain is constant else None
        scalar, end = yaml.ScalarEvent, yaml.StreamEndEvent
        # No parser makes subclasses of these.
        while (kind := type(event := get_event())) is not end:
            if kind is scalar:
                value = text = event.value
                self._nodes = nodes = self._nodes + 1
                self._characters = characters = self._characters + len(text)
                if nodes > MAX_NODES or characters > MAX_BYTES:
                    raise self._too_heavy(event.start_mark)
                merge = False
                if event.tag is not None or not event.implicit[0]:
                    merge, value = self._unplain(event)
                elif text == "<<":
                    merge = True
                else:
                    value = plain(text) if constants is None else constants.get(text, text)
                if event.anchor:
                    self._anchors[event.anchor] = _Anchored(event.start_mark, value, None, 1, len(text), 0, text, merge)
                if awaits_key:
                    if merge or type(value) is not str:
                        self._note_key(branch, merge)
                    value = text
                branch.items.append(value)
                branch.places.append(event.start_mark)
                awaits_key = not awaits_key and branch.is_mapping
            elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                branch = self._start(event, kind is yaml.MappingStartEvent, awaits_key)
                awaits_key = branch.is_mapping
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                branch = self._end()
                awaits_key = branch.is_mapping
            elif kind is yaml.AliasEvent:
                self._alias(event, branch, awaits_key)
                awaits_key = branch.is_mapping and not awaits_key
            elif kind is yaml.DocumentStartEvent and branch.items:
                raise Unreadable("a second document starts here: keep one in a file", *spot(event.start_mark))

    def _unplain(self, event: Any) -> tuple[bool, Scalar]:  # noqa: ANN401 - stubs give events no attributes
        """What a scalar in quotes, or with a tag, stands for: whether it is a merge key, and its value."""
        text = event.value
        # Of what the text as a whole was checked for only an escape, in double quotes, can stand here again.
        if event.style == '"' and ("\0" in text or (not text.isascii() and _HALVES.search(text))):
            raise Unreadable("an escape stands for NUL or half a character: remove it", *spot(event.start_mark))
        return (False, text) if event.tag is None else _tagged(event, self._plain)

    def _note_key(self, branch: Branch, merge: bool) -> None:
        """Remember that the key that comes next is a merge key, or else no text."""
        branch.notes = branch.notes if branch.notes is not None else {}
        branch.notes[len(branch.items)] = merge
        self._as_written = False

    def _alias(self, event: Any, branch: Branch, as_key: bool) -> None:  # noqa: ANN401 - as above
        name, mark = event.anchor or "", event.start_mark
        if name not in self._anchors:
            raise Unreadable(f"the alias *{name} has no anchor &{name} before it", *spot(mark))
        target = self._anchors[name]
        if target is None:
            raise Unreadable(f"the alias *{name} stands inside of what it stands for: write it out", *spot(mark))
        self._nodes += target.nodes
        self._characters += target.characters
        if self._nodes > MAX_NODES or self._characters > MAX_BYTES:
            raise self._too_heavy(mark)
        self._check_depth(mark, target.height)
        value = target.value
        if as_key:
            if target.branch is not None:
                raise Unreadable(f"a {target.branch.kind} is used as a key: write a text", *spot(target.mark))
            if target.merge or not isinstance(value, str):
                self._note_key(branch, target.merge)
            value = target.written
        if target.branch is not None:
            self._as_written = False
            branch.height = max(branch.height, target.height + 1)
        branch.items.append(value)
        branch.places.append(target.branch or target.mark)

    def _start(self, event: Any, is_mapping: bool, as_key: bool) -> Branch:  # noqa: ANN401 - as above
        branch = Branch(event.start_mark, is_mapping)
        if event.tag is not None and event.tag not in ("!", _CORE + ("map" if is_mapping else "seq")):
            raise Unreadable(_tag_refused(event.tag), *spot(branch.mark))
        if as_key:
            reason = f"a {branch.kind} is used as a key: is it an unfilled {{{{ placeholder }}}}? quote it"
            raise Unreadable(reason, *spot(branch.mark))
        self._check_depth(branch.mark, 1)
        if event.anchor:
            self._anchors[event.anchor] = None
            self._named.append((branch, event.anchor, self._nodes, self._characters))
        self._open.append(branch)
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise self._too_heavy(branch.mark)
        return branch

    def _end(self) -> Branch:
        """Put a finished list or mapping where it belongs; gives what is open then."""
        branch = self._open.pop()
        value = branch.as_written()
        if value is None:
            self._as_written = False
        if self._named and self._named[-1][0] is branch:
            _, name, nodes, characters = self._named.pop()
            weight = self._nodes - nodes, self._characters - characters
            self._anchors[name] = _Anchored(branch.mark, value, branch, *weight, branch.height)
        around = self._open[-1]
        around.items.append(value)
        around.places.append(branch)
        if around.height <= branch.height:
            around.height = branch.height + 1
        return around

    def _too_heavy(self, mark: Any) -> Unreadable:  # noqa: ANN401 - as above
        what = f"{MAX_NODES} values" if self._nodes > MAX_NODES else f"{MAX_BYTES} characters"
        return Unreadable(f"holds more than {what} once its aliases are written out: split the file", *spot(mark))

    def _check_depth(self, mark: Any, height: int) -> None:  # noqa: ANN401 - as above
        if len(self._open) - 1 + height > MAX_DEPTH:
            raise Unreadable(f"is nested more than {MAX_DEPTH} deep: flatten it", *spot(mark))


def _last_line(text: str) -> int:
    """libyaml puts the end of a text, and a value that is missing there, on the line after its last one."""
    return len(text.splitlines()) or 1


def _tagged(event: Any, read: Callable[[str], Scalar]) -> tuple[bool, Scalar]:  # noqa: ANN401 - as above
    """What a scalar with a tag stands for; raises `Unreadable`."""
    text, tag = event.value, event.tag
    if tag == _MERGE_TAG:
        return True, text
    if tag in _CONSTANT_TAGS:
        if text not in _CONSTANTS or (_CONSTANTS[text] is None) != (tag == _CORE + "null"):
            raise Unreadable(f"the tag {_short(tag)} does not fit its value: remove the tag", *spot(event.start_mark))
        return False, _CONSTANTS[text]
    if tag not in _TEXT_TAGS:
        raise Unreadable(_tag_refused(tag), *spot(event.start_mark))
    if tag in _NUMBER_TAGS and type(number := read(text)) in (int, float):
        return False, number
    return False, text


def _tag_refused(tag: str | None) -> str:
    return f"the tag {_short(tag)} is refused: write plain text, lists and mappings"


def _short(tag: str | None) -> str:
    tag = tag or ""
    shown = "!!" + tag.removeprefix(_CORE) if tag.startswith(_CORE) else f"!<{tag}>"
    return shown if len(shown) <= 80 else shown[:80] + "…"
