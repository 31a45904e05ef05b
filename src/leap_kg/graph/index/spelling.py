"""Typing errors: words that the index does not have, and the nearest ones that it has.

Nothing is kept for it: every text that one change makes of a word is looked up in the vocabulary of the index, and so
are its two parts, in case a blank is missing; the terms that begin like the word are compared with it for two changes.
All of it is bounded, whatever the index holds.

Hazard: words come from outside and reach the index as bound values.
"""

import json
import re
import sqlite3
import unicodedata
from collections.abc import Iterable

from rapidfuzz.distance import OSA

_WORD = re.compile(r"[^\W_]+")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_SHORTEST, _LONGEST, _MOST_WORDS = 4, 24, 6
_SHORTEST_HALF = 3
"""The length from which on what may be half of a word is looked up."""

_TWO_CHANGES = 7
"""The length from which on a word may differ in two places."""

_MOST_TERMS, _MOST_ENDINGS = 2_000, 20
_FAR_MORE = 10
_ENOUGH = 3


class Spelling:
    """The vocabulary of an open index."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._known: dict[tuple[str, int], str | None] = {}
        # A view on the words' own index, in the temporary part of this connection: nothing is written to the file.
        database.execute("CREATE VIRTUAL TABLE IF NOT EXISTS temp.vocabulary USING fts5vocab ('main', 'words', 'row')")

    def corrected(self, text: str, *, rare: bool = False) -> str | None:
        """The text with the nearest known word in place of each unknown one; `None` if all are known or none is near.

        With `rare`, also in place of words that a node or two has, if the near one is far more frequent.
        """
        made, words, changed = text, 0, False
        for found in reversed(list(_WORD.finditer(text))):
            word = plain(found[0])
            if not (_SHORTEST <= len(word) <= _LONGEST and word.isascii() and word.isalpha()):
                continue
            words += 1
            if words > _MOST_WORDS:
                return None
            known = self._beginning(word)
            if known >= (_ENOUGH if rare else 1):
                continue
            near = self._remembered(word, known * _FAR_MORE)
            if near is None and not known:
                return None
            if near is not None:
                made, changed = f"{made[: found.start()]}{near}{made[found.end() :]}", True
        return made if changed else None

    def _beginning(self, word: str) -> int:
        """How many nodes have a word that begins like this, counted up to `_ENOUGH`."""
        query = f"SELECT count(*) FROM (SELECT 1 FROM words WHERE words MATCH ? LIMIT {_ENOUGH})"
        return int(self._database.execute(query, (f'"{word}"*',)).fetchone()[0])

    def _remembered(self, word: str, most: int) -> str | None:
        """`_near`, which takes longest for a word that is like none and may be asked for once more."""
        if (word, most) not in self._known:
            self._known[word, most] = self._near(word, most)
        return self._known[word, most]

    def _near(self, word: str, most: int) -> str | None:
        """The nearest term that more than so many nodes have, of several the most frequent one; or two terms."""
        terms = self._terms(_changed(word))
        if not terms and (two := self._apart(word, most)):
            return two
        if not terms:
            terms = self._beginnings(word)
        if not terms and len(word) >= _TWO_CHANGES:
            terms = self._like(word)
        near = [(_distance(word, term), -nodes, term) for term, nodes in terms if nodes > most]
        return min(near)[2] if near else None

    def _apart(self, word: str, most: int) -> str | None:
        """The two terms that a word is without the blank between them, each of which more than so many nodes have."""
        cuts = [(word[:place], word[place:]) for place in range(_SHORTEST_HALF, len(word) - _SHORTEST_HALF + 1)]
        nodes = dict(self._terms(half for cut in cuts for half in cut))
        fewest = [(min(nodes.get(left, 0), nodes.get(right, 0)), f"{left} {right}") for left, right in cuts]
        number, two = max(fewest, default=(0, ""))
        return two if number > most else None

    def _terms(self, texts: Iterable[str]) -> list[tuple[str, int]]:
        """Those of the texts that are terms, with the number of nodes that have them."""
        query = "SELECT term, doc FROM vocabulary WHERE term IN (SELECT value FROM json_each(?))"
        return self._database.execute(query, (json.dumps(list(texts)),)).fetchall()

    def _beginnings(self, word: str) -> list[tuple[str, int]]:
        """Terms that begin with a changed text: a word that was not typed to its end may be wrong too."""
        texts = [text for text in _changed(word) if len(text) >= _SHORTEST and self._beginning(text)]
        query = "SELECT term, doc FROM vocabulary WHERE term >= ? AND term < ? LIMIT ?"
        return [
            row for text in texts for row in self._database.execute(query, (text, f"{text}\U0010ffff", _MOST_ENDINGS))
        ]

    def _like(self, word: str) -> list[tuple[str, int]]:
        """The terms that differ in two places but begin with the same letters, whichever their order."""
        found = []
        for first in sorted({word[:3], word[1::-1] + word[2], word[0] + word[2:0:-1]}):
            query = f"SELECT term, doc FROM vocabulary WHERE term >= ? AND term < ? LIMIT {_MOST_TERMS}"
            rows = self._database.execute(query, (first, f"{first}\U0010ffff"))
            found += [row for row in rows if OSA.distance(word, row[0], score_cutoff=2) <= 2]
        return found


def plain(text: str) -> str:
    """A word as the index spells it: small letters without marks."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _distance(word: str, term: str) -> int:
    """The changes from a word to a term, or to the beginning of one."""
    lengths = range(len(word) - 1, min(len(word) + 2, len(term)))
    return min([OSA.distance(word, term), *(OSA.distance(word, term[:length]) for length in lengths)])


def _changed(word: str) -> list[str]:
    """All that one change makes of a word: a letter lost, doubled, wrong or more, or two that changed places."""
    cuts = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    lost = {left + right[1:] for left, right in cuts if right}
    turned = {left + right[1] + right[0] + right[2:] for left, right in cuts if len(right) > 1}
    wrong = {left + letter + right[1:] for left, right in cuts if right for letter in _LETTERS}
    more = {left + letter + right for left, right in cuts for letter in _LETTERS}
    return sorted((lost | turned | wrong | more) - {word})
