"""How fresh each source is: when it was read, when it was last found unchanged, and whether that is too long ago.

The graph says when a reading changed something. A reading that changed nothing makes no revision; where this server
harvests too, the harvest's own memory knows of it.
"""

import re
import sqlite3
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pyoxigraph import NamedNode

from leap_kg.graph.home import Home, HomeError
from leap_kg.ingest.state import State
from leap_kg.ontology.namespaces import DCT, PROV, RDF, VOID
from leap_kg.web.cells import Node
from leap_kg.web.reading import Reading, moment
from leap_kg.web.revision import Revision

_LOOK_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class SourceState:
    """A source with its last reading; `state` is `fresh`, `stale` or `unknown`, `until` when it turns stale.

    `fetched` is when a reading last changed something, `checked` when a later one found nothing new (`""` for never).
    """

    node: Node
    origin: Node | None
    fetched: str
    checked: str
    until: str
    state: str
    run: Node | None


def last_checks(home: Home) -> dict[str, datetime]:
    """When each source was last read in full, by its name; empty where nothing is harvested."""
    with suppress(HomeError, sqlite3.Error, ValueError):
        if home.state.is_file():
            with State(home.state, readonly=True) as state:
                return state.last_checks()
    return {}


class Freshness:
    """How fresh the sources are, as pages of one process say it; looked up again every few seconds."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._checks: dict[str, datetime] = {}
        self._states: dict[str, SourceState] = {}
        self._of = (0, 0.0)

    def states(self, revision: Revision) -> dict[str, SourceState]:
        """Each source by the IRI of its graph: as it is now, or as it was at a moment that was asked for."""
        if revision.fixed is not None:
            return _by_graph(source_states(revision.reading, revision.fixed, self._checks))
        number, looked = self._of
        if number != revision.number or time.monotonic() - looked > _LOOK_SECONDS:
            self._checks = last_checks(self._home)
            self._states = _by_graph(source_states(revision.reading, datetime.now(UTC), self._checks))
            self._of = (revision.number, time.monotonic())
        return self._states


def _by_graph(states: list[SourceState]) -> dict[str, SourceState]:
    return {state.node.iri: state for state in states}


def source_states(reading: Reading, now: datetime, checks: Mapping[str, datetime]) -> list[SourceState]:
    """Every source with how fresh it is; `checks` says when each was last read in full."""
    return [source_state(reading, graph, now, checks) for graph in reading.subjects(RDF("type"), VOID("Dataset"))]


def source_state(reading: Reading, graph: NamedNode, now: datetime, checks: Mapping[str, datetime]) -> SourceState:
    """How fresh the source of a graph is."""
    fetched = reading.text(graph, DCT("modified"))
    origin, run = reading.one(graph, DCT("source")), reading.one(graph, PROV("wasGeneratedBy"))
    read, checked = _instant(fetched), checks.get(graph.value.rpartition("/")[2])
    later = checked if checked and read and checked > read and checked <= now else None
    until = _until(later or read, reading.text(graph, reading.leap("staleAfter")))
    state = "unknown" if until is None else "fresh" if now <= until else "stale"
    return SourceState(
        node=reading.link(graph),
        origin=reading.link(origin) if origin else None,
        fetched=moment(fetched),
        checked=moment(later.astimezone(UTC).isoformat()) if later else "",
        until=until.astimezone(UTC).strftime("%Y-%m-%d") if until else "",
        state=state,
        run=reading.link(run) if run else None,
    )


def _instant(text: str) -> datetime | None:
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    return read.replace(tzinfo=read.tzinfo or UTC)


def _until(read: datetime | None, stale_after: str) -> datetime | None:
    """When a reading stops counting as fresh; `None` if the graph does not say."""
    length = duration(stale_after)
    try:
        return read + length if read is not None and length is not None else None
    except OverflowError:
        return None


def duration(text: str) -> timedelta | None:
    """An xsd:dayTimeDuration, `None` if it is none or longer than a timedelta."""
    found = re.fullmatch(r"P(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})(?:\.\d+)?S)?)?", text)
    if not found or not any(found.groups()):
        return None
    days, hours, minutes, seconds = (int(group or 0) for group in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
