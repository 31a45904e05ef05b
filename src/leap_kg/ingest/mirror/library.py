"""The recordings of a mirror, each read once, and the exchange in them that answers a request.

Hazard: a recording may hold several answers to one request: before and after something changed, or the pages of a
listing whose cursor stays the same. A first request is answered by the first of them, whoever asked before, so that a
second harvest finds what the first found; the next turn of a listing by the next, and by the last once there are no
more. Those recorded for the media type that is asked for come before others.
"""

import threading
from collections import OrderedDict
from pathlib import Path

from leap_kg.ingest.http.asking import Ask
from leap_kg.ingest.mirror.dialects import MAX_BYTES, read_exchanges
from leap_kg.ingest.mirror.exchange import Exchange, Key, keys

_MOST_RECORDINGS = 1000


class RecordingFaulty(ValueError):
    """A recording that cannot be used; the text names the file and what is wrong."""


class Library:
    """Recordings by their path, those that were not asked lately let go; safe across threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._read: OrderedDict[Path, dict[Key, list[Exchange]]] = OrderedDict()

    def find(self, ask: Ask, url: str, paths: list[Path]) -> Exchange | None:
        """The exchange in these files that answers what is asked for at `url`; raises `RecordingFaulty`."""
        try:
            exact, anonymous = keys(url, ask.data)
        except ValueError:
            return None
        for wanted in (exact, anonymous):
            found = [exchange for path in paths for exchange in self._index(path).get(wanted, ())]
            if found:
                fitting = [exchange for exchange in found if exchange.accept == ask.accept] or found
                return fitting[min(ask.turn, len(fitting) - 1)]
        return None

    def _index(self, path: Path) -> dict[Key, list[Exchange]]:
        with self._lock:
            if path not in self._read:
                self._read[path] = _indexed(path)
                if len(self._read) > _MOST_RECORDINGS:
                    self._read.popitem(last=False)
            self._read.move_to_end(path)
            return self._read[path]


def _indexed(path: Path) -> dict[Key, list[Exchange]]:
    try:
        with path.open("rb") as file:
            exchanges = read_exchanges(file.read(MAX_BYTES + 1))
    except OSError as failure:
        raise RecordingFaulty(f"{path} cannot be read ({failure.strerror}): check its permissions") from None
    except ValueError as failure:
        raise RecordingFaulty(f"{path} is no recording that can be used: it {failure}") from None
    index: dict[Key, list[Exchange]] = {}
    for exchange in exchanges:
        for key in dict.fromkeys(keys(exchange.url, exchange.data)):
            index.setdefault(key, []).append(exchange)
    return index
