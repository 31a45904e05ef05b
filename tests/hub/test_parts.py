"""Environments, recipes and harvests: what is declared of them, and the objects that come of it."""

import json
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.graph.home import Home
from leap_kg.graph.publish import Writer
from leap_kg.hub.declared.declaring import declare, declared
from leap_kg.hub.declared.environment import FILES, Builder, Environment, built, environment_objects
from leap_kg.hub.declared.harvest import Harvest, harvest_objects
from leap_kg.hub.declared.recipejob import RecipeJob, recipe_objects
from leap_kg.hub.declared.release import ReleasesFaulty, read_releases, releases_of
from leap_kg.hub.objects.health import Finding, Health, health_of
from leap_kg.hub.objects.manifest import IRI, key_of, marked
from leap_kg.hub.planned.builds import REASON, with_images
from leap_kg.hub.planned.standing import Snapshot, Standing
from leap_kg.hub.wanted.desired import desired
from leap_kg.ingest.images.reference import Image
from leap_kg.settings import DEFAULT_BASE as BASE

ENGINE = "tcp://docker.build.svc:2375"
COMMIT = "0123456789abcdef0123456789abcdef01234567"

texts = st.text(min_size=1, max_size=40)
environments = st.builds(
    Environment,
    name=st.from_regex(r"[a-z]{1,20}", fullmatch=True),
    namespace=st.just("images"),
    repository=st.sampled_from(("registry.example.org/lab/ocean", "quay.io/lab/ice")),
    files=st.dictionaries(st.sampled_from(FILES), texts, min_size=1),
    builder=st.builds(Builder, st.sampled_from(("builder:1", "builder:2")), st.just(ENGINE), st.sampled_from("ab")),
)


@settings(max_examples=50, deadline=None)
@given(environments, st.randoms())
def test_the_same_files_in_any_order_are_the_same_image_and_job(environment: Environment, random: Any) -> None:
    shuffled = list(environment.files.items())
    random.shuffle(shuffled)
    other = replace(environment, files=dict(shuffled))
    assert other.image == environment.image
    assert json.dumps(environment_objects(other)) == json.dumps(environment_objects(environment))


@settings(max_examples=50, deadline=None)
@given(environments, st.sampled_from(("name", "namespace", "repository", "files", "image", "engine", "login")))
def test_any_change_is_another_job_and_another_image_if_it_is_built_in_another_way(
    environment: Environment, field: str
) -> None:
    builder = environment.builder
    others: dict[str, Callable[[], Environment]] = {
        "files": lambda: replace(environment, files={**environment.files, "apt.txt": "another"}),
        "image": lambda: replace(environment, builder=replace(builder, image="builder:3")),
        "engine": lambda: replace(environment, builder=replace(builder, engine="tcp://other:2375")),
        "login": lambda: replace(environment, builder=replace(builder, login="other")),
        "name": lambda: replace(environment, name="other"),
        "namespace": lambda: replace(environment, namespace="other"),
        "repository": lambda: replace(environment, repository="other.example.org/a"),
    }
    changed = others[field]()
    one, other = (environment_objects(each)[1] for each in (environment, changed))
    assert key_of(one) != key_of(other)
    assert len(key_of(one).name) <= 52
    assert (environment.image.version != changed.image.version) == (field in ("files", "image"))


RECIPE = RecipeJob("warm", "ingest", "my-lab/warm-water", COMMIT, "warm-water", "leap-kg:1", "leap-kg-home")


@pytest.mark.parametrize("field", [each.name for each in fields(RecipeJob)])
def test_whatever_a_recipe_is_given_is_in_the_name_of_its_job(field: str) -> None:
    others: dict[str, Any] = {
        "namespace": "other", "settings": {"A": "1"}, "grants": ("A",), "after": ("b",), "workers": 3, "prune": 2,
        "turn": 1, "memory": "8Gi", "commit": COMMIT[::-1], "runner": "direct", "schedule": "0 4 * * *",
    }  # fmt: skip
    changed = replace(RECIPE, **{field: others.get(field, "other")})
    (before,), (after,) = recipe_objects(RECIPE, BASE), recipe_objects(changed, BASE)
    assert (key_of(before) == key_of(after)) == (field == "after")
    assert "secret" not in json.dumps(before)


def pods(message: object, code: int = 0) -> list[dict[str, Any]]:
    ended = {"terminated": {"exitCode": code, "message": message}}
    return [{"status": {}}, {"status": {"containerStatuses": [{"name": "build", "state": ended}]}}]


DIGEST = "sha256:" + "0a" * 32
OCEAN = Environment("ocean", "images", "docker.io/lab/ocean", {"apt.txt": "git"}, Builder("builder:1", ENGINE))
JOB = marked(environment_objects(OCEAN)[1], "urn:ocean")


def test_a_build_tells_the_digest_of_its_image_and_of_no_other() -> None:
    told = f"other/image@{DIGEST[::-1]} evil.example.org/lab/ocean@{DIGEST} lab/ocean@{DIGEST}\n"
    assert built(JOB, pods(told)) == Image("lab/ocean", DIGEST)
    assert built(JOB, pods(told, code=1)) is None
    assert built(JOB, pods(f"evil.example.org/lab/ocean@{DIGEST}")) is None
    assert built(JOB, pods(f"lab/ocean@{DIGEST}ff")) is None
    assert built(JOB, []) is None
    assert built({**JOB, "metadata": {"name": "not-ours"}}, pods(told)) is None
    (recipe,) = recipe_objects(RECIPE, BASE)
    assert built(marked(recipe, "urn:recipe"), pods(told)) is None


@settings(max_examples=50, deadline=None)
@given(st.none() | st.integers() | st.text() | st.lists(st.text()))
def test_whatever_a_build_tells_is_no_error(message: object) -> None:
    assert built(JOB, pods(message)) is None


def test_a_finished_build_stands_with_its_image() -> None:
    finished = {**JOB, "status": {"conditions": [{"type": "Complete", "status": "True"}]}}
    objects = tuple(Snapshot(key_of(each), health_of(each), each) for each in (finished, JOB))
    standing = Standing("ocean", "urn:ocean", (), objects)
    told = with_images(standing, lambda key: pods(f"lab/ocean@{DIGEST}"))
    findings = [each.finding for each in told.objects or ()]
    assert findings == [Finding(Health.READY, REASON, f"lab/ocean@{DIGEST}"), health_of(JOB)]


def folder(path: Path, **more: Any) -> Path:
    """A file of releases that names files beside it."""
    (path / "ocean").mkdir()
    (path / "ocean" / "environment.yml").write_text("dependencies: [python=3.12]\n")
    (path / "ocean" / "notes.md").write_text("not taken in")
    source = {"id": "cf", "kind": "cf", "title": "CF", "table": "https://cfconventions.org/a.xml"}
    (path / "sources.yaml").write_text(yaml.safe_dump({"sources": [source, {**source, "id": "cf-2"}]}))
    value = {
        "cluster": "lab",
        "releases": [],
        "builder": {"image": "quay.io/jupyterhub/repo2docker:2026.04.0", "engine": ENGINE, "login": "registry"},
        "environments": [
            {"name": "ocean", "namespace": "images", "repository": "registry.example.org/lab/ocean", "files": "ocean"}
        ],
        "recipes": [
            {"name": "warm", "namespace": "ingest", "feedstock": "My-Lab/warm-water", "commit": COMMIT,
             "recipe": "warm-water", "image": "leap-kg:1", "after": ["fresh"]},
            {"name": "growing", "namespace": "ingest", "feedstock": "My-Lab/growing", "commit": COMMIT,
             "recipe": "growing", "image": "leap-kg:1", "schedule": "30 4 * * mon", "after": ["fresh"]},
        ],
        "harvests": [
            {"name": "fresh", "namespace": "leap-kg", "sources": "sources.yaml", "image": "leap-kg:1",
             "after": ["ocean"]}
        ],
        **more,
    }  # fmt: skip
    (path / "releases.yaml").write_text(yaml.safe_dump(value))
    return path / "releases.yaml"


def test_what_is_declared_becomes_objects_in_waves(tmp_path: Path) -> None:
    wanted, value = read_releases(folder(tmp_path))
    assert value["environments"][0]["files"] == {"environment.yml": "dependencies: [python=3.12]\n"}
    with Writer(Home(tmp_path / "home"), BASE) as writer:
        declare(writer, value, BASE)
        assert declared(writer.store, "lab", BASE) == wanted
        found = desired(writer.store, 1, "lab", "helmrelease", BASE)
    assert found.problems == ()
    kinds = [(each.wave, each.manifest["kind"]) for each in found.objects]
    assert kinds == [
        (0, "Namespace"), (0, "ConfigMap"), (0, "Job"),
        (1, "Namespace"), (1, "ConfigMap"), (1, "CronJob"), (1, "CronJob"),
        (2, "Namespace"), (2, "Job"), (2, "CronJob"),
    ]  # fmt: skip
    assert {each.group for each in found.objects} == {"ocean", "fresh", "warm", "growing"}
    nodes = {each.group: each.manifest["metadata"]["annotations"][IRI] for each in found.objects}
    assert nodes["ocean"] == wanted.environments[0].image.node(BASE).value
    assert nodes["warm"] == f"{BASE}recipe/my-lab/warm-water/warm-water"


def test_harvests_read_the_file_that_was_taken_in_or_that_of_the_image(tmp_path: Path) -> None:
    (harvest,) = read_releases(folder(tmp_path))[0].harvests
    config, *jobs = harvest_objects(harvest, BASE)
    assert config["data"] == {"sources.yaml": (tmp_path / "sources.yaml").read_text()}
    for job in jobs:
        pod = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
        assert {"name": "sources", "configMap": {"name": config["metadata"]["name"]}} in pod["volumes"]
        assert "suspend" not in job["spec"]
    baked = Harvest("fresh", "kg", ("cf",), "sources.yaml", "leap-kg:1", folder="/opt/kg", suspended=True)
    (job,) = harvest_objects(baked, BASE)
    assert job["spec"]["suspend"] is True
    assert job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]["args"][5] == "/opt/kg/sources.yaml"


OTHER_BUILDER = {"image": "builder:1", "engine": "unix:///var/run/docker.sock"}


@pytest.mark.parametrize(
    ("part", "change", "word"),
    [
        ("environments", {"files": "nowhere"}, "has none of apt.txt"),
        ("environments", {"files": {"Dockerfile": "FROM scratch"}}, "Dockerfile"),
        ("environments", {"files": {"environment.yml": "- a"}}, "no mapping"),
        ("environments", {"files": {"environment.yml": "a: ["}}, "environment.yml"),
        ("environments", {"files": {"apt.txt": "x" * 70_000}}, "too long"),
        ("environments", {"repository": "registry.example.org/lab/ocean:latest"}, "repository"),
        ("environments", {"name": "fresh", "after": []}, "environments and harvests are called 'fresh'"),
        ("recipes", {"commit": "main"}, "commit"),
        ("recipes", {"feedstock": "a/b\n"}, "one line"),
        ("recipes", {"feedstock": "a/b; rm -rf /"}, "feedstock"),
        ("recipes", {"set": {"A B": "1"}}, "A B"),
        ("recipes", {"image": "leap kg"}, "image"),
        ("recipes", {"schedule": "daily"}, "schedule"),
        ("recipes", {"after": ["nobody"]}, "'nobody', which is not declared"),
        ("harvests", {"sources": "nowhere.yaml"}, "nowhere.yaml"),
        ("harvests", {"only": ["nobody"]}, "'nobody'; there are cf, cf-2"),
        ("harvests", {"sources": {"file": "a.yaml", "ids": ["a"]}}, "taken in"),
        ("harvests", {"sources": {"file": "a.yaml", "ids": ["a-"]}}, "harvests.0.sources.ids.0"),
    ],
)
def test_what_cannot_be_used_is_said_with_its_place(
    tmp_path: Path, part: str, change: dict[str, Any], word: str
) -> None:
    file = folder(tmp_path)
    value = yaml.safe_load(file.read_text())
    value[part][0].update(change)
    file.write_text(yaml.safe_dump(value))
    with pytest.raises(ReleasesFaulty) as caught:
        read_releases(file)
    assert word in str(caught.value)


def test_a_socket_of_the_machine_is_no_engine_and_environments_need_one(tmp_path: Path) -> None:
    with pytest.raises(ReleasesFaulty, match=r"builder\.engine"):
        read_releases(folder(tmp_path, builder=OTHER_BUILDER))
    value = yaml.safe_load((tmp_path / "releases.yaml").read_text())
    value["environments"][0]["files"] = {"apt.txt": "git"}
    value["harvests"], value["recipes"] = [], []
    del value["builder"]
    with pytest.raises(ReleasesFaulty, match="say what builds"):
        releases_of(value)


def test_a_folder_must_have_been_taken_in(tmp_path: Path) -> None:
    value = yaml.safe_load(folder(tmp_path).read_text())
    with pytest.raises(ReleasesFaulty, match="files: 'ocean' is not of type 'object'"):
        releases_of(value)


def test_what_two_parts_want_is_a_problem(tmp_path: Path) -> None:
    file = folder(tmp_path)
    value = yaml.safe_load(file.read_text())
    value["harvests"].append({**value["harvests"][0], "name": "again"})
    file.write_text(yaml.safe_dump(value))
    with Writer(Home(tmp_path / "home"), BASE) as writer:
        declare(writer, read_releases(file)[1], BASE)
        found = desired(writer.store, 1, "lab", "helmrelease", BASE)
    assert [each.partition(" is wanted twice")[0] for each in found.problems] == [
        "again: CronJob leap-kg/leap-kg-harvest-cf",
        "again: CronJob leap-kg/leap-kg-harvest-cf-2",
    ]
