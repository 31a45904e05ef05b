"""What the graph wants of one cluster, looked up again whenever the graph has a new revision.

A graph that cannot be reached changes nothing: what was wanted last still is, but nothing is taken away meanwhile. A
graph that is there and says nothing of the cluster, or only part of it, leaves nothing to go by: then nothing is
written at all.
"""

from leap_kg.graph.home import Home, HomeError
from leap_kg.graph.remote.snapshot import served
from leap_kg.graph.snapshot import Snapshot
from leap_kg.hub.declared.declaring import declared
from leap_kg.hub.declared.release import ReleasesFaulty
from leap_kg.hub.objects.manifest import Key, key_of
from leap_kg.hub.wanted.desired import Desired, NothingWanted, desired, part_node
from leap_kg.ontology.iri import mint


class Wants:
    """What is wanted of the cluster `name`; `problem` says why that cannot be told by now, `""` if it can.

    `readable` says whether the graph itself is there. `desired` is `None` if there is nothing to go by, `last` the last
    that there was. `parts` are its groups, `groups`
    the group of each object.
    """

    def __init__(self, home: Home, base: str, name: str, form: str) -> None:
        self._snapshots = served(home)
        self._base, self._form = base, form
        self._known = 0
        self.readable = False
        self._iris: dict[str, str] = {}
        self.name = name
        self.snapshot: Snapshot | None = None
        self.desired: Desired | None = None
        self.last: Desired | None = None
        self.problem = "the graph was not read yet"
        self.parts: dict[str, Desired] = {}
        self.groups: dict[Key, str] = {}

    def iri(self, group: str) -> str:
        """What in the graph a group is for: the cluster itself if that is not known."""
        return self._iris.get(group) or mint(self._base, "cluster", self.name).value

    def look(self) -> bool:
        """Look whether the graph wants something else by now; returns whether it does."""
        before = self.desired
        try:
            self._read()
        except (NothingWanted, ReleasesFaulty) as error:
            self.problem = str(error)
            self._take(None)
        except (HomeError, OSError, ValueError, LookupError) as error:
            self.readable = False
            self.problem = f"the graph cannot be read: {error}"
        return (before and (before.digest, before.problems, before.suspended)) != (
            self.desired and (self.desired.digest, self.desired.problems, self.desired.suspended)
        )

    def _read(self) -> None:
        found = self._snapshots.current()
        self.readable = found is not None
        if found is None:
            raise HomeError("nothing is published: is LEAP_KG_HOME right? if so, run `leap-kg hub declare FILE`")
        if self._known == found.revision and not self.problem:
            return
        self.snapshot = found
        wanted = desired(found.store, found.revision, self.name, self._form, self._base)
        releases = declared(found.store, self.name, self._base)
        self._iris = {each.name: part_node(each, self._base).value for each in releases.parts} if releases else {}
        self._take(wanted)
        self._known, self.problem = found.revision, ""

    def _take(self, wanted: Desired | None) -> None:
        self.desired = wanted
        self.last = wanted or self.last
        self.parts = wanted.parts() if wanted else {}
        self.groups = {key_of(each.manifest): name for name, part in self.parts.items() for each in part.objects}
