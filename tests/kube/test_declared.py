"""What may be declared is what a real API server takes, and the exit status of a plan says what became of it."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from leap_kg.graph.home import Home
from leap_kg.graph.publish import Writer
from leap_kg.hub.cluster.api import Cluster, ClusterError
from leap_kg.hub.declared.declaring import declare
from leap_kg.hub.declared.recipejob import RecipeJob, recipe_objects
from leap_kg.hub.declared.release import read_releases
from leap_kg.hub.declared.schedule import schedule_problem
from leap_kg.hub.objects.manifest import key_of
from leap_kg.hub.wanted.desired import desired
from leap_kg.hub.wanted.rendering import rendered
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.hub.test_operating import run
from tests.hub.test_schedule import FINE, WRONG
from tests.kube.conftest import Kubectl
from tests.kube.server import ApiServer
from tests.kube.test_applying import bring, wanted

pytestmark = pytest.mark.all

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def test_the_cluster_and_we_agree_on_schedules(cluster: Cluster, kubectl: Kubectl, name: str) -> None:
    kubectl("create", "namespace", name)

    def status(schedule: str) -> int:
        (made,) = recipe_objects(RecipeJob("warm", name, "a/b", COMMIT, "warm", "a:1", schedule=schedule), BASE)
        try:
            cluster.apply(made, dry=True)
        except ClusterError as error:
            return error.status
        return 200

    texts = (*FINE, *WRONG)
    assert {text: status(text) for text in texts} == {text: 422 if schedule_problem(text) else 200 for text in texts}


def test_the_longest_names_that_may_be_declared_are_taken(
    cluster: Cluster, kubectl: Kubectl, tmp_path: Path, name: str
) -> None:
    label = (name + "-" + "n" * 53)[:53]
    secret = ".".join(["s" * 62] * 4)
    short = name[:1] + "x" * 30
    source = {"id": "s" * 40 + "9", "kind": "cf", "title": "CF", "table": "https://cfconventions.org/a.xml"}
    (tmp_path / "sources.yaml").write_text(yaml.safe_dump({"sources": [source]}))
    recipe = {
        "namespace": label, "feedstock": "a/b", "commit": COMMIT, "recipe": "r" * 200, "image": "a:" + "1" * 128,
        "claim": secret, "stores": secret, "secret": secret, "memory": "999999Gi", "workers": 64, "turn": 1_000_000,
        "set": {"A" * 100: "v" * 1000},
    }  # fmt: skip
    environment = {
        "name": "e" * 31, "namespace": label, "repository": "registry.example.org/" + "r" * 270,
        "files": {"apt.txt": "x" * 65_536},
    }  # fmt: skip
    chart = {"name": "jupyterhub", "version": "4.3.3", "repository": "oci://" + "r" * 900, "login": secret}
    release = {
        "name": label, "hub": "prod.example.org", "namespace": label, "chart": chart,
        "secrets": [{"name": secret, "key": "k" * 253}],
    }  # fmt: skip
    value = {
        "cluster": "c" * 53,
        "releases": [release],
        "builder": {"image": "builder:1", "engine": "tcp://docker:65535", "login": secret},
        "environments": [environment],
        "recipes": [
            {**recipe, "name": short},
            {**recipe, "name": short[:-1] + "y", "schedule": "59 23 31 12 6"},
        ],
        "harvests": [
            {"name": "h" * 31, "namespace": label, "sources": "sources.yaml", "image": "a:1", "claim": secret}
        ],
    }
    (tmp_path / "releases.yaml").write_text(yaml.safe_dump(value))
    releases, whole = read_releases(tmp_path / "releases.yaml")
    with Writer(Home(tmp_path / "home"), BASE) as writer:
        declare(writer, whole, BASE)
        found = desired(writer.store, 1, releases.cluster, "helmrelease", BASE)
    kubectl("create", "namespace", label)
    objects = [each.manifest for each in found.objects] + list(rendered(releases.releases[0], {}, "helmrelease"))
    for each in objects:
        assert key_of(cluster.apply(each, dry=True)) == key_of(each)
    assert {each["kind"] for each in objects} == {
        "Namespace", "ConfigMap", "Secret", "Job", "CronJob", "HelmRepository", "HelmRelease",
    }  # fmt: skip


def test_the_status_of_a_plan_says_whether_anything_is_refused(
    server: ApiServer, cluster: Cluster, kubectl: Kubectl, tmp_path: Path, name: str
) -> None:
    def plan(*words: str) -> tuple[int, str]:
        return run(tmp_path, "plan", name, "--kubeconfig", str(server.kubeconfig), *words)

    def told(*words: str) -> dict[str, Any]:
        status, output = plan("--json", *words)
        found: dict[str, Any] = json.loads(output)
        assert found["status"] == status
        return found

    wants = wanted(tmp_path, name, "one")
    assert plan()[0] == 2
    bring(cluster, wants)
    assert (told()["status"], plan()[0]) == (0, 0)
    wanted(tmp_path, name, "one", "none")  # of which the graph has no values
    status, output = plan()
    assert (status, "refused: none: the graph has no values" in output) == (4, True), output
    assert (told()["status"], len(told()["refused"])) == (4, 1)
    wanted(tmp_path, name, "one", "two", "none")
    assert (plan()[0], len(told()["steps"])) == (4, 3)
    kubectl("create", "secret", "generic", "two-values", "-n", name, "--from-literal=values.yaml=theirs")
    wanted(tmp_path, name, "one", "two")
    assert (plan()[0], "two-values" in told()["refused"][0]) == (4, True)
    status, output = run(tmp_path, "apply", name, "--kubeconfig", str(server.kubeconfig))
    assert (status, "refused: Secret" in output) == (4, True), output


def test_what_is_left_as_it_was_asked_for_is_no_refusal(
    server: ApiServer, cluster: Cluster, kubectl: Kubectl, tmp_path: Path, name: str
) -> None:
    bring(cluster, wanted(tmp_path, name, "one", "two", drift="report"))
    kubectl("patch", "helmrelease", "one", "-n", name, "--type=merge", "-p", '{"spec": {"interval": "99m"}}')
    wanted(tmp_path, name, "one", drift="report")
    words = ("plan", name, "--kubeconfig", str(server.kubeconfig))
    status, output = run(tmp_path, *words)
    assert (status, "left: HelmRelease" in output, "refused:" in output) == (0, True, False), output
    assert len(json.loads(run(tmp_path, *words, "--json")[1])["left"]) == 4
    status, output = run(tmp_path, *words, "--plan-digest", "0" * 64)
    assert (status, "another one" in output) == (1, True)
