"""The Helm chart: linted, rendered with many values, and taken by a real API server that enforces restricted pods."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml

from leap_kg.cli.app import app
from leap_kg.hub.declared.harvest import Place, harvest_cronjob
from leap_kg.hub.declared.release import read_releases
from leap_kg.resources import declarations
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.hub.test_parts import folder
from tests.kube.conftest import Kubectl
from tests.kube.server import BUILT, free_ports
from tests.kube.test_parts import Lab

pytestmark = pytest.mark.all

CHART = declarations() / "hub" / "chart"
SOURCES = declarations() / "ingest" / "leap.yaml"
Manifest = dict[str, Any]

VALUES: dict[str, Manifest] = {
    "default": {},
    "alone": {"readers": {"count": 0}, "networkPolicy": {"enabled": False}, "home": {"claim": "mine"}},
    "everything": {
        "image": {"repository": "registry.example.org:5000/lab/leap-kg", "tag": "1.0", "pullSecrets": ["registry"]},
        "settings": {"LEAP_KG_NAME": "Lab: one", "LEAP_KG_WORKERS": 2},
        "readers": {"count": 3, "from": "s3://bucket/leap-kg"},
        "ingress": {"host": "kg.example.org", "tlsSecret": "tls", "className": "nginx", "annotations": {"a/b": "c"}},
        "harvest": {"sources": ["cf", "leap-catalog"], "text": SOURCES.read_text(), "file": "leap.yaml"},
        "backup": {"to": "s3://bucket/leap-kg"},
        "operator": {"clusters": ["lab", "other=context"], "kubeconfig": "kubeconfigs", "prune": True},
        "networkPolicy": {
            "from": [{"namespaceSelector": {}}],
            "metricsFrom": [{"podSelector": {"matchLabels": {"app": "prometheus"}}}],
            "egress": [{"ports": [{"port": 3030}]}],
        },
    },
    "baked": {"harvest": {"sources": ["cf"], "folder": "/opt/leap-kg/ingest"}, "operator": {"clusters": ["lab"]}},
}


def helm(*arguments: str, values: Manifest | None = None) -> "subprocess.CompletedProcess[str]":
    """Run Helm on the chart; skips, with the reason, where it was not built."""
    program = Path(os.environ.get("KUBEBUILDER_ASSETS") or BUILT) / "helm"
    if not program.is_file():
        pytest.skip("there is no helm: run `make envtest`, or put it into KUBEBUILDER_ASSETS")
    command = [str(program), *arguments, "--kube-version", "1.35.0", "--namespace", "leap-kg", "-f", "-"]
    return subprocess.run(
        command, input=yaml.safe_dump(values or {}), capture_output=True, text=True, check=False, timeout=120
    )


def rendered(values: Manifest) -> list[Manifest]:
    """All objects that the chart makes of these values."""
    done = helm("template", "leap-kg", str(CHART), values=values)
    assert done.returncode == 0, done.stderr
    return [each for each in yaml.safe_load_all(done.stdout) if each]


def pod_of(made: Manifest) -> Manifest | None:
    """The template of the pods that an object makes."""
    spec = made.get("spec", {})
    spec = spec.get("jobTemplate", {}).get("spec", spec)
    template: Manifest | None = spec.get("template")
    return template


def each_pod(objects: list[Manifest]) -> Iterator[tuple[str, Manifest]]:
    for made in objects:
        if (template := pod_of(made)) is not None:
            yield f"{made['kind']}-{made['metadata']['name']}".lower(), template


@pytest.mark.parametrize("values", VALUES.values(), ids=VALUES)
def test_it_is_linted_strictly(values: Manifest) -> None:
    done = helm("lint", "--strict", str(CHART), values=values)
    assert done.returncode == 0, done.stdout
    assert "0 chart(s) failed" in done.stdout
    assert "[WARNING]" not in done.stdout


@pytest.mark.parametrize("values", VALUES.values(), ids=VALUES)
def test_the_server_takes_all_of_it_twice(kubectl: Kubectl, values: Manifest) -> None:
    kubectl("create", "namespace", "leap-kg", check=False)
    objects = rendered(values)
    stdin = yaml.safe_dump_all(objects)
    options = ("apply", "--server-side", "--validate=strict", "--field-manager=helm", "--force-conflicts", "-f", "-")
    try:
        kubectl(*options, "--dry-run=server", stdin=stdin)
        first = kubectl(*options, stdin=stdin).splitlines()
        assert len(first) == len(objects)
        before = versions(kubectl, stdin)
        kubectl(*options, stdin=stdin)
        assert versions(kubectl, stdin) == before
    finally:
        kubectl("delete", "--ignore-not-found", "--wait=false", "-f", "-", stdin=stdin)


def versions(kubectl: Kubectl, stdin: str) -> dict[str, str]:
    """The versions of these objects; a claim gets a new one whenever it is applied, though nothing in it changes."""
    items = json.loads(kubectl("get", "-f", "-", "-o", "json", stdin=stdin))["items"]
    return {
        f"{each['kind']} {each['metadata']['name']}": each["metadata"]["resourceVersion"]
        for each in items
        if each["kind"] != "PersistentVolumeClaim"
    }


def test_all_pods_are_restricted_also_those_that_leap_kg_makes_itself(
    kubectl: Kubectl, tmp_path: Path, name: str
) -> None:
    lab = Lab(tmp_path, name)
    made = [each.manifest for each in lab.wants().objects]
    pods = [*each_pod(rendered(VALUES["everything"])), *each_pod(made)]
    assert len(pods) == 11
    kubectl("create", "namespace", name)
    kubectl("label", "namespace", name, "pod-security.kubernetes.io/enforce=restricted")
    kubectl("create", "serviceaccount", "leap-kg", "-n", name)
    stdin = yaml.safe_dump_all(
        {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": title[:60], "namespace": name}, "spec": pod["spec"]}
        for title, pod in pods
    )
    kubectl("create", "--dry-run=server", "--validate=strict", "-f", "-", stdin=stdin)
    for title, pod in pods:
        for container in (*pod["spec"].get("initContainers", ()), *pod["spec"]["containers"]):
            assert container["securityContext"]["readOnlyRootFilesystem"] is True, title
            assert "memory" in container["resources"]["limits"], title
        assert pod["spec"].get("automountServiceAccountToken", "operator" in title) == ("operator" in title)


def test_one_writes_and_pods_are_asked_how_they_do() -> None:
    found = {each["kind"] + each["metadata"]["name"]: each for each in rendered(VALUES["everything"])}
    writer, reader = found["StatefulSetleap-kg-writer"], found["Deploymentleap-kg-reader"]
    assert (writer["spec"]["replicas"], reader["spec"]["replicas"]) == (1, 3)
    for each in (writer, reader):
        (serve,) = (box for box in each["spec"]["template"]["spec"]["containers"] if box["name"] == "serve")
        probes = {name: probe["httpGet"]["path"] for name, probe in serve.items() if name.endswith("Probe")}
        assert probes == {"startupProbe": "/health", "livenessProbe": "/health", "readinessProbe": "/ready"}
    assert found["PodDisruptionBudgetleap-kg-reader"]["spec"]["maxUnavailable"] == 1
    assert found["PersistentVolumeClaimleap-kg-home"]["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep"
    for service, component in (("leap-kg", "reader"), ("leap-kg-writer", "writer")):
        assert found[f"Service{service}"]["spec"]["selector"]["app.kubernetes.io/component"] == component


def test_its_rights_are_those_of_the_manifests() -> None:
    made = {(each["kind"], each["metadata"]["name"]): each for each in rendered(VALUES["everything"])}
    shipped = [
        each
        for name in ("rights.yaml", "never.yaml")
        for each in yaml.safe_load_all((declarations() / "hub" / "manifests" / name).read_text())
        if each["kind"] != "Namespace"
    ]
    for each in shipped:
        found = made[each["kind"], each["metadata"]["name"]]
        del found["metadata"]["labels"]
        assert found == each
    kinds = {"ServiceAccount", "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"}
    assert sum(kind in kinds for kind, _ in made) == sum(each["kind"] in kinds for each in shipped)
    assert not [each for each in rendered({}) if each["kind"] in kinds]


@pytest.mark.parametrize("baked", [False, True])
def test_its_harvests_are_those_that_leap_kg_declares(baked: bool) -> None:
    values = VALUES["baked" if baked else "everything"]
    found = {each["metadata"]["name"]: each for each in rendered(values) if each["kind"] == "CronJob"}
    file = "/opt/leap-kg/ingest/sources.yaml" if baked else "/etc/leap-kg/leap.yaml"
    config = "" if baked else "leap-kg-sources"
    image = "leap-kg:0.1.0" if baked else "registry.example.org:5000/lab/leap-kg:1.0"
    for source in values["harvest"]["sources"]:
        own = harvest_cronjob(source, file, Place(BASE, image, secret="leap-kg", config=config))
        theirs = found[own["metadata"]["name"]]["spec"]
        pods = [each["jobTemplate"]["spec"]["template"]["spec"] for each in (own["spec"], theirs)]
        for pod in pods:  # the chart knows that there is a writer, and may insist on its machine
            del pod["affinity"]
            pod.pop("imagePullSecrets", None)
            env = pod["containers"][0]["env"]
            env[:] = [each for each in env if each["name"] not in values.get("settings", {})]
        assert theirs == own["spec"]


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"reader": {}}, "reader"),
        ({"readers": {"count": 1.5}}, "count"),
        ({"image": {"repository": "Leap KG"}}, "repository"),
        ({"image": {"tag": "a b"}}, "tag"),
        ({"base": "kg.example.org"}, "base"),
        ({"settings": {"PATH": "x"}}, "PATH"),
        ({"settings": {"LEAP_KG_TOKEN": "x"}}, "LEAP_KG_TOKEN"),
        ({"home": {"size": "-1Gi"}}, "size"),
        ({"harvest": {"sources": ["A b"], "text": "x"}}, "sources"),
        ({"harvest": {"sources": ["cf"]}}, "--set-file harvest.text"),
        ({"backup": {"to": "bucket"}}, "to"),
        ({"backup": {"to": "s3://b", "schedule": "often"}}, "schedule"),
        ({"operator": {"clusters": ["a=b"]}}, "operator.kubeconfig"),
        ({"operator": {"clusters": ["A"]}}, "clusters"),
        ({"networkPolicy": {"enabled": "yes"}}, "enabled"),
    ],
)  # fmt: skip
def test_values_that_cannot_work_are_refused(change: Manifest, word: str) -> None:
    done = helm("template", "leap-kg", str(CHART), values=change)
    assert done.returncode != 0
    assert word in done.stderr


def test_every_command_of_a_pod_is_one_that_there_is(tmp_path: Path) -> None:
    made = [each.manifest for each in Lab(tmp_path, "lab").wants().objects]
    commands = [
        box["args"]
        for objects in (*map(rendered, VALUES.values()), made)
        for _, pod in each_pod(objects)
        for box in (*pod["spec"].get("initContainers", ()), *pod["spec"]["containers"])
        if box["args"][0] == "leap-kg"
    ]
    assert len(commands) > 20
    assert {tuple(each[1:3]) for each in commands} >= {("hub", "run"), ("recipe", "setup"), ("recipe", "run")}
    for words in commands:
        rest = [str(tmp_path) if word in ("/feedstock", "/etc/leap-kg/kube/config") else word for word in words[1:]]
        command: Any = typer.main.get_command(app)
        while subcommands := getattr(command, "commands", None):
            first = rest.pop(0) if rest[0] in subcommands else "run"  # `leap-kg harvest` is `leap-kg harvest run`
            command = subcommands[first]
        rest = [__file__ if before == "--kubeconfig" else word for before, word in zip(["", *rest], rest, strict=False)]
        assert command.make_context("leap-kg", rest).args == []  # it raises for what the command does not take


def test_readers_follow_the_feed_as_the_chart_starts_both(tmp_path: Path) -> None:
    found = {each["kind"] + each["metadata"]["name"]: each for each in rendered({})}
    writer = found["StatefulSetleap-kg-writer"]["spec"]["template"]["spec"]
    (reader,) = found["Deploymentleap-kg-reader"]["spec"]["template"]["spec"]["containers"]
    (feed,) = (each for each in writer["containers"] if each["name"] == "feed")
    home = {**os.environ, "LEAP_KG_HOME": str(tmp_path / "home")}
    run = [sys.executable, "-m"]
    subprocess.run([*run, "leap_kg.cli", *writer["initContainers"][0]["args"][1:]], env=home, check=True, timeout=120)
    for each in feed["volumeMounts"]:
        target = tmp_path / each["mountPath"].lstrip("/")
        target.parent.mkdir(exist_ok=True)
        target.symlink_to(tmp_path / "home" / each["subPath"])
    (port,) = free_ports(1)
    command = [str(port) if word == "8001" else word for word in feed["args"][1:]]
    command = [str(tmp_path / "feed") if word == "/feed" else word for word in command]
    with subprocess.Popen([sys.executable, *command, "--bind", "127.0.0.1"], stderr=subprocess.DEVNULL) as serving:
        try:
            address = reader["args"][reader["args"].index("--from") + 1]
            assert address == "http://leap-kg-writer:8001/"
            copy = {**home, "LEAP_KG_HOME": str(tmp_path / "copy")}
            follow = [*run, "leap_kg.cli", "replica", "--once", "--from", f"http://127.0.0.1:{port}/"]
            for _ in range(50):
                done = subprocess.run(follow, env=copy, capture_output=True, text=True, check=False, timeout=120)
                if done.returncode == 0:
                    break
            assert "1 of them new" in done.stdout, done.stderr
        finally:
            serving.terminate()


def test_the_file_of_releases_that_is_an_example_is_rendered_by_the_same_pods(tmp_path: Path) -> None:
    recipe, _ = read_releases(folder(tmp_path))[0].recipes
    assert recipe.claim == "leap-kg-home"
    assert "leap-kg-home" in {each["metadata"]["name"] for each in rendered({})}
