"""A graph that gives only part of what a hub has, as a server may that answers by halves: nothing else is wanted."""

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Quad, Store

from leap_kg.graph.home import Home
from leap_kg.graph.lookup import looked_up
from leap_kg.graph.names import source_graph
from leap_kg.graph.publish import Writer
from leap_kg.hub.declared.declaring import declare, hub_node
from leap_kg.hub.declared.release import ReleasesFaulty, releases_of
from leap_kg.hub.declared.suspending import resume, source_of, suspend, suspensions
from leap_kg.hub.wanted.desired import NothingWanted, offered, part_objects
from leap_kg.ingest.hubs.mapping import VALUES
from leap_kg.ingest.hubs.settings import settings_triples
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.graph.samples import activity
from tests.hub.test_release import release

DOMAIN = "prod.hub.example.org"
PROFILES = [
    {"display_name": name, "kubespawner_override": {"mem_limit": "1G", "cpu_limit": 15.536}}
    for name in ("Small", "Large")
]
WHOLE: dict[str, Any] = {"singleuser": {"profileList": PROFILES, "extraEnv": {}}, "hub": {"a": [1, "1", True, None]}}
CLUSTER = {"name": "prod", "domain": DOMAIN, "helm_chart": "basehub"}


def said(values: Any, graph: str = "hubs", name: str = VALUES) -> list[Quad]:
    triples = settings_triples(hub_node(DOMAIN, BASE), name, values)
    return [Quad(each.subject, each.predicate, each.object, source_graph(BASE, graph)) for each in triples]


QUADS = [*said(WHOLE), *said(CLUSTER, name="cluster.yaml")]


def read(quads: Iterable[Quad]) -> str:
    """The values of the hub that a graph gives which has no more than these, to the letter; or what it lacks."""
    store = Store()
    store.extend(quads)
    try:
        return repr(offered(store, DOMAIN, BASE)[0])
    except NothingWanted as error:
        return "none" if DOMAIN in str(error) else "another hub"


@pytest.mark.parametrize("lacking", QUADS, ids=lambda quad: str(quad.object)[:40])
def test_values_that_lack_a_statement_are_none_or_the_same(lacking: Quad) -> None:
    assert read(each for each in QUADS if each != lacking) in ("none", repr(WHOLE))


def test_every_statement_that_values_are_made_of_is_missed() -> None:
    found = [read(each for each in QUADS if each != lacking) for lacking in said(WHOLE)]
    same = [quad for quad, values in zip(said(WHOLE), found, strict=True) if values != "none"]
    # What is left: the first of its sisters is the first also without its number, and each is said to be a setting.
    assert {str(each.predicate).rsplit("/", 1)[-1] for each in same} <= {"position>", "22-rdf-syntax-ns#type>"}
    assert all(str(each.object).startswith(('"0"', "<https://schema.org/PropertyValue>")) for each in same)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(QUADS), unique=True))
def test_part_of_the_values_is_none_or_the_same(kept: list[Quad]) -> None:
    assert read(kept) in ("none", repr(WHOLE))


def test_what_is_wrong_names_the_hub_and_makes_no_object() -> None:
    store = Store()
    store.extend(each for each in QUADS if "Large" not in str(each.object))
    (part,) = releases_of({"cluster": "lab", "releases": [release()]}).releases
    made, (problem,) = part_objects(store, part, "helmrelease", BASE)
    assert made == []
    assert f"only part of the values of the hub {DOMAIN}" in problem
    store.extend(QUADS)
    assert len(part_objects(store, part, "helmrelease", BASE)[0]) == 4


def test_two_sources_that_differ_about_a_hub_are_not_mixed() -> None:
    other = said({**WHOLE, "hub": {"a": [1, "1", False, None]}}, "others")
    assert read([*QUADS, *said(WHOLE, "others")]) == repr(WHOLE)
    assert read([*QUADS, *other]) in ("none", repr(WHOLE))
    assert read([*QUADS, *said({**WHOLE, "more": 1}, "others")]) in ("none", repr({**WHOLE, "more": 1}))


def test_settings_inside_of_themselves_are_refused() -> None:
    node = next(each.object for each in QUADS if each.predicate.value.endswith("additionalProperty"))
    loop = Quad(node, QUADS[0].predicate, node, QUADS[0].graph_name)  # type: ignore[arg-type]
    assert read([*QUADS, loop]) == "none"


def test_what_is_suspended_is_known_whole_or_nothing_is_done(tmp_path: Any) -> None:
    with Writer(Home(tmp_path), BASE) as writer:
        declare(writer, {"cluster": "lab", "releases": [release("prod"), release("staging")]}, BASE)
        assert suspensions(writer.store, "lab", BASE) == ()
        suspend(writer, "lab", "prod", "ada", BASE)
        suspend(writer, "lab", "staging", "ada", BASE)
        known = suspensions(writer.store, "lab", BASE)
        quads = sorted(looked_up(writer.store, None, None, None, source_graph(BASE, source_of("lab"))), key=str)
        for kept in (quads[::2], []):
            writer.publish(source_of("lab"), kept, activity(f"of {len(kept)}"))
            with pytest.raises(ReleasesFaulty, match="--resume"):
                suspensions(writer.store, "lab", BASE)
        resume(writer, "lab", "", BASE)
        assert suspensions(writer.store, "lab", BASE) == ()
    store = Store()
    store.extend(quads)
    assert suspensions(store, "lab", BASE) == known
