"""Puts releases into the graph, and gets them out again: as settings of the hubs, in a graph of their own cluster."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from pyoxigraph import NamedNode, Quad

from leap_kg.graph.activity import Activity
from leap_kg.graph.engine import Engine
from leap_kg.graph.lookup import looked_up
from leap_kg.graph.names import source_graph
from leap_kg.graph.publication.change import Publication
from leap_kg.graph.publish import Writer
from leap_kg.hub.declared.release import Releases, ReleasesFaulty, releases_of
from leap_kg.ingest.hubs.settings import SettingFaulty, read_setting, settings_triples
from leap_kg.ingest.images.reference import describe_image
from leap_kg.ingest.mapping.statements import Statements
from leap_kg.ontology.iri import mint
from leap_kg.ontology.namespaces import RDF, VOID

_CLUSTER = "releases"


def source_of(cluster: str) -> str:
    """The source whose graph says what the cluster should run."""
    return f"desired-{cluster}"


def hub_node(domain: str, base: str) -> NamedNode:
    """The hub that answers at a domain."""
    return mint(base, "hub", domain)


def declare(writer: Writer, value: dict[str, Any], base: str) -> Publication:
    """Publish the releases of a value that `read_releases` gave: they are all that its cluster should run."""
    source = source_of(value["cluster"])
    cluster, graph = mint(base, "cluster", value["cluster"]), source_graph(base, source)
    now = datetime.now(UTC)
    images = Statements()
    for environment in releases_of(value).environments:
        describe_image(environment.image, images, base)
    triples = chain(settings_triples(cluster, _CLUSTER, value), images.triples())
    quads = (Quad(each.subject, each.predicate, each.object, graph) for each in triples)
    run = f"{source}/{now:%Y%m%dT%H%M%S.%f}"
    return writer.publish(source, quads, Activity(run, f"Releases of the cluster {value['cluster']}", now, now))


def declared(store: Engine, cluster: str, base: str) -> Releases | None:
    """What the graph wants of the cluster, `None` if nothing was ever declared.

    Raises `ReleasesFaulty` if it is no declaration, or not all of one, as when a server gives only part of an answer.
    """
    graph = source_graph(base, source_of(cluster))
    quads = looked_up(store, None, None, None, graph)
    if not quads:
        return None
    try:
        value = read_setting(quads, mint(base, "cluster", cluster), _CLUSTER)
    except SettingFaulty as error:
        what = f"is only part of what was declared: {error.args[0]}: run `leap-kg hub declare` again"
        raise ReleasesFaulty([f"{graph.value} {what}"]) from None
    except KeyError as error:
        raise ReleasesFaulty([f"{graph.value}: {error.args[0]}: run `leap-kg hub declare` again"]) from None
    return releases_of(value)


def clusters_declared(store: Engine, base: str) -> list[str]:
    """The names of all clusters for which something was ever declared."""
    prefix = source_graph(base, source_of("x")).value[:-1]
    graphs = looked_up(store, None, RDF("type"), VOID("Dataset"))
    found = {quad.subject.value for quad in graphs if isinstance(quad.subject, NamedNode)}
    return sorted(each.removeprefix(prefix) for each in found if each.startswith(prefix))


def settings_of(store: Engine, owner: NamedNode) -> Iterator[Quad]:
    """Everything that settings say of their owner, found from node to node."""
    left, seen = [owner], {owner}
    prefix = f"{owner.value}/settings#"
    while left:
        for quad in looked_up(store, left.pop()):
            yield quad
            target = quad.object
            if isinstance(target, NamedNode) and target.value.startswith(prefix) and target not in seen:
                seen.add(target)
                left.append(target)
