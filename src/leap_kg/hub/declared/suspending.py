"""Releases, and what else runs on clusters, that leap-kg is to leave to themselves for a while, as the graph has it.

That is said in a graph of its own, so that declaring the releases of a cluster again, from git say, does not take
it back. A release that its file declares as suspended is none of these, and resuming does not change that file.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from pyoxigraph import Quad

from leap_kg.graph.activity import Activity
from leap_kg.graph.engine import Engine
from leap_kg.graph.lookup import looked_up, stands
from leap_kg.graph.names import source_graph
from leap_kg.graph.publication.change import Publication
from leap_kg.graph.publish import Writer
from leap_kg.hub.declared.release import Releases, ReleasesFaulty
from leap_kg.ingest.hubs.settings import Setting, read_setting, settings_triples
from leap_kg.ontology.iri import mint
from leap_kg.ontology.namespaces import RDF, VOID

_NAME = "suspensions"


@dataclass(frozen=True, slots=True)
class Suspension:
    """A release or the like that is left to itself, `""` for all of the cluster; `since` is ISO 8601."""

    release: str
    since: str
    by: str


def source_of(cluster: str) -> str:
    """The source whose graph says what is suspended."""
    return f"suspended-{cluster}"


def suspensions(store: Engine, cluster: str, base: str) -> tuple[Suspension, ...]:
    """All that is suspended on a cluster; raises `ReleasesFaulty` if what says so cannot be read.

    Hazard: what would be missed in half an answer would be set back, although somebody works on it.
    """
    graph = source_graph(base, source_of(cluster))
    quads = looked_up(store, None, None, None, graph)
    if not quads and not stands(store, graph, RDF("type"), VOID("Dataset")):
        return ()
    try:
        said = read_setting(quads, mint(base, "cluster", cluster), _NAME)
        rows = said if isinstance(said, list) else []
        return tuple(Suspension(**{str(k): str(v) for k, v in row.items()}) for row in rows if isinstance(row, dict))
    except (KeyError, TypeError) as error:
        mend = f"run `leap-kg hub suspend {cluster} --resume`, then suspend again what should be"
        raise ReleasesFaulty([f"{graph.value} cannot be read: {error.args[0]}: {mend}"]) from None


def suspend(writer: Writer, cluster: str, release: str, by: str, base: str) -> Publication:
    """Say that a release, `""` for the whole cluster, is left to itself from now on; said again, nothing changes."""
    known = suspensions(writer.store, cluster, base)
    if any(each.release == release for each in known):
        return _publish(writer, cluster, known, base)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return _publish(writer, cluster, (*known, Suspension(release, now, by)), base)


def resume(writer: Writer, cluster: str, release: str, base: str) -> Publication:
    """Say that it is no longer left to itself: of a whole cluster, all that was suspended on it."""
    # All of them go also where what is suspended cannot be read.
    known = suspensions(writer.store, cluster, base) if release else ()
    left = tuple(each for each in known if each.release != release)
    return _publish(writer, cluster, left, base)


def _publish(writer: Writer, cluster: str, wanted: tuple[Suspension, ...], base: str) -> Publication:
    source = source_of(cluster)
    rows: list[Setting] = [{"release": each.release, "since": each.since, "by": each.by} for each in wanted]
    triples = settings_triples(mint(base, "cluster", cluster), _NAME, rows)
    graph, now = source_graph(base, source), datetime.now(UTC)
    quads = [Quad(each.subject, each.predicate, each.object, graph) for each in triples]
    run = f"{source}/{now:%Y%m%dT%H%M%S.%f}"
    return writer.publish(source, quads, Activity(run, f"What is suspended on the cluster {cluster}", now, now))


def held_parts(store: Engine, releases: Releases, base: str) -> frozenset[str]:
    """The names of what is left to itself on the cluster, be it a release or something else that it runs."""
    held = {each.release for each in suspensions(store, releases.cluster, base)}
    return frozenset(each.name for each in releases.parts if not held.isdisjoint((each.name, "")))


def with_suspended(releases: Releases, held: frozenset[str]) -> Releases:
    """The same, but that those which are left to themselves tell their controllers so, where these can be told."""
    return replace(
        releases,
        releases=tuple(replace(each, suspended=each.suspended or each.name in held) for each in releases.releases),
        harvests=tuple(replace(each, suspended=each.suspended or each.name in held) for each in releases.harvests),
    )
