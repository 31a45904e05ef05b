"""Follows one kind of object on one cluster, and says which objects to look at: never what happened to them.

A stream that breaks goes on where it ended; one that the cluster no longer remembers (410) begins with a list of all
there are. Whatever is missed is found by the next full look, so nothing here needs to be sure.
"""

import threading
from collections.abc import Callable

import structlog

from leap_kg.hub.cluster.api import Cluster, ClusterError
from leap_kg.hub.loop.queue import Backoff
from leap_kg.hub.objects.manifest import Key, Manifest

log = structlog.get_logger(__name__)

_SECONDS = 120
"""How long one stream lasts."""
_GONE = 410
_REFUSED = 403


class Watch(threading.Thread):
    """Calls `tell` with the key of each object of the kind that is there or changes, until `ended`.

    `count` is told `listed`, `followed` or `broken` of each stream.
    """

    def __init__(
        self,
        cluster: Cluster,
        version: str,
        kind: str,
        tell: Callable[[Key], None],
        ended: threading.Event,
        count: Callable[[str], None] = lambda what: None,
    ) -> None:
        super().__init__(name=f"watch {kind}", daemon=True)
        self._cluster, self._version, self._kind = cluster, version, kind
        self._tell, self._ended, self._count = tell, ended, count
        self._backoff = Backoff(most=60.0)
        self._reached = ""

    def run(self) -> None:
        """Follow until `ended`."""
        since, failures = "", 0
        while not self._ended.is_set():
            try:
                since = self._follow(since or self._all())
                failures = 0
            except ClusterError as error:
                if self._ended.is_set():
                    return
                self._count("broken")
                gone = error.status == _GONE
                since = "" if gone else self._reached
                failures += not gone
                tell = log.info if gone else log.warning
                tell("a watch broke", kind=self._kind, reason=str(error), relist=gone)
                self._ended.wait(self._backoff.most if error.status == _REFUSED else self._backoff.wait(failures or 1))

    def _all(self) -> str:
        objects, since = self._cluster.listed(self._version, self._kind)
        self._count("listed")
        for each in objects:
            self._tell(self._key(each))
        return since

    def _follow(self, since: str) -> str:
        self._reached = since
        self._count("followed")
        for live, reached in self._cluster.watched(self._version, self._kind, since, _SECONDS):
            if self._ended.is_set():
                break
            self._reached = reached
            if live:
                self._tell(self._key(live))
        return self._reached

    def _key(self, live: Manifest) -> Key:
        """The key of an object of a list, where objects do not say their kind."""
        metadata = live["metadata"]
        return Key(self._version, self._kind, metadata.get("namespace", ""), metadata["name"])
