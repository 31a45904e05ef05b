"""Files of releases: what they may say, and all that is wrong with one at once."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.graph.home import Home
from leap_kg.graph.publish import Writer
from leap_kg.hub.declared.declaring import declare, declared
from leap_kg.hub.declared.offers import profile_problems
from leap_kg.hub.declared.release import ReleasesFaulty, read_releases, releases_of
from leap_kg.hub.wanted.desired import NothingWanted, desired
from leap_kg.hub.wanted.rendering import Unrenderable, rendered
from leap_kg.resources import declarations
from leap_kg.settings import DEFAULT_BASE as BASE


def release(name: str = "prod", **more: Any) -> dict[str, Any]:
    chart = {"name": "jupyterhub", "repository": "https://charts.example.org/", "version": "4.3.3"}
    return {"name": name, "hub": f"{name}.hub.example.org", "namespace": name, "chart": chart, **more}


def file(folder: Path, *releases: dict[str, Any], **more: Any) -> Path:
    path = folder / "releases.yaml"
    path.write_text(yaml.safe_dump({"cluster": "lab", "releases": list(releases), **more}))
    return path


@pytest.mark.parametrize(
    "path", sorted((declarations() / "hub" / "releases").glob("*.yaml")), ids=lambda path: path.name
)
def test_what_stands_in_the_repository_can_be_declared(path: Path) -> None:
    found, _ = read_releases(path)
    assert found.releases


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    wrong = [release(chart={"name": "x"}, drift="perhaps"), release("Prod!"), release(after=["nobody"])]
    with pytest.raises(ReleasesFaulty) as caught:
        read_releases(file(tmp_path, *wrong, extra=1))
    told = str(caught.value)
    assert len(caught.value.problems) >= 6
    for word in ("releases.0.chart", "releases.0.drift", "releases.1.name", "extra"):
        assert word in told


@pytest.mark.parametrize(
    ("releases", "word"),
    [
        ([release("a"), release("a", hub="b")], "two releases are called 'a'"),
        ([release("a", after=["b"]), release("b", after=["a"])], "wait for one another"),
        ([release("a", after=["c"])], "'c', which is not declared"),
        ([release("a"), release("b", hub="a.hub.example.org", namespace="a")], "released twice"),
    ],
)
def test_releases_that_cannot_be_together(tmp_path: Path, releases: list[dict[str, Any]], word: str) -> None:
    with pytest.raises(ReleasesFaulty, match=word):
        read_releases(file(tmp_path, *releases))


def test_a_key_that_stands_twice_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "ocean").mkdir()
    (tmp_path / "ocean" / "environment.yml").write_text("dependencies: [python]\nname: a\nname: b\n")
    path = file(tmp_path, release())
    path.write_text(path.read_text() + "cluster: other\n")
    with pytest.raises(ReleasesFaulty, match=rf"cluster \(line {len(path.read_text().splitlines())}\): .* given twice"):
        read_releases(path)
    value = {"name": "ocean", "namespace": "images", "repository": "registry.example.org/lab/ocean", "files": "ocean"}
    builder = {"image": "builder:1", "engine": "tcp://docker:2375"}
    with pytest.raises(ReleasesFaulty, match=r"ocean/environment\.yml, line 3: .*'name' is given twice"):
        read_releases(file(tmp_path, release(), environments=[value], builder=builder))


def test_what_waits_for_nobody_is_said_beside_what_the_schema_refuses(tmp_path: Path) -> None:
    with pytest.raises(ReleasesFaulty) as caught:
        read_releases(file(tmp_path, release("a", drift="x", after=["c"]), release("b"), release("b")))
    told = str(caught.value)
    assert [word for word in ("drift", "'c', which is not declared", "called 'b'") if word not in told] == []


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"namespace": "kube-system"}, "releases.0.namespace"),
        ({"secrets": [{"name": "a..b"}]}, "releases.0.secrets.0.name"),
        ({"secrets": [{"name": "a.-b"}]}, "releases.0.secrets.0.name"),
        ({"secrets": [{"name": "a", "key": "k" * 254}]}, "releases.0.secrets.0.key"),
    ],
)
def test_what_a_cluster_would_not_take_is_refused(tmp_path: Path, change: dict[str, Any], place: str) -> None:
    with pytest.raises(ReleasesFaulty, match=re.escape(place)):
        read_releases(file(tmp_path, {**release(), **change}))


def test_a_file_that_is_no_yaml_or_far_too_large(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    for data in (b"a: [", b"x" * 2**21, b"- 1", b""):
        path.write_bytes(data)
        with pytest.raises(ReleasesFaulty):
            read_releases(path)


@settings(max_examples=50, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner),
    )
)
def test_whatever_is_declared_or_offered_is_refused_in_words(value: Any) -> None:
    with pytest.raises(ReleasesFaulty):
        releases_of(value)
    assert all(isinstance(each, str) for each in profile_problems(value))


def test_what_is_declared_comes_out_of_the_graph_again(tmp_path: Path) -> None:
    wanted, value = read_releases(file(tmp_path, release("a", after=["b"], drift="report"), release("b")))
    with Writer(Home(tmp_path / "home"), BASE) as writer:
        declare(writer, value, BASE)
        assert declared(writer.store, "lab", BASE) == wanted
        assert declare(writer, value, BASE).revision == writer.revision == 1
        found = desired(writer.store, 1, "lab", "helmrelease", BASE)
        with pytest.raises(NothingWanted, match="hub declare"):
            desired(writer.store, 1, "other", "helmrelease", BASE)
    assert found.objects == ()
    assert [each.split(":")[0] for each in found.problems] == ["b", "a"]


def test_argo_cannot_take_secrets(tmp_path: Path) -> None:
    (made,) = read_releases(file(tmp_path, release(secrets=[{"name": "s"}])))[0].releases
    with pytest.raises(Unrenderable, match="helmrelease"):
        list(rendered(made, {}, "argocd"))
    *_, flux = rendered(made, {"a": 1}, "helmrelease")
    assert flux["spec"]["valuesFrom"][1] == {"kind": "Secret", "name": "s", "valuesKey": "values.yaml"}
    assert [flux["kind"], flux["spec"]["suspend"]] == ["HelmRelease", False]


@pytest.mark.parametrize(
    ("profile", "place"),
    [
        ({}, "display_name"),
        ({"display_name": "x", "dislay_name": "y"}, "dislay_name"),
        ({"display_name": "x", "kubespawner_override": {"mem_limit": "4 gigs"}}, "mem_limit"),
        ({"display_name": "x", "profile_options": {"o": {"choices": {"c": {"kubespawner_overrides": {}}}}}}, "choices"),
        ({"display_name": "x", "slug": "a b"}, "slug"),
    ],
)
def test_a_profile_that_cannot_work_says_where(profile: dict[str, Any], place: str) -> None:
    (problem,) = profile_problems([{"display_name": "fine"}, profile])
    assert problem.startswith("profileList.1")
    assert place in problem


def test_one_profile_is_the_default() -> None:
    assert profile_problems([{"display_name": "a", "default": True}] * 2) == [
        "profileList: 2 profiles are the default: leave one"
    ]
