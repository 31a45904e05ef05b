"""The parts of every node, in every revision: the nodes whose IRI is its own with a fragment.

A store cannot be asked for IRIs that begin alike, and a pass over a large one takes seconds. So there is one pass in
the life of a process; after it, each patch adds the parts that it speaks of. What was once a part stays known: in the
state of a past revision it may be one, and whoever asks looks whether it is described there.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from threading import Lock

from leap_kg.graph.history.timeline import Timeline
from leap_kg.graph.log.patch import PatchLog

# IRIs hold no angle brackets, and a text no line break: what stands here is the subject of a line.
_SUBJECT = re.compile(rb"^[DA] <([^<>#]*)#([^<>]*)>", re.MULTILINE)


class Parts:
    """What is known of parts in one process; safe to use from several threads."""

    def __init__(self, log: PatchLog, timeline: Timeline) -> None:
        self._log = log
        self._timeline = timeline
        self._known: dict[str, set[str]] = defaultdict(set)
        self._through = 0
        self._since = 0
        self._lock = Lock()

    def of(self, node: str, revision: int, newest: int, subjects: Callable[[], Iterable[str]]) -> list[str]:
        """The IRIs that are, or once were, parts of a node, in order: all that revision `revision` may have are there.

        `newest` is the newest revision, `subjects` gives the subjects with a fragment that it has. Raises `LogError` if
        a patch that has to be read is damaged.
        """
        with self._lock:
            if not self._through:
                self._take(subjects())
                self._since = self._through = newest
            while self._through < newest:
                self._read(self._through + 1)
                self._through += 1
            if revision < self._since:
                self._read_removals(revision)
            return sorted(self._known.get(node, ()))

    def _take(self, subjects: Iterable[str]) -> None:
        for iri in subjects:
            self._known[iri.partition("#")[0]].add(iri)

    def _read(self, revision: int) -> None:
        for block in self._log.blocks(revision):
            self._note(block)

    def _read_removals(self, revision: int) -> None:
        """Read what was removed between an earlier revision and those that are known."""
        for number in range(self._since, revision, -1):
            told = self._timeline.revision(number)
            if told is None or told.removed:
                for block in self._log.blocks(number):
                    self._note(block)
                    if not block.startswith(b"D"):
                        break
            self._since = number - 1

    def _note(self, block: bytes) -> None:
        for found in set(_SUBJECT.findall(block)):
            document, fragment = (part.decode() for part in found)
            self._known[document].add(f"{document}#{fragment}")
