"""The way of a request: each revision that changed where it is, from the log, the first one first.

Hazard: a node may have been touched by any number of revisions; the newest fifty are looked at, and of a patch that
is large only so many at a time are read.
"""

from dataclasses import dataclass

from pyoxigraph import NamedNode

from leap_kg.graph.log.patchfile import LogError
from leap_kg.ontology.namespaces import DCT, SCHEMA
from leap_kg.web.history.patchscan import changed
from leap_kg.web.history.refusal import Busy
from leap_kg.web.reading import moment
from leap_kg.web.requests.listed import TONES, status_label
from leap_kg.web.revision import Revision
from leap_kg.web.site import Site

_MOST_REVISIONS = 50
_MOST_STATEMENTS = 500


@dataclass(frozen=True, slots=True)
class Step:
    """One state of a request: since when, and the revision that says so (`""`: the source itself gives the time)."""

    label: str
    tone: str
    at: str
    shown: str
    path: str = ""
    revision: int = 0


def steps_of(site: Site, revision: Revision, node: NamedNode) -> list[Step]:
    """The states that a request has had, the oldest first; none where the log cannot be read now."""
    reading = revision.reading
    found: list[Step] = []
    before = revision.number + 1
    revised = site.history.timeline.revisions(entity=node.value, before=before, limit=_MOST_REVISIONS)
    start = f"{reading.base}request-status/"
    for one in reversed(revised):
        try:
            with site.patch_gate.enter(one.removed + one.added):
                change = changed(site.log, one.revision, (node.value,), reading.base, _MOST_STATEMENTS)[node.value]
        except (LogError, Busy):
            return []
        for quad in change.added:
            if quad.predicate == SCHEMA("availability") and isinstance(quad.object, NamedNode):
                word = quad.object.value.removeprefix(start)
                at = one.at.isoformat()
                path = f"/changes/{one.revision}"
                found.append(
                    Step(status_label(reading, word), TONES.get(word, "plain"), at, moment(at), path, one.revision)
                )
    issued, asked = reading.text(node, DCT("issued")), status_label(reading, "asked")
    if issued and (not found or issued[:10] < found[0].at[:10]):
        first = Step(asked, TONES["asked"], issued, moment(issued))
        # The revision that learnt of it later is no step of its own.
        found = [first, *found[1:]] if found and found[0].label == asked else [first, *found]
    return found
