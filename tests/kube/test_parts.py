"""Environments, recipes and harvests on a real API server with its controllers; what a node would do, the test does."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml
from pyoxigraph import Literal, NamedNode, Quad

from leap_kg.graph.home import Home
from leap_kg.graph.lookup import looked_up
from leap_kg.graph.names import source_graph
from leap_kg.graph.publish import Writer
from leap_kg.graph.snapshot import Snapshots
from leap_kg.hub.cluster.api import Cluster
from leap_kg.hub.cluster.applying import look
from leap_kg.hub.declared.declaring import declare
from leap_kg.hub.declared.environment import built
from leap_kg.hub.declared.release import read_releases
from leap_kg.hub.loop.bringing import REST, Bringing
from leap_kg.hub.loop.monitoring import Numbers
from leap_kg.hub.loop.wanting import Wants
from leap_kg.hub.objects.manifest import Key
from leap_kg.hub.observed.statements import observed_source
from leap_kg.hub.planned.builds import REASON
from leap_kg.hub.wanted.desired import Desired, desired
from leap_kg.ontology.namespaces import DCT, SCHEMA, ours
from leap_kg.resources import declarations
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.graph.samples import activity
from tests.hub.test_parts import folder
from tests.kube.conftest import Kubectl
from tests.kube.operators import Operator, eventually, operating
from tests.kube.server import ApiServer, controllers, kubeconfig
from tests.kube.test_applying import bring

pytestmark = pytest.mark.all

DIGEST = "sha256:" + "0a" * 32


@pytest.fixture(scope="module")
def controlled(server: ApiServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    """The server with the controllers that make pods of Jobs."""
    with controllers(server, tmp_path_factory.mktemp("controllers")):
        yield server


class Lab:
    """A cluster's file of releases, all in one namespace of its own, and the graph it is declared in."""

    def __init__(self, path: Path, name: str) -> None:
        self.name, self._path, self.home = name, path, Home(path / "home")
        value = yaml.safe_load(folder(path).read_text())
        value["cluster"] = name
        for kind in ("environments", "recipes", "harvests"):
            for part in value[kind]:
                part["namespace"] = name
        self.file.write_text(yaml.safe_dump(value))

    @property
    def file(self) -> Path:
        """What is declared."""
        return self._path / "releases.yaml"

    def wants(self, packages: str = "python=3.12") -> Desired:
        """What is wanted once the environment has these packages."""
        (self._path / "ocean" / "environment.yml").write_text(f"dependencies: [{packages}]\n")
        with Writer(self.home, BASE, wait=60) as writer:
            revision = declare(writer, read_releases(self.file)[1], BASE).revision
            return desired(writer.store, revision, self.name, "helmrelease", BASE)


@pytest.fixture
def lab(tmp_path: Path, name: str) -> Lab:
    """A lab that nobody else has."""
    return Lab(tmp_path, name)


def found(kubectl: Kubectl, kind: str, space: str) -> dict[str, dict[str, Any]]:
    """The objects of a kind in a namespace by their names."""
    items = json.loads(kubectl("get", kind, "-n", space, "-o", "json"))["items"]
    return {each["metadata"]["name"]: each for each in items}


def versions(kubectl: Kubectl, space: str) -> dict[str, str]:
    """The resourceVersion of everything that is declared."""
    all_of = found(kubectl, "configmaps,jobs,cronjobs", space)
    return {name: each["metadata"]["resourceVersion"] for name, each in all_of.items()}


def end(kubectl: Kubectl, space: str, job: str, message: str) -> None:
    """End the pod of a Job as a node does, and wait until the Job is told to be finished."""
    pod = eventually(lambda: kubectl("get", "pods", "-n", space, "-l", f"job-name={job}", "-o", "name").strip())
    ended = {"terminated": {"exitCode": 0, "message": message, "finishedAt": "2026-01-01T00:00:00Z"}}
    status = {
        "phase": "Succeeded",
        "containerStatuses": [
            {"name": "build", "state": ended, "ready": False, "restartCount": 0, "image": "x", "imageID": ""}
        ],
    }
    patch = json.dumps({"status": status})
    kubectl("patch", pod, "-n", space, "--subresource=status", "--type=merge", "-p", patch)
    kubectl("wait", f"job/{job}", "-n", space, "--for=condition=Complete", "--timeout=60s")


def bring_built(cluster: Cluster, kubectl: Kubectl, space: str, wants: Desired) -> str:
    """Bring all of it, as one thing after the other is ready; returns the Job that built."""
    bring(cluster, wants)
    (build,) = (name for name in found(kubectl, "jobs", space) if name.startswith("build-"))
    end(kubectl, space, build, "")
    while bring(cluster, wants):
        pass
    return build


def test_done_twice_it_writes_nothing_also_when_jobs_run(
    controlled: ApiServer, cluster: Cluster, kubectl: Kubectl, lab: Lab
) -> None:
    wants = lab.wants()
    assert bring(cluster, wants) == ["create Namespace", "create ConfigMap", "create Job"]
    (build,) = (name for name in found(kubectl, "jobs", lab.name) if name.startswith("build-"))
    plan = look(cluster, wants)  # the build runs, and what comes after it waits
    assert plan.steps == ()
    assert sorted(each.partition(" waits for ")[0] for each in plan.waiting) == ["fresh", "growing", "warm"]
    assert f"fresh waits for ocean, which is not ready: Job {lab.name}/{build}" in " ".join(plan.waiting)
    end(kubectl, lab.name, build, "")
    assert bring(cluster, wants) == ["create ConfigMap", "create CronJob", "create CronJob"]
    assert bring(cluster, wants) == ["create Job", "create CronJob"]
    before = versions(kubectl, lab.name)
    assert bring(cluster, wants) == []
    assert look(cluster, wants, prune=True).steps == ()
    assert versions(kubectl, lab.name) == before


def test_other_packages_are_another_job_and_the_old_stays_until_it_is_pruned(
    controlled: ApiServer, cluster: Cluster, kubectl: Kubectl, lab: Lab
) -> None:
    bring(cluster, lab.wants())
    (first,) = (name for name in found(kubectl, "jobs", lab.name) if name.startswith("build-"))
    wants = lab.wants("python=3.13")
    assert bring(cluster, wants) == ["create ConfigMap", "create Job"]
    builds = {name for name in found(kubectl, "jobs", lab.name) if name.startswith("build-")}
    assert first in builds
    assert len(builds) == 2
    plan = look(cluster, wants, prune=True)
    assert plan.steps == ()
    assert len([each for each in plan.refused if "is not finished" in each]) == 2
    end(kubectl, lab.name, first, "")
    assert bring(cluster, wants, prune=True) == ["delete ConfigMap", "delete Job"]
    left = eventually(lambda: {n for n in found(kubectl, "jobs", lab.name) if n.startswith("build-")} - {first})
    assert left == builds - {first}
    assert bring(cluster, wants, prune=True) == []


def test_the_digest_of_what_was_built_is_read_back(
    controlled: ApiServer, cluster: Cluster, kubectl: Kubectl, lab: Lab
) -> None:
    bring(cluster, lab.wants())
    (environment,) = read_releases(lab.file)[0].environments
    (build,) = (name for name in found(kubectl, "jobs", lab.name) if name.startswith("build-"))
    live = cluster.read(Key("batch/v1", "Job", lab.name, build))
    assert live is not None
    assert built(live, cluster.pods(lab.name, build)) is None
    end(kubectl, lab.name, build, f"{environment.repository}@{DIGEST}\n")
    image = built(live, cluster.pods(lab.name, build))
    assert image is not None
    assert image.title == f"registry.example.org/lab/ocean@{DIGEST}"


def test_a_cronjob_that_somebody_changed_heals_and_one_that_is_paused_stays_so(
    controlled: ApiServer, cluster: Cluster, kubectl: Kubectl, lab: Lab
) -> None:
    wants = lab.wants()
    bring_built(cluster, kubectl, lab.name, wants)
    patch = '{"spec": {"concurrencyPolicy": "Allow", "suspend": true}}'
    kubectl("patch", "cronjob", "leap-kg-harvest-cf", "-n", lab.name, "--type=merge", "-p", patch)
    assert bring(cluster, wants) == ["change CronJob"]
    spec = found(kubectl, "cronjobs", lab.name)["leap-kg-harvest-cf"]["spec"]
    assert (spec["concurrencyPolicy"], spec["suspend"]) == ("Forbid", True)
    assert bring(cluster, wants) == []


def test_a_harvest_can_be_run_at_once(controlled: ApiServer, cluster: Cluster, kubectl: Kubectl, lab: Lab) -> None:
    bring_built(cluster, kubectl, lab.name, lab.wants())
    kubectl("create", "job", "now", "--from=cronjob/leap-kg-harvest-cf", "-n", lab.name)
    pods = eventually(lambda: found(kubectl, "pods", lab.name).values())
    (harvest,) = [each for each in pods if each["metadata"]["labels"].get("leap-kg/source") == "cf"]
    assert harvest["spec"]["containers"][0]["args"][:3] == ["leap-kg", "harvest", "cf"]


def test_the_rights_that_are_shipped_are_enough(
    controlled: ApiServer, kubectl: Kubectl, lab: Lab, tmp_path: Path
) -> None:
    kubectl("apply", "--server-side", "-f", str(declarations() / "hub" / "manifests" / "rights.yaml"))
    token = kubectl("create", "token", "leap-kg", "-n", "leap-kg").strip()
    with Cluster(kubeconfig(tmp_path, controlled.address, token, controlled.authority)) as restricted:
        build = bring_built(restricted, kubectl, lab.name, lab.wants())
        assert len(versions(kubectl, lab.name).keys() - {"kube-root-ca.crt"}) == 7
        assert len(restricted.pods(lab.name, build)) == 1
        bring(restricted, lab.wants("python=3.13"))
        assert bring(restricted, lab.wants("python=3.13"), prune=True) == ["delete ConfigMap", "delete Job"]


def test_what_a_notebook_runs_in_goes_only_by_name(
    controlled: ApiServer, cluster: Cluster, kubectl: Kubectl, lab: Lab
) -> None:
    bring(cluster, lab.wants())
    (environment,) = read_releases(lab.file)[0].environments
    (build,) = (name for name in found(kubectl, "jobs", lab.name) if name.startswith("build-"))
    end(kubectl, lab.name, build, "")
    leap, notebook = ours(BASE), NamedNode("https://example.org/warm.ipynb")
    runs = Quad(notebook, leap("runsIn"), environment.image.node(BASE), source_graph(BASE, "code"))
    with Writer(lab.home, BASE) as writer:
        writer.publish("code", [runs], activity("code"))
    lab.wants("python=3.13")

    def hub(command: str, *more: str) -> "subprocess.CompletedProcess[str]":
        words = [sys.executable, "-m", "leap_kg.cli", "hub", command, lab.name, "--prune", *more]
        return subprocess.run(
            [*words, "--kubeconfig", str(controlled.kubeconfig)],
            env={**os.environ, "LEAP_KG_HOME": str(lab.home.path)},
            capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip

    done = hub("apply")
    assert done.returncode == 0, done.stderr
    said = " ".join(done.stdout.split())
    assert f"Job {lab.name}/{build} stays: {notebook.value} runs in it" in said
    assert build in found(kubectl, "jobs", lab.name)
    done = hub("apply", "--override", build)
    assert f"delete Job {lab.name}/{build}" in " ".join(done.stdout.split()), done.stdout
    assert build not in found(kubectl, "jobs", lab.name)


def test_an_operator_takes_away_what_is_needed_only_by_name(
    controlled: ApiServer, cluster: Cluster, kubectl: Kubectl, lab: Lab
) -> None:
    bring(cluster, lab.wants())
    (environment,) = read_releases(lab.file)[0].environments
    (build,) = (name for name in found(kubectl, "jobs", lab.name) if name.startswith("build-"))
    end(kubectl, lab.name, build, "")
    runs = NamedNode("https://example.org/warm.ipynb"), ours(BASE)("runsIn"), environment.image.node(BASE)
    with Writer(lab.home, BASE) as writer:
        writer.publish("code", [Quad(*runs, source_graph(BASE, "code"))], activity("code"))
    lab.wants("python=3.13")
    for names, left in (((), {build}), ((build,), set())):
        wants = Wants(lab.home, BASE, lab.name, "helmrelease")
        wants.look()
        made = Bringing(wants, Numbers(), prune=True, overridden=frozenset(names))
        for group in (*wants.parts, REST, REST):
            made.look(cluster, group)
        assert {build} & found(kubectl, "jobs", lab.name).keys() == left


def test_the_operator_writes_down_what_was_built(
    controlled: ApiServer, cluster: Cluster, kubectl: Kubectl, lab: Lab
) -> None:
    bring(cluster, lab.wants())
    (build,) = (name for name in found(kubectl, "jobs", lab.name) if name.startswith("build-"))
    end(kubectl, lab.name, build, f"registry.example.org/lab/ocean@{DIGEST}\n")
    with operating(controlled, lab.home.path, lab.name):
        assert eventually(lambda: built_of(lab)) == [f"registry.example.org/lab/ocean@{DIGEST}"]


def test_when_a_leader_is_killed_as_a_job_is_due_it_is_made_once(
    controlled: ApiServer, cluster: Cluster, kubectl: Kubectl, lab: Lab
) -> None:
    lab.wants()
    made: dict[str, str] = {}
    with ExitStack() as operators:
        leader = operators.enter_context(operating(controlled, lab.home.path, lab.name, name="0"))
        eventually(lambda: builds(kubectl, lab.name))
        for number, delay in enumerate((0.0, 0.5), 1):
            follower = operators.enter_context(operating(controlled, lab.home.path, lab.name, name=str(number)))
            lab.wants(f"python=3.1{number + 2}")
            time.sleep(delay)  # the Job is not there, being made, or just made and not yet written down
            leader.kill()
            now = followed(follower, kubectl, lab.name, number + 1)
            assert made.items() <= now.items()  # none was taken away and made again
            made, leader = now, follower


def followed(follower: Operator, kubectl: Kubectl, space: str, many: int) -> dict[str, str]:
    """The Jobs that build once the follower leads and has looked at everything: so many, each with one pod."""
    eventually(lambda: follower.metric("leap_kg_hub_leading") == 1)
    eventually(lambda: len(builds(kubectl, space)) == many)
    seen = follower.metric("leap_kg_hub_reconciles_total")
    eventually(lambda: follower.metric("leap_kg_hub_reconciles_total") > seen + 1)
    made = builds(kubectl, space)
    eventually(lambda: all(pods(kubectl, space, build) for build in made))
    assert [len(pods(kubectl, space, build)) for build in made] == [1] * many
    return made


def builds(kubectl: Kubectl, space: str) -> dict[str, str]:
    """The uids of the Jobs that build, by their names."""
    return {name: job["metadata"]["uid"] for name, job in found(kubectl, "jobs", space).items() if "build-" in name}


def pods(kubectl: Kubectl, space: str, job: str) -> list[str]:
    """The pods of a Job."""
    return kubectl("get", "pods", "-n", space, "-l", f"job-name={job}", "-o", "name").split()


def built_of(lab: Lab) -> list[str]:
    """The images that the graph says were built on the cluster."""
    snapshot = Snapshots(lab.home).current()
    assert snapshot is not None
    graph = source_graph(BASE, observed_source(lab.name))
    reason = Literal(REASON)
    states = [quad.subject for quad in looked_up(snapshot.store, None, SCHEMA("name"), reason, graph)]
    said = [quad for state in states for quad in looked_up(snapshot.store, state, DCT("description"), None, graph)]
    return [quad.object.value for quad in said if isinstance(quad.object, Literal)]
