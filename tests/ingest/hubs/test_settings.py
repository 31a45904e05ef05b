"""Settings go into triples and come back: order, null, text that looks like a number, and every character."""

import json
import math
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode, Quad, RdfFormat, Store, Triple, parse, serialize

from leap_kg.graph.publish import publishable
from leap_kg.ingest.hubs.rendering import profile_list
from leap_kg.ingest.hubs.settings import Path, Setting, read_setting, settings_triples
from leap_kg.ontology.jsonld import quads_in
from leap_kg.ontology.namespaces import SCHEMA
from leap_kg.settings import DEFAULT_BASE as BASE

HUB = NamedNode(BASE + "hub/hub.example.org")
GRAPH = NamedNode(BASE + "graph/source/hubs")

TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    st.sampled_from(
        ["", "1", "1.0", "null", "~", "true", "yes", "{value}", "~8 GB", "a\r\nb", "\x00", "\x85", "\ufffe", '"\\']
    ),
)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), TEXTS, st.sampled_from([3620925866, 15.536])
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=25,
)
NAMED = st.sampled_from(["slug", "display_name", "name", "kubespawner_override", "profile_options", "choices"])
PROFILES = st.lists(st.dictionaries(NAMED | TEXTS, VALUES, max_size=5), max_size=4)


def exact(value: object) -> str:
    """A text that tells all values apart, the order of keys included: 1 from 1.0, True and '1', 0.0 from -0.0."""
    return repr(value)


def back(value: Setting) -> Setting:
    return read_setting(settings_triples(HUB, "values", value), HUB, "values")


@given(VALUES)
@example([[], {}, [[]], [{}], None, "", "null", False, 0, 0.0, -0.0, "0"])
@example([{"slug": "a"}, {"slug": "a"}, {"name": "slug=a"}, "a", "a", 1, 1, True, "1"])
@example({"": {"": ""}, "\x00": 1, "null": None})
@example([10**400, -(10**20), 1e300, 5e-324, float("inf"), float("-inf")])
@settings(max_examples=50)
def test_any_value_comes_back_as_it_was(value: Setting) -> None:
    assert exact(back(value)) == exact(value)


def test_what_is_no_number_comes_back_too() -> None:
    value = back(float("nan"))
    assert isinstance(value, float)
    assert math.isnan(value)


@given(PROFILES)
def test_any_profile_list_comes_back_from_a_store_and_from_every_format(profiles: list[Setting]) -> None:
    values: Setting = {"basehub": {"jupyterhub": {"singleuser": {"profileList": profiles}, "hub": {}}}}
    quads = quads_in(settings_triples(HUB, "values", values), GRAPH)
    publishable(quads, GRAPH)
    store = Store()
    store.extend(quads)
    written = serialize(store, format=RdfFormat.N_QUADS)
    assert written is not None
    for found in (quads, list(store), [Quad(*quad) for quad in parse(written, format=RdfFormat.N_QUADS)]):
        assert exact(profile_list(found, HUB)) == exact(profiles)


@pytest.mark.parametrize("path", [(), ("jupyterhub",), ("basehub", "jupyterhub")])
def test_profiles_are_found_below_each_chart(path: tuple[str, ...]) -> None:
    value: Any = {"singleuser": {"profileList": [{"display_name": "A", "default": None}]}}
    for key in reversed(path):
        value = {key: value}
    triples = list(settings_triples(HUB, "values", value))
    assert profile_list(triples, HUB) == [{"display_name": "A", "default": None}]
    assert profile_list(settings_triples(HUB, "values", {"singleuser": {}}), HUB) is None


def test_what_is_not_there_is_a_key_error_that_names_it() -> None:
    with pytest.raises(KeyError, match="has no setting 'values'"):
        profile_list([], HUB)
    triples = [t for t in settings_triples(HUB, "values", {"a": 1}) if t.predicate != SCHEMA("value")]
    with pytest.raises(KeyError, match="has no value"):
        read_setting(triples, HUB, "values")


def test_an_item_keeps_its_node_when_others_come_before_it() -> None:
    def nodes(value: Setting) -> dict[str, NamedNode]:
        found: dict[Path, NamedNode] = {}
        list(settings_triples(HUB, "values", value, found.__setitem__))
        return {json.dumps(value[path[0]]): node for path, node in found.items() if len(path) == 1}  # type: ignore[index]

    first = nodes([{"slug": "a", "x": 1}, {"display_name": "b"}, "c"])
    later = nodes(["new", {"slug": "z"}, {"slug": "a", "x": 1}, {"display_name": "b"}, "c"])
    assert first.items() <= later.items()
    assert len(set(later.values())) == 5


def test_the_same_value_gives_the_same_triples() -> None:
    value: Setting = {"a": [1, {"name": "x"}], "b": None}
    assert [str(t) for t in settings_triples(HUB, "v", value)] == [str(t) for t in settings_triples(HUB, "v", value)]
    assert all(isinstance(t, Triple) for t in settings_triples(HUB, "v", value))


def test_what_yaml_writes_for_a_profile_list_reads_back_equal() -> None:
    profiles = [
        {"display_name": "1", "default": True, "kubespawner_override": {"mem_limit": None, "cpu_limit": 15.536}}
    ]
    assert back(yaml.safe_load(yaml.safe_dump(profiles))) == profiles
