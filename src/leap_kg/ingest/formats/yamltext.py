"""Hostile YAML: any bytes give a `Document` or one `Unreadable` that says where and why.

Plain scalars stay the text that was written: only null and true/false are read as values. Version
`2022.06`, `0.10`, an ORCID or a date therefore never become numbers or days that print differently.
Where the type of a value matters, a caller gives another way to read plain scalars.

Hazards, each with its cap: nesting that overflows a recursive reader, aliases that unfold a kilobyte
into gigabytes (nodes and text are both counted as unfolded, and depth too), tags that name Python
objects, pages of HTML in place of a file. The text is read as a stream of parser events, checked
one by one, so nothing is built before it is known to be small.

Merge keys follow https://yaml.org/type/merge.html, line numbers start at 1.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import yaml

MAX_BYTES = 4 * 2**20
MAX_NODES = 100_000
MAX_DEPTH = 64
MAX_DIRECTIVES = 100  # libyaml compares each %TAG with all before it: 100,000 of them take 12 s

_LONGEST_REASON = 300  # characters; a parser may quote what it stumbled over

Scalar: TypeAlias = bool | str | int | float | None
Value: TypeAlias = "Scalar | list[Value] | dict[str, Value]"
Path: TypeAlias = tuple[str | int, ...]

_LOADER: Any = yaml.cyaml.CParser if yaml.__with_libyaml__ else yaml.SafeLoader  # type: ignore[attr-defined]

_STARTS: dict[type, Literal["list", "mapping"]] = {yaml.SequenceStartEvent: "list", yaml.MappingStartEvent: "mapping"}
_ENDS = {yaml.SequenceEndEvent, yaml.MappingEndEvent}

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


class Unreadable(Exception):
    """`reason`, and where it is known, 1-based `line` and `column`; the text names the document too."""

    def __init__(self, reason: str, line: int | None = None, column: int | None = None, what: str = "") -> None:
        reason = " ".join(reason.split())
        self.reason = reason if len(reason) <= _LONGEST_REASON else reason[:_LONGEST_REASON] + "…"
        self.line = line
        self.column = column
        self.what = what
        super().__init__(self.reason, line, column, what)

    def __str__(self) -> str:
        place = "" if self.line is None else f"line {self.line}"
        place += "" if self.line is None or self.column is None else f" column {self.column}"
        return ": ".join([", ".join(filter(None, [self.what, place])) or "YAML", self.reason])


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
    lines: dict[Path, int] = field(default_factory=dict)


def constant(text: str) -> Scalar:
    """A plain scalar as null, true or false if it is one of these, else as the text it is."""
    return _CONSTANTS.get(text, text)


def read_yaml(data: bytes, *, what: str, plain: Callable[[str], Scalar] = constant) -> Document:
    """Read one YAML document in UTF-8; `what` names it in messages. Raises `Unreadable`, nothing else.

    `plain` gives the value of a plain scalar from its text.
    """
    try:
        root = _Builder(plain).build(_text(data))
        return _Unfolder().document(root)
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
    start = data[:4096].lstrip().lower()
    if start.startswith((b"<?xml", b"<!--")):
        return b"<html" in start or b"<!doctype html" in start
    return start.startswith((b"<!doctype html", b"<html"))


def _place(data: bytes, at: int) -> tuple[int, int]:
    """1-based line and column (in characters) of a byte offset."""
    line = data.count(b"\n", 0, at) + 1
    start = data.rfind(b"\n", 0, at) + 1
    return line, len(data[start:at].decode(errors="replace")) + 1


# --- text to nodes: every cap is applied here ---------------------------------------------------------


@dataclass(slots=True)
class _Node:
    """A scalar (`items` None), a list, or a mapping whose `items` are key, value, key, value …

    `written` is the text of a scalar, `value` what it stands for. A merge key is a scalar with `merge`.
    """

    kind: Literal["scalar", "list", "mapping"]
    mark: Any
    value: Scalar = None
    written: str = ""
    merge: bool = False
    items: "list[_Node] | None" = None

    def fault(self, reason: str) -> Unreadable:
        return Unreadable(reason, *_mark(self.mark))


@dataclass(slots=True)
class _Anchored:
    """A finished node with an anchor, and what it weighs unfolded."""

    node: _Node
    nodes: int
    characters: int
    height: int


@dataclass(slots=True)
class _Open:
    """A list or mapping that is being read, and the tallies from before it."""

    node: _Node
    items: list[_Node]
    anchor: str | None
    nodes: int
    characters: int
    height: int = 1


class _Builder:
    """Makes the node graph of one document; counts as it goes, aliases as if written out."""

    def __init__(self, plain: Callable[[str], Scalar]) -> None:
        self._plain = plain
        self._nodes = 0
        self._characters = 0
        self._open: list[_Open] = []
        self._anchors: dict[str, _Anchored | None] = {}  # None: still open
        self._root: _Node | None = None

    def build(self, text: str) -> _Node:
        for event in _events(text):
            kind = type(event)
            # The most frequent first: no parser makes subclasses of these.
            if kind is yaml.ScalarEvent:
                self._scalar(event)
            elif kind in _ENDS:
                self._end()
            elif kind in _STARTS:
                self._start(_STARTS[kind], event)
            elif kind is yaml.AliasEvent:
                self._alias(event)
            elif kind is yaml.DocumentStartEvent and self._root is not None:
                raise Unreadable("a second document starts here: keep one in a file", *_mark(event.start_mark))
        return self._root or _Node("scalar", None)

    def _scalar(self, event: Any) -> None:  # noqa: ANN401 - stubs give events no attributes
        text = event.value
        node = _Node("scalar", event.start_mark, text, text)
        self._weigh(node, 1, len(text))
        # Of what the text as a whole was checked for only an escape, in double quotes, can stand here again.
        if event.style == '"' and ("\0" in text or (not text.isascii() and _HALVES.search(text))):
            raise node.fault("an escape stands for NUL or half a character: remove it")
        if event.tag is not None:
            _read_tagged(node, event, self._plain)
        elif event.implicit[0]:
            node.merge = text == "<<"
            node.value = text if node.merge else self._plain(text)
        if self._open:
            self._open[-1].items.append(node)
        else:
            self._root = node
        if event.anchor:
            self._anchors[event.anchor] = _Anchored(node, 1, len(text), 0)

    def _alias(self, event: Any) -> None:  # noqa: ANN401 - as above
        name, where = event.anchor or "", _Node("scalar", event.start_mark)
        if name not in self._anchors:
            raise where.fault(f"the alias *{name} has no anchor &{name} before it")
        target = self._anchors[name]
        if target is None:
            raise where.fault(f"the alias *{name} stands inside of what it stands for: write it out")
        self._weigh(where, target.nodes, target.characters)
        self._check_depth(where, target.height)
        self._place(target.node, target.height)

    def _start(self, kind: Literal["list", "mapping"], event: Any) -> None:  # noqa: ANN401 - as above
        items: list[_Node] = []
        node = _Node(kind, event.start_mark, items=items)
        if event.tag is not None and event.tag not in ("!", _CORE + ("seq" if kind == "list" else "map")):
            raise node.fault(_tag_refused(event.tag))
        if self._at_key():
            raise node.fault(f"a {kind} is used as a key: is it an unfilled {{{{ placeholder }}}}? quote it")
        self._check_depth(node, 1)
        self._open.append(_Open(node, items, event.anchor, self._nodes, self._characters))
        self._weigh(node, 1, 0)
        if event.anchor:
            self._anchors[event.anchor] = None

    def _end(self) -> None:
        ended = self._open.pop()
        if ended.anchor:
            nodes, characters = self._nodes - ended.nodes, self._characters - ended.characters
            self._anchors[ended.anchor] = _Anchored(ended.node, nodes, characters, ended.height)
        self._place(ended.node, ended.height)

    def _place(self, node: _Node, height: int) -> None:
        """Put a finished node into the list or mapping that is open."""
        if not self._open:
            self._root = node
            return
        if node.items is not None and self._at_key():
            raise node.fault(f"a {node.kind} is used as a key: write a text")
        parent = self._open[-1]
        parent.items.append(node)
        parent.height = max(parent.height, height + 1)

    def _at_key(self) -> bool:
        return bool(self._open) and self._open[-1].node.kind == "mapping" and not len(self._open[-1].items) % 2

    def _weigh(self, node: _Node, nodes: int, characters: int) -> None:
        self._nodes += nodes
        self._characters += characters
        if self._nodes > MAX_NODES or self._characters > MAX_BYTES:
            what = f"{MAX_NODES} values" if self._nodes > MAX_NODES else f"{MAX_BYTES} characters"
            raise node.fault(f"holds more than {what} once its aliases are written out: split the file")

    def _check_depth(self, node: _Node, height: int) -> None:
        if len(self._open) + height > MAX_DEPTH:
            raise node.fault(f"is nested more than {MAX_DEPTH} deep: flatten it")


def _events(text: str) -> Iterator[yaml.Event]:
    """Parser events, one at a time; nothing beyond the event asked for is read far ahead."""
    try:
        parser = _LOADER(text)
        try:
            while type(event := parser.get_event()) is not yaml.StreamEndEvent:
                yield event
        finally:
            parser.dispose()
    except yaml.MarkedYAMLError as failure:
        reason = ", ".join(filter(None, [failure.context, failure.problem]))
        line, column = _mark(failure.problem_mark or failure.context_mark)
        # libyaml puts the end of a text on the line after its last one.
        raise Unreadable(f"is not YAML: {reason}", min(line, len(text.splitlines()) or 1), column) from None
    except (yaml.YAMLError, ValueError, OverflowError) as failure:
        # The reader written in Python lets an escape such as "\U00110000" through to chr().
        raise Unreadable(f"is not YAML: {failure}") from None


def _mark(mark: Any) -> tuple[int, int]:  # noqa: ANN401 - the mark of the C parser or of the Python one
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _read_tagged(node: _Node, event: Any, read: Callable[[str], Scalar]) -> None:  # noqa: ANN401 - as above
    """Fill in what a scalar with a tag stands for; raises `Unreadable`."""
    text, tag = event.value, event.tag
    if tag == _MERGE_TAG:
        node.merge = True
    elif tag in _CONSTANT_TAGS:
        if text not in _CONSTANTS or (_CONSTANTS[text] is None) != (tag == _CORE + "null"):
            raise node.fault(f"the tag {_short(tag)} does not fit its value: remove the tag")
        node.value = _CONSTANTS[text]
    elif tag not in _TEXT_TAGS:
        raise node.fault(_tag_refused(tag))
    elif tag in _NUMBER_TAGS and type(number := read(text)) in (int, float):
        node.value = number


def _tag_refused(tag: str | None) -> str:
    return f"the tag {_short(tag)} is refused: write plain text, lists and mappings"


def _short(tag: str | None) -> str:
    tag = tag or ""
    shown = "!!" + tag.removeprefix(_CORE) if tag.startswith(_CORE) else f"!<{tag}>"
    return shown if len(shown) <= 80 else shown[:80] + "…"


# --- nodes to values ----------------------------------------------------------------------------------


class _Unfolder:
    """Writes the node graph out as values and lines; what it may cost was settled by the builder."""

    def __init__(self) -> None:
        self._lines: dict[Path, int] = {}
        self._duplicates: dict[tuple[int, int], tuple[Path, int]] = {}
        self._odd: dict[tuple[int, int], tuple[Path, int]] = {}

    def document(self, root: _Node) -> Document:
        self._lines[()] = _mark(root.mark)[0]
        value = self._value(root, ())
        return Document(value, list(self._duplicates.values()), list(self._odd.values()), self._lines)

    def _value(self, node: _Node, path: Path) -> Value:
        if node.items is None:
            return node.value
        lines = self._lines
        if node.kind == "list":
            values: list[Value] = []
            for index, item in enumerate(node.items):
                place = (*path, index)
                lines[place] = item.mark.line + 1
                values.append(item.value if item.items is None else self._value(item, place))
            return values
        mapping: dict[str, Value] = {}
        for name, (key, item) in self._pairs(node, path).items():
            place = (*path, name)
            lines[place] = key.mark.line + 1
            mapping[name] = item.value if item.items is None else self._value(item, place)
        return mapping

    def _pairs(self, node: _Node, path: Path) -> dict[str, tuple[_Node, _Node]]:
        """The key and the value that count for each name, merged ones first, so that what is written here wins."""
        own: dict[str, tuple[_Node, _Node]] = {}
        merged: dict[str, tuple[_Node, _Node]] = {}
        merges: set[str] = set()
        items = node.items or []
        for key, value in zip(items[::2], items[1::2], strict=True):
            name, line = key.written, key.mark.line + 1
            if name in own or name in merges:
                self._duplicates.setdefault(_mark(key.mark), ((*path, name), line))
            if key.merge:
                merges.add(name)
                self._merge(value, path, merged)
                continue
            if not isinstance(key.value, str):
                self._odd.setdefault(_mark(key.mark), ((*path, name), line))
            own[name] = (key, value)
        return {**merged, **own} if merged else own

    def _merge(self, value: _Node, path: Path, merged: dict[str, tuple[_Node, _Node]]) -> None:
        """Add what `<<` brings in: of several mappings the first has the last word."""
        sources: Sequence[_Node] = (value.items or [])[::-1] if value.kind == "list" else [value]
        for source in sources:
            if source.kind != "mapping":
                raise source.fault("the merge key << needs a mapping or a list of mappings")
            merged.update(self._pairs(source, path))
