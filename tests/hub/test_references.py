"""What objects refer to, and in which order groups come, whatever somebody wrote."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.hub.declared.release import Chart, Release, SecretValues
from leap_kg.hub.objects.pods import container, cronjob, job, pod
from leap_kg.hub.objects.references import Reference, references
from leap_kg.hub.planned.order import in_order, waiting
from leap_kg.hub.wanted.rendering import rendered

NAMES = "abcdef"

words = st.sampled_from(("valuesFrom", "secretRef", "configMap", "sourceRef", "kind", "name", "namespace", "x"))
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=12,
)


def test_a_release_refers_to_its_values_its_chart_and_its_secrets() -> None:
    chart = Chart("jupyterhub", "https://charts.example.org/", "4.3.3")
    release = Release("prod", "prod.example.org", "hubs", chart, (SecretValues("own", "values.yaml"),))
    (found,) = (each for each in rendered(release, {"hub": {}}, "helmrelease") if each["kind"] == "HelmRelease")
    assert references(found) == {
        Reference("Secret", "hubs", "prod-values"),
        Reference("Secret", "hubs", "own"),
        Reference("HelmRepository", "hubs", "prod-chart"),
    }


def test_a_job_refers_to_its_files_and_its_secrets() -> None:
    volumes: list[dict[str, Any]] = [
        {"name": "spec", "configMap": {"name": "files"}},
        {"name": "login", "secret": {"secretName": "registry"}},
    ]
    runs = pod([container("run", "image:1", secret="granted")], volumes)
    wanted = {
        Reference("ConfigMap", "n", "files"),
        Reference("Secret", "n", "registry"),
        Reference("Secret", "n", "granted"),
    }
    assert references(job("j", "n", {}, runs)) == wanted
    made = cronjob("c", {}, runs, "0 4 * * *")
    made["metadata"]["namespace"] = "n"
    assert references(made) == wanted


@settings(max_examples=50, deadline=None)
@given(anything)
def test_whatever_stands_in_an_object_there_is_an_answer(spec: object) -> None:
    for found in references({"metadata": {"namespace": "n"}, "spec": spec}):
        assert found.kind
        assert found.name


def test_an_object_that_is_very_deep_is_no_harm() -> None:
    spec: dict[str, Any] = {"secretRef": {"name": "deep"}}
    for _ in range(5000):
        spec = {"x": spec}
    assert references({"spec": spec}) == frozenset()


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(st.sampled_from(NAMES), st.lists(st.sampled_from(NAMES), max_size=3)))
def test_each_comes_behind_those_that_it_comes_after(after: dict[str, list[str]]) -> None:
    found = list(in_order(NAMES, after))
    assert sorted(found) == sorted(NAMES)
    forward = {name: [other for other in others if other < name] for name, others in after.items()}
    found = list(in_order(reversed(NAMES), forward))
    assert all(found.index(other) < found.index(name) for name, others in forward.items() for other in others)


def test_nothing_is_known_of_what_was_not_looked_at() -> None:
    assert waiting("b", ("a",), {}) == ("b waits for a, which was not looked at yet",)
    assert waiting("b", ("a",), {"a": ""}) == ()
