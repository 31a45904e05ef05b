"""The items of one long JSON list, one at a time, however long the list is.

Hazard: a list of a hundred thousand items fills the memory when it is read whole. No more of it is held here than
one item and the piece that is being read; an item without end is refused.
"""

import codecs
import json
import re
from collections.abc import Iterable, Iterator

from leap_kg.ingest.formats.yamltext import Unreadable

MAX_ITEM = 2**20  # characters of one item
_GAP = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


def list_items(pieces: Iterable[bytes], *, what: str) -> Iterator[bytes]:
    """The items of the list that a document in UTF-8 consists of, each as it is written.

    Raises `Unreadable` where the list breaks off or cannot be read on; the items before that were given.
    """
    text = _Pieces(pieces, what)
    if text.next_character() != "[":
        raise text.unreadable("is no list: give the file whose content begins with [")
    text.skip(1)
    ended = text.next_character() == "]"
    while not ended:
        yield text.item()
        following = text.next_character()
        if following not in (",", "]"):
            raise text.unreadable("breaks off or lacks a comma between two items: fetch it again")
        ended = following == "]"
        text.skip(0 if ended else 1)
    text.skip(1)
    if text.next_character():
        raise text.unreadable("goes on after its list: fetch it again")


class _Pieces:
    """The text that has been read and not yet given out."""

    def __init__(self, pieces: Iterable[bytes], what: str) -> None:
        self._pieces = iter(pieces)
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._text = ""
        self._at = 0
        self._line = 1
        self._ended = False
        self._what = what

    def unreadable(self, reason: str) -> Unreadable:
        """The failure at the next character."""
        return Unreadable(reason, self._line + self._text.count("\n", 0, self._at), what=self._what)

    def next_character(self) -> str:
        """The next one that is no white space, left where it is; `""` at the end."""
        while True:
            gap = _GAP.match(self._text, self._at)
            self._at = gap.end() if gap else self._at
            if self._at < len(self._text) or not self._read():
                return self._text[self._at : self._at + 1]

    def skip(self, characters: int) -> None:
        """Pass over what `next_character` showed."""
        self._at += characters

    def item(self) -> bytes:
        """The value that begins at the next character."""
        self.next_character()
        while True:
            try:
                _, end = _DECODER.raw_decode(self._text, self._at)
            except json.JSONDecodeError as failure:
                # An item that is cut and one that is faulty look alike until there is no more to read.
                if len(self._text) - self._at > MAX_ITEM or not self._read():
                    reason = f"has an item that ends nowhere within {MAX_ITEM} characters or is no JSON: {failure.msg}"
                    raise self.unreadable(reason) from None
            except (ValueError, RecursionError) as failure:
                raise self.unreadable(f"has an item that cannot be read: {failure}") from None
            else:
                # A number may be cut too: `1` is one, and so is `1.5` of which only `1.` is here.
                gap = _GAP.match(self._text, end)
                following = self._text[gap.end() : gap.end() + 1] if gap else ""
                if following in (",", "]") or len(self._text) - self._at > MAX_ITEM or not self._read():
                    found = self._text[self._at : end].encode()
                    self._at = end
                    return found

    def _read(self) -> bool:
        """Take in one more piece in place of what was given out; whether there was one."""
        if self._ended:
            return False
        piece = next(self._pieces, None)
        self._ended = piece is None
        self._line += self._text.count("\n", 0, self._at)
        self._text, self._at = self._text[self._at :], 0
        try:
            self._text += self._decoder.decode(piece or b"", final=self._ended)
        except UnicodeDecodeError:
            raise self.unreadable("is not UTF-8: fetch it again") from None
        return True
